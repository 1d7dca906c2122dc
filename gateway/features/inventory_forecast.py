"""How much of a product will be sold, when it runs out and what to order: figures by code, reasoning in words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Product, StockMovement, Supplier
from gateway.domain.sold import DayUnits
from gateway.errors import NotFound
from gateway.features.demand import Forecast, confidence, forecast, interval, read_series
from gateway.features.demand_events import RECURRING, SEASONS, EventFactors, learn_events
from gateway.features.forecast_words import coming_events, statements
from gateway.features.remembering import Remembered
from gateway.features.restock import HOLD, LOW, Restock, Stock, restock, stock_of
from gateway.features.wording import measured, plain, rounded
from gateway.ports import PosData

HISTORY_DAYS = 400
HORIZONS = (7, 30)
FEWEST_SALE_DAYS = 14
CHANNELS = ("RETAIL", "WHOLESALE")
_ONE_DAY = timedelta(days=1)
PLAIN = frozenset(
    {
        *("/product/id", "/product/name", "/product/category", "/as_of", "/method", "/stockout_date"),
        *("/decision/action", "/decision/urgency", "/statements/*"),
        *("/coming_events/*/event", "/coming_events/*/from", "/coming_events/*/to"),
    }
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of a product over all kinds of sale (`parts` by kind), its stock and the decision."""

    product: Product
    stock: Stock
    parts: Mapping[str, Forecast]
    factors: Mapping[str, EventFactors]
    decision: Restock
    sold_days: int

    @property
    def daily(self) -> list[float]:
        """Expected units of the coming days, all kinds of sale together."""
        return [sum(day) for day in zip(*(part.daily for part in self.parts.values()), strict=True)]

    def units(self, days: int) -> float:
        """Return the expected units of the next `days`."""
        return sum(part.units(days) for part in self.parts.values())

    def sure(self, days: int) -> float:
        """Return the confidence over `days`, each kind of sale weighed by its expected units."""
        total = self.units(days)
        if total <= 0:
            return confidence(next(iter(self.parts.values())).past, 0.0, days)
        weighed = sum(part.units(days) * confidence(part.past, part.units(days), days) for part in self.parts.values())
        return float(rounded(weighed / total, 2))


async def gather(pos: PosData, request: dict[str, Json], as_of: date) -> Evidence:
    """Return the forecast of `request.product_id`. Raises `NotFound` for a product the business does not have."""
    product = await pos.product(request["product_id"])
    if product is None:
        raise NotFound("No product of this business has this product_id; push the product first or check the id.")
    seasonal = request.get("include_seasonality", True)
    view = await outlook(pos, product, as_of, seasonal=seasonal)
    days = request.get("forecast_days", 30)
    facts = _facts(view, as_of, days, seasonal)
    return Evidence(
        facts=facts,
        computed=_computed(view, facts, days, request.get("include_recommendations", True)),
        as_of=as_of,
        plain=PLAIN,
        n=view.sold_days,
        excluded=pos.excluded,
        warnings=_warnings(view),
    )


async def outlook(
    pos: PosData, product: Product, as_of: date, *, seasonal: bool = True, learnt: EventFactors | None = None
) -> Outlook:
    """Return everything that the records say of the coming demand of a product; `learnt` replaces its event factors."""
    since = as_of - timedelta(days=HISTORY_DAYS - 1)
    sold, movements, supplier = await asyncio.gather(
        pos.daily_units(products=[product.id], since=since),
        pos.stock_movements(product_id=product.id),
        _supplier(pos, product),
    )
    first = max(since, _first_day(product, sold, movements, as_of), await _begins(pos, as_of) or since)
    empty = frozenset(empty_days(product, sold, movements, first, as_of))
    parts, factors = {}, {}
    for channel in CHANNELS:
        units = {one.day: one.units for one in sold if one.type == channel}
        if not units and channel != CHANNELS[0]:
            continue
        series = read_series(units, first, as_of, empty)
        effects = learnt or EventFactors()
        if learnt is None and seasonal:
            effects = learn_events(series, await event_factors(pos, product, channel, as_of), SEASONS)
        parts[channel] = forecast(series, effects, seasonal)
        factors[channel] = effects
    stock = stock_of(product, supplier)
    daily = [sum(day) for day in zip(*(part.daily for part in parts.values()), strict=True)]
    deviation = sum(part.deviation**2 for part in parts.values()) ** 0.5
    decision = restock(stock, daily, deviation, product.is_active)
    if not product.keeps_stock:
        decision = replace(decision, action=HOLD, quantity=0, urgency=LOW, cover_days=None, stockout_days=None)
    return Outlook(product, stock, parts, factors, decision, len({one.day for one in sold}))


