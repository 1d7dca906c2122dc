"""One dishonest till and a few single planted oddities, each noted in the truth."""

from datetime import date

from demo.shop import Shop
from demo.state import Product, Record, days
from demo.trade import refund, sell


def cheat(shop: Shop, day: date) -> None:
    """Let the dishonest till void, discount and refund during the last 120 days."""
    if day < shop.plan.as_of - days(120) or not shop.dishonest:
        return
    till, fraud = shop.dishonest, shop.plan.fraud
    if shop.random.random() < 0.16 * fraud:
        _void_late(shop, day, till)
    if shop.random.random() < 0.14 * fraud:
        _discount_unasked(shop, day, till)
    if shop.random.random() < 0.10 * fraud:
        amount = shop.random.choice([150, 200, 250, 300, 400])
        record = refund(shop, day, till, amount, None, shop.random.choice([17, 18, 19]))
        shop.flag(day, "UNLINKED_REFUND", "refund", record["id"], "HIGH", "round refund without a sale")


def _void_late(shop: Shop, day: date, till: Record) -> None:
    rng = shop.random
    product = rng.choice([one for one in shop.products if 20 < one.price < 400])
    lines = [(product, rng.randrange(2, 6), product.price)]
    hour = rng.choice([18, 19, 19])
    sale = sell(shop, day, lines, till, hour=hour, void_after=rng.randrange(20, 100))
    if sale:
        why = "sale voided 20 to 100 minutes after tender, at the end of the day, by one till"
        shop.flag(day, "VOID_AFTER_TENDER", "sale", sale["id"], "HIGH", why)
        quantity = sale["items"][0]["quantity"]
        product.stock -= min(quantity, product.stock)
        shop.truth["shrinkage"].append([product.record["id"], day.isoformat(), quantity])


def _discount_unasked(shop: Shop, day: date, till: Record) -> None:
    rng = shop.random
    product = rng.choice([one for one in shop.products if one.price > 40])
    lines = [(product, rng.randrange(1, 4), product.price)]
    sale = sell(shop, day, lines, till, discount=rng.uniform(0.25, 0.45))
    if sale:
        why = "discount above 25 % without a manager, by one till"
        shop.flag(day, "EXCESSIVE_DISCOUNT", "sale", sale["id"], "MEDIUM", why)


def plant(shop: Shop, day: date) -> None:
    """Plant what is due at its fixed distance from the as-of date."""
    if not shop.plan.dishonest:
        return
    match (shop.plan.as_of - day).days:
        case 9:
            _unusual_amount(shop, day)
        case 23:
            _large_quantity(shop, day)
        case 5 | 31:
            _off_hours(shop, day)
        case 16:
            _below_cost(shop, day)
        case 12:
            _missing_stock(shop, day)


def _restocked(shop: Shop, day: date, product: Product, quantity: int) -> Product:
    shop.move(product, day, "RECEIPT", quantity, "PO")
    return product


def _unusual_amount(shop: Shop, day: date) -> None:
    product = _restocked(shop, day, shop.by_name.get('Samsung 55" QLED TV') or shop.products[0], 14)
    sale = sell(shop, day, [(product, 10, product.price)], shop.employees[1], hour=11)
    if sale:
        why = "amount at least ten times the usual sale"
        shop.flag(day, "UNUSUAL_TRANSACTION", "sale", sale["id"], "HIGH", why)


def _large_quantity(shop: Shop, day: date) -> None:
    product = _restocked(shop, day, shop.by_name.get("Phone Charger Type-C") or shop.products[1], 110)
    sale = sell(shop, day, [(product, 100, product.price)], shop.employees[3], hour=13)
    if sale:
        shop.flag(day, "LARGE_QUANTITY", "sale", sale["id"], "MEDIUM", "100 units of one item at retail")


def _off_hours(shop: Shop, day: date) -> None:
    product = shop.random.choice([one for one in shop.products if one.price > 60])
    _restocked(shop, day, product, 3)
    hour = shop.random.choice([1, 2, 3])
    sale = sell(shop, day, [(product, 2, product.price)], shop.employees[3], hour=hour)
    if sale:
        shop.flag(day, "OFF_HOURS", "sale", sale["id"], "MEDIUM", "sale between 01:00 and 04:00")


def _below_cost(shop: Shop, day: date) -> None:
    product = shop.random.choice([one for one in shop.products if one.item.cost > 100])
    _restocked(shop, day, product, 5)
    lines = [(product, 4, round(product.item.cost * 0.7, 2))]
    sale = sell(shop, day, lines, shop.employees[5], hour=15, wholesale=True)
    if sale:
        shop.flag(day, "BELOW_COST", "sale", sale["id"], "HIGH", "unit price 30 % under cost")


def _missing_stock(shop: Shop, day: date) -> None:
    product = max(shop.products, key=lambda one: one.stock * one.item.cost)
    missing = max(2, product.stock // 5)
    shop.move(product, day, "ADJUSTMENT", -missing, "CORRECTION")
    why = f"{missing} units missing at the count"
    shop.flag(day, "INVENTORY_DISCREPANCY", "product", product.record["id"], "HIGH", why)
