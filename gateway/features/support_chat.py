"""Support chat: answers that rest on a named source, the caller's own account from code, or a ticket for a person.

Documents, earlier turns and the plan are recalled before the evidence is gathered; the exchange is remembered before
the answer leaves. With nothing to rest on, no model is asked.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.support import Account, Conversation, Escalation, Exchange, Passage, Turn
from gateway.features.arithmetic import clip
from gateway.features.support_account import AccountFacts, account_facts
from gateway.features.support_checks import unfounded
from gateway.features.support_question import PLAN, QUOTA, Question, understand
from gateway.features.support_words import ANSWER, GREETING, NOTHING, PERSON, THANKS, best_lines, written_reply
from gateway.ports import Around, PosData

MOST_FOUND, MOST_PASSAGES, PASSAGE_ROOM = 8, 4, 1_400
"""Passages looked at, shown, and the characters they may take together."""
MOST_TURNS, TURN_LENGTH = 4, 140
LEAST_COVERAGE = 0.4
"""A passage that carries less of the question's weight is no source."""
SNIPPET = 220
_BY_KIND = {"greeting": GREETING, "thanks": THANKS, "person": PERSON}
_REASONS = {PERSON: "asked_for_a_person", NOTHING: "no_source", ANSWER: "not_answered"}


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was read beside the records: the conversation, what the message means, passages, and the plan if asked."""

    conversation: Conversation
    question: Question
    passages: Sequence[Passage] = ()
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class SupportEvidence(Evidence):
    """Evidence that also keeps the source behind each reference, the account's own sources and the confidence."""

    cited: Mapping[str, Json] = field(default_factory=dict)
    account_sources: Sequence[Json] = ()
    confidence: float = 0.0


async def recall(around: Around, request: Mapping[str, Json]) -> Recalled:
    """Return what surrounds the message. Raises NotFound for somebody else's conversation."""
    conversation = await around.conversation(request["user_id"], request.get("conversation_id"))
    question = understand(request["message"], conversation.turns)
    if question.kind != "question":
        return Recalled(conversation, question)
    if question.beyond:
        return Recalled(conversation, question)
    passages = await around.passages(question.search, MOST_FOUND)
    account = await around.account() if question.topics & {PLAN, QUOTA} else None
    return Recalled(conversation, question, passages, account)


async def gather(pos: PosData, request: Mapping[str, Json], as_of: date, recalled: Recalled) -> SupportEvidence:
    """Return what the chat may say, and on what it rests."""
    question = recalled.question
    found = AccountFacts() if question.beyond else await account_facts(pos, question, recalled.account)
    shown = _fitting(recalled.passages)
    situation = _BY_KIND.get(question.kind) or (ANSWER if shown or found.facts else NOTHING)
    ticket = ticket_ref(pos.business_id, recalled.conversation.id)
    facts: dict[str, Json] = {"message": request["message"], "situation": situation}
    if turns := _recent(recalled.conversation.turns):
        facts["conversation"] = turns
    if situation == ANSWER:
        facts |= _material(shown, found, question)
    else:
        facts["ticket"] = ticket
    plain = {f"/passages/{at}/{name}" for at, one in enumerate(shown) if one.shared for name in ("title", "text")}
    return SupportEvidence(
        facts=facts,
        computed={"conversation_id": recalled.conversation.id},
        around={"escalation": {"reason": _REASONS.get(situation, ""), "ticket_ref": ticket}},
        as_of=as_of,
        pii=_PII,
        plain=_PLAIN | plain,
        n=len(shown) + len(found.facts),
        excluded=pos.excluded,
        subjects=found.people,
        settled=situation != ANSWER,
        cited={f"S{at + 1}": _source(one, request["message"]) for at, one in enumerate(shown)},
        account_sources=tuple(found.sources),
        confidence=_confidence(shown, found, situation),
    )


async def remember(around: Around, recalled: Recalled, evidence: SupportEvidence, answer: Mapping[str, Json]) -> None:
    """Keep the exchange, with a ticket where a person must take over. Raises NotReady."""
    given = answer.get("escalation")
    escalation = Escalation(given["reason"], given["ticket_ref"]) if given else None
    said = str(evidence.facts["message"])
    await around.keep(Exchange(recalled.conversation, said, str(answer["reply"]), escalation))


