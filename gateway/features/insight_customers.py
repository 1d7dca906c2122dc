"""Insights about customers: who buys most, who stays away, who is new, who owes, and one customer in full."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from gateway.domain.records import Customer, Invoice, Sale
from gateway.domain.sold import NOT_SOLD
from gateway.features.insight_found import Found, Row, amount, order, sales_used, share, span, total, used, within
from gateway.features.insight_plan import Plan
from gateway.features.periods import Period, last_days
from gateway.features.rfm import SILENT_GAPS, YEAR, Scored, scored_customers, sum_segments
from gateway.features.wording import plain
from gateway.ports import PosData


async def top_customers(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return the named customers of a period by revenue; the share is of all sales, walk-ins included."""
    sums = await pos.sale_sums("customer", since=plan.period.first, until=plan.period.last)
    by_orders = plan.by_units
    every = await pos.sale_sums("payment_type", since=plan.period.first, until=plan.period.last)
    revenue = total(every)
    ranked = sorted(
        sums, key=lambda one: (order(plan) * one.sales if by_orders else 0, order(plan) * one.amount, one.key)
    )[: plan.rows]
    rows = [
        {
            "customer_id": one.key,
            "customer": await _name(pos, one.key),
            "revenue": amount(one.amount),
            "share": share(one.amount, revenue),
            "orders": one.sales,
            "last_purchase": one.last.isoformat(),
        }
        for one in ranked
    ]
    n = sum(one.sales for one in every)
    return Found(
        {
            "customers_who_bought": len(sums),
            "revenue": amount(revenue),
            "listed_revenue": amount(total(ranked)),
            "listed_share": share(total(ranked), revenue),
            "order": f"{'fewest' if plan.lowest else 'most'} orders first"
            if by_orders
            else "lowest first"
            if plan.lowest
            else "highest first",
        },
        rows,
        [sales_used(plan.period, n)],
        n,
        tuple(one.key for one in ranked),
    )


