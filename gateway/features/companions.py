"""What is bought together with what, and what sells: counts over receipts of a bounded window.

The window is a year where a shop's volume allows it and shorter in a busy one, so that a request never reads more
than about `MOST_RECEIPTS` receipts: one sum of a week to estimate the volume, one read of the window's lines.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.domain.records import Sale
from gateway.domain.sold import NOT_SOLD
from gateway.ports import PosData

YEAR = 365
MOST_RECEIPTS = 12_000
ENOUGH_RECEIPTS = 300
"""Below this many receipts nothing can be said about what customers buy together."""
LEAST_TOGETHER = 3
LEAN = 0.4
"""How much a companion's own popularity counts against it; 0.5 would be the cosine."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A product that goes with a basket: on how many receipts, and its score summed over the basket."""

    product: str
    receipts: int
    score: float


@dataclass(frozen=True, slots=True)
class Receipts:
    """The baskets of a window of days: each the set of its product ids."""

    days: int
    baskets: tuple[frozenset[str], ...]

    @property
    def are_enough(self) -> bool:
        """Whether patterns of buying together may be read from them at all."""
        return len(self.baskets) >= ENOUGH_RECEIPTS

    def popularity(self) -> Counter[str]:
        """Return on how many receipts each product is."""
        return Counter(product for basket in self.baskets for product in basket)

    def companions(self, basket: Collection[str]) -> list[Companion]:
        """Return what goes with `basket`, best first; nothing below `ENOUGH_RECEIPTS` receipts.

        The score of j is the sum over i in the basket of n_ij / (n_i^0.6 n_j^0.4), counting only n_ij ≥
        `LEAST_TOGETHER`: a cosine that holds a companion's popularity against it a little less. On unseen receipts it
        finds what was left out more often than the plain cosine does (docs/quality.md).
        """
        if not self.are_enough:
            return []
        sold = self.popularity()
        scores: Counter[str] = Counter()
        together: Counter[str] = Counter()
        for wanted in sorted(set(basket)):
            pairs = Counter(other for receipt in self.baskets if wanted in receipt for other in receipt)
            for other, n in pairs.items():
                if other not in basket and n >= LEAST_TOGETHER:
                    scores[other] += n / (sold[wanted] ** (1 - LEAN) * sold[other] ** LEAN)
                    together[other] = max(together[other], n)
        found = [Companion(product, together[product], score) for product, score in scores.items()]
        return sorted(found, key=lambda one: (-round(one.score, 9), one.product))


async def receipts_until(pos: PosData, as_of: date) -> Receipts:
    """Return the receipts of the longest window up to a year that is expected to hold at most `MOST_RECEIPTS`."""
    week = sum(one.sales for one in await pos.sale_sums("day", since=_first_day(as_of, 7)))
    days = next((days for days in (YEAR, 91, 28) if week * days <= MOST_RECEIPTS * 7), 7)
    return Receipts(days, tuple(await pos.baskets(since=_first_day(as_of, days))))


def bought(sales: Iterable[Sale]) -> Counter[str]:
    """Return in how many sales each product was bought; cancelled and unfinished sales do not count."""
    return Counter(product for basket in _baskets(sales) for product in basket)


def _baskets(sales: Iterable[Sale]) -> Sequence[frozenset[str]]:
    lines = (sale.items for sale in sales if sale.status not in NOT_SOLD)
    return [frozenset(line.product for line in items if line.quantity > 0) for items in lines]


def _first_day(as_of: date, days: int) -> date:
    return as_of - timedelta(days=days - 1)
