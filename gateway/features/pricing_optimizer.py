"""A price for a product and a goal: constraints are hard, the effect is reckoned, and thin data keep the price."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Product
from gateway.domain.sold import DayUnits
from gateway.errors import ConstraintsInfeasible, FieldError, InsufficientData, NotFound
from gateway.features.demand_events import EventFactors, events_of
from gateway.features.inventory_forecast import event_factors
from gateway.features.inventory_forecast import prepare as prepare_forecast
from gateway.features.price_response import (
    COMPETITIVE,
    ENOUGH_PRODUCTS,
    USUAL_ELASTICITY,
    WEEKS,
    Bounds,
    Response,
    best_price,
    bounds,
    fit,
    read_response,
    usual_of_category,
    volume,
    wholesale_price,
)
from gateway.features.remembering import Remembered
from gateway.features.wording import count, money, plain, rounded
from gateway.ports import PosData

DEFAULT_MARGIN, DEFAULT_DISCOUNT = Decimal(0), Decimal(20)
NO_PROFIT = "n/a"
WORTH_TELLING = 0.08
MOST_PEERS = 60
_CATEGORIES: Remembered[float] = Remembered(64)
PLAIN = frozenset(
    {
        *("/product/*", "/goal", "/currency", "/as_of", "/decision", "/profit_impact", "/promotion/event"),
        *("/promotion/from", "/statements/*", "/current/*", "/suggested/*", "/limits/*", "/competitors/*"),
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """A product, what is asked of its price, and what the records say."""

    product: Product
    goal: str
    limits: Bounds
    margin: Decimal
    discount: Decimal
    competitors: tuple[Decimal, ...]
    response: Response
    currency: str

    @property
    def kept(self) -> str:
        """Why no other price is sought; empty when one is."""
        if self.goal == COMPETITIVE and not self.competitors:
            return "no competitor prices were given"
        if self.product.unit_cost <= 0 and (self.goal != COMPETITIVE or self.margin > 0):
            return "no unit cost is on record"  # nobody could tell whether another price keeps a margin
        if self.goal == COMPETITIVE:
            return ""
        return "" if self.response.is_enough else "there are too few sales at the retail price to judge"

    @property
    def price(self) -> Decimal:
        """The suggested retail price: within the limits in any case."""
        now = self.product.retail_price
        if self.kept:
            return min(max(now, self.limits.floor), self.limits.ceiling)
        return best_price(
            self.goal, now, self.product.unit_cost, self.response.elasticity, self.limits, self.competitors
        )

    @property
    def wholesale(self) -> Decimal:
        """The suggested wholesale price; 0 where the product has none."""
        product = self.product
        if product.wholesale_price <= 0:
            return Decimal("0.00")
        if self.price == product.retail_price and product.wholesale_price <= product.retail_price:
            return product.wholesale_price
        return wholesale_price(self.price, product.retail_price, product.wholesale_price, product.unit_cost)

    @property
    def volume_change(self) -> Decimal:
        """Expected units against today's, per cent."""
        multiple = volume(self.product.retail_price, self.price, self.response.elasticity)
        return rounded((multiple - 1) * 100, 1)

    @property
    def profit_change(self) -> Decimal | None:
        """Expected profit against today's, per cent; None where today's price earns nothing or the cost is unknown."""
        now, cost = self.product.retail_price, self.product.unit_cost
        if now <= cost or cost <= 0:
            return None
        multiple = volume(now, self.price, self.response.elasticity)
        return rounded((float((self.price - cost) / (now - cost)) * multiple - 1) * 100, 1)


async def gather(pos: PosData, request: dict[str, Json], as_of: date) -> Evidence:
    """Return the suggested prices of `request.product_id` and what they are expected to do.

    Raises `NotFound`, `InsufficientData` for a product without a price, and `ConstraintsInfeasible` with both bounds.
    """
    product = await pos.product(request["product_id"])
    if product is None:
        raise NotFound("No product of this business has this product_id; push the product first or check the id.")
    if product.retail_price <= 0:
        raise InsufficientData("The product has no retail price on record; push its retail_price first.")
    since = as_of - timedelta(days=7 * WEEKS - 1)
    mine, shop, factors = await asyncio.gather(
        pos.daily_units(products=[product.id], since=since),
        pos.daily_units(since=since),
        event_factors(pos, product, "RETAIL", as_of),
    )
    usual = await _usual(pos, product, shop, as_of)
    case = _case(product, request, read_response(mine, shop, as_of, usual), pos.currency)
    facts = _facts(case, as_of, _promotion(factors, as_of))
    return Evidence(
        facts=facts,
        computed=_computed(case, facts),
        as_of=as_of,
        plain=PLAIN,
        n=len(mine),
        excluded=pos.excluded,
        warnings=(f"The price is kept: {case.kept}.",) if case.kept else (),
    )


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await pos.daily_units(since=as_of - timedelta(days=7 * WEEKS - 1))
    await prepare_forecast(pos, as_of)


