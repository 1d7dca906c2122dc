"""Selling over the counter and on credit, and how debts are paid."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from demo.catalogue import HOLIDAYS, PAIRS
from demo.shop import Shop
from demo.state import Customer, OpenInvoice, Product, Record, days, money

Line = tuple[Product, int, float]
"""Product, quantity asked for, unit price."""

SEASONS: dict[str, Callable[[date], float]] = {
    "xmas": lambda day: _christmas(day),
    "school": lambda day: 1.8 if day.month in (1, 5, 9) and day.day <= 20 else 0.8 if day.month in (8, 12) else 1.0,
    "dry": lambda day: 1.4 if day.month in (12, 1, 2, 3) else 0.8 if day.month in (6, 7) else 1.0,
    "rain": lambda day: 1.6 if day.month in (5, 6, 7) else 0.8,
    "flat": lambda _: 1.0,
}


def _christmas(day: date) -> float:
    if day.month == 12 and day.day <= 24:
        return 1.9 if day.day >= 8 else 1.35
    if day.month == 4 and day.day < 8:
        return 1.25
    return 0.75 if day.month == 1 else 1.0


def day_factor(shop: Shop, day: date) -> float:
    """Return how busy a day is against an ordinary one: weekday, pay-day, holidays, growth."""
    factor = [1.0, 0.95, 0.97, 1.0, 1.2, 1.35, 0.45][day.weekday()]
    if day.day >= 25 or day.day <= 2:
        factor *= 1.22
    if day in HOLIDAYS:
        factor *= 0.1 if (day.month, day.day) in ((12, 25), (1, 1)) else 0.55
    if day + days(1) in HOLIDAYS:
        factor *= 1.25
    return factor * (1 + 0.06 * ((day - shop.plan.start).days / 365))


def sell(
    shop: Shop,
    day: date,
    lines: list[Line],
    employee: Record,
    customer: Customer | None = None,
    *,
    credit: bool = False,
    wholesale: bool = False,
    discount: float = 0.0,
    hour: int | None = None,
    void_after: int | None = None,
    override: Record | None = None,
) -> Record | None:
    """Sell what is in stock and return the sale, None when nothing is; `void_after` minutes it is cancelled."""
    items, taken, subtotal = [], [], 0.0
    for product, asked, price in lines:
        quantity = _take(shop, product, asked)
        if quantity > 0:
            prices = {"unit_price": money(price), "cost_price": money(product.item.cost)}
            items.append({"product": product.record["id"], "quantity": quantity, **prices})
            taken.append((product, quantity))
            subtotal += quantity * price
    if not items:
        return None
    off = round(subtotal * discount, 2)
    shop.receipts += 1
    payment = "CREDIT" if credit else shop.random.choices(["CASH", "MOBILE", "CARD"], [5, 4, 1])[0]
    moment = shop.moment(day, hour)
    sale: Record = {
        "id": shop.new_id(),
        "business": shop.id,
        "storefront": employee["storefront"],
        "user": employee["id"],
        "receipt_number": f"REC-{day:%Y%m}-{shop.receipts:05d}",
        "type": "WHOLESALE" if wholesale else "RETAIL",
        "status": "COMPLETED" if void_after is None else "CANCELLED",
        "subtotal": money(subtotal),
        "discount_amount": money(off),
        "total_amount": money(round(subtotal - off, 2)),
        "payment_type": payment,
        "is_credit_sale": credit,
        "created_at": moment,
        "items": items,
    }
    if customer:
        sale["customer"] = customer.record["id"]
    if void_after is None:
        for product, quantity in taken:
            product.stock -= quantity
    else:
        sale["cancelled_at"] = _minutes_after(moment, void_after)
    if override:
        sale["override_by"] = override["id"]
    shop.record(day, "sales", sale)
    return sale


def _take(shop: Shop, product: Product, asked: int) -> int:
    """Return how much of the asked there is, and note what was asked for and lost."""
    product.asked += asked
    quantity = min(asked, product.stock)
    if quantity < asked:
        lost = shop.truth["lost_sales"]
        lost[product.record["id"]] = lost.get(product.record["id"], 0) + asked - quantity
    return quantity


def _minutes_after(moment: str, minutes: int) -> str:
    later = datetime.fromisoformat(moment) + timedelta(minutes=minutes)
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


def refund(shop: Shop, day: date, employee: Record, amount: float, sale: Record | None, hour: int) -> Record:
    """Give money back, with or without the sale that it is for."""
    record: Record = {
        "id": shop.new_id(),
        "business": shop.id,
        "user": employee["id"],
        "storefront": employee["storefront"],
        "amount": money(amount),
        "created_at": shop.moment(day, hour),
        "reason": "customer returned",
        "status": "PROCESSED",
    }
    if sale:
        record["sale"] = sale["id"]
    shop.record(day, "refunds", record)
    return record


def walk_in(shop: Shop, day: date) -> dict[str, int]:
    """Serve a day's walk-in customers; returns the units that they asked for, by product id."""
    weights = [
        product.base * SEASONS[product.item.season](day) * (product.price / product.item.retail) ** product.elasticity
        for product in shop.products
    ]
    usual = sum(product.base for product in shop.products)
    walk_ins = shop.plan.walk_ins * shop.plan.scale
    demand: dict[str, int] = {}
    for _ in range(shop.poisson(walk_ins * day_factor(shop, day) * sum(weights) / usual)):
        lines = _basket(shop, weights)
        for product, quantity, _price in lines:
            demand[product.record["id"]] = demand.get(product.record["id"], 0) + quantity
        _serve(shop, day, lines)
    return demand


