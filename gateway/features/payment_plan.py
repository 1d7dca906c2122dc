"""A payment plan whose parts add up to the balance to the pesewa: down payment + n × instalment = balance.

The down payment is rounded to 50 and takes the rest that instalments of whole pesewas (or whole francs) leave over.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from gateway.domain.evidence import Json
from gateway.domain.money import CENT
from gateway.features.wording import money, plain
from gateway.features.working_days import next_working_day

WORTH_A_PLAN = Decimal(200)
"""Below this a balance is paid in one go; a plan is then made only when somebody asks for one."""
SMALLEST = Decimal(3)
"""Below this nothing can be divided."""
WEEKLY = "weekly"
_STEP = Decimal(50)


@dataclass(frozen=True, slots=True)
class Plan:
    """A down payment and equal weekly instalments, in the business's currency."""

    total: Decimal
    down: Decimal
    installments: int
    amount: Decimal

    @property
    def parts(self) -> dict[str, Json]:
        """The plan as an answer shows it."""
        return {
            "down_payment": plain(self.down),
            "installments": self.installments,
            "installment_amount": plain(self.amount),
            "frequency": WEEKLY,
        }

    def worded(self, currency: str) -> str:
        """Return `GHS 10,000 now and 3 weekly payments of GHS 5,000`."""
        first, each = money(self.down, currency), money(self.amount, currency)
        return f"{first} now and {self.installments} weekly payments of {each}"

    def due_dates(self, start: date) -> tuple[date, ...]:
        """Return the days of down payment and instalments: a week apart, moved on to working days, never equal."""
        days: list[date] = []
        for week in range(self.installments + 1):
            day = next_working_day(start + timedelta(weeks=week))
            days.append(day if not days or day > days[-1] else next_working_day(days[-1] + timedelta(days=1)))
        return tuple(days)


def make_plan(balance: Decimal, chance: float, unit: Decimal = CENT) -> Plan | None:
    """Return the plan for a balance by the chance of payment within 30 days (0-1); None when it cannot be divided.

    `unit` is the smallest amount that can be paid.

    The better the chance, the more is asked at once: 40 % from 0.55, 30 % from 0.25, else 20 %. Two instalments below
    5,000, three below 20,000, four above.
    """
    if balance < SMALLEST:
        return None
    share = Decimal("0.4") if chance >= 0.55 else Decimal("0.3") if chance >= 0.25 else Decimal("0.2")
    n = 2 if balance < 5_000 else 3 if balance < 20_000 else 4
    wanted = (balance * share / _STEP).quantize(Decimal(1), ROUND_HALF_UP) * _STEP
    if wanted <= 0 or wanted >= balance / 2:
        wanted = (balance * share).quantize(unit, ROUND_DOWN)
    amount = ((balance - wanted) / n).quantize(unit, ROUND_DOWN)
    return Plan(balance, balance - n * amount, n, amount)
