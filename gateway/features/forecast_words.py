"""The true statements about a forecast that a shop owner would want to hear, most important first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gateway.domain.evidence import Json
from gateway.domain.records import Product
from gateway.features.demand import Forecast
from gateway.features.demand_events import HOLIDAY, EventFactors, events_of
from gateway.features.restock import HIGH, HOLD, MEDIUM, MONITOR, MOST_COVER, REDUCE, REORDER
from gateway.features.wording import count, measured_text, number

WORTH_TELLING = 0.08
MOST_EVENTS = 4


def coming_events(
    factors: Mapping[str, EventFactors], parts: Mapping[str, Forecast], as_of: date, days: int
) -> list[dict[str, Json]]:
    """Return the events of the coming days that change demand noticeably, soonest first, with their effect."""
    share = _shares(parts)
    found: dict[str, dict[str, Json]] = {}
    for ahead in range(1, days + 1):
        day = as_of + timedelta(days=ahead)
        for event in events_of(day):
            effect = sum(share[name] * (one.factors.get(event, 1.0) - 1) for name, one in factors.items())
            if abs(effect) < WORTH_TELLING:
                continue
            known = found.setdefault(
                event, {"event": event, "from": day.isoformat(), "effect_percent": round(100 * effect)}
            )
            if event != HOLIDAY and (day - date.fromisoformat(str(known.get("to", known["from"])))).days <= 1:
                known["to"] = day.isoformat()
    return [{"to": one["from"], **one} for one in list(found.values())[:MOST_EVENTS]]


def statements(facts: Mapping[str, Any], product: Product) -> list[str]:
    """Return whole sentences; each figure in them stands in the facts."""
    return [text for text in _statements(facts, product) if text]


def _statements(facts: Mapping[str, Any], product: Product) -> Iterator[str]:
    if not product.keeps_stock:
        yield (
            "This is a service: nothing of it is kept in stock, so nothing is to be ordered."
            if product.is_service
            else "No stock of this is on record: it is forecast, but when it runs out and what to order is not known."
        )
        yield _outlook(facts)
        yield _events(facts["coming_events"])
        yield _change(facts["sold"])
        return
    if not product.is_active:
        yield "The product is marked as not active, so nothing is suggested."
    yield _decision(facts)
    yield _stockout(facts)
    yield _outlook(facts)
    yield _events(facts["coming_events"])
    yield _change(facts["sold"])
    yield _lead(facts)


def _decision(facts: Mapping[str, Any]) -> str:
    decision, stock = facts["decision"], facts["stock"]
    there = _stock(stock)
    point, action = number(decision["reorder_point_units"]), decision["action"]
    if action == REORDER:
        urgency = {HIGH: " now", MEDIUM: " soon"}.get(decision["urgency"], "")
        order = count(decision["order_units"], "unit")
        return f"Order {order}{urgency}: {there}, at or below the reorder point of {point}."
    cover = decision["cover_days"]
    if action == REDUCE and cover is None:
        return f"Nothing was sold in the last 90 days while {there}; order no more and consider clearing it."
    if action == REDUCE:
        lasts = "years" if cover >= MOST_COVER else f"about {count(cover, 'day')}"
        return f"Order nothing: {there}, enough for {lasts}, which ties up money."
    if action == MONITOR:
        return f"No order is needed today: {there}, above the reorder point of {point}, but check again within days."
    if action == HOLD and cover is not None:
        return f"No order is needed: {there}, enough for about {count(cover, 'day')}."
    return f"No order is suggested: {there} and nothing was sold in the last 90 days."


def _stock(stock: Mapping[str, Any]) -> str:
    units, coming = stock["current_units"], stock["on_order_units"]
    there = f"{count(units, 'unit')} {'is' if units == 1 else 'are'} in stock" if units else "nothing is in stock"
    return f"{there} and {measured_text(coming)} on order" if coming else there


def _stockout(facts: Mapping[str, Any]) -> str:
    days = facts["days_until_stockout"]
    if days is None:
        return ""
    if days == 0:
        return "The shelf is empty today, so sales are being lost."
    day = date.fromisoformat(facts["stockout_date"])
    when = f"in {count(days, 'day')}, on {day.day} {day:%B %Y}"
    rate = facts["decision"]["units_per_day"]
    return f"At the expected rate of {count(rate, 'unit')} a day stock runs out {when}."


def _outlook(facts: Mapping[str, Any]) -> str:
    week, month = facts["next_7_days"], facts["next_30_days"]
    if not month["predicted_units"]:
        return "Hardly any demand is expected in the next 30 days."
    return (
        f"Expected sales are {count(week['predicted_units'], 'unit')} in the next 7 days and "
        f"{number(month['predicted_units'])} in the next 30 days, most likely between {number(month['low_units'])} and "
        f"{number(month['high_units'])}."
    )


def _events(events: Sequence[Mapping[str, Any]]) -> str:
    if not events:
        return ""
    one = max(events, key=lambda event: abs(event["effect_percent"]))
    first = date.fromisoformat(one["from"])
    way = "more" if one["effect_percent"] > 0 else "less"
    when = f"{first.day} {first:%B}"
    return f"From {when} ({one['event']}) about {abs(one['effect_percent'])}% {way} than on ordinary days is expected."


def _change(sold: Mapping[str, Any]) -> str:
    now, before = sold["last_28_days_units"], sold["previous_28_days_units"]
    if not now and not before:
        return ""
    units = f"{count(now, 'unit')} {'was' if now == 1 else 'were'} sold"
    if before is None:
        return f"In the last {count(sold['days_on_record'], 'day')}, all that are on record, {units}."
    return f"In the last 28 days {units}, in the 28 days before {number(before)}."


def _lead(facts: Mapping[str, Any]) -> str:
    supplier, decision = facts["supplier"], facts["decision"]
    if not decision["units_per_day"]:
        return ""
    kept = decision["safety_stock_units"]
    basis = "A delivery takes" if supplier["known"] else "With no lead time on record, a delivery is taken to need"
    return (
        f"{basis} about {count(supplier['lead_time_days'], 'day')}, and {count(kept, 'unit')} "
        f"{'is' if kept == 1 else 'are'} kept as safety stock."
    )


def _shares(parts: Mapping[str, Forecast]) -> dict[str, float]:
    units = {name: part.units(30) for name, part in parts.items()}
    total = sum(units.values())
    return {name: value / total if total else 1 / len(units) for name, value in units.items()}
