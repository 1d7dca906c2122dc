"""How demand answers a price: an elasticity from the shop's own weeks, drawn to what is usual, and the best price.

e = (Sxy + k * e0) / (Sxx + k) with k = 60, over weeks of log share of the shop's units on log price, weighed by units,
and clipped to -3 .. -0.2: a small shop's prices move too little to beat what is usual by themselves. e0 is that of the
product's category where it has 20 products, their sums added up and themselves drawn to -1.3; elsewhere it is -1.3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import log

from gateway.domain.sold import DayUnits
from gateway.features.arithmetic import clip

USUAL_ELASTICITY, PRIOR_WEIGHT = -1.3, 60.0
STEEPEST, FLATTEST = -3.0, -0.2
ENOUGH_PRODUCTS = 20
"""Products of a category from which on it has an elasticity of its own."""
WEEKS = 52
ENOUGH_WEEKS, ENOUGH_UNITS = 8, 20
MANY_WEEKS = 26
CENT = Decimal("0.01")
RISE = Decimal("1.10")
STEP = Decimal("0.005")

PROFIT, VOLUME, COMPETITIVE = "profit_maximization", "volume", "competitive"


@dataclass(frozen=True, slots=True)
class Response:
    """What the weeks say: `own` is the share of the elasticity that stands on the shop's own prices (0 to 1)."""

    elasticity: float
    own: float
    weeks: int
    units: float
    lowest: Decimal | None
    highest: Decimal | None

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to suggest another price at all."""
        return self.weeks >= ENOUGH_WEEKS and self.units >= ENOUGH_UNITS

    @property
    def confidence(self) -> float:
        """Return 0.2 to 0.8."""
        if not self.is_enough:
            return 0.2
        return round(clip(0.25 + 0.5 * self.own + 0.1 * (self.weeks >= MANY_WEEKS), 0.2, 0.8), 2)


@dataclass(frozen=True, slots=True)
class Fit:
    """A product's weeks of counter sales: sums of squares and products about the means, and the prices in them."""

    sxx: float = 0.0
    sxy: float = 0.0
    weeks: int = 0
    units: float = 0.0
    lowest: Decimal | None = None
    highest: Decimal | None = None


def read_response(
    product: Iterable[DayUnits], shop: Iterable[DayUnits], as_of: date, usual: float = USUAL_ELASTICITY
) -> Response:
    """Return the response over the last year of counter sales, drawn to `usual`; `shop` are those of all products."""
    one = fit(product, shop, as_of)
    own = one.sxx / (one.sxx + PRIOR_WEIGHT)
    return Response(_drawn([one], usual), own, one.weeks, one.units, one.lowest, one.highest)


def usual_of_category(fits: Sequence[Fit]) -> float:
    """Return the elasticity that is usual in a category with these products, drawn to what is usual anywhere."""
    return _drawn(fits, USUAL_ELASTICITY) if len(fits) >= ENOUGH_PRODUCTS else USUAL_ELASTICITY


def _drawn(fits: Iterable[Fit], usual: float) -> float:
    sums = [(one.sxx, one.sxy) for one in fits]
    sxx, sxy = sum(one for one, _ in sums), sum(one for _, one in sums)
    return clip((sxy + PRIOR_WEIGHT * usual) / (sxx + PRIOR_WEIGHT), STEEPEST, FLATTEST)


def fit(product: Iterable[DayUnits], shop: Iterable[DayUnits], as_of: date) -> Fit:
    """Return the sums over the last year's weeks of log share of the shop's units on log price."""
    mine, all_units = _weeks(product, as_of), _weeks(shop, as_of)
    rows = [
        (log(units / all_units[week][0]), log(amount / units), units)
        for week, (units, amount) in sorted(mine.items())
        if units > 0 and amount > 0 and all_units.get(week, (0.0, 0.0))[0] > 0
    ]
    total = sum(weight for _, _, weight in rows)
    if not total:
        return Fit()
    usual_y, usual_x = (sum(row[at] * row[2] for row in rows) / total for at in (0, 1))
    sxx = sum(weight * (x - usual_x) ** 2 for _, x, weight in rows)
    sxy = sum(weight * (x - usual_x) * (y - usual_y) for y, x, weight in rows)
    prices = [Decimal(str(round(amount / units, 2))) for units, amount in mine.values() if units > 0]
    return Fit(sxx, sxy, len(rows), total, min(prices), max(prices))


