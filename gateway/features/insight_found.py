"""What a query of the insights found: facts for the words, rows for `data`, and what they were read from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from gateway.domain.evidence import Json
from gateway.domain.sums import SaleSum
from gateway.features.insight_plan import Plan
from gateway.features.periods import Period
from gateway.features.wording import percent, rounded

PROMPT_ROWS = 10
Row = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Found:
    """The result of one query. `rows` are whole; a prompt sees `PROMPT_ROWS` of them and no key that ends in `_id`.

    `used` says what was read, in all `n` records; `subjects` are the customers whose records were used.
    """

    summary: Row
    rows: Sequence[Row] = ()
    used: Sequence[str] = ()
    n: int = 0
    subjects: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    extra: Row = field(default_factory=dict)

    def noting(self, *notes: str) -> "Found":
        """Return the same with more notes."""
        return replace(self, notes=(*self.notes, *notes))

    def shown(self) -> list[Row]:
        """Return the rows as a prompt may show them."""
        return [
            {key: value for key, value in row.items() if not key.endswith("_id") and value is not None}
            for row in self.rows[:PROMPT_ROWS]
        ]


def amount(value: Decimal) -> str:
    """Return money as the facts and `data` hold it: `1234.50`."""
    return f"{rounded(value):f}"


def share(part: Decimal, whole: Decimal) -> str | None:
    """Return part of whole as `12.3%`, None when there is no whole."""
    return percent(part / whole, 1 if part * 1000 >= whole else 2) if whole > 0 else None


def change(now: Decimal, then: Decimal) -> str | None:
    """Return how far `now` is from `then` as `-2.6%`, None when there was nothing then."""
    return percent(now / then - 1) if then > 0 else None


def span(period: Period) -> Row:
    """Return a period as facts hold it."""
    return {
        "name": period.name, "days_named": period.text, "from": period.first.isoformat(), "to": period.last.isoformat(),
    }  # fmt: skip


def total(sums: Iterable[SaleSum]) -> Decimal:
    """Return the revenue of sums."""
    return sum((one.amount for one in sums), Decimal(0))


def used(table: str, period: Period | None, n: int) -> str:
    """Return one entry of `data_used`."""
    days = f", {period.first.isoformat()} to {period.last.isoformat()}" if period else ""
    return f"{table}{days}: {n:,} {'record' if n == 1 else 'records'}"


def sales_used(period: Period, n: int) -> str:
    """Return the entry of `data_used` for sales of a period."""
    return used("sales", period, n)


def within(day: date, period: Period) -> bool:
    """Return whether a day belongs to a period."""
    return period.first <= day <= period.last


def order(plan: Plan) -> int:
    """Return the sign that sorts the wanted end first."""
    return 1 if plan.lowest else -1
