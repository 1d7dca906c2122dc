"""True, ranked statements about a customer's credit: what speaks for it, what against it.

Each statement names one metric. The fallback takes the first ones; a model chooses among them and rewords them.
Nothing outside the records is claimed; what the records cannot show is said as a limit of the judgement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from gateway.features.arithmetic import mean
from gateway.features.credit_card import MIN_PAID, Decision
from gateway.features.credit_history import CreditHistory
from gateway.features.credit_peers import Peers, Trade
from gateway.features.wording import Number, count, money, number, percent, plain
from gateway.features.working_days import long_date

FEWEST, MOST = 3, 5
WANTED_MONTHS = 12
WANTED_INVOICES = 12
NEARLY_A_YEAR = 335


@dataclass(frozen=True, slots=True)
class Factor:
    """One metric worded: `weight` ranks it (points of the card at stake, roughly)."""

    name: str
    value: Number
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Case:
    """All that a statement may speak about; amounts in `currency`."""

    history: CreditHistory
    trade: Trade
    peers: Peers
    decision: Decision
    requested: Decimal
    currency: str

    def money(self, amount: Number) -> str:
        """Return an amount in the business's currency."""
        return money(amount, self.currency)

    @property
    def times_monthly(self) -> float | None:
        """Requested limit / monthly credit purchases; None when nothing is bought."""
        monthly = self.history.monthly_purchases
        return float(self.requested / monthly) if monthly > 0 else None


def ranked(factors: Iterator[Factor], fillers: Iterator[Factor]) -> list[Factor]:
    """Return the weightiest factors, at most 5, topped up to 3 with plain statements that always hold."""
    best = sorted(factors, key=lambda f: (-f.weight, f.name))[:MOST]
    return best + [f for _, f in zip(range(FEWEST - len(best)), fillers, strict=False)]


def positive_factors(case: Case) -> list[Factor]:
    """Return 3 to 5 true statements in the customer's favour, weightiest first."""

    def found() -> Iterator[Factor]:
        yield from _good_payment(case)
        yield from _good_exposure(case)
        yield from _good_trade(case)

    return ranked(found(), _plain_strengths(case))


def _good_payment(case: Case) -> Iterator[Factor]:
    h = case.history
    share = h.on_time / len(h.lateness) if h.lateness else 0
    if h.paid >= MIN_PAID and share >= 0.6:
        which = "All" if share == 1 else f"{h.on_time}"
        text = f"{which} of the last {len(h.lateness)} paid invoices were settled within 3 days of the due date"
        yield Factor("punctuality", h.on_time, text, 30 * share)
    if h.invoices and not h.overdue and not h.written_off:
        yield Factor("no_arrears", 0, "Nothing is overdue today", 22)
    if h.lateness_shift is not None and h.lateness_shift <= -3 and h.max_days_overdue <= 30:
        text = f"The last 4 invoices were paid {days(-h.lateness_shift)} sooner on average than those before"
        yield Factor("payment_trend", plain(h.lateness_shift, 1), text, 16)
    elif h.lateness_shift is not None and h.lateness_shift < 3 and share >= 0.6:
        yield Factor("payment_trend", plain(h.lateness_shift, 1), "Payment timing is steady, with no drift", 8)


def _good_exposure(case: Case) -> Iterator[Factor]:
    h, used, before = case.history, case.history.utilisation, case.history.utilisation_before
    if used is not None and 0 < used <= 0.6 and not h.written_off:
        text = f"The balance uses {percent(used)} of the current limit of {case.money(h.limit)}"
        yield Factor("utilisation", plain(used, 3), text, 15 * (1 - used))
    if used is not None and before is not None and before - used >= 0.1:
        text = f"Use of the limit fell from {percent(before)} to {percent(used)} in 90 days"
        yield Factor("utilisation_trend", plain(used - before, 3), text, 9)
    if case.requested <= case.decision.ceiling:
        text = f"Credit purchases support a limit of up to {case.money(case.decision.ceiling)}"
        yield Factor("supported_limit", plain(case.decision.ceiling), text, 12)


