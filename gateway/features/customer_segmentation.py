"""Customer segmentation: a report of segments comes back with advice for each, one model call for all of them.

Every key of the report stays as it was sent. Where the business's sales are there, RFM is worked out again from them:
it fills a report that holds no segments, and a report that counts otherwise is told so in `meta.warnings`.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.errors import FieldError, InsufficientData
from gateway.features.rfm import SegmentSum, scored_customers, sum_segments
from gateway.features.segment_advice import TACTICS, UPSELLS, advise
from gateway.features.wording import percent
from gateway.ports import PosData

PLACES = (("rfm_segments",), ("data", "segments"), ("data", "rfm_segments"), ("segments",))
"""Where a report may hold its segments; the first that is there counts."""
NAMES = ("segment_name", "segment", "name")
COUNTS = ("customer_count", "customers", "count")
AVERAGES = ("avg_revenue", "average_revenue", "average_order_value")
MOST_SHOWN = 12
BEST_CATEGORIES, CATEGORY_DAYS = 3, 28
_PROMISES = re.compile(
    r"\b\d+ ?% off\b|\bwill (?:increase|grow|rise|double|boost|return|improve)\b|\bfree (?:delivery|gift|goods)\b"
    r"|\bcredit limit\b",
    re.IGNORECASE,
)
PLAIN = frozenset(("/segments/*/ref", "/currency", "/as_of", "/best_categories/*", "/from_the_records/*/segment"))


async def gather(pos: PosData, request: Mapping[str, Any], as_of: date) -> Evidence:
    """Return the segments of the report, or of the records. Raises `InsufficientData` when neither holds any."""
    body, place = deepcopy(dict(request)), _place(request)
    scored = await scored_customers(pos, as_of)
    found = sum_segments(scored)
    if not _at(body, place):
        if not found:
            raise InsufficientData(
                "There are no segments to advise on. Send the report's `rfm_segments`, or push sales with customers.",
                [FieldError("/rfm_segments", "Holds no segment.")],
            )
        place, body = PLACES[0], {**body, "rfm_segments": [_reported(one) for one in found]}
    segments = [_fact(f"S{n}", row) for n, row in enumerate(_at(body, place), 1)]
    facts = {
        "as_of": as_of.isoformat(), "currency": pos.currency, "segments": _with_shares(segments)[:MOST_SHOWN],
        "from_the_records": _recomputed(found), "best_categories": await _best_categories(pos, as_of),
    }  # fmt: skip
    return Evidence(
        facts={key: value for key, value in facts.items() if value not in ([], {})},
        computed={}, around={"body": body, "place": list(place), "segments": segments}, as_of=as_of,
        pii={"/segments/*/name": "free-text", "/segments/*/description": "free-text"}, plain=PLAIN,
        n=len(scored), excluded=pos.excluded, warnings=_differences(segments, found), derived=_beyond(segments),
    )  # fmt: skip


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await scored_customers(pos, as_of)
    await _best_categories(pos, as_of)


def fallback(facts: Mapping[str, Json]) -> dict[str, Any]:
    """Return the advice that fixed texts give for every segment shown."""
    return {"recommendations": [{"segment": one["ref"], **advise(one, facts)} for one in facts["segments"]]}


def merge(words: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the report with the advice laid into each segment: exactly three tactics and two offers everywhere."""
    body: dict[str, Any] = deepcopy(evidence.around["body"])
    place = tuple(evidence.around["place"])
    written = {one["segment"]: one for one in words.get("recommendations", ())}
    for row, segment in zip(_at(body, place), evidence.around["segments"], strict=True):
        row["ai_recommendations"] = _whole(written.get(segment["ref"], {}), advise(segment, evidence.facts))
    return body


