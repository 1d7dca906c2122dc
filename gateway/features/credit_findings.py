"""What stands out in a credit book: risks, opportunities and trends, each with its amount and what to do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.features.arithmetic import ratio
from gateway.features.credit_account import ZERO
from gateway.features.credit_card import HIGH, LOW, VERY_HIGH
from gateway.features.credit_portfolio import Book, Standing
from gateway.features.wording import count, percent

INCREASING, DECREASING, STABLE, UNKNOWN = "INCREASING", "DECREASING", "STABLE", "UNKNOWN"
IMPROVING, DETERIORATING = "IMPROVING", "DETERIORATING"
TREND = 0.10
"""A relative change below this is no trend."""
SHARE_POINTS = 0.03
MOST_RISKS, MOST_OPPORTUNITIES = 4, 3
CONCENTRATED, LARGEST = 0.4, 3
USED = 0.7
QUIET_DAYS = 60
STATUSES = ((85, "EXCELLENT"), (70, "GOOD"), (50, "MODERATE_RISK"), (30, "HIGH_RISK"), (0, "CRITICAL"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One risk or opportunity: `customers` behind it, its amount (a month's, for an opportunity) and an action."""

    text: str
    customers: int
    amount: Decimal
    action: str


@dataclass(frozen=True, slots=True)
class Trends:
    """Directions of the last 90 days against the 90 before; `overall` looks at what is better and what is worse."""

    payment_days: str
    utilisation: str
    default_rate: str
    overall: str


def status_of(score: int | None) -> str:
    """Return the name of a portfolio score; NO_DATA before the first invoice."""
    return "NO_DATA" if score is None else next(name for least, name in STATUSES if score >= least)


def used_now(book: Book) -> float | None:
    """Return the share of all limits that is in use; None without limits."""
    return ratio(book.now.outstanding, book.limits)


def used_before(book: Book) -> float | None:
    """Return the same 90 days ago against today's limits; None without limits or when nobody was invoiced by then."""
    return ratio(book.period_ago.outstanding, book.limits) if book.period_ago.customers else None


def direction(now: float | None, before: float | None) -> str:
    """Return INCREASING, DECREASING or STABLE (within 10 %); UNKNOWN when one side is missing."""
    if now is None or before is None:
        return UNKNOWN
    if abs(now - before) <= TREND * before:
        return STABLE
    return INCREASING if now > before else DECREASING


def trends(book: Book) -> Trends:
    """Return the directions of the book."""
    days = direction(book.collection_days, book.collection_days_before)
    before = book.period_ago.default_rate if book.period_ago.customers else None
    defaults = direction(book.now.default_rate, before)
    share, earlier = book.now.overdue_share, book.month_ago.overdue_share
    change = share - earlier if share is not None and earlier is not None else 0.0
    signs = {INCREASING: 1, DECREASING: -1}
    worse = signs.get(days, 0) + signs.get(defaults, 0) + (change >= SHARE_POINTS) - (change <= -SHARE_POINTS)
    overall = DETERIORATING if worse > 0 else IMPROVING if worse < 0 else STABLE
    # What was owed a month ago says nothing while the first invoices were not due yet.
    can_compare = bool(book.standings) and (days, defaults) != (UNKNOWN, UNKNOWN)
    return Trends(days, direction(used_now(book), used_before(book)), defaults, overall if can_compare else UNKNOWN)


def risks(book: Book) -> list[Finding]:
    """Return what could go wrong, largest amount first."""
    found = sorted(_risks(book), key=lambda one: (-one.amount, one.text))
    return [one for one in found if one.amount > 0][:MOST_RISKS]


def _risks(book: Book) -> Iterator[Finding]:
    risky = [one for one in book.standings if one.card.level in (HIGH, VERY_HIGH) and one.history.balance > 0]
    if risky:
        text = f"{count(len(risky), 'customer')} at high or very high risk of not paying"
        yield Finding(text, len(risky), balance(risky), "Give them no new credit and put their debts first")
    stopped = [one for one in book.standings if one.history.regime_break and one.history.overdue > 0]
    if stopped:
        text = f"{count(len(stopped), 'customer')} later with an open invoice than ever before"
        overdue = sum((one.history.overdue for one in stopped), ZERO)
        yield Finding(text, len(stopped), overdue, "Call them now and ask what has changed")
    old = book.aging["days_61_90"] + book.aging["over_90_days"]
    if old:
        late = [one for one in book.standings if one.history.max_days_overdue > 60]
        action = "Agree a written payment plan with each of them"
        yield Finding("Debts that are more than 60 days overdue", len(late), old, action)
    over = [one for one in book.standings if one.history.balance > one.history.limit > 0]
    if over:
        above = sum((one.history.balance - one.history.limit for one in over), ZERO)
        text = f"{count(len(over), 'customer')} above the credit limit"
        yield Finding(text, len(over), above, "Sell to them for cash until the balance is within the limit")
    yield from _concentration(book)


def _concentration(book: Book) -> Iterator[Finding]:
    largest = book.standings[:LARGEST]
    share = ratio(balance(largest), book.outstanding)
    if share is not None and share >= CONCENTRATED and len(book.standings) > 2 * LARGEST:
        text = f"{percent(share)} of all credit is owed by {len(largest)} customers"
        yield Finding(text, len(largest), balance(largest), "Hold their limits and spread new credit over others")


def opportunities(book: Book) -> list[Finding]:
    """Return where more could be sold at little risk; the amount is a month's revenue at most."""
    good = [one for one in book.standings if one.card.level == LOW]
    found = []
    tight = [
        one for one in good if (one.history.utilisation or 0) > USED and one.ceiling > one.history.limit > 0
    ]  # a limit that is hardly used needs no raising
    if tight:
        text = f"{count(len(tight), 'reliable customer')} close to the limit whose purchases support a higher one"
        room = sum((one.ceiling - one.history.limit for one in tight), ZERO)
        found.append(Finding(text, len(tight), room, "Offer them the higher limit"))
    quiet = [one for one in good if _quiet(one, book)]
    if quiet:
        text = f"{count(len(quiet), 'reliable customer')} without a credit purchase for {QUIET_DAYS} days or more"
        usual = sum((one.history.usual_monthly or ZERO for one in quiet), ZERO)
        found.append(Finding(text, len(quiet), usual, "Call them and ask what they need"))
    return [one for one in found if one.amount > 0][:MOST_OPPORTUNITIES]


def _quiet(one: Standing, book: Book) -> bool:
    last = one.account.issue_days[-1]
    return (book.day - last).days >= QUIET_DAYS and (one.history.usual_monthly or ZERO) > 0


def balance(standings: Sequence[Standing]) -> Decimal:
    """Return what these customers owe together."""
    return sum((one.history.balance for one in standings), ZERO)
