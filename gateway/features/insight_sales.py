"""Insights about sales as a whole: one span against another, busy hours and weekdays, discounts, ways of paying."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from gateway.domain.sums import SaleSum
from gateway.features.insight_found import Found, Row, amount, change, order, sales_used, share, span, total, within
from gateway.features.insight_plan import Plan
from gateway.features.insight_reach import Reach, reach
from gateway.features.periods import Period
from gateway.features.wording import day_text, plain
from gateway.ports import PosData

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PAID = {"CASH": "Cash", "CARD": "Card", "MOBILE": "Mobile money", "CREDIT": "Credit", "MIXED": "Mixed"}
MOST_HOURS = 3


async def compare_periods(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return sales, receipts, average sale, discounts and refunds of two spans, and the category that moved most."""
    now, then = [await _days(pos, period) for period in (plan.period, plan.against)]
    known = await reach(pos, plan.against)
    late = known.covers_nothing or known.begins is not None
    revenue, earlier = total(now), total(then)
    refunds = [
        sum(
            (one.amount for one in await pos.refunds(since=period.first) if within(one.created_at.date(), period)),
            Decimal(0),
        )
        for period in (plan.period, plan.against)
    ]
    n = sum(one.sales for one in now)
    rows = [
        _pair("Revenue", revenue, earlier),
        {
            "measure": "Receipts",
            "current": n,
            "previous": (m := sum(one.sales for one in then)),
            "change": change(Decimal(n), Decimal(m)),
        },
        _pair("Average sale", revenue / n if n else Decimal(0), earlier / m if m else Decimal(0)),
        _pair(
            "Discounts", sum((one.discount for one in now), Decimal(0)), sum((one.discount for one in then), Decimal(0))
        ),
        _pair("Refunds", refunds[0], refunds[1]),
    ]
    best = max(now, key=lambda one: (one.amount, one.key), default=None) if plan.period.days > 1 else None
    summary: Row = {
        "current_revenue": amount(revenue),
        "previous_revenue": None if late else amount(earlier),
        "revenue_change": None if late else change(revenue, earlier),
        "receipts": n,
        "average_sale": amount(revenue / n) if n else None,
        "net_of_refunds": amount(revenue - refunds[0]),
        "best_date": best.key if best else None,
        "best_revenue": amount(best.amount) if best else None,
        "asked_measure": plan.measure or None,
        **({} if late else await _movers(pos, plan)),
    }
    found = Found(
        {key: value for key, value in summary.items() if value is not None},
        [row | {"previous": None, "change": None} for row in rows] if late else rows,
        [sales_used(plan.period, n), sales_used(plan.against, m)],
        n + m,
        extra={"compared_with": span(plan.against)},
    )
    return found.noting(_not_compared(known)) if late else found


def _not_compared(known: Reach) -> str:
    """Return why a span cannot stand beside another."""
    if known.begins is None:
        return "There are no sales on record from the time before, so there is nothing to compare with."
    begins = day_text(known.begins.isoformat())
    return f"Sales of the earlier time are on record from {begins} only, so the two cannot be compared."


async def _movers(pos: PosData, plan: Plan) -> Row:
    """Return the categories that rose and fell most in money."""
    category = {one.id: one.category for one in await pos.products()}
    moved: Counter[str] = Counter()
    for sign, period in ((1, plan.period), (-1, plan.against)):
        for one in await pos.line_sums(since=period.first, until=period.last):
            moved[category.get(one.product) or ""] += sign * one.amount  # type: ignore[assignment]
    named = sorted((Decimal(value), name) for name, value in moved.items() if name)
    found: Row = {}
    if named and named[-1][0] > 0:
        found |= {"category_that_rose_most": named[-1][1], "category_rise": amount(named[-1][0])}
    if named and named[0][0] < 0:
        found |= {"category_that_fell_most": named[0][1], "category_fall": amount(-named[0][0])}
    return found


