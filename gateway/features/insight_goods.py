"""Insights about goods: what sells, what stands, what to order, categories, margins, value of stock, one product."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

from gateway.domain.records import Product
from gateway.domain.sums import LineSum
from gateway.features.insight_found import Found, Row, amount, change, order, share, span, used
from gateway.features.insight_plan import Plan
from gateway.features.insight_reach import reach
from gateway.features.periods import Period
from gateway.features.wording import count, measured, percent, plain
from gateway.ports import PosData

OVERSTOCK_DAYS = 60
REVIEW_DAYS = 7
COVER_DAYS = 14
USUAL_LEAD_DAYS = 7.0
UNSORTED = "Without a category"


@dataclass(frozen=True, slots=True)
class Sold:
    """What a product or a category sold for in a period, before discounts on whole sales."""

    units: float = 0.0
    revenue: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    last: date | None = None

    @property
    def profit(self) -> Decimal:
        """Revenue less what the goods cost."""
        return self.revenue - self.cost

    @classmethod
    def of(cls, lines: Iterable[LineSum]) -> "Sold":
        """Add up lines."""
        found = list(lines)
        return cls(
            sum(one.units for one in found),
            sum((one.amount - one.discount for one in found), Decimal(0)),
            sum((one.cost for one in found), Decimal(0)),
            max((one.last for one in found), default=None),
        )


async def _sold(pos: PosData, period: Period) -> tuple[dict[str, Product], dict[str, Sold], list[str], int]:
    """Return the products by id, what each sold for, what was read and from how many lines."""
    lines = await pos.line_sums(since=period.first, until=period.last)
    n = sum(one.lines for one in lines)
    products = {one.id: one for one in await pos.products()}
    return products, {one.product: Sold.of([one]) for one in lines}, [used("sale lines", period, n)], n


async def top_products(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return the products of a period by revenue, or by pieces."""
    products, sold, read, n = await _sold(pos, plan.period)
    whole = sum((one.revenue for one in sold.values()), Decimal(0))

    def rank(key: str) -> tuple[Decimal, str]:
        return order(plan) * (Decimal(str(sold[key].units)) if plan.by_units else sold[key].revenue), key

    rows = [
        {
            "product_id": key,
            "product": _name(products, key),
            "category": _category(products, key),
            "revenue": amount(sold[key].revenue),
            "share": share(sold[key].revenue, whole),
            "units": measured(sold[key].units),
            **({} if key not in products or products[key].keeps_stock else {"stock_on_record": "no"}),
        }
        for key in sorted(sold, key=rank)[: plan.rows]
    ]
    summary = {
        "products_sold": len(sold),
        "revenue": amount(whole),
        "ranked_by": "units" if plan.by_units else "revenue",
    }
    return Found(summary, rows, read, n)


