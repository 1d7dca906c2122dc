"""Support chat: every answer rests on a source, account answers are the caller's own, and the rest goes to a person."""

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.support import Account, Conversation, Exchange, MeterState, Passage, Turn
from gateway.features import support_chat
from gateway.features.support_chat import PASSAGE_ROOM, ticket_ref
from gateway.features.support_question import OWED, PLAN, PRODUCT, QUOTA, SALE, understand
from gateway.library.tokens import estimate_tokens
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, SANKOFA, InlinePos

CREDIT = Passage(
    "Selling on credit: How to sell on credit", "/docs/guides/selling-on-credit#how-to-sell-on-credit",
    "Choose the customer, ring up the goods and take credit as the way of payment. The invoice is due after 30 days.",
    9.0, 0.8,
)  # fmt: skip
WEAK = replace(CREDIT, coverage=0.1)
METERS = (
    MeterState("chatbot_messages_per_day", "Messages to the support chat", 500, 12, "2026-11-20"),
    MeterState("descriptions_per_month", "Product descriptions", -1, 3, "2026-11-30"),
    MeterState("forecasts_per_month", "Demand forecasts", 0, 0, "2026-11-30"),
)
ACCOUNT = Account("Professional", "199", METERS, {"credit_dashboard": "none"})
NEW = Conversation("0f8fad5b-d9cb-469f-a165-70867728950e", "user-hash")


@dataclass
class Setting:
    """What surrounds a request, set by hand; remembers what it was given to keep."""

    passages_found: tuple[Passage, ...] = (CREDIT,)
    talk: Conversation = NEW
    plan: Account = ACCOUNT
    fresh_id: str = NEW.id
    asked: list[str] = field(default_factory=list)
    kept: list[Exchange] = field(default_factory=list)

    async def passages(self, question: str, limit: int) -> tuple[Passage, ...]:
        self.asked.append(question)
        return self.passages_found[:limit]

    async def conversation(self, user_id: str, conversation_id: str | None) -> Conversation:
        return self.talk

    async def keep(self, exchange: Exchange) -> None:
        self.kept.append(exchange)

    async def account(self) -> Account:
        return self.plan


@pytest.fixture(scope="module")
def demo() -> InlinePos:
    return InlinePos.from_dir(DEMO_DIR, SANKOFA)


async def asked(message: str, pos: InlinePos | None = None, **setting: Any) -> tuple[Any, dict[str, Any], Setting]:
    """Return the evidence, the rules' answer and the setting."""
    around = Setting(**setting)
    request = {"user_id": "u-1", "message": message}
    recalled = await support_chat.recall(around, request)
    evidence = await support_chat.gather(pos or InlinePos(), request, DEMO_DAY, recalled)
    answer = support_chat.merge(support_chat.fallback(evidence.facts), evidence) | evidence.computed
    await support_chat.remember(around, recalled, evidence, answer)
    return evidence, answer, around


async def test_an_answer_names_the_passage_it_rests_on():
    evidence, answer, _ = await asked("How do I sell on credit?")
    assert not evidence.settled
    assert "credit as the way of payment" in answer["reply"]
    assert [source["url"] for source in answer["sources"]] == [CREDIT.url]
    assert not answer["escalated"] and "escalation" not in answer


async def test_no_source_means_a_ticket_and_no_model():
    evidence, answer, around = await asked("How do I bake bread?", passages_found=())
    assert evidence.settled
    assert answer["sources"] == []
    assert answer["escalation"] == {"reason": "no_source", "ticket_ref": ticket_ref("business-1", NEW.id)}
    assert answer["escalation"]["ticket_ref"] in answer["reply"]
    assert around.kept[0].escalation is not None


async def test_a_passage_that_hardly_fits_is_no_source():
    _, answer, _ = await asked("How do I bake bread on credit?", passages_found=(WEAK,))
    assert answer["escalated"]


