"""For whom this task works: PostgreSQL shows it the rows of one business, of all, or none (row-level security).

Set where a caller is recognised, not where a query is written: a query that forgets its business, or names another one,
finds nothing. SQLite has no such rule; there the queries alone keep businesses apart.
"""

from contextvars import ContextVar, Token
from dataclasses import dataclass

APP_ROLE = "gateway_app"
"""The PostgreSQL role that the service acts as: it owns nothing, and the policies hold for it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows may be read and written: one business's, or with `operator` everybody's; else nobody's."""

    business_id: str = ""
    operator: bool = False


NOBODY = Scope()
OPERATOR = Scope(operator=True)
"""The admin, the command line, and work for the service as a whole, such as sweeping and retention."""

_current: ContextVar[Scope] = ContextVar("scope", default=NOBODY)


def business(business_id: str) -> Scope:
    """Return the scope of one business. Raises ValueError for the empty name, which stands for the whole service."""
    if not business_id:
        raise ValueError("the whole service is no business: name OPERATOR")
    return Scope(business_id)


def of_job(business_id: str) -> Scope:
    """Return the scope of a job: its business's, or the operator's for work of the whole service."""
    return business(business_id) if business_id else OPERATOR


def current() -> Scope:
    """Return for whom this task works."""
    return _current.get()


def enter(scope: Scope) -> None:
    """Work for `scope` to the end of this task, and in all that it starts from now on."""
    _current.set(scope)


def acting(scope: Scope) -> "Acting":
    """Work for `scope` while the block runs."""
    return Acting(scope)


class Acting:
    """One block of `acting`. A class and no generator, since every request goes through it."""

    __slots__ = ("_before", "_scope")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._before: Token[Scope] | None = None

    def __enter__(self) -> None:
        self._before = _current.set(self._scope)

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            _current.reset(self._before)