async def _usual(pos: PosData, product: Product, shop: Sequence[DayUnits], as_of: date) -> float:
    """Return the elasticity that is usual in the product's category, read from at most `MOST_PEERS` of it."""
    peers = [one for one in await pos.products() if one.category and one.category == product.category]
    if len(peers) < ENOUGH_PRODUCTS:
        return USUAL_ELASTICITY
    since = as_of - timedelta(days=7 * WEEKS - 1)

    async def learn() -> float:
        sold = [await pos.daily_units(products=[one.id], since=since) for one in peers[:MOST_PEERS]]
        return usual_of_category([fit(one, shop, as_of) for one in sold])

    return await _CATEGORIES.get(pos, ("usual elasticity", product.category), learn)


def _case(product: Product, request: Mapping[str, Json], response: Response, currency: str) -> Case:
    wanted = request.get("constraints") or {}
    margin = Decimal(str(wanted.get("min_margin_percent", DEFAULT_MARGIN)))
    discount = Decimal(str(wanted.get("max_discount_percent", DEFAULT_DISCOUNT)))
    limits = bounds(product.retail_price, product.unit_cost, margin, discount)
    if not limits.is_feasible:
        floor, ceiling = money(limits.floor, currency), money(limits.ceiling, currency)
        raise ConstraintsInfeasible(
            f"A margin of {plain(margin)}% needs a price of at least {floor}, but no more than {ceiling} (today's "
            "price and 10%) is suggested at once. Lower min_margin_percent, or correct the product's cost or price.",
            [FieldError("/constraints/min_margin_percent", f"needs {floor}, the highest suggested price is {ceiling}")],
        )
    competitors = tuple(Decimal(str(one).replace(",", "")) for one in request.get("competitor_prices") or ())
    return Case(product, request["optimization_goal"], limits, margin, discount, competitors, response, currency)


def _promotion(factors: EventFactors, as_of: date) -> dict[str, Json]:
    """Return the busiest event of the coming 45 days that sells noticeably more, and when it begins."""
    best: tuple[float, str, date] | None = None
    for ahead in range(1, 46):
        day = as_of + timedelta(days=ahead)
        for event in events_of(day):
            effect = factors.factors.get(event, 1.0) - 1
            if effect >= WORTH_TELLING and (best is None or effect > best[0]):
                best = (effect, event, day)
    if best is None:
        return {}
    return {"event": best[1], "from": best[2].isoformat(), "more_units_percent": round(100 * best[0])}