def fallback(facts: Mapping[str, Json]) -> dict[str, Any]:
    """Return the words that fixed rules write from the facts alone."""
    reply, sources = written_reply(facts)
    return {"escalated": facts["situation"] in (NOTHING, PERSON), "reply": reply, "sources": sources}


def merge(words: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the answer: the words with their true sources, and a ticket where nothing answers the question."""
    assert isinstance(evidence, SupportEvidence)
    situation = evidence.facts["situation"]
    escalated = bool(words.get("escalated")) or situation in (NOTHING, PERSON)
    answer: dict[str, Any] = {"reply": words["reply"], "sources": [], "escalated": escalated}
    if not escalated and situation == ANSWER:
        cited = [evidence.cited[ref] for ref in dict.fromkeys(words.get("sources") or ()) if ref in evidence.cited]
        answer["sources"] = [*evidence.account_sources, *_by_address(cited)]
    if escalated:
        answer["escalation"] = dict(evidence.around["escalation"])
    answer["confidence"] = min(evidence.confidence, 0.3) if escalated else evidence.confidence
    return answer


def unsupported(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return what a sentence claims that no source carries; the rules' own sentences without sources may stay."""
    if facts["situation"] != ANSWER:
        return []
    return unfounded(text, facts)


def ticket_ref(business_id: str, conversation_id: str) -> str:
    """Return the reference under which a person finds this conversation: the same for as long as it lasts."""
    digest = hashlib.sha256(f"{business_id}|{conversation_id}".encode()).hexdigest()
    return f"SUP-{digest[:8].upper()}"


def _fitting(passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages worth showing: near the best one, different places, within the room."""
    worth = [one for one in passages if one.coverage >= LEAST_COVERAGE]
    best = worth[0].score if worth else 0.0
    shown: list[Passage] = []
    room = PASSAGE_ROOM
    for one in worth:
        if len(shown) == MOST_PASSAGES or one.score < 0.5 * best or len(one.text) > room:
            continue
        shown.append(one)
        room -= len(one.text)
    return shown


def _material(shown: Sequence[Passage], found: AccountFacts, question: Question) -> dict[str, Json]:
    material: dict[str, Json] = {}
    if shown:
        material["passages"] = [
            {"ref": f"S{at + 1}", "title": one.title, "text": one.text} for at, one in enumerate(shown)
        ]
    if found.facts:
        material["account"] = found.facts
        if not (question.how_to and shown):
            material["focus"] = "account"
    return material


def _recent(turns: Sequence[Turn]) -> list[dict[str, str]]:
    said = [turn for turn in turns if turn.content][-MOST_TURNS:]
    return [{"role": turn.role, "content": turn.content[:TURN_LENGTH]} for turn in said]


def _source(passage: Passage, question: str) -> dict[str, str]:
    line = " ".join(best_lines(passage.text, question, 1))
    snippet = line if len(line) <= SNIPPET else f"{line[: SNIPPET - 1].rstrip()}…"
    return {"title": passage.title, "url": passage.url, "snippet": snippet}


def _by_address(sources: Sequence[Json]) -> list[Json]:
    return list({one["url"]: one for one in reversed(sources)}.values())[::-1]


def _confidence(shown: Sequence[Passage], found: AccountFacts, situation: str) -> float:
    """Return how sure the answer is (0-1): certain for what code worked out, else how much of the question is met."""
    if situation in (GREETING, THANKS) or found.facts:
        return 0.95
    if not shown:
        return 0.1
    return round(clip(0.2 + 0.7 * shown[0].coverage, 0.1, 0.9), 1)


_PII = {
    "/message": "free-text",
    "/conversation/*/content": "free-text",
    "/account/customers/*/name": "person-or-business",
}
_PLAIN = frozenset(
    (
        "/situation", "/ticket", "/focus", "/conversation/*/role", "/passages/*/ref", "/account/plan/*",
        "/account/quotas/*/*", "/account/receivables/*", "/account/products/*/*",
        *(f"/account/sale/{name}" for name in ("status", "date", "total", "paid_by", "refunded", "found")),
        "/account/customers/*/outstanding", "/account/customers/*/overdue",
    )
)  # fmt: skip
