"""What the sales assistant's prompt may know, and which answer fields are code's: a question's shelf as plain data."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Customer, Product
from gateway.features.product_search import Catalogue
from gateway.features.sales_choice import PriceRoom, Shelf, price_room
from gateway.features.sales_question import Question
from gateway.features.wording import measured, measured_text, money

MOST_HABITS, MOST_CATEGORIES = 3, 10
GUIDANCE = (
    "product_id", "name", "list_price", "floor_price", "wholesale_price", "unit_price", "quantity", "total",
    "bulk_hint",
)  # fmt: skip
"""The keys of `pricing_guidance`."""
LISTS = ("recommendations", "alternatives", "upsell")


@dataclass(frozen=True, slots=True)
class SalesEvidence(Evidence):
    """Evidence that also keeps the catalogue entry behind each short reference, away from the prompt."""

    items: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with everything that was found for it; `before` counts this customer's sales by product."""

    currency: str
    question: Question
    customer: Customer | None
    before: Counter[str]
    shelf: Shelf
    catalogue: Catalogue
    bulk: bool

    def facts(self) -> dict[str, Json]:
        """Return the facts of the answer; entries without a value are left out."""
        told = {
            "currency": self.currency,
            "situation": self._situation(),
            "asked": self._asked(),
            "customer": self._customer(),
            "candidates": self._candidates(),
            "sold_out": [{"name": one.name, "price": _amount(one.retail_price)} for one in self.shelf.sold_out],
            "nearest": self._nearest(),
            "pricing": self._pricing(),
            "upsell_basis": self._upsell_basis(),
            "upsell_with": self.shelf.lead.name if self.shelf.lead and self.shelf.upsell else None,
            "categories": self._categories(),
        }
        return {key: value for key, value in told.items() if value not in (None, [], {})}

    def guidance(self) -> dict[str, Json]:
        """Return the answer's `pricing_guidance`: amounts as text, null where there is nothing to offer."""
        lead, quantity = self.shelf.lead, self.question.quantity
        if lead is None:
            return dict.fromkeys(GUIDANCE)
        room = price_room(lead, bulk=self.bulk)
        return {
            "product_id": lead.id,
            "name": lead.name,
            "list_price": _amount(room.retail),
            "floor_price": _amount(room.floor),
            "wholesale_price": _amount(room.wholesale),
            "unit_price": _amount(room.unit),
            "quantity": quantity,
            "total": _amount(room.unit * quantity) if quantity else None,
            "bulk_hint": self._bulk_hint(room, lead),
        }

    def items(self) -> dict[str, Json]:
        """Return the answer's item behind each reference, without the reason."""
        return {
            ref: {"product_id": one.id, "name": one.name, "price": _amount(one.retail_price), "in_stock": True}
            for ref, _, one in self._named()
        }

    def _named(self) -> list[tuple[str, str, Product]]:
        lists = zip(LISTS, (self.shelf.recommended, self.shelf.alternatives, self.shelf.upsell), strict=True)
        shown = [(use, product) for use, products in lists for product in products]
        return [(f"P{number}", use, product) for number, (use, product) in enumerate(shown, 1)]

    def _situation(self) -> str:
        if not self.catalogue.products:
            return "empty catalogue"
        if self.shelf.recommended:
            return "suggestions" if self.question.is_general else "found"
        if self.shelf.sold_out:
            return "sold out"
        if self.question.found.known or self.question.is_general:
            return "nothing within the limits" if self.question.price.has_limit else "sold out"
        return "not in the catalogue"

    def _asked(self) -> dict[str, Json]:
        price, question = self.question.price, self.question
        asked = {
            "max_price": _amount(price.maximum),
            "min_price": _amount(price.minimum),
            "max_price_is_for": "the whole quantity"
            if question.pays_in_total
            else "one piece"
            if price.maximum
            else None,
            "quantity": question.quantity,
            "order": None if price.order == "best match" else price.order,
            "asks_for_discount": price.wants_discount or None,
            # The word itself may be a person's name, and stays where it was written.
            "names_what_no_product_has": bool(question.found.strange) or None,
        }
        return {key: value for key, value in asked.items() if value is not None}

    def _customer(self) -> dict[str, Json] | None:
        if self.customer is None:
            return None
        names = {one.id: one.name for one in self.catalogue.products}
        often = sorted(((-n, names[one]) for one, n in self.before.items() if one in names and n > 1))[:MOST_HABITS]
        told = {
            "name": self.customer.name,
            "type": self.customer.customer_type,
            "often_buys": [name for _, name in often],
        }
        return {key: value for key, value in told.items() if value}

    def _candidates(self) -> list[dict[str, Json]]:
        return [
            {
                "ref": ref,
                "use": use,
                "name": one.name,
                "category": one.category,
                "price": _amount(one.retail_price),
                "in_stock": True,
            }
            | ({"stock": measured(one.stock)} if one.keeps_stock else {})
            | ({"is_service": True} if one.is_service else {})
            | ({"bought_before": self.before[one.id]} if self.before[one.id] else {})
            | ({"together": self.shelf.together[one.id]} if use == "upsell" and one.id in self.shelf.together else {})
            for ref, use, one in self._named()
        ]

    def _nearest(self) -> dict[str, Json] | None:
        one, price = self.shelf.nearest, self.question.price
        if one is None:
            return None
        told: dict[str, Json] = {"name": one.name, "price": _amount(one.retail_price)}
        asked = one.retail_price
        if self.question.pays_in_total and self.question.quantity:
            asked = price_room(one, bulk=self.bulk).unit * self.question.quantity
            told |= {"quantity": self.question.quantity, "total": _amount(asked)}
        if price.maximum is not None and asked > price.maximum:
            return told | {"above_limit_by": _amount(asked - price.maximum)}
        if price.minimum is not None and one.retail_price < price.minimum:
            return told | {"below_limit_by": _amount(price.minimum - one.retail_price)}
        return told

    def _pricing(self) -> dict[str, Json] | None:
        lead, quantity = self.shelf.lead, self.question.quantity
        if lead is None:
            return None
        room = price_room(lead, bulk=self.bulk)
        wants_floor = self.question.price.wants_discount
        told = {
            "name": lead.name,
            "list_price": _amount(room.retail),
            "floor_price": _amount(room.floor) if wants_floor else None,
            "no_discount": True if wants_floor and room.floor is None else None,
            "wholesale_price": _amount(room.wholesale) if self.bulk else None,
            "unit_price": _amount(room.unit) if quantity else None,
            "quantity": quantity,
            "total": _amount(room.unit * quantity) if quantity else None,
            "stock": measured(lead.stock) if lead.keeps_stock else None,
            "missing": measured(quantity - lead.stock) if quantity and quantity > lead.available else None,
        }
        return {key: value for key, value in told.items() if value is not None}

    def _bulk_hint(self, room: PriceRoom, lead: Product) -> str | None:
        if room.wholesale is None:
            return None
        price, quantity = money(room.wholesale, self.currency), self.question.quantity
        if not self.bulk:
            return f"For larger quantities the wholesale price is {price} each."
        total = f", {money(room.wholesale * quantity, self.currency)} for {quantity:,}" if quantity else ""
        short = f" Only {measured_text(lead.stock)} in stock." if (quantity or 0) > lead.available else ""
        return f"The wholesale price applies: {price} each{total}.{short}"

    def _upsell_basis(self) -> str | None:
        if not self.shelf.upsell:
            return None
        return "bought together" if self.shelf.together else "sells well in its category"

    def _categories(self) -> list[str]:
        if self.shelf.recommended or self.question.found.known:
            return []
        return sorted({one.category for one in self.catalogue.products if one.category})[:MOST_CATEGORIES]


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