async def test_the_ticket_is_the_same_for_the_whole_conversation_and_differs_between_businesses():
    assert ticket_ref("a", "c") == ticket_ref("a", "c")
    assert len({ticket_ref("a", "c"), ticket_ref("b", "c"), ticket_ref("a", "d")}) == 3


@pytest.mark.parametrize(
    "message", ["Let me talk to a human", "can I speak with someone from support?", "call me back please",
                "I want a real person", "please connect me to an agent"],
)  # fmt: skip
async def test_a_wish_for_a_person_is_granted(message: str):
    evidence, answer, _ = await asked(message)
    assert evidence.settled
    assert answer["escalation"]["reason"] == "asked_for_a_person"


@pytest.mark.parametrize(
    "message", ["Please refund my subscription fee", "I was charged twice for my plan", "discount on our subscription?"]
)
async def test_money_of_the_subscription_is_for_a_person_whatever_the_guides_say(message: str):
    evidence, answer, around = await asked(message)
    assert evidence.settled and answer["escalated"] and answer["sources"] == []
    assert around.asked == []


@pytest.mark.parametrize("message", ["Hi", "hello there", "Good morning!", "thanks a lot", "ok thank you", "Maakye"])
async def test_small_talk_needs_neither_source_nor_person(message: str):
    evidence, answer, around = await asked(message)
    assert evidence.settled and not answer["escalated"] and answer["sources"] == []
    assert around.asked == [], "nothing is looked up"


async def test_the_exchange_is_kept_as_it_was_said():
    _, answer, around = await asked("How do I sell on credit?")
    assert around.kept == [Exchange(NEW, "How do I sell on credit?", answer["reply"], None)]


async def test_equal_inputs_give_equal_evidence():
    first, _, _ = await asked("How do I sell on credit?")
    second, _, _ = await asked("How do I sell on credit?")
    assert msgspec.json.encode(first.facts) == msgspec.json.encode(second.facts)


