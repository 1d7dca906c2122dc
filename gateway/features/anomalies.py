"""Every rule over one business's records: alerts in a fixed order, after what people said of earlier ones."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from gateway.domain.alert_outcome import FALSE_POSITIVE, AlertOutcome
from gateway.features.anomaly_days import Ordered, SaleDay, ordered, reduce_day
from gateway.features.anomaly_patterns import (
    EMPLOYEE_PATTERN,
    credit_hits,
    digit_hits,
    employee_hits,
    stock_hits,
)
from gateway.features.anomaly_rules import HIGH, SEVERITIES, Hit, refund_hits, sale_hits
from gateway.features.remembering import Remembered, Unchanged, scope_of
from gateway.ports import PosData

WINDOW_DAYS = 120
MOST_SPAN = 366
OFF_LOOP_SALES = 2_000
"""Above this many sales the rules take longer than other requests should wait for the event loop."""
_SPACE = uuid.UUID("5d0f7c1a-3b52-4a5e-9c0e-2f6b8f0f9d11")
_HITS: Remembered[tuple[Hit, ...]] = Remembered(16)
_MONTHS: Unchanged[Ordered] = Unchanged(80)


def longest_span(as_of: date) -> date:
    """Return the first day that may be asked for: a year back."""
    return as_of - timedelta(days=MOST_SPAN)


async def found(pos: PosData, since: date, as_of: date) -> Sequence[Hit]:
    """Return what the rules find from `since` on, gravest first; they compare with at least the last 120 days."""
    first = min(since, as_of - timedelta(days=WINDOW_DAYS))
    hits = await _HITS.get(pos, first, lambda: _find(pos, first, as_of))
    return [hit for hit in hits if hit.at.date() >= since]


async def _find(pos: PosData, first: date, as_of: date) -> tuple[Hit, ...]:
    days = await pos.sale_days(first, reduce_day)
    refunds, sold = await asyncio.gather(pos.refunds(since=first), pos.units_sold())
    products, movements = await asyncio.gather(pos.products(), pos.stock_movements())
    invoices, customers = await asyncio.gather(pos.invoices(), pos.customers())
    months = await _ordered_months(pos, days)

    def work_out() -> tuple[Hit, ...]:
        hits = [*sale_hits(days, pos.currency, months, pos.utc_offset), *refund_hits(refunds, pos.currency)]
        hits += employee_hits(hits, days, as_of)
        hits += stock_hits(products, sold, movements, (first, as_of), pos.currency)
        hits += credit_hits(invoices, customers, as_of, pos.currency)
        if any(hit.severity == HIGH for hit in hits):
            hits += digit_hits(days, as_of)
        return tuple(ranked(hits))

    many = sum(len(day.heads) for day in days) > OFF_LOOP_SALES
    return await asyncio.to_thread(work_out) if many else work_out()


async def _ordered_months(pos: PosData, days: Sequence[SaleDay]) -> list[Ordered]:
    """Return the values of each month in order: a push costs its own month."""
    months: dict[str, list[SaleDay]] = {}
    for day in days:
        months.setdefault(day.day.isoformat()[:7], []).append(day)
    found = []
    for month, part in months.items():
        found.append(_MONTHS.get((scope_of(pos), month), tuple(part), partial(ordered, part)))
        await asyncio.sleep(0)  # others may go first
    return found


def ranked(hits: Sequence[Hit]) -> list[Hit]:
    """Return hits gravest first; within a severity those of tills that stand out, then the strongest."""
    standing_out = {hit.employee for hit in hits if hit.type == EMPLOYEE_PATTERN}

    def order(hit: Hit) -> tuple[int, bool, float, str, str]:
        alone = hit.employee not in standing_out
        return SEVERITIES.index(hit.severity), alone, -round(hit.strength, 6), hit.record, hit.type

    return sorted(hits, key=order)


def alert_id(business_id: str, hit: Hit) -> str:
    """Return the alert's id: the same whenever the same rule finds the same record again."""
    return str(uuid.uuid5(_SPACE, f"{business_id}|{hit.type}|{hit.record}|{hit.key}"))


def weighed(hits: Sequence[Hit], outcomes: Sequence[AlertOutcome], business_id: str) -> list[Hit]:
    """Return the hits after what people said: a dismissed alert is gone, its pattern counts one severity less.

    Each dismissal of a pattern takes one severity off its other alerts, each confirmation puts one back, never above
    what the rule says; below LOW an alert is not shown.
    """
    if not outcomes:
        return list(hits)
    dismissed = {one.alert_id for one in outcomes if one.outcome == FALSE_POSITIVE}
    balance: Counter[str] = Counter()
    for one in outcomes:
        balance[one.pattern] += 1 if one.outcome == FALSE_POSITIVE else -1
    kept = []
    for hit in hits:
        level = SEVERITIES.index(hit.severity) + max(0, balance[hit.pattern])
        if level < len(SEVERITIES) and alert_id(business_id, hit) not in dismissed:
            kept.append(replace(hit, severity=SEVERITIES[level]))
    return ranked(kept)