def _computed(case: Case, facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return every answer field that is not words, in the shape of the response."""
    current, suggested = facts["current"], facts["suggested"]
    return {
        "current_pricing": {
            "retail_price": current["retail_price"],
            "wholesale_price": current["wholesale_price"],
            "margin_percent": current["margin_percent"],
        },
        "recommendations": {
            "suggested_retail_price": suggested["retail_price"],
            "suggested_wholesale_price": suggested["wholesale_price"],
            "expected_impact": {
                "volume_increase_percent": suggested["volume_change_percent"],
                "profit_impact": facts["profit_impact"],
            },
            "confidence": facts["confidence"],
        },
    }


def _facts(case: Case, as_of: date, promotion: dict[str, Json]) -> dict[str, Json]:
    product, response, profit = case.product, case.response, case.profit_change
    new = case.price
    facts: dict[str, Json] = {
        "product": {"name": product.name, "category": product.category},
        "goal": case.goal,
        "currency": case.currency,
        "as_of": as_of.isoformat(),
        "current": {
            "retail_price": f"{product.retail_price:.2f}",
            "wholesale_price": f"{product.wholesale_price:.2f}",
            "unit_cost": f"{product.unit_cost:.2f}",
            "margin_percent": _margin(product.retail_price, product.unit_cost),
        },
        "limits": {
            "lowest_price": f"{case.limits.floor:.2f}",
            "highest_price": f"{case.limits.ceiling:.2f}",
            "min_margin_percent": plain(case.margin),
            "max_discount_percent": plain(case.discount),
        },
        "suggested": {
            "retail_price": f"{new:.2f}",
            "wholesale_price": f"{case.wholesale:.2f}",
            "margin_percent": _margin(new, product.unit_cost),
            "price_change_percent": plain((new / product.retail_price - 1) * 100, 1),
            "volume_change_percent": plain(case.volume_change, 1),
        },
        "profit_impact": NO_PROFIT if profit is None else _signed(profit),
        "confidence": response.confidence if not case.kept or case.goal != COMPETITIVE else 0.2,
        "sales": {
            "weeks_with_sales": response.weeks,
            "units_52_weeks": plain(response.units, 0),
            "own_data_share_percent": plain(100 * response.own, 0),
            "prices_seen": [f"{one:.2f}" for one in (response.lowest, response.highest) if one is not None],
        },
        "elasticity": plain(response.elasticity, 2),
        "decision": f"kept: {case.kept}" if case.kept else ("changed" if new != product.retail_price else "kept"),
    }
    if case.competitors:
        ordered = sorted(case.competitors)
        middle = ordered[(len(ordered) - 1) // 2]
        facts["competitors"] = {"n": len(ordered), "lowest": f"{ordered[0]:.2f}", "middle": f"{middle:.2f}"}
    if promotion:
        facts["promotion"] = promotion
    facts["statements"] = list(_statements(case, facts))
    return facts


def _margin(price: Decimal, cost: Decimal) -> int | float:
    return plain((price - cost) / price * 100, 1)


def _signed(change: Decimal) -> str:
    return "0%" if change == 0 else f"{'+' if change > 0 else '-'}{plain(abs(change), 1)}%"


def _statements(case: Case, facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield true sentences, most important first; each figure in them stands in the facts."""
    yield _decision(case)
    yield from _effect(case, facts)
    if case.goal == COMPETITIVE and case.competitors:
        middle = money(Decimal(facts["competitors"]["middle"]), case.currency)
        yield f"The middle of the {count(len(case.competitors), 'competitor price')} that you gave is {middle}."
    yield _basis(case, facts)
    floor, ceiling = money(case.limits.floor, case.currency), money(case.limits.ceiling, case.currency)
    yield f"Your limits allow prices from {floor} to {ceiling}."
    if case.wholesale and case.wholesale != case.product.wholesale_price:
        yield f"The wholesale price would go along to {money(case.wholesale, case.currency)}."
    if "promotion" in facts:
        promotion = facts["promotion"]
        day = date.fromisoformat(promotion["from"])
        yield (
            f"A promotion works best from {day.day} {day:%B} ({promotion['event']}), when about "
            f"{promotion['more_units_percent']}% more is sold."
        )


def _decision(case: Case) -> str:
    now, new = case.product.retail_price, case.price
    today, other = money(now, case.currency), money(new, case.currency)
    if case.kept and new == now:
        return f"Keep the price at {today}: {case.kept}."
    if case.kept:
        return f"Move the price from {today} to {other} to stay within your limits; beyond that {case.kept}."
    if new == now:
        return f"Keep the price at {today}: no other price within your limits serves the goal better."
    way = "Raise" if new > now else "Lower"
    return f"{way} the retail price from {today} to {other}, by {plain(abs(new / now - 1) * 100, 1)}%."


def _effect(case: Case, facts: Mapping[str, Any]) -> Iterator[str]:
    change, profit = facts["suggested"]["volume_change_percent"], case.profit_change
    if not change:
        return
    units = f"About {abs(change)}% {'more' if change > 0 else 'fewer'} units are expected"
    if profit is None:
        yield f"{units}."
    elif profit == 0:
        yield f"{units}, and about the same profit."
    else:
        yield f"{units}, and about {plain(abs(profit), 1)}% {'more' if profit > 0 else 'less'} profit."


def _basis(case: Case, facts: Mapping[str, Any]) -> str:
    response, sales = case.response, facts["sales"]
    weeks = count(response.weeks, "week")
    if not response.units:
        return "No retail sales stand behind this; wholesale does not show how shoppers take a price."
    if not response.is_enough:
        return f"Only {weeks} with sales and {count(int(sales['units_52_weeks']), 'unit')} stand behind this."
    if case.price == case.product.retail_price:
        return f"This rests on {weeks} with sales."
    if response.own < 0.05:
        return (
            f"The records hold {weeks} with sales but hardly a change of price, so the effect is what is usual in "
            "trade, not proven here: try it for a few weeks and compare."
        )
    return f"This rests on {weeks} with sales, in which the price itself has moved: try it and compare."


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the model's part of the answer from the ranked statements alone."""
    return {"recommendations": {"reasoning": " ".join(facts["statements"][:6])}}