def _good_trade(case: Case) -> Iterator[Factor]:
    h, t = case.history, case.trade
    if h.months >= WANTED_MONTHS and not h.written_off:
        text = f"Credit history of {int(h.months)} months with {count(h.invoices, 'invoice')}"
        yield Factor("tenure", int(h.months), text, 10)
    elif h.invoices >= WANTED_INVOICES and not h.written_off:
        yield Factor("regularity", h.invoices, f"{h.invoices} credit invoices so far show regular buying", 8)
    if h.usual_monthly and 0.8 <= h.recent_monthly / h.usual_monthly <= Decimal("1.3"):
        text = f"Credit purchases are steady at about {case.money(rough(h.recent_monthly))} a month"
        yield Factor("purchases", plain(rough(h.recent_monthly)), text, 9)
    if t.cash_orders >= 3:
        text = f"{count(t.cash_orders, 'purchase')} worth {case.money(t.cash_total)} paid at the till {_since(t)}"
        yield Factor("cash_purchases", t.cash_orders, text, 6)
    if case.peers.default_rate is not None and case.peers.default_rate <= 0.1:
        which = percent(case.peers.default_rate, 0) if case.peers.default_rate else "None"
        text = f"{which} of {case.peers.n} comparable customers fell seriously behind"
        yield Factor("comparable_customers", plain(case.peers.default_rate, 3), text, 5)


def _since(trade: Trade) -> str:
    """Return the time that purchases are counted over; a year only where the records reach back one."""
    if trade.since is None or trade.since_days >= NEARLY_A_YEAR:
        return "in a year"
    return f"since {long_date(trade.since)}"


def _plain_strengths(case: Case) -> Iterator[Factor]:
    h = case.history
    if not h.balance and not h.written_off:
        yield Factor("no_balance", 0, "No credit balance is outstanding", 0)
    if not h.overdue and (h.written_off or not h.invoices):
        start = "Apart from the written-off debt, no" if h.written_off else "No"
        yield Factor("no_arrears_now", 0, f"{start} invoice is past its due date", 0)
    if h.total_paid > 0:
        text = f"{case.money(h.total_paid)} of the credit given so far has been paid back"
        yield Factor("repaid", plain(h.total_paid), text, 0)
    if not h.written_off:
        yield Factor("no_write_off", 0, "No debt of this customer has been written off", 0)
    if h.overdue:
        text = f"The arrears sit on {count(h.overdue_invoices, 'invoice')} and can be settled one by one"
        if h.overdue_invoices == 1:
            text = "The arrears sit on 1 invoice alone"
        yield Factor("arrears_invoices", h.overdue_invoices, text, 0)
    if h.invoices:
        total = case.money(h.total_purchases)
        yield Factor("volume", plain(h.total_purchases), f"Credit purchases to date come to {total}", 0)
        yield Factor("evidence", h.invoices, f"{count(h.invoices, 'credit invoice')} on record to judge by", 0)


def risk_factors(case: Case) -> list[Factor]:
    """Return 3 to 5 true statements against the customer or about the limits of the judgement, weightiest first."""

    def found() -> Iterator[Factor]:
        yield from _bad_standing(case)
        yield from _bad_habits(case)
        yield from _bad_exposure(case)
        yield from _bad_trade(case)
        yield from _thin(case)

    return ranked(found(), _unknowns())


def _bad_standing(case: Case) -> Iterator[Factor]:
    h = case.history
    if h.blocked:
        yield Factor("blocked", 1, "The account is blocked for credit", 40)
    if h.written_off:
        text = f"{count(h.written_off, 'invoice')} worth {case.money(h.written_off_amount)} had to be written off"
        yield Factor("written_off", h.written_off, text, 38)
    if h.overdue:
        text = f"{case.money(h.overdue)} is overdue, the oldest part by {days(h.max_days_overdue)}"
        yield Factor("arrears", h.max_days_overdue, text, 6 + min(29.0, h.max_days_overdue / 2))


def _bad_habits(case: Case) -> Iterator[Factor]:
    h = case.history
    if h.lateness and h.on_time < 0.6 * len(h.lateness):
        which = f"Only {h.on_time}" if h.on_time else "None"
        text = (
            f"{which} of the last {len(h.lateness)} paid invoices {'was' if h.on_time < 2 else 'were'} settled within "
            f"3 days of the due date (average delay {days(h.mean_lateness)})"
        )
        if len(h.lateness) == 1:
            text = f"The only invoice paid so far came {days(h.mean_lateness)} after its due date"
        yield Factor("punctuality", h.on_time, text, 20)
    if h.lateness_shift is not None and h.lateness_shift >= 3 and mean(h.lateness[-4:]) > 0:
        text = f"The last 4 invoices were paid {days(h.lateness_shift)} later on average than those before"
        yield Factor("payment_trend", plain(h.lateness_shift, 1), text, 14)
    if h.regime_break and h.paid >= MIN_PAID:
        latest = max(h.lateness)
        before = f"were {days(latest)} late at most" if latest > 0 else "were never late"
        text = f"An open invoice is {days(h.max_days_overdue)} overdue, although the latest paid ones {before}"
        yield Factor("broken_pattern", h.max_days_overdue, text, 18)