def _basket(shop: Shop, weights: list[float]) -> list[Line]:
    rng, chosen = shop.random, {}
    for _ in range(rng.choices([1, 2, 3], [5, 3, 1])[0]):
        product = rng.choices(shop.products, weights)[0]
        chosen[product.item.name] = product
    for anchor, companion, chance in PAIRS:
        if anchor in chosen and companion in shop.by_name and rng.random() < chance:
            chosen[companion] = shop.by_name[companion]
    lines = []
    for product in chosen.values():
        quantity = 1 if product.price > 200 else rng.choices([1, 2, 3, 4, 6], [6, 4, 2, 1, 1])[0]
        lines.append((product, quantity, product.price))
    return lines


def _serve(shop: Shop, day: date, lines: list[Line]) -> None:
    """Sell a basket; some sales are honest exceptions, so that an exception alone proves nothing."""
    rng = shop.random
    employee = rng.choice(shop.employees[:4])
    customer = _shopper(shop, day) if rng.random() < 0.3 and shop.shoppers else None
    discount = rng.choice([0.02, 0.05]) if rng.random() < 0.05 else 0.0
    luck = rng.random()
    if luck < 0.012:
        sell(shop, day, lines, employee, customer, void_after=rng.choice([1, 2, 2, 3, 5, 9, 25]))
        return
    if luck < 0.022:
        allowed = round(rng.uniform(0.10, 0.32), 3)
        sell(shop, day, lines, employee, customer, discount=allowed, override=shop.employees[0])
        return
    if luck < 0.026:
        product = rng.choice([product for product in shop.products if product.price < 60])
        lines = [(product, rng.randrange(15, 40), product.price)]
    hour = 20 if rng.random() < 0.006 else None
    sale = sell(shop, day, lines, employee, customer, discount=discount, hour=hour)
    if sale and 0.026 <= luck < 0.034:
        amount = float(sale["total_amount"]) * rng.choice([1.0, 1.0, 0.5])
        employee = rng.choice(shop.employees[:4])
        linked = sale if rng.random() < 0.75 else None
        refund(shop, day, employee, amount, linked, rng.randrange(9, 19))


def _shopper(shop: Shop, day: date) -> Customer | None:
    here = [one for one in shop.shoppers if one.since <= day and (not one.gone or day < one.gone)]
    return shop.random.choices(here, [one.frequency for one in here])[0] if here else None


