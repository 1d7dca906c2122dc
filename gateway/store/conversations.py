"""Conversations of the support chat: who said what, encrypted, for one user of one business, for 90 days.

A message leaves 90 days after it was said, a conversation 90 days after its last one. Every query takes the business
id first; users are known by a keyed hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.events import Event
from gateway.domain.ledger import AuditEntry
from gateway.domain.support import Conversation, Escalation, Exchange, Turn
from gateway.errors import NotFound
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Row, Script, Statement, one
from gateway.store.events import emit
from gateway.store.holdings import Holding, Kept, Sealed, Until

KEPT = 90 * 86_400_000_000
"""How long what was said is kept, in microseconds."""
RECALLED = 6
"""How many turns a feature is given back at most."""
PURPOSE = "conversation"

_HEAD = "SELECT turns FROM conversation WHERE business_id = $1 AND id = $2 AND user_hash = $3 AND expires_at > $4"
_TURNS = (
    'SELECT n, "role", body FROM conversation_message WHERE business_id = $1 AND conversation_id = $2 '
    "AND expires_at > $3 ORDER BY n DESC LIMIT $4"
)
_BEGIN = (
    "INSERT INTO conversation (business_id, id, user_hash, turns, created_at, updated_at, expires_at) "
    "VALUES ($1, $2, $3, 2, $4, $4, $5) ON CONFLICT (business_id, id) DO UPDATE SET "
    "turns = conversation.turns + 2, updated_at = excluded.updated_at, expires_at = excluded.expires_at "
    "WHERE conversation.user_hash = excluded.user_hash RETURNING turns"
)
_SAY = (
    'INSERT INTO conversation_message (business_id, conversation_id, n, "role", body, created_at, expires_at) '
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
_ESCALATE = (
    "INSERT INTO escalation (business_id, ticket_ref, conversation_id, user_hash, reason, state, questions, "
    "created_at, updated_at, expires_at) VALUES ($1, $2, $3, $4, $5, 'open', 1, $6, $6, $7) "
    "ON CONFLICT (business_id, ticket_ref) DO UPDATE SET questions = escalation.questions + 1, "
    "reason = excluded.reason, state = 'open', updated_at = excluded.updated_at, expires_at = excluded.expires_at "
    "RETURNING questions"
)
_STATE = "SELECT state FROM escalation WHERE business_id = $1 AND ticket_ref = $2"
_TICKETS = (
    "SELECT business_id, ticket_ref, conversation_id, reason, state, questions, created_at, updated_at FROM escalation "
    "WHERE state = $1 ORDER BY updated_at DESC, ticket_ref LIMIT $2"
)
_CLOSE = (
    "UPDATE escalation SET state = 'closed', updated_at = $3 WHERE business_id = $1 AND ticket_ref = $2 "
    "AND state = 'open' RETURNING ticket_ref"
)
_OF_USER = "SELECT id FROM conversation WHERE business_id = $1 AND user_hash = $2"
_FORGET = (
    "DELETE FROM conversation_message WHERE business_id = $1 AND conversation_id = $2",
    "DELETE FROM escalation WHERE business_id = $1 AND conversation_id = $2",
    "DELETE FROM conversation WHERE business_id = $1 AND id = $2",
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """An escalation as the office sees it; instants in microseconds since the epoch."""

    business_id: str
    ticket_ref: str
    conversation_id: str
    reason: str
    state: str
    questions: int
    created_at: int
    updated_at: int


def _message(key: Row) -> str:
    """Return the name that is bound to a message's body, of its key's values."""
    return f"{key[0]}/{key[1]}"


HOLDINGS = (
    Holding("conversation", Until("expires_at"), user="user_hash"),
    Holding(
        "conversation_message",
        Until("expires_at"),
        key=("conversation_id", "n"),
        sealed=[Sealed("body", PURPOSE, _message)],
        erase=lambda subject: _left_alone("conversation_message", subject.business_id),
    ),
    Holding("escalation", Until("expires_at"), key=("ticket_ref",), user="user_hash"),
    Holding("knowledge_chunk", Kept("documents that the operator has loaded for the support chat")),
    Holding("knowledge_term", Kept("words of those documents, counted"), key=("term",)),
)


class ConversationStore:
    """`ports.Conversations` over either database, and what the office and the eraser need of it."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    async def open(self, business_id: str, user: str, conversation_id: str) -> Conversation:
        """Return the conversation with its last turns, oldest first. Raises NotFound."""
        now = self._clock.now()
        found = await self._database.read(_open, business_id, user, conversation_id, now)
        if found is None:
            raise NotFound(
                "There is no conversation with this id for this user. Leave conversation_id out to begin one."
            )
        said, rows = found
        turns = tuple(self._turn(business_id, conversation_id, row) for row in reversed(rows))
        return Conversation(conversation_id, user, turns, said, is_new=False)

    async def add(self, business_id: str, exchange: Exchange) -> None:
        """Keep a question and its answer at the end of their conversation, with the escalation if there is one."""
        await self._database.run(self._add, business_id, exchange, self._clock.now())

    async def messages(self, business_id: str, conversation_id: str) -> Sequence[Turn]:
        """Return all that is kept of a conversation of a business, oldest first; empty when there is none."""
        rows = await self._database.fetch(_TURNS, business_id, conversation_id, self._clock.now(), 1_000)
        return [self._turn(business_id, conversation_id, row) for row in reversed(rows)]

    async def tickets(self, state: str = "open", limit: int = 200) -> list[Ticket]:
        """Return the escalations of every business in a state, the latest first: for the office alone."""
        return [Ticket(*row) for row in await self._database.fetch(_TICKETS, state, limit)]

    async def close_ticket(self, business_id: str, ticket_ref: str, *, line: AuditEntry | None = None) -> bool:
        """Close an open escalation; False when there is none."""
        now = self._clock.now()
        return bool(await self._database.run(lambda: audit.noted(one(_CLOSE, business_id, ticket_ref, now), line)))

    async def forget_user(self, business_id: str, user: str) -> int:
        """Delete every conversation of a user with all that hangs on it; returns how many there were."""
        return await self._database.run(_forget_user, business_id, user)

    def _add(self, business_id: str, exchange: Exchange, now: int) -> Script[None]:
        talk = exchange.conversation
        until = now + KEPT
        rows = yield Statement(_BEGIN, (business_id, talk.id, talk.user, now, until))
        if not rows:
            raise NotFound("There is no conversation with this id for this user.")
        last = rows[0][0]
        for n, role, text in ((last - 1, "user", exchange.question), (last, "assistant", exchange.answer)):
            body = self._sealer.seal(PURPOSE, business_id, f"{talk.id}/{n}", text.encode("utf-8", "replace"))
            yield Statement(_SAY, (business_id, talk.id, n, role, body, now, until))
        if exchange.escalation is not None:
            yield from self._escalate(business_id, talk, exchange.escalation, now)

    def _escalate(self, business_id: str, talk: Conversation, why: Escalation, now: int) -> Script[None]:
        """Open the conversation's ticket, or count one more question on it; tell of a ticket that was not open."""
        before = yield Statement(_STATE, (business_id, why.ticket_ref))
        values = (business_id, why.ticket_ref, talk.id, talk.user, why.reason, now, now + KEPT)
        rows = yield Statement(_ESCALATE, values)
        if before != [("open",)]:
            data = {"conversation_id": talk.id, "ticket_ref": why.ticket_ref, "reason": why.reason}
            event = Event("support.escalated", f"{why.ticket_ref}/{rows[0][0]}", data)
            yield from emit(self._sealer, now, business_id, event)

    def _turn(self, business_id: str, conversation_id: str, row: Row) -> Turn:
        n, role, sealed = row
        try:
            return Turn(role, self._sealer.open(PURPOSE, business_id, f"{conversation_id}/{n}", sealed).decode())
        except Unreadable:  # its key is no longer listed: the conversation goes on without it
            return Turn(role, "")


def _open(business_id: str, user: str, conversation_id: str, now: int) -> Script[tuple[int, list[Row]] | None]:
    head = yield Statement(_HEAD, (business_id, conversation_id, user, now))
    if not head:
        return None
    rows = yield Statement(_TURNS, (business_id, conversation_id, now, RECALLED))
    return head[0][0], rows


def _forget_user(business_id: str, user: str) -> Script[int]:
    found = yield Statement(_OF_USER, (business_id, user))
    for (conversation_id,) in found:
        for sql in _FORGET:
            yield Statement(sql, (business_id, conversation_id))
    return len(found)


def _left_alone(table: str, business_id: str) -> Script[int]:
    """Delete what belongs to no conversation any more; `table` is our own (hence `noqa`)."""
    gone = yield Statement(
        f"DELETE FROM {table} WHERE business_id = $1 AND NOT EXISTS (SELECT 1 FROM conversation c "  # noqa: S608
        f"WHERE c.business_id = $1 AND c.id = {table}.conversation_id) RETURNING business_id",
        (business_id,),
    )
    return len(gone)
