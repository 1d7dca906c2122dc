"""Report narrative: figures of any report become numbered facts; the words cite them and code puts the values in."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from gateway.domain.evidence import Evidence, Json
from gateway.errors import FieldError, InsufficientData
from gateway.features.report_book import Fact
from gateway.features.report_facts import collect_facts
from gateway.features.report_figures import amount_of, label_of, period_of, words_of
from gateway.features.report_scan import scan
from gateway.features.report_shape import shaped
from gateway.features.report_wording import narrative, unsigned
from gateway.ports import PosData

MAX_FACTS = 18
MAX_BYTES = 2_600
"""JSON size of the facts a prompt may show, about 850 tokens."""

_CITATION = re.compile(r"\{+\s*(F\d{1,3})(?:\s*[.:]\s*([a-z_]+))?\s*\}+", re.IGNORECASE)
_FIGURE = re.compile(r"\d[\d,.]*\d")
"""A typed figure; single digits pass, as in `the top 3`."""
_CODE = re.compile(r"[A-Z]{3}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")
_NOT_THE_PERIOD = frozenset(("comparison", "previous", "previous_period", "prior_period", "filters"))
_SPANS = frozenset(("period", "month", "quarter", "week", "year"))
_WORDED = (
    *("id", "kind", "value", "before", "change", "difference", "contribution", "direction", "reading", "share"),
    *("computed", "trend", "periods", "best", "cause", "period", "best_period"),
)
PLAIN = frozenset(("/report_type", "/as_of", "/currency", *(f"/facts/*/{name}" for name in _WORDED)))


async def gather(pos: PosData, request: Mapping[str, Json], as_of: date) -> Evidence:
    """Return the facts of `request.data`. Raises `InsufficientData` when it holds no figure."""
    data = request["data"]
    found = scan(shaped(data))
    currency = _currency(data) or pos.currency
    ranked = collect_facts(found, currency)
    if not ranked:
        raise InsufficientData(
            "The report holds no figure under a name to write about. Send numbers under named keys, if possible with "
            'those of the period before: {"revenue": 150000, "previous_revenue": 130000}.',
            [FieldError("/data", "Holds no figure under a name.")],
        )
    kept = _fitting(ranked)
    facts = {"report_type": request["report_type"], "as_of": as_of.isoformat(), "currency": currency}
    if period := _period(data):
        facts["period"] = period
    people = {
        f"/facts/{i}/{name}": "person-or-business"
        for i, fact in enumerate(kept)
        for name in ("of", "over")
        if fact.spot.person and (name == "of" or name in fact.values)
    }
    return Evidence(
        facts={**facts, "facts": [_as_json(f"F{i + 1}", fact) for i, fact in enumerate(kept)]},
        computed={"report_type": request["report_type"], "data": data},
        as_of=as_of,
        pii=people,
        plain=PLAIN,
        n=found.figures,
        excluded=pos.excluded,
        warnings=_warnings(len(ranked) - len(kept), found.cut),
    )


def _as_json(fact_id: str, fact: Fact) -> dict[str, Json]:
    entry = {"id": fact_id, "kind": fact.kind, "about": fact.spot.about, "of": fact.spot.of, **fact.values}
    entry |= {"direction": fact.direction, "reading": fact.reading}
    return {name: value for name, value in entry.items() if value}


def _fitting(ranked: Sequence[Fact]) -> list[Fact]:
    """Return the weightiest facts that fit the prompt, at least one."""
    kept: list[Fact] = []
    size = 0
    for fact in ranked[:MAX_FACTS]:
        size += len(msgspec.json.encode(_as_json("F00", fact)))
        if kept and size > MAX_BYTES:
            break
        kept.append(fact)
    return kept


def _warnings(left_out: int, cut: bool) -> tuple[str, ...]:
    found = [f"{left_out} lesser statements about the report were left out."] if left_out else []
    if cut:
        found.append("The report is very deep or large; figures beyond the limit were not read.")
    return tuple(found)


def _period(data: Any, depth: int = 0) -> str | None:
    """Return the report's own name of its period, looked for at the top and three levels below."""
    if not isinstance(data, dict):
        return None
    start, end = (_text(data, f"{side}_date") or _text(data, side) for side in ("start", "end"))
    if start and end:
        return f"{start} to {end}"
    for key in data:
        if _SPANS & set(words_of(key)[-1:]) and (text := _text(data, key)) and any(c.isdigit() for c in text):
            return text
    inner = (value for key, value in data.items() if depth < 3 and key not in _NOT_THE_PERIOD)
    return next((text for value in inner if (text := _period(value, depth + 1))), None)


def _currency(data: Mapping[str, Any]) -> str:
    """Return the code of the currency that the report itself names, empty without one."""
    inner = [data, *(value for value in data.values() if isinstance(value, dict))]
    named = (node.get(key) for node in inner for key in ("currency", "currency_code"))
    return next((code for code in named if isinstance(code, str) and _CODE.fullmatch(code)), "")


def _text(node: Mapping[str, Any], key: str) -> str | None:
    value = node.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= 40:
        return None
    is_figure = amount_of(value, "") is not None and period_of(value) is None
    return None if is_figure else label_of(value)


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the narrative written by rules from the facts alone."""
    return {"ai_narrative": narrative(facts["facts"], facts.get("period"))}


def expand(words: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words with `{F3}` and `{F3.change}` replaced by the facts' values.

    A sentence that cites what does not exist, or types a figure that no fact shows, is dropped: text in the report's
    own data cannot lend a figure either. A summary that loses all its sentences is written by the rules.
    """
    book = _Citations(facts)
    story = words["ai_narrative"]
    lists = {
        name: [text for item in items if (text := book.expanded(item))]
        for name, items in story.items()
        if isinstance(items, list)
    }
    summary = book.expanded(story["summary"]) or narrative(facts["facts"], facts.get("period"))["summary"]
    return {**words, "ai_narrative": {**story, **lists, "summary": summary}}


class _Citations:
    """What the words of one narrative may cite."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._known = {fact["id"]: unsigned(fact) for fact in facts["facts"]}
        self._currency = facts["currency"]
        shown = [facts.get("period", ""), *(str(value) for fact in facts["facts"] for value in fact.values())]
        self._figures = {figure for text in shown for figure in _FIGURE.findall(text)}

    def expanded(self, text: str) -> str:
        """Return a text without its unfounded sentences, citations filled in."""
        if not _FIGURE.search(text) and "{" not in text:
            return text
        return " ".join(filled for part in _SENTENCE_END.split(text) if (filled := self._filled(part)))

    def _filled(self, part: str) -> str:
        typed = _FIGURE.findall(_CITATION.sub(" ", part))
        values = [self._cited(match) for match in _CITATION.finditer(part)]
        if None in values or not self._figures.issuperset(typed):
            return ""
        filled = iter(values)
        text = _CITATION.sub(lambda _: str(next(filled)), part)
        return text.replace("%%", "%").replace(f"{self._currency} {self._currency} ", f"{self._currency} ")

    def _cited(self, match: re.Match[str]) -> str | None:
        fact = self._known.get(match[1].upper(), {})
        name = (match[2] or ("value" if "value" in fact else "change")).lower()
        return fact.get(name) if name in _WORDED[2:] or name in ("of", "about", "over", "whole") else None