def empty_days(
    product: Product, sold: Sequence[DayUnits], movements: Sequence[StockMovement], first: date, as_of: date
) -> list[date]:
    """Return the days that began without stock and sold nothing, reckoned back from today's count.

    Without movements, or a count, nothing is known of earlier stock, and no day counts as empty.
    """
    if not movements or not product.keeps_stock:
        return []
    out: dict[date, float] = {}
    for one in sold:
        out[one.day] = out.get(one.day, 0.0) + one.units
    moved: dict[date, float] = {}
    for movement in movements:
        moved[movement.date] = moved.get(movement.date, 0.0) + movement.quantity
    found, closing, day = [], product.stock, as_of
    while day >= first:
        opening = closing + out.get(day, 0.0) - moved.get(day, 0.0)
        if opening <= 0 and not out.get(day) and moved.get(day, 0.0) <= 0:
            found.append(day)
        closing, day = opening, day - timedelta(days=1)
    return found


_FACTORS: Remembered[EventFactors] = Remembered(64)


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await pos.suppliers()
    await pos.stock_movements()
    for channel in CHANNELS:
        await _of_shop(pos, channel, as_of)


async def event_factors(pos: PosData, product: Product, channel: str, as_of: date) -> EventFactors:
    """Return what events do to the product's category in one kind of sale.

    Of events that come often, what the whole shop shows comes before.
    """

    async def of_category() -> EventFactors:
        whole = await _of_shop(pos, channel, as_of)
        peers = [one.id for one in await pos.products() if one.category == product.category]
        return await _learn(pos, channel, as_of, peers, whole)

    return await _FACTORS.get(pos, (product.category, channel), of_category)


async def _of_shop(pos: PosData, channel: str, as_of: date) -> EventFactors:
    return await _FACTORS.get(pos, (None, channel), lambda: _learn(pos, channel, as_of, None, None))


async def _learn(
    pos: PosData, channel: str, as_of: date, products: list[str] | None, prior: EventFactors | None
) -> EventFactors:
    since = as_of - timedelta(days=HISTORY_DAYS - 1)
    sold = [one for one in await pos.daily_units(products=products, since=since) if one.type == channel]
    if not sold:
        return prior or EventFactors()
    series = read_series({one.day: one.units for one in sold}, sold[0].day, as_of, frozenset())
    return learn_events(series, prior) if products else learn_events(series, prior, RECURRING)


_BEGINNINGS: Remembered[date | None] = Remembered(64)


async def _begins(pos: PosData, as_of: date) -> date | None:
    """Return the first day with a sale of anything: on earlier days nothing is known, not even that nothing was sold.

    None where too few days hold a sale to tell a beginning of the records from a pause.
    """

    async def work_out() -> date | None:
        sold = await pos.daily_units(since=as_of - timedelta(days=HISTORY_DAYS - 1))
        days = {one.day for one in sold}
        return min(days) if len(days) >= FEWEST_SALE_DAYS else None

    return await _BEGINNINGS.get(pos, None, work_out)


async def _supplier(pos: PosData, product: Product) -> Supplier | None:
    if product.supplier is None:
        return None
    return next((one for one in await pos.suppliers() if one.id == product.supplier), None)


def _first_day(product: Product, sold: Sequence[DayUnits], movements: Sequence[StockMovement], as_of: date) -> date:
    days = [one.day for one in sold[:1]] + [one.date for one in movements[:1]]
    if product.created_at is not None:
        days.append(product.created_at.date())
    return min(days, default=as_of)


def _computed(view: Outlook, facts: Mapping[str, Json], days: int, advice: bool) -> dict[str, Json]:
    """Return every answer field that is not words, in the shape of the response."""
    product, decision = view.product, view.decision
    shown = {
        f"next_{span}_days": {key: facts[f"next_{span}_days"][key] for key in ("predicted_units", "confidence")}
        for span in HORIZONS
    }
    if days not in HORIZONS:
        shown["next_n_days"] = {key: facts["next_n_days"][key] for key in ("days", "predicted_units", "confidence")}
    computed: dict[str, Json] = {
        "product": {"id": product.id, "name": product.name, "current_stock": _counted(view)},
        "forecast": {**shown, "predicted_stockout_date": facts["stockout_date"]},
    }
    if advice:
        computed["recommendations"] = {
            "action": decision.action,
            "suggested_quantity": decision.quantity,
            "urgency": decision.urgency,
        }
    return computed