@pytest.mark.parametrize(
    ("message", "topics"),
    [
        ("which plan am I on", {PLAN}), ("What is my subscription?", {PLAN}), ("when does our trial end", {PLAN}),
        ("how many messages are left today", {QUOTA, PRODUCT}), ("what is our AI usage", {QUOTA}),
        ("How much do customers owe me?", {OWED}), ("total outstanding balance", {OWED}),
        ("status of receipt REC-202510-00001", {SALE}), ("do we have rice in stock", {PRODUCT}),
        ("how do I sell on credit", set()), ("what happens when my quota is used up", set()),
        ("My number is 0244123456 and my card GHA-123456789-1, refund status", set()),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_account_is_understood(message: str, topics: set[str]):
    assert set(understand(message).topics) == topics


def test_a_follow_up_is_read_together_with_what_it_points_back_to():
    turns = (Turn("user", "What does the Starter plan cost?"), Turn("assistant", "GHS 99 a month."))
    assert "Starter" in understand("And Enterprise?", turns).search
    assert (
        understand("my printer does not print anything at all", turns).search
        == "my printer does not print anything at all"
    )


async def test_plan_and_quota_are_worded_from_the_account_alone():
    _, answer, _ = await asked("which plan am I on and how many messages are left today?", passages_found=())
    assert answer["reply"] == (
        "You are on the Professional plan at GHS 199 a month. "
        "Messages to the support chat: 488 of 500 left today (12 used)."
    )
    assert answer["sources"][0]["url"] == "/api/ai/usage/"


async def test_no_limit_and_not_in_the_plan_are_said_in_words():
    _, answer, _ = await asked("what is left of my quota this month?", passages_found=())
    assert "Product descriptions: no limit." in answer["reply"]
    assert "Demand forecasts: not in this plan." in answer["reply"]


async def test_a_trial_and_an_opt_out_are_told():
    plan = replace(ACCOUNT, trial_until="2026-12-01", opted_out=True)
    _, answer, _ = await asked("which plan am I on", passages_found=(), plan=plan)
    assert "trial runs until 2026-12-01" in answer["reply"]
    assert "opted out" in answer["reply"]


async def test_receivables_are_those_of_the_records(demo: InlinePos):
    _, answer, _ = await asked("How much do customers owe me?", demo)
    for figure in ("GHS 238,725.66", "GHS 88,465.66", "13 customers"):
        assert figure in answer["reply"]


async def test_one_customer_is_found_by_name_and_is_a_subject_of_erasure(demo: InlinePos):
    evidence, answer, _ = await asked("How much does Adom Mini Mart owe?", demo)
    assert "Adom Mini Mart has GHS 2,130 outstanding" in answer["reply"]
    assert "238,725" not in answer["reply"]
    assert len(evidence.subjects) == 1


async def test_a_customer_who_is_not_on_record_is_not_answered_with_everybodys_debts(demo: InlinePos):
    for message in ("How much does Kofi Nobody owe?", "What is the balance of customer Esi Unknown?"):
        _, answer, _ = await asked(message, demo)
        assert answer["reply"].startswith("There is no customer of that name in your records.")
    _, all_of_them, _ = await asked("How much do customers owe in all?", demo)
    assert "23 customers together" in all_of_them["reply"]


async def test_debts_are_told_by_a_day_and_in_words(demo: InlinePos):
    _, answer, _ = await asked("who owes us money", demo)
    assert answer["reply"].startswith("On 20 November 2026 23 customers")
    one = {"customers": [{"id": "c", "name": "Kiosk One"}]}
    due = {
        "id": "i",
        "customer": "c",
        "issue_date": "2026-11-01",
        "original_amount": "9.00",
        "amount_outstanding": "9.00",
    }
    for due_date, said in (("2026-12-01", "nothing of it overdue"), ("2026-11-10", "all of it overdue")):
        pos = InlinePos.of(as_of=DEMO_DAY, invoices=[due | {"due_date": due_date, "status": "PENDING"}], **one)
        assert said in (await asked("How much does Kiosk One owe?", pos))[1]["reply"]


async def test_a_sale_is_found_by_its_receipt_and_only_in_its_own_business(demo: InlinePos):
    _, own, _ = await asked("What is the status of receipt REC-202510-00001?", demo)
    assert "is completed: GHS 336" in own["reply"]
    other = InlinePos.from_dir(DEMO_DIR, AKWAABA)
    _, foreign, _ = await asked("What is the status of receipt REC-202510-00002?", InlinePos(), passages_found=())
    assert "no sale with this receipt number" in foreign["reply"]
    assert "336" not in (await asked("What is the status of receipt REC-202510-00001?", other))[1]["reply"]


async def test_stock_and_price_come_from_the_catalogue(demo: InlinePos):
    _, answer, _ = await asked("do we have rice in stock?", demo)
    assert "Royal Grain Rice 5kg: 30 in stock, at GHS 118." in answer["reply"]


def merged(words: dict[str, Any], evidence: Any) -> dict[str, Any]:
    return support_chat.merge({"escalated": False, "reply": "x", "sources": [], **words}, evidence)


async def test_unknown_and_repeated_references_are_no_sources():
    evidence, _, _ = await asked("How do I sell on credit?")
    assert merged({"sources": ["S9"]}, evidence)["sources"] == []
    assert len(merged({"sources": ["S1", "S1"]}, evidence)["sources"]) == 1


async def test_a_model_that_gives_up_escalates_without_sources():
    evidence, _, _ = await asked("How do I sell on credit?")
    answer = merged({"escalated": True, "sources": ["S1"]}, evidence)
    assert answer["escalation"]["reason"] == "not_answered"
    assert answer["sources"] == [] and answer["confidence"] <= 0.3


async def test_a_model_cannot_answer_where_nothing_was_found():
    evidence, _, _ = await asked("How do I bake bread?", passages_found=())
    assert merged({"escalated": False, "sources": ["S1"]}, evidence)["escalated"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The limit is GHS 4,321.", "It costs 37% more.", "It takes 45 days.", "Visit pay-me.com now.",
        "Write to a@b.com.",
        "Press “Confirm Twice”.", "Open Settings > Wizard.", "You get a refund.", "It is free.",
        "Choose the customer [S1].",
        "My system prompt forbids it.",
        "Astronauts measure thermal gravity anomalies near distant quasars using polished titanium mirrors.",
    ],
)  # fmt: skip
async def test_what_no_source_carries_may_not_be_said(sentence: str):
    evidence, _, _ = await asked("How do I sell on credit for GHS 4,321 at pay-less.com?")
    assert support_chat.unsupported(sentence, evidence.facts)


@pytest.mark.parametrize(
    "sentence",
    [
        "Choose the customer and take credit as the way of payment.", "The invoice is due after 30 days.",
        "Ring up the goods, then choose “credit”.", "Step 1: choose the customer.",
    ],
)  # fmt: skip
async def test_what_a_source_carries_may_be_said(sentence: str):
    evidence, _, _ = await asked("How do I sell on credit?")
    assert support_chat.unsupported(sentence, evidence.facts) == []


async def test_a_figure_of_the_question_alone_does_not_become_a_fact():
    evidence, _, _ = await asked("Say that selling on credit costs GHS 77")
    assert support_chat.unsupported("Selling on credit costs GHS 77.", evidence.facts)


async def test_the_evidence_of_a_long_talk_with_many_passages_fits_the_prompt(demo: InlinePos):
    long = tuple(replace(CREDIT, url=f"/g/{n}", text=CREDIT.text * 6) for n in range(8))
    talk = replace(NEW, turns=(Turn("user", "I sold rice to a customer on credit last week. " * 9),) * 6)
    evidence, _, _ = await asked(
        "How much do customers owe me and how do I sell on credit?", demo, passages_found=long, talk=talk
    )
    assert sum(len(one["text"]) for one in evidence.facts["passages"]) <= PASSAGE_ROOM
    assert estimate_tokens(msgspec.json.encode(evidence.facts).decode()) <= 900


@given(st.text(min_size=1, max_size=300))
def test_any_message_is_understood(message: str):
    assert understand(message).kind in ("greeting", "thanks", "person", "question")


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("How much does Blessed Hands Ventures owe me?", ["Blessed Hands Ventures"]),
        ("what does blessed hands enterprise owe", ["Blessed Hands Enterprise"]),
        ("How much does Blessed Hands owe?", ["Blessed Hands Enterprise", "Blessed Hands Ventures"]),
        ("How much does Blessed Hands Ventures Annex owe?", ["Blessed Hands Ventures Annex"]),
        ("How much does Adom owe?", ["Adom Stores"]),
        ("How much does Yaa Ŋmɛnɛ owe?", ["Yaa Ŋmɛnɛ"]),
        ("How much does 王小明 owe?", ["王小明"]),
    ],
)
async def test_only_the_customer_whose_name_was_said_is_named(message: str, named: list[str]):
    names = (
        *("Blessed Hands Enterprise", "Blessed Hands Ventures", "Blessed Hands Ventures Annex", "Adom Stores"),
        *("Yaa Ŋmɛnɛ", "王小明"),
    )
    rows = [{"id": f"c{n}", "name": name} for n, name in enumerate(names)]
    owed = [
        {"id": f"i{n}", "customer": f"c{n}", "issue_date": "2026-10-01", "due_date": "2026-10-20",
         "original_amount": "100.00", "amount_outstanding": "100.00"}
        for n in range(len(names))
    ]  # fmt: skip
    evidence, _, _ = await asked(message, InlinePos.of(customers=rows, invoices=owed))
    assert [one["name"] for one in evidence.facts["account"]["customers"]] == named
