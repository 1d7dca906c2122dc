"""Warning signs of one credit customer: the last 28 days against the 90 before, each sign with what it was and is.

Orders are credit invoices. Amounts are in the business's currency, shares fractions of 1. Any earlier day can be asked
for, so that a shop's own past tells how often the same signs ended badly.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from gateway.features.arithmetic import ratio, theil_sen
from gateway.features.credit_account import ZERO, Account

RECENT = timedelta(days=28)
BASELINE = timedelta(days=90)
JUMP_LEAST, JUMP_POINTS, JUMP_DAYS = 0.8, 0.25, (14, 30)
RISING, RISING_DAYS, SLOPE_OVER, SLOPE = 4, 10, 6, 1.5
TWICE, FEWEST_ORDERS, FEWEST_BEFORE = 2, 3, 3
SILENT_GAPS, SILENT_DAYS = 3, 30
BREAK_DAYS, WINDOW = 7, 12
FAR_OVER = 1.10
PART_OF_ALL = 0.05
CENT = Decimal("0.01")
LOW, MEDIUM, HIGH, CRITICAL = "LOW", "MEDIUM", "HIGH", "CRITICAL"
SEVERITIES = (LOW, MEDIUM, HIGH, CRITICAL)


@dataclass(frozen=True, slots=True)
class Sign:
    """One warning sign; `values` are its figures by name, for the words."""

    name: str
    values: dict[str, Any]


def signs_on(account: Account, limit: Decimal, day: date) -> list[Sign]:
    """Return every warning sign at the end of `day`; none for a customer who owes nothing."""
    balance = account.balance_on(day)
    if balance < CENT:
        return []
    return [
        *_utilisation(account, limit, balance, day),
        *_delays(account, day),
        *_orders(account, day),
        *_silence(account, day),
        *_broken(account, day),
        *_over_limit(limit, balance),
    ]


def _utilisation(account: Account, limit: Decimal, balance: Decimal, day: date) -> Iterator[Sign]:
    now = ratio(balance, limit)
    if now is None or now < JUMP_LEAST:
        return
    for days in JUMP_DAYS:
        before = float(account.balance_on(day - timedelta(days=days)) / limit)
        if now - before >= JUMP_POINTS:
            yield Sign("utilisation_jump", {"from": before, "to": now, "days": days})
            return


def _delays(account: Account, day: date) -> Iterator[Sign]:
    late = [bill.lateness for bill in account.settled_until(day)[-SLOPE_OVER:]]
    last = late[-RISING:]
    rising = len(last) == RISING and all(a < b for a, b in pairwise(last))
    if rising and last[-1] - last[0] >= RISING_DAYS and last[-1] > 0:
        yield Sign("delays_rising", {"delays": [max(0, days) for days in last]})
    elif len(late) == SLOPE_OVER and late[-1] > 0 and (slope := theil_sen(late) or 0.0) > SLOPE:
        yield Sign("delays_rising", {"per_invoice": slope, "invoices": SLOPE_OVER})


def _orders(account: Account, day: date) -> Iterator[Sign]:
    recent = account.issued_between(day - RECENT + timedelta(days=1), day)
    before = account.issued_between(day - RECENT - BASELINE + timedelta(days=1), day - RECENT)
    if len(recent) < FEWEST_ORDERS or not before:
        return
    usual = len(before) * RECENT.days / BASELINE.days
    # A customer who only began within the baseline has no usual frequency yet.
    if account.issue_days[0] <= day - RECENT - BASELINE / 2 and len(recent) >= TWICE * usual:
        yield Sign("order_frequency", {"orders": len(recent), "usual": usual, "days": RECENT.days})
    if len(before) >= FEWEST_BEFORE:
        now, then = median(bill.amount for bill in recent), median(bill.amount for bill in before)
        if then > 0 and now >= TWICE * then:
            yield Sign("order_size", {"from": then, "to": now, "times": float(now / then)})


def _silence(account: Account, day: date) -> Iterator[Sign]:
    last = bisect_right(account.issue_days, day)
    orders = sorted(set(account.issue_days[max(0, last - 3 * WINDOW) : last]))[-WINDOW - 1 :]
    if len(orders) <= FEWEST_BEFORE:
        return
    gap = median((b - a).days for a, b in pairwise(orders))
    silent = (day - orders[-1]).days
    if silent > SILENT_DAYS and silent > SILENT_GAPS * gap:
        yield Sign("silence", {"days": silent, "usual_days": int(gap + 0.5)})


def _broken(account: Account, day: date) -> Iterator[Sign]:
    late = [bill.lateness for bill in account.settled_until(day)[-WINDOW:]]
    oldest = account.days_overdue_on(day)
    if oldest > 0 and len(late) >= FEWEST_BEFORE and oldest > max(late) + BREAK_DAYS:
        yield Sign("broken_pattern", {"days": oldest, "most": max(0, *late), "settled": len(late)})


def _over_limit(limit: Decimal, balance: Decimal) -> Iterator[Sign]:
    if balance > limit > 0:
        yield Sign("over_limit", {"balance": balance, "limit": limit, "used": float(balance / limit)})


def severity_of(signs: Sequence[Sign], overdue: Decimal, receivables: Decimal) -> str:
    """Return LOW to CRITICAL by the number and the weight of the signs; `receivables` are those of the whole shop."""
    names = {sign.name: sign for sign in signs}
    over = names.get("over_limit")
    if over is not None and len(signs) >= 3 and over.values["used"] > FAR_OVER:
        return CRITICAL
    share = ratio(overdue, receivables) or 0.0
    if len(signs) >= 3 or ("broken_pattern" in names and share >= PART_OF_ALL):
        return HIGH
    return MEDIUM if len(signs) == 2 else LOW


def ended_badly(account: Account, day: date, today: date, after: int = 60) -> bool:
    """Return whether an invoice that was open on `day`, or issued in the 60 days after it, came over 60 days late."""
    for bill in account.issued_between(date.min + timedelta(days=1), day + timedelta(days=after)):
        if bill.issued <= day and bill.owed_on(day) == ZERO and not bill.lost:
            continue
        end = bill.settled or today
        if bill.lost or (end - bill.due).days > after:
            return True
    return False
