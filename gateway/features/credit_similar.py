"""How often the same warning signs ended badly in this shop's own past: told only with 10 cases or more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gateway.features.credit_account import Account
from gateway.features.credit_signals import ended_badly, signs_on

STEP = timedelta(days=28)
NEWEST, WINDOWS = 4, 10
"""Windows lie 28 days apart; the newest is 112 days old, so that the 60 days after it and their due dates are over."""
FEWEST = 10
LATE_DAYS = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One earlier day of one customer: the signs it showed and whether it ended more than 60 days late."""

    signs: frozenset[str]
    bad: bool


def earlier_cases(account: Account, limit: Decimal, today: date) -> list[Case]:
    """Return what a customer showed on earlier days, where it showed anything."""
    found = []
    for n in range(NEWEST, NEWEST + WINDOWS):
        day = today - n * STEP
        if account.issue_days[0] > day:
            break
        if signs := frozenset(sign.name for sign in signs_on(account, limit, day)):
            found.append(Case(signs, ended_badly(account, day, today, LATE_DAYS)))
    return found


def like(cases: Iterable[Case], signs: frozenset[str]) -> tuple[int, int]:
    """Return (how many earlier cases showed all these signs, how many of them ended badly)."""
    same = [case for case in cases if signs <= case.signs]
    return len(same), sum(case.bad for case in same)


def rate(n: int, bad: int) -> int | None:
    """Return the per cent of earlier cases that ended badly; None below 10 of them."""
    return int(100 * bad / n + 0.5) if n >= FEWEST else None


def told(n: int, bad: int) -> str:
    """Return what earlier cases say, as a sentence."""
    if n < FEWEST:
        return f"Fewer than {FEWEST} earlier cases in this shop's records showed these signs, too few to compare with."
    return (
        f"{n} earlier cases in this shop's own records showed these signs; in {bad} of them ({rate(n, bad)}%) an "
        f"invoice came more than {LATE_DAYS} days late or was never paid."
    )
