"""Which products answer a sales question: pure choices over the catalogue, and what may be said about their price."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from gateway.domain.records import Customer, Product
from gateway.features.companions import Receipts
from gateway.features.product_search import Catalogue
from gateway.features.sales_question import Question

BULK_PIECES = 10
"""From this many pieces of one product the wholesale price is named."""
MOST_DISCOUNT = Decimal("0.10")
LEAST_MARKUP = Decimal("1.05")
MOST_OF_CART = 2
"""An addition costs at most twice what the cart holds: nobody adds a television to a bar of soap."""
MOST_RECOMMENDED, MOST_ALTERNATIVES, MOST_UPSELLS = 5, 3, 2


@dataclass(frozen=True, slots=True)
class PriceRoom:
    """What may be charged for one product, in the business's currency; None where nothing can be offered.

    floor     the lowest retail price a discount may reach: ten per cent off, but five per cent above cost
    wholesale the trade price, when it is below retail and five per cent above cost
    unit      what a piece costs in this question
    """

    retail: Decimal
    floor: Decimal | None
    wholesale: Decimal | None
    unit: Decimal


def price_room(product: Product, *, bulk: bool) -> PriceRoom:
    """Return the room for prices. The cost itself is used here and goes no further."""
    retail, least = product.retail_price, product.unit_cost * LEAST_MARKUP
    floor = max(least, retail * (1 - MOST_DISCOUNT)).quantize(Decimal("0.01"), ROUND_CEILING)
    wholesale = product.wholesale_price if max(least, Decimal("0.01")) <= product.wholesale_price < retail else None
    return PriceRoom(retail, floor if floor <= retail else None, wholesale, (wholesale if bulk else None) or retail)


def is_bulk(question: Question, customer: Customer | None) -> bool:
    """Return whether the wholesale price is the one to name."""
    is_trader = customer is not None and customer.customer_type == "WHOLESALE"
    return question.wants_bulk or is_trader or (question.quantity or 0) >= BULK_PIECES


@dataclass(frozen=True, slots=True)
class Shelf:
    """The products an answer may name, each list best first; only what is in stock is recommended.

    sold_out  asked for and within the limits, but out of stock
    nearest   the asked product that misses the limits by least, when none keeps to them
    together  on how many receipts each upsell product stands with the lead; empty when receipts are too few
    """

    recommended: tuple[Product, ...] = ()
    alternatives: tuple[Product, ...] = ()
    upsell: tuple[Product, ...] = ()
    sold_out: tuple[Product, ...] = ()
    nearest: Product | None = None
    together: Mapping[str, int] = field(default_factory=dict)

    @property
    def lead(self) -> Product | None:
        """The product that price guidance and companions are about."""
        return next(iter((*self.recommended, *self.alternatives)), None)


@dataclass(frozen=True, slots=True)
class Chooser:
    """Fills a shelf for one question. `before` counts in how many sales this customer bought each product."""

    catalogue: Catalogue
    question: Question
    receipts: Receipts
    before: Counter[str]
    bulk: bool

    def shelf(self) -> Shelf:
        """Return the products for the question; empty lists where nothing honest can be offered."""
        question, sold = self.question, self.receipts.popularity()
        asked = self._ranked(self.catalogue.products if question.is_general else question.found.asked, sold)
        fitting = [one for one in asked if self._fits(one)]
        recommended = tuple(one for one in fitting if one.available > 0)[:MOST_RECOMMENDED]
        sold_out = () if question.is_general else tuple(one for one in fitting if one.available <= 0)
        nearest = None if fitting or question.is_general else self._nearest(asked)
        alternatives = self._alternatives(sold_out, recommended, sold)
        shelf = Shelf(recommended, alternatives, (), sold_out[:MOST_ALTERNATIVES], nearest)
        upsell, together = self._upsell(shelf, sold) if shelf.lead else ((), {})
        return Shelf(recommended, alternatives, upsell, shelf.sold_out, nearest, together)

    def _fits(self, product: Product) -> bool:
        return self.question.allows(product.retail_price, price_room(product, bulk=self.bulk).unit)

    def _ranked(self, products: Iterable[Product], sold: Counter[str]) -> list[Product]:
        sign = {"cheapest first": 1, "dearest first": -1}.get(self.question.price.order, 0)

        def key(one: Product) -> tuple[Decimal, int, int, Decimal, str, str]:
            return sign * one.retail_price, -self.before[one.id], -sold[one.id], one.retail_price, one.name, one.id

        return sorted(products, key=key)

    def _nearest(self, asked: list[Product]) -> Product | None:
        limits = [limit for limit in (self.question.price.minimum, self.question.price.maximum) if limit is not None]

        def distance(one: Product) -> tuple[Decimal, str]:
            return min((abs(one.retail_price - limit) for limit in limits), default=Decimal(0)), one.id

        return min((one for one in asked if one.available > 0), key=distance, default=None)

    def _alternatives(
        self, sold_out: tuple[Product, ...], recommended: tuple[Product, ...], sold: Counter[str]
    ) -> tuple[Product, ...]:
        """Return stand-ins when something asked for is sold out or too few, or when no asked product fits."""
        lead = next(iter(recommended), None)
        is_short = lead is not None and (self.question.quantity or 0) > lead.available
        if recommended and not sold_out and not is_short:
            return ()
        taken = {one.id for one in (*recommended, *self.question.found.asked)}
        shelves = {one.category for one in sold_out}
        wanted = shelves | ({lead.category} if is_short and lead else set())
        related = self._ranked((one for one in self.question.found.related if self._is_akin(one, wanted)), sold)
        neighbours = self._ranked((one for one in self.catalogue.products if one.category in shelves), sold)
        taken |= self.question.found.containing
        usable = (one for one in (*related, *neighbours) if one.id not in taken and one.available > 0)
        return tuple(dict.fromkeys(one for one in usable if self._fits(one)))[:MOST_ALTERNATIVES]

    @staticmethod
    def _is_akin(product: Product, shelves: set[str]) -> bool:
        """Return whether it can stand in: a shared word is not enough where the shelf of what is missing is known."""
        return not shelves or product.category in shelves

    def _upsell(self, shelf: Shelf, sold: Counter[str]) -> tuple[tuple[Product, ...], dict[str, int]]:
        """Return what goes with the lead: bought together, or the category's best sellers when receipts are few."""
        lead = shelf.lead
        assert lead is not None
        named = {one.id for one in (*shelf.recommended, *shelf.alternatives, *shelf.sold_out)}
        named |= {one.id for one in self.question.found.asked}
        cart = price_room(lead, bulk=self.bulk).unit * (self.question.quantity or 1)
        offered = {
            one.id: one
            for one in self.catalogue.products
            if one.id not in named and self._can_add(one) and one.retail_price <= MOST_OF_CART * cart
        }
        if self.receipts.are_enough:
            found = [one for one in self.receipts.companions({lead.id}) if one.product in offered][:MOST_UPSELLS]
            return tuple(offered[one.product] for one in found), {one.product: one.receipts for one in found}
        same = [one for one in offered.values() if one.category == lead.category and sold[one.id] > 0]
        return tuple(sorted(same, key=lambda one: (-sold[one.id], one.name, one.id))[:MOST_UPSELLS]), {}

    def _can_add(self, product: Product) -> bool:
        high = self.question.price.maximum
        return (
            product.available > 0
            and product.retail_price > product.unit_cost
            and (high is None or product.retail_price <= high)
        )