async def busy_times(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return sales by weekday, averaged over the open days of that weekday, and the hours with most receipts."""
    hours = await pos.sale_sums("hour", since=plan.period.first, until=plan.period.last)
    by_weekday: dict[int, dict[date, list[SaleSum]]] = {}
    by_hour: Counter[int] = Counter()
    for one in hours:
        at = datetime.fromisoformat(f"{one.key}:00") + pos.utc_offset
        by_weekday.setdefault(at.weekday(), {}).setdefault(at.date(), []).append(one)
        by_hour[at.hour] += one.sales
    n = sum(by_hour.values())
    rows = [_weekday_row(day, by_weekday[day], total(hours)) for day in sorted(by_weekday)]
    rows.sort(key=lambda row: order(plan) * Decimal(str(row["average_revenue"])))
    top = sorted(by_hour, key=lambda hour: (-by_hour[hour], hour))[:MOST_HOURS]
    busiest = [
        {
            "from_time": f"{hour:02}:00",
            "to_time": f"{(hour + 1) % 24:02}:00",
            "receipts": by_hour[hour],
            "share": share(Decimal(by_hour[hour]), Decimal(n)),
        }
        for hour in top
    ]
    summary: Row = {"receipts": n, "revenue": amount(total(hours)), "busiest_hours": busiest}
    if plan.lowest:
        summary["order"] = "lowest first"
    return Found(summary, rows, [sales_used(plan.period, n)], n)


def _weekday_row(day: int, days: Mapping[date, Sequence[SaleSum]], whole: Decimal) -> Row:
    hours = [one for each in days.values() for one in each]
    revenue, receipts = total(hours), sum(one.sales for one in hours)
    return {
        "weekday": WEEKDAYS[day],
        "average_revenue": amount(revenue / len(days)),
        "average_receipts": plain(receipts / len(days), 1),
        "share": share(revenue, whole),
    }


async def discounts(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return what was given in discounts on sales, against the span before, and the days with most of it."""
    now, then = [await _days(pos, period) for period in (plan.period, plan.against)]
    known = await reach(pos, plan.against)
    given, earlier = (sum((one.discount for one in each), Decimal(0)) for each in (now, then))
    late = known.covers_nothing or known.begins is not None
    n = sum(one.sales for one in now)
    ranked = sorted((one for one in now if one.discount > 0), key=lambda one: (-one.discount, one.key))
    rows = [
        {
            "day": one.key,
            "discount_given": amount(one.discount),
            "discounted_receipts": one.discounted,
            "revenue": amount(one.amount),
        }
        for one in ranked[: plan.rows]
    ]
    summary: Row = {
        "current_discount_given": amount(given),
        "previous_discount_given": None if late else amount(earlier),
        "discount_given_change": None if late else change(given, earlier),
        "discounted_receipts": sum(one.discounted for one in now),
        "receipts": n,
        "discount_share_of_sales": share(given, total(now) + given),
    }
    return Found(
        {key: value for key, value in summary.items() if value is not None},
        rows,
        [sales_used(plan.period, n), sales_used(plan.against, sum(one.sales for one in then))],
        n,
        extra={"compared_with": span(plan.against)},
    )


async def payment_mix(pos: PosData, plan: Plan, as_of: date) -> Found:
    """Return how sales were paid."""
    sums = await pos.sale_sums("payment_type", since=plan.period.first, until=plan.period.last)
    revenue, n = total(sums), sum(one.sales for one in sums)
    rows = [
        {
            "paid_by": PAID.get(one.key, one.key.capitalize() or "Not recorded"),
            "revenue": amount(one.amount),
            "share": share(one.amount, revenue),
            "receipts": one.sales,
        }
        for one in sorted(sums, key=lambda one: (-one.amount, one.key))
    ]
    return Found({"revenue": amount(revenue), "receipts": n}, rows, [sales_used(plan.period, n)], n)


async def _days(pos: PosData, period: Period) -> list[SaleSum]:
    return list(await pos.sale_sums("day", since=period.first, until=period.last))


def _pair(measure: str, now: Decimal, then: Decimal) -> Row:
    return {"measure": measure, "current": amount(now), "previous": amount(then), "change": change(now, then)}
