"""What the operator spends on trying prompts with a real model: per month, for all and for each person.

It is nobody's bill: no business's budget, quota or usage knows of it. Money is nano-USD.
"""

from gateway.domain.ledger import AuditEntry
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.holdings import BOOKS_DAYS, Holding, Period

EVERYBODY = "*"
"""In place of a person: what all of them spend together."""

_ROW = "INSERT INTO eval_budget (holder, period, spent, reserved) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING"
_HOLD = (
    "UPDATE eval_budget SET reserved = reserved + $3 WHERE holder = $1 AND period = $2 "
    "AND spent + reserved + $3 <= $4 RETURNING spent"
)
_CLOSE = "UPDATE eval_budget SET spent = spent + $3, reserved = reserved - $4 WHERE holder = $1 AND period = $2"
_STATE = "SELECT holder, spent + reserved FROM eval_budget WHERE period = $1 AND holder IN ($2, $3)"

HOLDINGS = (Holding("eval_budget", Period("period", BOOKS_DAYS), key=("holder", "period"), scoped=False),)


class CapReached(Exception):
    """The money for trying prompts is used up; the text says whose, and that the next month brings more."""


class EvalBudget:
    """Holds and spends, atomically over all processes. What a crash leaves held stays held until the month ends."""

    def __init__(self, database: Database, clock: Clock, caps: tuple[int, int]) -> None:
        self._database = database
        self._clock = clock
        self.caps = caps
        """(for all, for each person), a month, in nano-USD."""

    async def hold(self, person: str, period: str, amount: int) -> None:
        """Set money aside before anything is sent. Raises CapReached, and nothing is held."""
        await self._database.run(_hold, person, period, amount, self.caps)

    async def close(self, person: str, period: str, held: int, cost: int, entry: AuditEntry | None = None) -> None:
        """Replace what was held by what it cost, with the line that says so."""
        await self._database.run(_close, person, period, (cost, held), entry)

    async def left(self, person: str, period: str) -> tuple[int, int]:
        """Return what is left of this month, (for all, for this person)."""
        used = {row[0]: int(row[1]) for row in await self._database.fetch(_STATE, period, EVERYBODY, person)}
        return tuple(max(0, cap - used.get(who, 0)) for who, cap in zip((EVERYBODY, person), self.caps, strict=True))  # type: ignore[return-value]


def _hold(person: str, period: str, amount: int, caps: tuple[int, int]) -> Script[None]:
    whose = ("The operator's", "Your")
    for words, holder, cap in zip(whose, (EVERYBODY, person), caps, strict=True):
        yield Statement(_ROW, (holder, period))
        rows: list[Row] = yield Statement(_HOLD, (holder, period, amount, cap))
        if not rows:
            raise CapReached(f"{words} budget for trying prompts is used up this month. The offline rules are free.")


def _close(person: str, period: str, amounts: tuple[int, int], entry: AuditEntry | None) -> Script[None]:
    for holder in (EVERYBODY, person):
        yield Statement(_CLOSE, (holder, period, *amounts))
    if entry is not None:
        yield from audit.append(entry)