def _weeks(days: Iterable[DayUnits], as_of: date) -> dict[int, tuple[float, float]]:
    """Return units and amount of each of the last 52 weeks; week 0 ends on `as_of`."""
    found: dict[int, tuple[float, float]] = {}
    first = as_of - timedelta(days=7 * WEEKS - 1)
    for one in days:
        if one.type == "RETAIL" and one.day >= first:
            week = (as_of - one.day).days // 7
            units, amount = found.get(week, (0.0, 0.0))
            found[week] = (units + one.units, amount + float(one.amount))
    return found


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest price that the constraints allow."""

    floor: Decimal
    ceiling: Decimal

    @property
    def is_feasible(self) -> bool:
        """Whether any price lies between them."""
        return self.floor <= self.ceiling


def bounds(price: Decimal, cost: Decimal, min_margin: Decimal, max_discount: Decimal) -> Bounds:
    """Return the bounds; margin is (price - cost) / price, both limits are per cent, no rise is above 10 %."""
    by_margin = (cost / (1 - min_margin / 100)).quantize(CENT, ROUND_CEILING)
    by_discount = (price * (1 - max_discount / 100)).quantize(CENT, ROUND_CEILING)
    return Bounds(max(by_margin, by_discount), (price * RISE).quantize(CENT, ROUND_FLOOR))


def grid(price: Decimal, limits: Bounds) -> list[Decimal]:
    """Return the round prices within the bounds in steps of half a per cent, rising; at least the floor itself."""
    found = {limits.floor} if _round_up(limits.floor) > limits.ceiling else {_round_up(limits.floor)}
    if limits.floor <= price <= limits.ceiling:
        found.add(price)
    steps = int((limits.ceiling / price - 1) / STEP), int((limits.floor / price - 1) / STEP)
    for step in range(steps[1] - 1, steps[0] + 2):
        one = _rounded(price * (1 + step * STEP))
        if limits.floor <= one <= limits.ceiling:
            found.add(one)
    return sorted(found)


def best_price(
    goal: str, price: Decimal, cost: Decimal, elasticity: float, limits: Bounds, competitors: Sequence[Decimal]
) -> Decimal:
    """Return the price of the grid that serves the goal best; ties go to the one nearest to today's."""
    candidates = grid(price, limits)
    if goal == COMPETITIVE:
        target = sorted(competitors)[(len(competitors) - 1) // 2]
        return min(candidates, key=lambda one: (abs(one - target), one))
    if goal == VOLUME:
        return candidates[0]

    def profit(one: Decimal) -> float:
        return float(one - cost) * volume(price, one, elasticity)

    return max(candidates, key=lambda one: (round(profit(one), 9), -abs(one - price)))


def volume(price: Decimal, other: Decimal, elasticity: float) -> float:
    """Return the units at another price as a multiple of today's."""
    multiple: float = float(other / price) ** elasticity
    return multiple


def wholesale_price(retail: Decimal, old_retail: Decimal, old: Decimal, cost: Decimal) -> Decimal:
    """Return the wholesale price at the old distance to retail, 5 % above cost if that fits, 2 % below retail."""
    highest = (retail * Decimal("0.98")).quantize(CENT, ROUND_FLOOR)
    wanted = max(_rounded(retail * old / old_retail), (cost * Decimal("1.05")).quantize(CENT, ROUND_CEILING))
    return min(wanted, highest)


def _unit(price: Decimal) -> Decimal:
    if price < 100:
        return Decimal("0.5")
    return Decimal(1) if price < 1000 else Decimal(5)


def _rounded(price: Decimal) -> Decimal:
    unit = _unit(price)
    return ((price / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit).quantize(CENT)


def _round_up(price: Decimal) -> Decimal:
    unit = _unit(price)
    return ((price / unit).quantize(Decimal(1), ROUND_CEILING) * unit).quantize(CENT)
