"""What was said is kept encrypted, for one user of one business, for 90 days."""

from hashlib import sha256

import pytest

from gateway.domain.support import Conversation, Escalation, Exchange, Turn
from gateway.errors import NotFound
from gateway.store.conversations import KEPT, RECALLED, ConversationStore
from gateway.store.crypto import Sealer
from gateway.store.database import Database
from gateway.store.retention import purge
from tests.store.making import BUSINESS, SetClock, sealer

TALK = Conversation("0f8fad5b-d9cb-469f-a165-70867728950e", "user-hash")
OTHER = "22222222-2222-4222-8222-222222222222"
SECRET_WORDS = "My customer Ama Mensah owes me"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def talks(database: Database, clock: SetClock) -> ConversationStore:
    return ConversationStore(database, sealer(), clock)


def exchange(
    question: str = SECRET_WORDS, answer: str = "Here is how.", escalation: Escalation | None = None
) -> Exchange:
    return Exchange(TALK, question, answer, escalation)


async def test_an_exchange_comes_back_in_order(talks: ConversationStore):
    await talks.add(BUSINESS, exchange())
    await talks.add(BUSINESS, exchange("And then?", "Then this."))
    found = await talks.open(BUSINESS, TALK.user, TALK.id)
    assert found.turns == (
        Turn("user", SECRET_WORDS),
        Turn("assistant", "Here is how."),
        Turn("user", "And then?"),
        Turn("assistant", "Then this."),
    )
    assert (found.said, found.is_new) == (4, False)


async def test_only_the_last_turns_are_given_back_but_all_are_kept(talks: ConversationStore):
    for n in range(5):
        await talks.add(BUSINESS, exchange(f"question {n}", f"answer {n}"))
    found = await talks.open(BUSINESS, TALK.user, TALK.id)
    assert len(found.turns) == RECALLED
    assert found.turns[-1].content == "answer 4"
    assert len(await talks.messages(BUSINESS, TALK.id)) == 10


@pytest.mark.parametrize(
    ("business", "user", "conversation"),
    [(OTHER, TALK.user, TALK.id), (BUSINESS, "somebody else", TALK.id), (BUSINESS, TALK.user, "unknown")],
)
async def test_nobody_else_finds_it(talks: ConversationStore, business: str, user: str, conversation: str):
    await talks.add(BUSINESS, exchange())
    with pytest.raises(NotFound):
        await talks.open(business, user, conversation)


async def test_nobody_else_can_add_to_it(talks: ConversationStore):
    await talks.add(BUSINESS, exchange())
    with pytest.raises(NotFound):
        await talks.add(BUSINESS, Exchange(Conversation(TALK.id, "somebody else"), "hi", "ho"))
    assert len(await talks.messages(BUSINESS, TALK.id)) == 2


async def test_no_word_of_it_lies_open_in_the_database(database: Database, talks: ConversationStore):
    await talks.add(BUSINESS, exchange())
    rows = await database.fetch("SELECT * FROM conversation_message")
    assert b"Mensah" not in repr(rows).encode()
    assert len(rows) == 2


async def test_a_message_moved_to_another_place_does_not_open(database: Database, talks: ConversationStore):
    await talks.add(BUSINESS, exchange())
    await database.execute("UPDATE conversation_message SET n = n + 10 WHERE n = 1")
    found = await talks.open(BUSINESS, TALK.user, TALK.id)
    assert Turn("user", "") in found.turns


async def test_a_lost_key_loses_words_and_nothing_else(database: Database, clock: SetClock, talks: ConversationStore):
    await talks.add(BUSINESS, exchange())
    rotated = ConversationStore(database, Sealer(["another secret, 32 characters or more"]), clock)
    found = await rotated.open(BUSINESS, TALK.user, TALK.id)
    assert [turn.content for turn in found.turns] == ["", ""]


async def test_it_ends_90_days_after_the_last_word_and_is_purged(
    database: Database, clock: SetClock, talks: ConversationStore
):
    await talks.add(BUSINESS, exchange(escalation=Escalation("no_source", "SUP-00000001")))
    clock.at += KEPT - 1
    await talks.add(BUSINESS, exchange("later", "on"))
    clock.at += 1
    found = await talks.open(BUSINESS, TALK.user, TALK.id)
    assert [turn.content for turn in found.turns] == ["later", "on"], "what is older than 90 days is not shown"
    await purge(database, clock.at)
    assert len(await database.fetch("SELECT n FROM conversation_message")) == 2
    assert await talks.tickets() == []
    clock.at += KEPT
    with pytest.raises(NotFound):
        await talks.open(BUSINESS, TALK.user, TALK.id)
    await purge(database, clock.at)
    assert await database.fetch("SELECT id FROM conversation") == []
    assert await database.fetch("SELECT n FROM conversation_message") == []


async def test_one_ticket_for_a_conversation_counts_its_questions(talks: ConversationStore):
    why = Escalation("no_source", "SUP-0000000A")
    await talks.add(BUSINESS, exchange(escalation=why))
    await talks.add(BUSINESS, exchange(escalation=Escalation("asked_for_a_person", "SUP-0000000A")))
    [ticket] = await talks.tickets()
    assert (ticket.ticket_ref, ticket.questions, ticket.reason) == ("SUP-0000000A", 2, "asked_for_a_person")
    assert ticket.conversation_id == TALK.id


async def test_a_closed_ticket_leaves_the_list_until_the_next_question(talks: ConversationStore):
    why = Escalation("no_source", "SUP-0000000A")
    await talks.add(BUSINESS, exchange(escalation=why))
    assert not await talks.close_ticket(OTHER, why.ticket_ref)
    assert await talks.close_ticket(BUSINESS, why.ticket_ref)
    assert not await talks.close_ticket(BUSINESS, why.ticket_ref)
    assert (await talks.tickets(), len(await talks.tickets("closed"))) == ([], 1)
    await talks.add(BUSINESS, exchange(escalation=why))
    assert len(await talks.tickets()) == 1


async def test_a_user_who_is_forgotten_leaves_nothing(database: Database, talks: ConversationStore):
    await talks.add(BUSINESS, exchange(escalation=Escalation("no_source", "SUP-0000000A")))
    await talks.add(BUSINESS, Exchange(Conversation("another", "another user"), "a", "b"))
    assert await talks.forget_user(BUSINESS, TALK.user) == 1
    assert await talks.forget_user(BUSINESS, TALK.user) == 0
    assert await database.fetch("SELECT id FROM conversation") == [("another",)]
    assert len(await database.fetch("SELECT n FROM conversation_message")) == 2
    assert await talks.tickets() == []


async def test_a_ticket_is_told_when_it_opens_and_when_it_opens_again(database: Database, talks: ConversationStore):
    why = Escalation("no_source", "SUP-0000000A")
    for _ in range(2):
        await talks.add(BUSINESS, exchange(escalation=why))
    told = "SELECT dedupe_key FROM event WHERE type = 'support.escalated' ORDER BY created_at, id"
    assert await database.fetch(told) == [(sha256(b"SUP-0000000A/1").hexdigest(),)]
    await talks.close_ticket(BUSINESS, why.ticket_ref)
    await talks.add(BUSINESS, exchange(escalation=why))
    assert [row[0] for row in await database.fetch(told)] == [
        sha256(key).hexdigest() for key in (b"SUP-0000000A/1", b"SUP-0000000A/3")
    ]