async def at_risk_customers(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return who has been silent for more than three of its own usual gaps, those of the highest revenue first."""
    scored = await scored_customers(pos, as_of)
    away = plan.away_days
    silent = [one for one in scored if (one.days >= away if away else one.is_silent)]
    revenue = sum((one.revenue for one in scored), Decimal(0))
    lost = sum((one.revenue for one in silent), Decimal(0))
    rows = [await _silent_row(pos, one) for one in silent[: plan.rows]]
    return Found(
        {
            "at_risk_customers": len(silent),
            **({"days_away": away} if away else {"usual_gap_times": SILENT_GAPS}),
            "customers_of_the_year": len(scored),
            "at_risk_revenue_of_the_year": amount(lost),
            "at_risk_share": share(lost, revenue),
        },
        rows,
        _year_used(scored, as_of),
        len(scored),
        tuple(one.id for one in silent[: plan.rows]),
        extra={"period": span(last_days(as_of, YEAR))},
    )


async def _silent_row(pos: PosData, one: Scored) -> Row:
    return {
        "customer_id": one.id,
        "customer": await _name(pos, one.id),
        "segment": one.segment,
        "revenue_of_the_year": amount(one.revenue),
        "orders": one.orders,
        "last_purchase": one.last.isoformat(),
        "days_since_last": one.days,
        "usual_gap_days": max(1, round(one.usual_gap or 0)),
    }


async def segments(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return the RFM segments of the last 365 days with their size and revenue."""
    scored = await scored_customers(pos, as_of)
    revenue = sum((one.revenue for one in scored), Decimal(0))
    rows = [
        {
            "segment": one.name,
            "customers": one.customers,
            "revenue": amount(one.revenue),
            "share": share(one.revenue, revenue),
            "average_revenue": amount(one.average_revenue),
            "average_orders": plain(one.average_orders, 1),
            "average_days_since_last": round(one.average_days),
        }
        for one in sum_segments(scored)
    ]
    return Found(
        {"customers_of_the_year": len(scored), "revenue": amount(revenue)},
        rows,
        _year_used(scored, as_of),
        len(scored),
        extra={"period": span(last_days(as_of, YEAR))},
    )


async def new_customers(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return the customers who were entered in a period and what they bought in it."""
    every = await pos.customers()
    joined = [one for one in every if one.created_at and within(one.created_at.date(), plan.period)]
    earlier = [one for one in every if one.created_at and within(one.created_at.date(), plan.against)]
    if every and not any(one.created_at for one in every):
        return Found({}).noting("No customer on record carries the day on which it was entered.")
    sums = {one.key: one for one in await pos.sale_sums("customer", since=plan.period.first, until=plan.period.last)}
    ranked = sorted(joined, key=lambda one: (-sums[one.id].amount if one.id in sums else Decimal(0), one.id))
    rows = [
        {
            "customer_id": one.id,
            "customer": one.name,
            "joined": one.created_at.date().isoformat(),
            "revenue": amount(sums[one.id].amount if one.id in sums else Decimal(0)),
            "orders": sums[one.id].sales if one.id in sums else 0,
        }
        for one in ranked[: plan.rows]
        if one.created_at
    ]
    bought = [sums[one.id] for one in joined if one.id in sums]
    return Found(
        {
            "new_customers": len(joined),
            "new_customers_before": len(earlier),
            "new_customers_who_bought": len(bought),
            "revenue_from_new_customers": amount(total(bought)),
            "customers_known": len(every),
        },
        rows,
        [used("customers", None, len(every)), sales_used(plan.period, sum(one.sales for one in sums.values()))],
        len(every),
        tuple(one.id for one in ranked[: plan.rows]),
        extra={"compared_with": span(plan.against)},
    )


async def returning_customers(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return which named customers of a period had bought before it, and who bought more than once in it."""
    now = await pos.sale_sums("customer", since=plan.period.first, until=plan.period.last)
    known = {one.key for one in await pos.sale_sums("customer", until=plan.period.first - timedelta(days=1))}
    back = [one for one in now if one.key in known]
    often = [one for one in now if one.sales > 1]
    ranked = sorted(back, key=lambda one: (-one.sales, -one.amount, one.key))[: plan.rows]
    rows = [
        {
            "customer_id": one.key,
            "customer": await _name(pos, one.key),
            "orders": one.sales,
            "revenue": amount(one.amount),
            "last_purchase": one.last.isoformat(),
        }
        for one in ranked
    ]
    n = sum(one.sales for one in now)
    summary: Row = {
        "customers_who_bought": len(now),
        "returning_customers": len(back),
        "returning_share": share(Decimal(len(back)), Decimal(len(now))),
        "returning_revenue": amount(total(back)),
        "bought_more_than_once": len(often),
    }
    return Found(summary, rows, [sales_used(plan.period, n)], n, tuple(one.key for one in ranked))


async def debtors(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return who owes, by what is overdue or, where the question asks so, by all of it; written off is no claim."""
    invoices = [one for one in await pos.invoices() if is_open(one)]
    owed: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        owed.setdefault(invoice.customer, []).append(invoice)
    outstanding, overdue = _owing(invoices, as_of)
    sums = {key: _owing(owed[key], as_of) for key in owed}

    def rank(key: str) -> tuple[Decimal, Decimal, str]:
        balance, late = sums[key]
        return (-balance, -late, key) if plan.by_balance else (-late, -balance, key)

    ranked = sorted(owed, key=rank)
    rows = [await _debtor_row(pos, key, owed[key], as_of) for key in ranked[: plan.rows]]
    late = [key for key in owed if sums[key][1] > 0]
    return Found(
        {
            "outstanding": amount(outstanding),
            "customers_who_owe": len(owed),
            "overdue": amount(overdue),
            "customers_overdue": len(late),
            "overdue_share": share(overdue, outstanding),
            "open_invoices": len(invoices),
            "ranked_by": "balance" if plan.by_balance else "overdue amount",
        },
        rows,
        [used("invoices", None, len(invoices))],
        len(invoices),
        tuple(ranked[: plan.rows]),
        extra={"period": {"name": "today", "days_named": "today", "from": as_of.isoformat(), "to": as_of.isoformat()}},
    )


async def _debtor_row(pos: PosData, key: str, invoices: Sequence[Invoice], as_of: date) -> Row:
    outstanding, overdue = _owing(invoices, as_of)
    late = [(as_of - one.due_date).days for one in invoices if one.due_date < as_of]
    return {
        "customer_id": key,
        "customer": await _name(pos, key),
        "balance": amount(outstanding),
        "overdue": amount(overdue),
        "days_overdue": max(late, default=0),
        "open_invoices": len(invoices),
    }


async def one_customer(pos: PosData, plan: Plan, as_of: date, customer: Customer) -> Found:
    """Return what a customer bought in a period, when it comes, and what it owes."""
    sales = [one for one in await pos.sales(customer_id=customer.id) if one.status not in NOT_SOLD]
    inside = [one for one in sales if within(one.created_at.date(), plan.period)]
    revenue = sum((one.total_amount for one in inside), Decimal(0))
    days = sorted({one.created_at.date() for one in sales})
    invoices = [one for one in await pos.invoices(customer_id=customer.id) if is_open(one)]
    outstanding, overdue = _owing(invoices, as_of)
    summary: Row = {
        "customer": customer.name,
        "revenue": amount(revenue),
        "orders": len(inside),
        "average_order": amount(revenue / len(inside)) if inside else None,
        "last_purchase": days[-1].isoformat() if days else None,
        "days_since_last": (as_of - days[-1]).days if days else None,
        "usual_gap_days": max(1, round((days[-1] - days[0]).days / (len(days) - 1))) if len(days) > 2 else None,
        "balance": amount(outstanding),
        "overdue": amount(overdue),
        "credit_limit": amount(customer.credit_limit) if customer.credit_limit else None,
    }
    return Found(
        {key: value for key, value in summary.items() if value is not None},
        await _favourites(pos, inside, plan),
        [sales_used(plan.period, len(inside)), used("invoices", None, len(invoices))],
        len(sales) + len(invoices),
        (customer.id,),
    )


async def _favourites(pos: PosData, sales: Sequence[Sale], plan: Plan) -> list[Row]:
    spent: dict[str, Decimal] = {}
    times: Counter[str] = Counter()
    for item in (item for sale in sales for item in sale.items):
        spent[item.product] = spent.get(item.product, Decimal(0)) + Decimal(str(item.quantity)) * item.unit_price
        times[item.product] += 1
    names = {one.id: one.name for one in await pos.products()}
    ranked = sorted((key for key in spent if key in names), key=lambda key: (-spent[key], key))
    return [
        {"product_id": key, "product": names[key], "revenue": amount(spent[key]), "times": times[key]}
        for key in ranked[: plan.rows]
    ]


async def which_customer(found: Sequence[Customer]) -> Found:
    """Return the customers that a name may mean."""
    rows = [{"customer_id": one.id, "customer": one.name} for one in found]
    return Found(
        {"customers_of_that_name": len(rows)},
        rows,
        [used("customers", None, len(rows))],
        len(rows),
        tuple(one.id for one in found),
    )


def is_open(invoice: Invoice) -> bool:
    """Return whether something is still claimed on an invoice."""
    return invoice.status != "WRITTEN_OFF" and invoice.amount_outstanding > 0


def _owing(invoices: Sequence[Invoice], as_of: date) -> tuple[Decimal, Decimal]:
    """Return outstanding and overdue."""
    late = (one.amount_outstanding for one in invoices if one.due_date < as_of)
    return sum((one.amount_outstanding for one in invoices), Decimal(0)), sum(late, Decimal(0))


def _year_used(scored: Sequence[Scored], as_of: date) -> list[str]:
    period = Period(as_of - timedelta(days=YEAR - 1), as_of, "the last 365 days", "days")
    return [sales_used(period, sum(one.orders for one in scored))]


async def _name(pos: PosData, customer_id: str) -> str:
    customer = await pos.customer(customer_id)
    return customer.name if customer else "a customer without a record"
