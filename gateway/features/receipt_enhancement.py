"""Receipt enhancement: thanks, care tips and up to two companions at their true price, in time for the printer.

Nothing here may keep a receipt from being printed: what cannot be read in time is left out and named in the warnings.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog

from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Customer, Product, Sale
from gateway.domain.sold import NOT_SOLD
from gateway.features.companions import Receipts, receipts_until
from gateway.features.insight_names import GENERIC
from gateway.features.receipt_words import recommendation, thanks, tips
from gateway.features.remembering import Remembered
from gateway.features.report_figures import word_set
from gateway.ports import PosData

_log = structlog.get_logger()
READ_SECONDS = 0.4
"""Half of the deadline: what is left is for the words."""
MOST_RECOMMENDED, MOST_ITEMS = 2, 8
_RECEIPTS: Remembered[Receipts] = Remembered(16)
_ID_KEYS, _NAME_KEYS = ("product_id", "product", "id"), ("name", "product_name", "description")
_TITLES = word_set("mr mrs miss ms madam dr rev auntie uncle maame nana hajia alhaji")
_PROMISES = re.compile(
    r"\b(?:discounts?|free|points?|refunds?|exchange|returns?|vouchers?|coupons?)\b|% off\b", re.IGNORECASE
)
_TOGETHER = re.compile(
    r"\b(?:bought|buy|purchased?|go(?:es)?) (?:\w+ )?together\b|\b(?:customers?|people) (?:who|also)\b"
    r"|\balso (?:bought|buy|purchased?)\b",
    re.I,
)
PII = {"/customer/first_name": "person", "/items/*/name": "free-text"}
PLAIN = frozenset(("/as_of", "/currency", "/basis", "/items/*/category", "/recommended/*/name"))


@dataclass(frozen=True, slots=True)
class Shop:
    """What the records say about one receipt; empty where they were not there in time."""

    sale: Sale | None = None
    customer: Customer | None = None
    came_before: bool = False
    products: Mapping[str, Product] | None = None
    receipts: Receipts | None = None
    is_late: bool = False


async def gather(pos: PosData, request: Mapping[str, Any], as_of: date) -> Evidence:
    """Return what a receipt may say; never raises for what the records lack or do not tell in time."""
    shop = Shop()
    try:
        async with asyncio.timeout(None if pos.is_patient else READ_SECONDS):
            shop = await _look_up(pos, request, as_of)
    except TimeoutError:
        shop = Shop(is_late=True)
    except Exception as error:
        # Whatever is wrong with the records, the receipt is printed; the fault's text may hold a person's data.
        _log.warning("receipt_records_not_read", feature="receipt_enhancement", error=type(error).__name__)
        shop = Shop(is_late=True)
    return _evidence(shop, request, as_of, pos.currency, pos.excluded)


def bare(request: Mapping[str, Any], as_of: date, currency: str) -> Evidence:
    """Return the evidence that the request alone gives, without any record."""
    return _evidence(Shop(is_late=True), request, as_of, currency, 0)


async def _look_up(pos: PosData, request: Mapping[str, Any], as_of: date) -> Shop:
    sale = await pos.sale(request["sale_id"]) if request.get("sale_id") else None
    customer_id = (sale.customer if sale else None) or request.get("customer_id")
    customer = await pos.customer(customer_id) if customer_id else None
    earlier = await pos.sales(customer_id=customer.id) if customer else ()
    before = any(one.status not in NOT_SOLD and one.id != request.get("sale_id") for one in earlier)
    products = {one.id: one for one in await pos.products()}
    receipts = await _receipts(pos, as_of)
    return Shop(sale, customer, before, products, receipts)


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await pos.products()
    await _receipts(pos, as_of)


async def _receipts(pos: PosData, as_of: date) -> Receipts:
    return await _RECEIPTS.get(pos, "receipts", lambda: receipts_until(pos, as_of))


def _evidence(shop: Shop, request: Mapping[str, Any], as_of: date, currency: str, excluded: int) -> Evidence:
    products = shop.products or {}
    basket, items = _basket(shop, request)
    chosen, together = _companions(shop, basket, {str(item["name"]).lower() for item in items})
    recommended = [
        {"name": products[key].name, "price": f"{products[key].retail_price:.2f}"} | _stock(products[key])
        for key in chosen
    ]
    name = _first_name(shop.customer)
    facts: dict[str, Json] = {
        "as_of": as_of.isoformat(), "currency": currency, "items": items[:MOST_ITEMS],
        "customer": {"first_name": name, "came_before": shop.came_before} if name else {},
        "recommended": recommended, "basis": ("bought together" if together else "sells well") if chosen else "",
        "receipts_read": len(shop.receipts.baskets) if shop.receipts else 0,
    }  # fmt: skip
    lines = [recommendation(facts, row) for row in recommended]
    return Evidence(
        facts={key: value for key, value in facts.items() if value not in ("", [], {})},
        computed={"ai_enhancements": {"recommendations": lines}}, around=dict(request),
        as_of=as_of, pii=PII, plain=PLAIN, n=len(items), excluded=excluded,
        subjects=(shop.customer.id,) if shop.customer else (),
        warnings=("records_not_read_in_time",) if shop.is_late else (), complete=not shop.is_late,
    )  # fmt: skip


def _basket(shop: Shop, request: Mapping[str, Any]) -> tuple[set[str], list[dict[str, Json]]]:
    """Return the product ids of the purchase and its items by name, from the request or else from the sale."""
    products = shop.products or {}
    by_name = {one.name.lower(): one for one in products.values()}
    given: Sequence[Any] = request.get("items") or ()
    if not given and shop.sale:
        given = [{"product_id": item.product} for item in shop.sale.items]
    basket, items = set(), []
    for item in given:
        key = next((item[k] for k in _ID_KEYS if isinstance(item.get(k), str)), "")
        named = next((item[k] for k in _NAME_KEYS if isinstance(item.get(k), str)), "")
        product = products.get(key) or by_name.get(named.lower().strip())
        basket.add(product.id if product else key)
        if name := (product.name if product else named.strip()[:80]):
            items.append({"name": name, **({"category": product.category} if product and product.category else {})})
    return basket - {""}, items


def _companions(shop: Shop, basket: set[str], names: set[str]) -> tuple[list[str], bool]:
    """Return up to two products to add, and whether receipts show that they are bought together."""
    products, receipts = shop.products or {}, shop.receipts
    offered = {
        key for key, one in products.items()
        if key not in basket and one.name.lower() not in names and one.is_active and one.available > 0
        and one.retail_price > one.unit_cost
    }  # fmt: skip
    if receipts is None or not basket:
        return [], False
    if receipts.are_enough:
        found = [one.product for one in receipts.companions(basket) if one.product in offered]
        return found[:MOST_RECOMMENDED], True
    sold, shelves = receipts.popularity(), {products[key].category for key in basket if key in products}
    same = [key for key in offered if products[key].category in shelves and sold[key] > 0]
    return sorted(same, key=lambda key: (-sold[key], products[key].name, key))[:MOST_RECOMMENDED], False


def _first_name(customer: Customer | None) -> str:
    """Return a person's first name, a business's whole name, nothing for an unnamed customer."""
    words = customer.name.split() if customer else []
    if not words or customer is None:
        return ""
    plain = [word.strip(".,").lower() for word in words]
    if len(words) > 3 or customer.customer_type == "WHOLESALE" or not GENERIC.isdisjoint(set(plain) - _TITLES):
        return customer.name
    return next((word for word, low in zip(words, plain, strict=True) if low not in _TITLES), customer.name)


def _stock(product: Product) -> dict[str, Json]:
    return {"stock": int(product.stock)} if product.keeps_stock else {}


def fallback(facts: Mapping[str, Json]) -> dict[str, Any]:
    """Return the words that fixed rules write from the facts alone."""
    return {"ai_enhancements": {"personalized_message": thanks(facts), "product_tips": tips(facts.get("items", ()))}}


def merge(words: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the receipt as it was sent with the words laid in."""
    return {**evidence.around, **words}


def unsupported(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return promises that a receipt must not make, and habits of customers that receipts do not show."""
    found = [match[0] for match in _PROMISES.finditer(text)]
    if facts.get("basis") != "bought together":
        found += [match[0] for match in _TOGETHER.finditer(text)]
    return found