def unsupported(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return promises that the shop has not made: price cuts, gifts, growth."""
    return [match[0] for match in _PROMISES.finditer(text)]


def _whole(words: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return four fields, each of the model's if it is there; lists are cut or filled to their length."""
    lists = {"retention_tactics": TACTICS, "upsell_opportunities": UPSELLS}
    whole = {key: words.get(key) or usual[key] for key in ("marketing_strategy", "communication_frequency")}
    for key, size in lists.items():
        given = [text for text in words.get(key, ()) if text]
        whole[key] = [*given, *(text for text in usual[key] if text not in given)][:size]
    return whole


def _place(body: Mapping[str, Any]) -> tuple[str, ...]:
    return next((place for place in PLACES if _at(body, place)), PLACES[0])


def _at(body: Mapping[str, Any], place: Sequence[str]) -> list[dict[str, Any]]:
    """Return the segments at a place; nothing when it holds anything else than a list of objects."""
    value: Any = body
    for step in place:
        value = value.get(step) if isinstance(value, Mapping) else None
    is_list = isinstance(value, list) and all(isinstance(row, dict) for row in value)
    return value if is_list else []


def _fact(ref: str, row: Mapping[str, Any]) -> dict[str, Json]:
    name = next((str(row[key]) for key in NAMES if isinstance(row.get(key), str) and row[key].strip()), "Segment")
    told: dict[str, Json] = {"ref": ref, "name": name[:80]}
    for key, given in (("customers", COUNTS), ("average_revenue", AVERAGES)):
        value = next((number for name in given if (number := _number(row.get(name))) is not None), None)
        if value is not None:
            told[key] = int(value) if key == "customers" else f"{value:.2f}"
    if isinstance(row.get("description"), str):
        told["description"] = row["description"][:60]
    return told


def _number(value: Json) -> Decimal | None:
    """Return a figure of the report that is a number or an amount such as `8,000.00`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < 10**12 else None


def _with_shares(segments: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Return the segments with their share of all customers."""
    every = sum(one.get("customers", 0) for one in segments)
    return [
        {**one, "share_of_customers": percent(Decimal(one["customers"]) / every)}
        if every and "customers" in one else dict(one)
        for one in segments
    ]  # fmt: skip


def _beyond(segments: Sequence[Mapping[str, Json]]) -> dict[str, float]:
    """Return the figures of segments that the prompt has no room for, as their fixed advice names them."""
    return {
        f"{key} of {one['ref']}": float(one[key])
        for one in segments[MOST_SHOWN:] for key in ("customers", "average_revenue") if key in one
    }  # fmt: skip


def _reported(one: SegmentSum) -> dict[str, Json]:
    return {"segment_name": one.name, "customer_count": one.customers, "avg_revenue": f"{one.average_revenue:.2f}"}


def _recomputed(found: Sequence[SegmentSum]) -> list[dict[str, Json]]:
    return [
        {"segment": one.name, "customers": one.customers, "average_days_since_last": round(one.average_days)}
        for one in found
    ]


def _differences(segments: Sequence[Mapping[str, Json]], found: Sequence[SegmentSum]) -> tuple[str, ...]:
    """Return how the report's counts differ from those of the records, by segments of the same name."""
    counted = {one.name.lower(): one.customers for one in found}
    return tuple(
        f"The report counts {one['customers']} in {name}, the records {counted[name.lower()]}."
        for one in segments
        if (name := str(one["name"])).lower() in counted
        and one.get("customers", counted[name.lower()]) != counted[name.lower()]
    )[:8]


async def _best_categories(pos: PosData, as_of: date) -> list[str]:
    lines = await pos.line_sums(since=as_of - timedelta(days=CATEGORY_DAYS - 1))
    if not lines:
        return []
    category = {one.id: one.category for one in await pos.products()}
    sold: dict[str, Decimal] = {}
    for one in lines:
        if name := category.get(one.product):
            sold[name] = sold.get(name, Decimal(0)) + one.amount
    return sorted(sold, key=lambda name: (-sold[name], name))[:BEST_CATEGORIES]
