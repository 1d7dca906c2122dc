"""Simulates Ghanaian shops and writes their records as JSON Lines, byte for byte the same for the same arguments.

    python -m demo.generate --out demo/tenant                 # the demo tenant (seed 7)
    python -m demo.generate --seed 11 --scale 3 --out big     # three times as much
    python -m demo.generate --seed 11 --out t --truth t.json  # with the hidden answers

The simulation runs past the as-of date; what happens then goes to the truth file alone.
"""

import argparse
import json
import math
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # `python demo/generate.py` works from anywhere, too

from demo.debts import settle
from demo.oddities import cheat, plant
from demo.shop import Shop
from demo.state import Customer, Plan, Product, days, money
from demo.trade import walk_in, wholesale_order

LEAST_PRODUCTS = 12
TABLES = (
    "businesses",
    "storefronts",
    "employees",
    "suppliers",
    "products",
    "price_changes",
    "customers",
    "invoices",
    "payments",
    "reminders",
    "sales",
    "refunds",
    "stock_movements",
)


def run(shop: Shop) -> Shop:
    """Let every day of the plan pass."""
    day, demand = shop.plan.start, dict[str, dict[date, int]]()
    while day <= shop.end:
        for product in shop.products:
            _receive(shop, product, day)
        asked = walk_in(shop, day)
        if day > shop.plan.as_of:
            for product_id, units in asked.items():
                demand.setdefault(product_id, {})[day] = units
        for customer in shop.customers:
            _order(shop, customer, day)
            settle(shop, customer, day)
        cheat(shop, day)
        plant(shop, day)
        for product in shop.products:
            _reorder(shop, product, day)
        if day == shop.plan.as_of:
            _close(shop)
        day += days(1)
    _note_future(shop, demand)
    return shop


def _receive(shop: Shop, product: Product, day: date) -> None:
    """Change the price when that is due, and take in deliveries."""
    product.price = product.changes.get(day, product.price)
    for delivery in [one for one in product.pending if one[0] == day]:
        shop.move(product, day, "RECEIPT", delivery[1], "PO")
        product.pending.remove(delivery)


def _order(shop: Shop, customer: Customer, day: date) -> None:
    """Let a credit customer order when it is time; the manager allows up to 130 % of the limit."""
    if day < customer.next_order or (customer.stops_buying and day >= customer.stops_buying):
        return
    if sum(invoice.left for invoice in customer.open) > 1.3 * float(customer.record["credit_limit"]):
        return
    stopped = customer.behaviour == "sudden_stop" and day > customer.event + days(12)
    if day.weekday() != 6 and not stopped:
        wholesale_order(shop, customer, day)
        hoarding = customer.behaviour == "hoarder" and day >= customer.event
        interval = customer.interval / (2 if hoarding else 1)
        customer.next_order = day + days(max(2, round(shop.random.gauss(interval, 1.2))))


def _reorder(shop: Shop, product: Product, day: date) -> None:
    """Smooth the demand, order from the supplier when stock runs low, and lose a little to damage."""
    usual, (lead, deviation) = product.base * shop.plan.scale, product.lead_time
    product.rate = 0.93 * product.rate + 0.07 * product.asked
    product.asked = 0
    daily = max(usual, product.rate)
    position = product.stock + sum(quantity for _, quantity in product.pending)
    if position <= daily * (lead + 1.3 * math.sqrt(lead) + 2):
        arrival = day + days(max(1, round(shop.random.gauss(lead, deviation))))
        product.pending.append((arrival, max(2, round(daily * (21 if lead < 10 else 40)))))
    if shop.random.random() < 0.0025:
        lost = min(product.stock, shop.random.randrange(1, 4))
        if lost:
            shop.move(product, day, "ADJUSTMENT", -lost, shop.random.choice(["DAMAGE", "EXPIRED", "SAMPLE"]))


def _close(shop: Shop) -> None:
    """Write the columns that tell the state on the as-of date."""
    for product in shop.products:
        on_order = sum(quantity for _, quantity in product.pending)
        product.record.update(retail_price=money(product.price), current_stock=product.stock, on_order=on_order)
    for customer in shop.customers:
        owed = sum(invoice.left for invoice in customer.open if invoice.record["status"] != "WRITTEN_OFF")
        customer.record["outstanding_balance"] = money(owed)
        if customer.behaviour == "defaulter":
            customer.record["credit_blocked"] = True


def _note_future(shop: Shop, demand: dict[str, dict[date, int]]) -> None:
    as_of = shop.plan.as_of
    for product_id, units in demand.items():
        shop.truth["future_demand"][product_id] = {
            f"next_{span}": sum(count for day, count in units.items() if day <= as_of + days(span)) for span in (7, 30)
        }
    for customer in shop.customers:
        if customer.behaviour == "hoarder":
            why = "orders doubled in number and tripled in size"
            shop.flag(as_of, "RAPID_CREDIT_UTILISATION", "customer", customer.record["id"], "HIGH", why)


def simulate(options: argparse.Namespace) -> list[Shop]:
    """Return a busy shop, a small one and one without any records."""
    as_of = date.fromisoformat(options.as_of)
    busy = Plan(
        name="Sankofa Stores Ltd",
        tier="PROFESSIONAL",
        start=as_of - days(options.days),
        as_of=as_of,
        horizon=options.horizon,
        scale=options.scale,
        walk_ins=options.walkins,
        products=options.products,
        credit_customers=options.customers,
        retail_customers=options.retail,
        fraud=options.fraud_rate,
    )
    small = Plan(
        "Akwaaba Mini Mart", "STARTER", as_of - days(60), as_of, options.horizon, 1.0, 2, 12, 4, 5, dishonest=False
    )
    empty = Plan("Volta Fresh Foods", "ENTERPRISE", as_of, as_of, 0, 1.0, 0, 0, 0, 0, dishonest=False)
    return [run(Shop(options.seed, busy)), run(Shop(options.seed, small)), Shop(options.seed, empty)]


def write(shops: list[Shop], directory: Path) -> dict[str, int]:
    """Write one file per table and return how many rows each has."""
    directory.mkdir(parents=True, exist_ok=True)
    counts = {}
    for table in TABLES:
        rows = [row for shop in shops for row in shop.records[table]]
        counts[table] = len(rows)
        with (directory / f"{table}.jsonl").open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    return counts


def main() -> None:
    """Read the command line, simulate and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", default="2026-11-20")
    parser.add_argument("--days", type=int, default=400, help="days of history")
    parser.add_argument("--horizon", type=int, default=60, help="days past the as-of date, for the truth only")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies walk-in sales and stock")
    parser.add_argument("--walkins", type=float, default=3.6, help="walk-in sales of an ordinary day at scale 1")
    parser.add_argument("--customers", type=int, default=26, help="credit customers")
    parser.add_argument("--retail", type=int, default=50, help="named retail customers")
    parser.add_argument("--products", type=int, default=44, help=f"{LEAST_PRODUCTS} or more")
    parser.add_argument("--fraud-rate", type=float, default=1.0, help="below 1: subtler fraud")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--truth", type=Path, help="write the hidden answers to this file")
    options = parser.parse_args()
    if options.products < LEAST_PRODUCTS:
        parser.error(f"--products: give {LEAST_PRODUCTS} or more, so that every kind of sale finds goods of its price.")
    shops = simulate(options)
    counts = write(shops, options.out)
    if options.truth:
        truth = {shop.id: shop.truth for shop in shops}
        options.truth.write_text(json.dumps({"businesses": truth}, separators=(",", ":")), encoding="utf-8")
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