async def slow_products(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return what lies in stock without selling, then what would last longest, at the pace of the period."""
    products, sold, read, n = await _sold(pos, plan.period)
    days = (await reach(pos, plan.period)).days
    idle: list[tuple[float, Decimal, Row]] = []
    for product in products.values():
        if not product.is_active or product.stock <= 0:
            continue
        units = sold.get(product.id, Sold()).units
        cover = product.stock / units * days if units else None
        value = Decimal(str(product.stock)) * product.unit_cost
        if cover is None or cover > OVERSTOCK_DAYS:
            last = sold[product.id].last if product.id in sold else None
            row = {
                "product_id": product.id,
                "product": product.name,
                "category": product.category or None,
                "units_sold": measured(units),
                "stock": measured(product.stock),
                "stock_value": amount(value),
                "stock_lasts_days": None if cover is None else min(999, round(cover)),
                "last_sold": last.isoformat() if last else None,
            }
            idle.append((-(cover or 1e12), -value, row))
    ranked = [row for _, _, row in sorted(idle, key=lambda one: (one[0], one[1], str(one[2]["product_id"])))]
    value = sum((Decimal(row["stock_value"]) for row in ranked), Decimal(0))
    unsold = sum(not row["units_sold"] for row in ranked)
    summary = {
        "slow_products": len(ranked),
        "products_without_a_sale": unsold,
        "slow_stock_value": amount(value),
        "products_in_stock": sum(one.is_active and one.stock > 0 for one in products.values()),
        "slow_means_stock_for_more_than_days": OVERSTOCK_DAYS,
    }
    found = Found(summary, ranked[: plan.rows], [*read, used("products", None, len(products))], n)
    return found.noting(*_uncounted(products.values()))


async def restock(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return what will not last until the next delivery at the pace of the period, the most urgent first.

    Wanted: stock and open orders below the supplier's lead time and a week; suggested: up to the lead time and two.
    """
    products, sold, read, n = await _sold(pos, plan.period)
    days = (await reach(pos, plan.period)).days
    leads = {one.id: one.lead_time_days for one in await pos.suppliers()}
    wanted: list[tuple[float, Decimal, Row]] = []
    for product in products.values():
        daily = sold.get(product.id, Sold()).units / days
        if not product.is_active or not product.keeps_stock or daily <= 0:
            continue
        lead = leads.get(product.supplier or "", USUAL_LEAD_DAYS)
        stock = max(0.0, product.stock)
        if (stock + product.on_order) / daily >= lead + REVIEW_DAYS:
            continue
        row = {
            "product_id": product.id,
            "product": product.name,
            "stock": measured(stock),
            "on_order": plain(product.on_order),
            "units_per_week": plain(daily * 7, 1),
            "stock_lasts_days": int(stock / daily),
            "delivery_days": plain(lead, 1),
            "order_quantity": max(1, ceil(daily * (lead + COVER_DAYS) - stock - product.on_order)),
        }
        wanted.append((stock / daily, -sold[product.id].revenue, row))
    ranked = [row for _, _, row in sorted(wanted, key=lambda one: (one[0], one[1], str(one[2]["product_id"])))]
    summary = {
        "products_to_restock": len(ranked),
        "products_out_of_stock": sum(not row["stock"] for row in ranked),
        "products_that_sell": len(sold),
    }
    found = Found(summary, ranked[: plan.rows], [*read, used("products", None, len(products))], n)
    return found.noting(*_uncounted(products.values()))


async def categories(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return the categories of a period by revenue, each beside the span before."""
    products, sold, read, n = await _sold(pos, plan.period)
    _, earlier, read_before, _ = await _sold(pos, plan.against)
    now, then = _grouped(sold, products), _grouped(earlier, products)
    known = await reach(pos, plan.against)
    compared = not known.covers_nothing and known.begins is None
    whole = sum((one.revenue for one in now.values()), Decimal(0))
    rows = [
        {
            "category": name,
            "revenue": amount(now[name].revenue),
            "share": share(now[name].revenue, whole),
            "units": measured(now[name].units),
            "previous_revenue": amount(then.get(name, Sold()).revenue) if compared else None,
            "revenue_change": change(now[name].revenue, then.get(name, Sold()).revenue) if compared else None,
        }
        for name in sorted(now, key=lambda name: (order(plan) * now[name].revenue, name))
    ]
    summary = {"categories_sold": len(rows), "revenue": amount(whole)}
    return Found(
        summary,
        rows[: max(plan.rows, USUAL_CATEGORIES)],
        [*read, *read_before],
        n,
        extra={"compared_with": span(plan.against)},
    )


USUAL_CATEGORIES = 10


async def margins(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return products or categories of a period by gross profit, with the margin as a share of revenue."""
    products, sold, read, n = await _sold(pos, plan.period)
    costed = {key: one for key, one in sold.items() if one.cost > 0}
    groups = _grouped(costed, products) if plan.by_category else costed
    revenue = sum((one.revenue for one in costed.values()), Decimal(0))
    whole = Sold(0.0, revenue, sum((one.cost for one in costed.values()), Decimal(0)))
    label: Callable[[str], Row] = (
        (lambda key: {"category": key})
        if plan.by_category
        else (lambda key: {"product_id": key, "product": _name(products, key)})
    )
    rows = [
        {
            **label(key),
            "revenue": amount(groups[key].revenue),
            "profit": amount(groups[key].profit),
            "margin": _margin(groups[key]),
        }
        for key in sorted(groups, key=lambda key: (order(plan) * groups[key].profit, key))[: plan.rows]
    ]
    uncosted = len(sold) - len(costed)
    summary: Row = {"revenue": amount(whole.revenue), "profit": amount(whole.profit), "margin": _margin(whole)}
    if plan.lowest:
        summary |= {"order": "lowest first", "sold_at_a_loss": sum(one.profit < 0 for one in groups.values())}
    found = Found({key: value for key, value in summary.items() if value is not None}, rows, read, n)
    found = found.noting(
        "Profit here is sales less what the goods cost; rent, wages and other expenses are not in the records."
    )
    return (
        found.noting(f"{count(uncosted, 'product')} without a cost {'was' if uncosted == 1 else 'were'} left out.")
        if uncosted
        else found
    )


async def stock_value(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return what the stock cost and would sell for, by category."""
    products = [one for one in await pos.products() if one.is_active]
    held = [one for one in products if one.stock > 0]
    groups: dict[str, list[Product]] = {}
    for one in held:
        groups.setdefault(one.category or UNSORTED, []).append(one)
    cost = _worth(held, lambda one: one.unit_cost)
    rows = [
        {
            "category": name,
            "stock_cost": amount(value),
            "share": share(value, cost),
            "stock_at_retail_price": amount(_worth(groups[name], lambda one: one.retail_price)),
            "products": len(groups[name]),
        }
        for value, name in sorted(
            ((_worth(group, lambda one: one.unit_cost), name) for name, group in groups.items()),
            key=lambda one: (-one[0], one[1]),
        )
    ]
    summary = {
        "stock_cost": amount(cost),
        "stock_at_retail_price": amount(_worth(held, lambda one: one.retail_price)),
        "products_in_stock": len(held),
        "products_out_of_stock": sum(one.available <= 0 for one in products),
    }
    today = {"name": "today", "days_named": "today", "from": as_of.isoformat(), "to": as_of.isoformat()}
    return Found(
        summary,
        rows[:USUAL_CATEGORIES],
        [used("products", None, len(products))],
        len(products),
        extra={"period": today},
    ).noting(*_uncounted(products))


async def one_product(pos: PosData, plan: Plan, as_of: date, wanted: Sequence[Product]) -> Found:
    """Return what the named products sold in a period and the span before, their stock and price."""
    rows, n = [], 0
    known, days = await reach(pos, plan.against), (await reach(pos, plan.period)).days
    compared = not known.covers_nothing and known.begins is None
    for product in wanted:
        now, then = [
            await pos.line_sums(since=period.first, until=period.last, product_id=product.id)
            for period in (plan.period, plan.against)
        ]
        n += sum(one.lines for one in (*now, *then))
        sold, earlier = Sold.of(now), Sold.of(then)
        daily = sold.units / days
        rows.append(
            {
                "product_id": product.id,
                "product": product.name,
                "revenue": amount(sold.revenue),
                "units": measured(sold.units),
                "previous_units": measured(earlier.units) if compared else None,
                "units_change": change(Decimal(str(sold.units)), Decimal(str(earlier.units))) if compared else None,
                "price": amount(product.retail_price),
                "stock": measured(product.stock) if product.keeps_stock else None,
                "stock_lasts_days": min(999, int(max(0.0, product.stock) / daily))
                if daily and product.keeps_stock
                else None,
            }
        )
    rows.sort(key=lambda row: (-Decimal(str(row["revenue"])), str(row["product_id"])))
    summary = {
        "products": len(rows),
        "revenue": amount(sum((Decimal(str(row["revenue"])) for row in rows), Decimal(0))),
    }
    return Found(summary, rows, [used("sale lines", plan.period, n)], n, extra={"compared_with": span(plan.against)})


def _grouped(sold: dict[str, Sold], products: dict[str, Product]) -> dict[str, Sold]:
    groups: dict[str, Sold] = {}
    for key, one in sold.items():
        name = _category(products, key) or UNSORTED
        other = groups.get(name, Sold())
        groups[name] = Sold(other.units + one.units, other.revenue + one.revenue, other.cost + one.cost)
    return groups


async def keeps_no_stock(pos: PosData) -> bool:
    """Tell whether not one of the business's products has its units counted, so that nothing is known of stock."""
    products = await pos.products()
    return bool(products) and not any(one.keeps_stock for one in products)


def _uncounted(products: Iterable[Product]) -> list[str]:
    """Return a note on the goods whose stock nobody counts; services have none to count."""
    n = sum(one.is_active and not one.keeps_stock and not one.is_service for one in products)
    return [f"{count(n, 'product')} without a stock on record {'is' if n == 1 else 'are'} left out."] if n else []


def _worth(products: Iterable[Product], price: Callable[[Product], Decimal]) -> Decimal:
    return sum((Decimal(str(one.stock)) * price(one) for one in products), Decimal(0))


def _margin(sold: Sold) -> str | None:
    return percent(sold.profit / sold.revenue) if sold.revenue > 0 else None


def _name(products: dict[str, Product], key: str) -> str:
    return products[key].name if key in products else "a product without a record"


def _category(products: dict[str, Product], key: str) -> str | None:
    return (products[key].category if key in products else "") or None