def wholesale_order(shop: Shop, customer: Customer, day: date) -> None:
    """Sell to a credit customer and write the invoice."""
    lines = _order_lines(shop, customer, day)
    employee = shop.employees[4 if shop.random.random() < 0.5 else 5]
    hour = shop.random.randrange(9, 16)
    sale = sell(shop, day, lines, employee, customer, credit=True, wholesale=True, hour=hour)
    if not sale:
        return
    total, due = float(sale["total_amount"]), day + days(customer.terms)
    invoice: Record = {
        "id": shop.new_id(),
        "business": shop.id,
        "invoice_number": f"INV-{day:%Y}-{shop.receipts:05d}",
        "sale": sale["id"],
        "customer": customer.record["id"],
        "issue_date": day.isoformat(),
        "due_date": due.isoformat(),
        "original_amount": money(total),
        "amount_paid": "0.00",
        "amount_outstanding": money(total),
        "status": "PENDING",
        "reminder_count": 0,
    }
    shop.record(day, "invoices", invoice)
    plan = _instalments(payment_plan(shop, customer, day, due), day, total)
    customer.open.append(OpenInvoice(invoice, total, plan, due, day))


def _order_lines(shop: Shop, customer: Customer, day: date) -> list[Line]:
    rng, size = shop.random, customer.size
    if customer.behaviour == "hoarder" and day >= customer.event:
        size *= 3
    lines: list[Line] = []
    spent = 0.0
    pool = [product for product in shop.products if product.base > 0.2]
    while spent < size * rng.uniform(0.75, 1.1) and len(lines) < min(6, len(pool)):
        weights = [product.base * SEASONS[product.item.season](day) for product in pool]
        product = rng.choices(pool, weights)[0]
        if any(line[0] is product for line in lines):
            continue
        price = product.item.wholesale
        quantity = max(2, round(size / 3 / price * rng.uniform(0.5, 1.3)))
        quantity = min(quantity, max(4, round(product.base * shop.plan.scale * 12)))
        lines.append((product, quantity, price))
        spent += quantity * price
    return lines


def _instalments(shares: list[tuple[date, float]], issued: date, total: float) -> list[tuple[date, float]]:
    """Return days and amounts; the last takes what rounding left over when nearly all is to be paid."""
    plan, left = [], total
    for day, share in shares:
        amount = round(min(left, total * share), 2)
        left = round(left - amount, 2)
        plan.append((max(day, issued + days(1)), amount))
    if plan and abs(sum(amount for _, amount in plan) - total) < 0.05 * total:
        plan[-1] = (plan[-1][0], round(plan[-1][1] + left, 2))
    return plan


def payment_plan(shop: Shop, customer: Customer, issued: date, due: date) -> list[tuple[date, float]]:
    """Return when which share of an invoice will be paid, by the customer's behaviour."""
    rng, plan = shop.random, shop.plan
    age = (issued - plan.start).days / max(1, (plan.as_of - plan.start).days)
    match customer.behaviour:
        case "prompt" | "churned":
            late = rng.randrange(-6, 2)
        case "steady_late" | "new":
            late = max(0, round(rng.gauss(customer.late, 2.5)))
        case "drifting_late":
            late = max(-3, round(rng.gauss(46 * age**1.6, 3)))
        case "improving":
            late = max(-3, round(rng.gauss(26 * (1 - age), 3)))
        case "sudden_stop":
            late = rng.randrange(-5, 2)
            if due + days(late) >= customer.event:
                return []
        case "hoarder":
            late = (0 if issued < customer.event else rng.randrange(12, 30)) + rng.randrange(-2, 3)
        case "salary_cycle":
            late = next(wait for wait in range(31) if (due + days(wait)).day in (5, 6, 7))
        case "instalments":
            return [(due + days(rng.randrange(0, 4) + 10 * part), 1 / 3) for part in range(3)]
        case "december_slow":
            late = rng.randrange(18, 30) if due.month in (12, 1) else rng.randrange(0, 5)
        case "defaulter":
            return _last_payment(shop, due, age)
        case _:
            late = rng.randrange(0, 10)
    return [(due + days(late), 1.0)]


def _last_payment(shop: Shop, due: date, age: float) -> list[tuple[date, float]]:
    if age < 0.45:
        return [(due + days(shop.random.randrange(10, 40)), 1.0)]
    if age < 0.6:
        return [(due + days(shop.random.randrange(15, 45)), shop.random.choice([0.2, 0.3, 0.4]))]
    return []