def _counted(view: Outlook) -> Json:
    """Return the units in stock, None where they are not counted."""
    return measured(view.stock.units) if view.product.keeps_stock else None


def _facts(view: Outlook, as_of: date, days: int, seasonal: bool) -> dict[str, Json]:
    product, stock, decision = view.product, view.stock, view.decision
    empty = decision.stockout_days
    facts: dict[str, Json] = {
        "product": {"id": product.id, "name": product.name, "category": product.category},
        "as_of": as_of.isoformat(),
        "stock": {"current_units": _counted(view), "on_order_units": measured(stock.on_order)},
        "method": "; ".join(sorted({part.method for part in view.parts.values()})),
        **{f"next_{span}_days": _span(view, span) for span in HORIZONS},
        "sold": _sold(view),
        "supplier": {"lead_time_days": plain(stock.lead_days, 1), "known": stock.lead_is_known},
        "stockout_date": None if empty is None else (as_of + timedelta(days=empty)).isoformat(),
        "days_until_stockout": empty,
        "coming_events": coming_events(view.factors, view.parts, as_of, max(days, 30)) if seasonal else [],
        "decision": {
            "action": decision.action,
            "order_units": decision.quantity,
            "urgency": decision.urgency,
            "units_per_day": plain(decision.daily, 1),
            "safety_stock_units": decision.safety_stock,
            "reorder_point_units": decision.reorder_point,
            "order_up_to_units": decision.order_up_to,
            "cover_days": decision.cover_days,
        },
    }
    if days not in HORIZONS:
        facts["next_n_days"] = {"days": days, **_span(view, days)}
    facts["statements"] = statements(facts, product)
    return facts


def _span(view: Outlook, days: int) -> dict[str, Json]:
    """Return the forecast over some days with the range that eight in ten such spans would lie in."""
    units = view.units(days)
    ranges = [interval(part.past, part.units(days), days) for part in view.parts.values()]
    low = (
        units
        - sum((part.units(days) - one[0]) ** 2 for part, one in zip(view.parts.values(), ranges, strict=True)) ** 0.5
    )
    high = (
        units
        + sum((one[1] - part.units(days)) ** 2 for part, one in zip(view.parts.values(), ranges, strict=True)) ** 0.5
    )
    return {
        "predicted_units": int(rounded(units, 0)),
        "confidence": view.sure(days),
        "low_units": int(max(0.0, low)),
        "high_units": int(rounded(high, 0)),
    }


def _sold(view: Outlook) -> dict[str, Json]:
    """Return the units of the last four weeks, those before and the wholesale part of 90 days."""
    units = [part.past.recent(90) for part in view.parts.values()]
    past = view.parts[CHANNELS[0]].past
    first, last = past.first, past.last
    four, eight = last - timedelta(days=28), last - timedelta(days=56)
    total = sum(value for days in units for _, value in days)
    wholesale = sum(value for _, value in view.parts["WHOLESALE"].past.recent(90)) if "WHOLESALE" in view.parts else 0
    return {
        "last_28_days_units": plain(sum(v for days in units for day, v in days if day > four), 0),
        "previous_28_days_units": plain(sum(v for days in units for day, v in days if eight < day <= four), 0)
        if first <= eight + _ONE_DAY
        else None,
        **({} if first <= eight + _ONE_DAY else {"days_on_record": min(28, (last - first).days + 1)}),
        "last_90_days_units": plain(total, 0),
        "wholesale_share_percent": plain(100 * wholesale / total, 0) if total else 0,
    }


def _warnings(view: Outlook) -> tuple[str, ...]:
    found = []
    if not view.stock.lead_is_known and view.product.keeps_stock:
        found.append("No supplier with a lead time is on record; 7 days are assumed.")
    if not view.product.is_active:
        found.append("The product is marked as not active.")
    return tuple(found)


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the model's part of the answer from the ranked statements alone."""
    return {"recommendations": {"reasoning": " ".join(facts["statements"][:5])}}


def merge(words: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the words, without any where no recommendation was asked for."""
    return words if "recommendations" in evidence.computed else {}