def _bad_exposure(case: Case) -> Iterator[Factor]:
    h, used, before = case.history, case.history.utilisation, case.history.utilisation_before
    if used is not None and used > 0.8:
        relation = "over" if used > 1 else "close to" if used < 1 else "at"
        text = f"The balance of {case.money(h.balance)} is {relation} the limit of {case.money(h.limit)}"
        yield Factor("utilisation", plain(used, 3), text, 12 + 6 * (used > 1))
    if used is not None and before is not None and used - before >= 0.15:
        text = f"Use of the limit rose from {percent(before)} to {percent(used)} in 90 days"
        yield Factor("utilisation_trend", plain(used - before, 3), text, 10)
    if case.peers.balance_share is not None and case.peers.balance_share >= 0.08:
        text = f"This customer already holds {percent(case.peers.balance_share)} of all credit outstanding"
        yield Factor("concentration", plain(case.peers.balance_share, 3), text, 7)


def _bad_trade(case: Case) -> Iterator[Factor]:
    h, times = case.history, case.times_monthly
    if case.requested > case.decision.ceiling > 0:
        text = f"Credit purchases support a limit of {case.money(case.decision.ceiling)}, less than was requested"
        yield Factor("supported_limit", plain(case.decision.ceiling), text, 9)
    if times is not None and times > 2.5:
        text = (
            f"The requested limit is {number(times, 1)} times the monthly credit purchases of "
            f"{case.money(rough(h.monthly_purchases))}"
        )
        yield Factor("requested_to_purchases", plain(times, 1), text, 8)
    if h.invoices and times is None:
        text = "There are too few recent credit purchases to measure the requested limit against"
        yield Factor("purchases", 0, text, 11)
    elif h.usual_monthly and h.recent_monthly < h.usual_monthly * Decimal("0.7"):
        yield Factor("purchases", plain(rough(h.recent_monthly)), _moved(case, "fell"), 8)
    elif h.usual_monthly and h.recent_monthly > h.usual_monthly * Decimal("1.5"):
        yield Factor("purchases", plain(rough(h.recent_monthly)), _moved(case, "rose"), 10)
    if h.limit > 0 and case.requested >= h.limit * Decimal("1.5"):
        rise = float(case.requested / h.limit) - 1
        text = f"The request raises the limit by {percent(rise, 0)}"
        yield Factor("increase", plain(rise, 3), text, 6)
    if case.trade.peak_share is not None and case.trade.peak_share >= 0.15:
        text = f"{percent(case.trade.peak_share)} of the year's purchases fell in {case.trade.peak_month}"
        yield Factor("seasonality", plain(case.trade.peak_share, 3), text, 4)


def _moved(case: Case, verb: str) -> str:
    usual, recent = case.history.usual_monthly or 0, case.history.recent_monthly
    return f"Credit purchases {verb} from {case.money(rough(usual))} to {case.money(rough(recent))} a month"


def _thin(case: Case) -> Iterator[Factor]:
    h = case.history
    if not h.invoices:
        yield Factor("history", 0, "No credit history with this shop yet", 15)
    elif h.paid < MIN_PAID:
        text = f"Only {count(h.paid, 'invoice')} settled so far, too few to judge a habit"
        yield Factor("history", h.paid, text if h.paid else "No credit invoice has been settled so far", 15)
    if h.invoices and h.months < WANTED_MONTHS:
        whole = int(h.months)
        age = f"Only {count(whole, 'month')}" if whole else "Less than a month"
        yield Factor("tenure", whole, f"{age} of credit history, where {WANTED_MONTHS} months are wanted", 9)
    if h.undated:
        text = f"{count(h.undated, 'settled invoice')} without a payment date could not be judged"
        yield Factor("undated_payments", h.undated, text, 13)
    if case.peers.n < case.peers.FEWEST:
        yield Factor("comparable_customers", case.peers.n, "Too few comparable customers for a comparison", 2)


def _unknowns() -> Iterator[Factor]:
    yield Factor("other_debts", 0, "Debts to other suppliers are not visible in these records", 0)
    yield Factor("income", 0, "The customer's own income and cash are not visible in these records", 0)
    yield Factor("conditions", 0, "Business conditions outside this shop are not part of these records", 0)


def days(value: float) -> str:
    """Return a count of days rounded to whole days: `1 day`, `12 days`."""
    return count(int(value + 0.5) if value >= 0 else -int(-value + 0.5), "day")


def rough(amount: Decimal | int) -> Decimal:
    """Return an amount to three significant digits, where exactness would only pretend."""
    return Decimal(f"{amount:.3g}") if amount else Decimal(0)
