"""Plain English for a report's facts, from their worded values alone; works on masked facts too."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gateway.features.report_figures import word_set, words_of
from gateway.features.wording import sentence

FactJson = Mapping[str, Any]
_PER_CENT = re.compile(r" (?:percent|percentage|pct)$")
MOST_INSIGHTS, MOST_RISKS, MOST_ADVICE = 6, 4, 4

_MOVED = {"up": "rose", "down": "fell"}
_OWED = word_set("overdue outstanding receivable receivables debt debts aging ageing")
_EARNED = word_set("profit margin")
_SPENT = word_set("expense expenses cost costs cogs")
_BACK = word_set("refund refunds return returns void voids cancelled")
_LOST = word_set("shrinkage theft stolen damage damaged expired")
_STOCK = word_set("stock stockout stockouts reorder")
_SOLD = word_set("revenue sales turnover quantity units sold orders transactions income")


def say(fact: FactJson) -> str:
    """Return one fact as a sentence."""
    return sentence(_KINDS[fact["kind"]](unsigned(fact)))


def unsigned(fact: FactJson) -> dict[str, Any]:
    """Return a fact whose changes have lost their sign, for sentences in which a verb tells the direction."""
    moving = ("change", "difference", *(("value",) if fact["kind"] == "effect" else ()))
    return {name: text.removeprefix("-") if name in moving else text for name, text in fact.items()}


def _subject(fact: FactJson) -> str:
    about = str(fact["about"])
    if str(fact.get("value", "")).endswith("%"):
        about = _PER_CENT.sub("", about) or about
    return f"{about} of {fact['of']}" if fact.get("of") else about


def _who(fact: FactJson) -> str:
    return fact.get("of") or "one entry"


def _change(fact: FactJson) -> str:
    if fact["direction"] == "unchanged":
        return f"{_subject(fact)} stayed at {fact['value']}"
    moved = f"{_subject(fact)} {_MOVED[fact['direction']]}"
    if "change" not in fact:
        return f"{moved} from {fact['before']} to {fact['value']}"
    text = f"{moved} by {fact['change']} to {fact['value']}, from {fact['before']}"
    part = float(fact.get("contribution", "0%").rstrip("%").replace(",", ""))
    if part > 100:
        return f"{text}; that alone is more than the whole change"
    return f"{text}; that is {fact['contribution']} of the whole change" if part >= 1 else text


def _stated(fact: FactJson) -> str:
    if fact["direction"] == "unchanged":
        return f"{_subject(fact)} did not change, according to the report"
    to = f" to {fact['value']}" if "value" in fact else ""
    return f"{_subject(fact)} {_MOVED[fact['direction']]} by {fact['change']}{to}, according to the report"


def _last_step(fact: FactJson) -> str:
    return f"In {fact['period']}, {_change(fact)} the period before"


def _trend(fact: FactJson) -> str:
    best = f"; the highest was {fact['best']} in {fact['best_period']}"
    if fact["trend"] == "stable":
        return f"{_subject(fact)} stayed stable over {fact['periods']} periods{best}"
    grew = "grew" if fact["trend"] == "growing" else "declined"
    return f"{_subject(fact)} {grew} by about {fact['change']} a period over {fact['periods']} periods{best}"


def _effect(fact: FactJson) -> str:
    if fact["direction"] == "unchanged":
        return f"the {fact['cause']} did not move {fact['about']}"
    return (
        f"the {fact['cause']} {'raised' if fact['direction'] == 'up' else 'lowered'} {fact['about']} by {fact['value']}"
    )


def _share(fact: FactJson) -> str:
    return f"{_who(fact)} made up {fact['share']} of {fact['about']} ({fact['value']})"


def _lead(fact: FactJson) -> str:
    other = fact.get("over") or "the other"
    return f"{_subject(fact)} came to {fact['value']}, {fact['change']} more than {other}"


def _mismatch(fact: FactJson) -> str:
    return f"The report states {fact['value']} for {_subject(fact)}, but its own figures give {fact['computed']}"


_KINDS: Mapping[str, Callable[[FactJson], str]] = {
    "change": _change,
    "stated_change": _stated,
    "last_step": _last_step,
    "trend": _trend,
    "effect": _effect,
    "share": _share,
    "part": lambda fact: f"{fact['share']} of {fact['whole']} is {fact['about']} ({fact['value']})",
    "lead": _lead,
    "mismatch": _mismatch,
    "unusual": lambda fact: f"{_subject(fact)} stood out in {fact['period']} with {fact['value']}",
    "highest": lambda fact: f"{_who(fact)} had the highest {fact['about']}: {fact['value']}",
    "lowest": lambda fact: f"{_who(fact)} had the lowest {fact['about']}: {fact['value']}",
    "level": lambda fact: f"{_subject(fact)} came to {fact['value']}",
}


def narrative(facts: Sequence[FactJson], period: str | None) -> dict[str, Any]:
    """Return summary, insights, recommendations and risks for ranked facts (at least one)."""
    headline = [f for f in facts if not f.get("of") and f["kind"] in ("change", "stated_change", "trend", "level")][:3]
    opening = headline or [f for f in facts if f["kind"] != "mismatch"][:2] or list(facts[:1])
    told = [id(fact) for fact in opening]
    rest = [fact for fact in facts if id(fact) not in told and fact["kind"] != "mismatch"]
    summary = " ".join(say(fact) for fact in opening)
    return {
        "summary": f"Period: {period}. {summary}" if period else summary,
        "key_insights": [say(fact) for fact in (rest or opening[:1])[:MOST_INSIGHTS]],
        "recommendations": _advice(facts),
        "risk_factors": [say(fact) for fact in _risks(facts)][:MOST_RISKS],
    }


def _risks(facts: Sequence[FactJson]) -> Iterator[FactJson]:
    for fact in facts:
        if fact["kind"] in ("mismatch", "unusual") or fact.get("reading") == "bad":
            yield fact


def _dominates(fact: FactJson) -> bool:
    """Whether too much of a sum sits in one entry."""
    return fact["kind"] == "share" and fact.get("reading") == "bad"


def _advice(facts: Sequence[FactJson]) -> list[str]:
    """Return one to four recommendations, each from a fact, no two of one kind."""
    found: dict[str, str] = {}
    for fact in facts:
        for topic, text in _topics(fact):
            found.setdefault(topic, text)
    if not any(fact["kind"] in ("change", "stated_change", "last_step", "trend") for fact in facts):
        found["past"] = "Add the figures of the period before to the report, so that changes can be shown"
    return list(found.values())[:MOST_ADVICE] or ["Look at the same figures again after the next period"]


def _topics(fact: FactJson) -> Iterator[tuple[str, str]]:
    words, of, about = set(words_of(fact["about"])), fact.get("of"), fact["about"]
    if fact["kind"] == "mismatch":
        yield "check", f"Check the figures of {about} before this report is used"
    elif fact["kind"] == "unusual":
        yield "unusual", f"Find out what was different in {fact['period']}"
    elif _dominates(fact) and not words & _OWED:
        yield "depend", f"Keep an eye on {of or about}: a large part of {about} depends on it"
    elif fact.get("reading") == "bad":
        yield from _remedies(words, of, about)
    elif fact.get("reading") == "good" and of and words & _SOLD:
        yield "stock", f"Make sure that {of} stays in stock, as demand is growing"
    elif fact.get("reading") == "good" and not of and words & _SOLD:
        yield "plan", f"Plan stock and cash for the growth in {about}"


def _remedies(words: set[str], of: str | None, about: str) -> Iterator[tuple[str, str]]:
    if words & _LOST:
        yield "lost", "Count stock more often and find out where goods are lost"
    elif words & _STOCK:
        yield "reorder", "Reorder what is low or out of stock, the best sellers first"
    elif words & _OWED:
        yield "collect", "Follow up on unpaid invoices, the oldest first, before giving more credit"
    elif words & _BACK:
        yield "returns", f"Find out which products or tills the {about} come from"
    elif words & _SPENT:
        yield "spend", f"Go through {of or about} line by line and stop what is not needed"
    elif words & _EARNED:
        yield "margin", f"Look at cost prices and discounts to win back {about}"
    elif words & _SOLD:
        yield "demand", f"Find out what held {of or about} back: price, stock or demand"
