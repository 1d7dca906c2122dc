"""Single requests over all businesses, for people who look for what happened to one: filtered, newest first.

Pages follow each other by key (`Mark`), so that page 1,000 costs what page 1 costs. Instants are microseconds (UTC).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from gateway.domain.usage import Usage
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.overview import AuditLine
from gateway.store.prompt_hours import Kind, PromptHours

_COLUMNS = (
    "u.business_id, u.request_id, u.feature, u.prompt, u.source, u.route, u.model, u.degraded, u.status, "
    "u.input_tokens, u.cached_tokens, u.cache_write_tokens, u.output_tokens, u.reasoning_tokens, "
    "u.cost, u.attempts, u.latency_ms, u.created_at, u.grounding, u.prompt_hash"
)
# A business is looked up by the first column of the primary key: one short look for each of them.
_BY_ID = f"SELECT {_COLUMNS} FROM business b CROSS JOIN usage_all u WHERE u.business_id = b.id AND "  # noqa: S608
_EXACT = _BY_ID + "u.request_id = $1 LIMIT 50"
_BEGINNING = _BY_ID + "u.request_id >= $1 AND u.request_id < $2 LIMIT 50"
_ONE = f"SELECT {_COLUMNS} FROM usage_all u WHERE u.business_id = $1 AND u.request_id = $2"  # noqa: S608
_HEAD = "SELECT seq FROM audit_head WHERE business_id = $1"
_AT = "SELECT at FROM audit_all WHERE business_id = $1 AND seq = $2"
_LINE = (
    "SELECT seq, at, actor, action, object_id, details FROM audit_all "
    "WHERE business_id = $1 AND seq >= $2 AND seq <= $3 AND object_id = $4 ORDER BY seq"
)
_SAID = "SELECT rating, outcome, created_at FROM feedback WHERE business_id = $1 AND request_id = $2"
_DECIDED = "SELECT decision, created_at FROM decision WHERE business_id = $1 AND request_id = $2 ORDER BY created_at"
AROUND = 2_000
"""How many lines of the chain around an instant are looked through: lines are written when a request has ended."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which requests: empty texts say nothing. `degraded` may be `any`; `outcome` is `ok`, `failed` or empty."""

    since: int
    until: int
    business: str = ""
    feature: str = ""
    source: str = ""
    degraded: str = ""
    outcome: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """The last request of a page: the next page begins after it."""

    created_at: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Request:
    """One logical request as billing keeps it; `cost` is nano-USD, `grounding` counts figures."""

    business_id: str
    request_id: str
    feature: str
    prompt: str
    source: str
    route: str
    model: str
    degraded: str
    status: int
    usage: Usage
    cost: int
    attempts: int
    latency_ms: int
    created_at: int
    grounding: Mapping[str, Any]
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class About:
    """What else is known of a request: audit lines, what people said of it and decided; (text, instant) each."""

    audit: list[AuditLine]
    said: list[tuple[str, int]]
    decided: list[tuple[str, int]]


class Requests:
    """Reads the usage table."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hours = PromptHours(database)

    async def page(self, which: Filter, limit: int, after: Mark | None = None) -> list[Request]:
        """Return the newest requests, or those after a mark."""
        if after is not None and after.created_at < which.until:
            # The comparison of pairs below is not what SQLite begins its search at; this is.
            which = replace(which, until=after.created_at + 1)
        rows: list[Row] = []
        for since, until in await self._stretches(which):
            sql, values = _page(replace(which, since=since, until=until), limit - len(rows), after)
            rows += await self._database.fetch(sql, *values)
            if len(rows) >= limit:
                break
        return [_request(row) for row in rows]

    async def _stretches(self, which: Filter) -> list[tuple[int, int]]:
        """Return where to look, newest first: a rare kind of request is not looked for in hours that had none."""
        kind = Kind(which.feature, which.source, which.model, which.degraded, which.outcome)
        if which.business or kind in (Kind(), Kind(outcome="ok")):
            return [(which.since, which.until)]  # an index finds these
        return await self._hours.hours_of(kind, which.since, which.until)

    async def named(self, request_id: str) -> list[Request]:
        """Return the requests of any business with this id, or with an id that a caller's id is the beginning of."""
        rows = await self._database.fetch(_EXACT, request_id)
        if not rows:
            rows = await self._database.fetch(_BEGINNING, f"{request_id}.", f"{request_id}/")
        return [_request(row) for row in rows]

    async def get(self, business_id: str, request_id: str) -> Request | None:
        """Return one request."""
        rows = await self._database.fetch(_ONE, business_id, request_id)
        return _request(rows[0]) if rows else None

    async def about(self, request: Request) -> About:
        """Return what else is known of a request."""
        return await self._database.read(_about, request.business_id, request.request_id, request.created_at)


def _page(which: Filter, limit: int, after: Mark | None) -> tuple[str, list[Any]]:
    conditions, values = _conditions(which)
    if after is not None:
        conditions.append(f"(u.created_at, u.request_id) < (${len(values) + 1}, ${len(values) + 2})")
        values += [after.created_at, after.request_id]
    sql = (
        f"SELECT {_COLUMNS} FROM usage_all u WHERE {' AND '.join(conditions)} "  # noqa: S608 - no value in it
        f"ORDER BY u.created_at DESC, u.request_id DESC LIMIT ${len(values) + 1}"
    )
    return sql, [*values, limit]


def _conditions(which: Filter) -> tuple[list[str], list[Any]]:
    conditions = ["u.created_at >= $1", "u.created_at < $2"]
    values: list[Any] = [which.since, which.until]
    named = {"business_id": which.business, "feature": which.feature, "source": which.source, "model": which.model}
    for column, value in named.items():
        if value:
            values.append(value)
            conditions.append(f"u.{column} = ${len(values)}")
    if which.degraded == "any":
        conditions.append("u.degraded <> ''")
    elif which.degraded:
        values.append(which.degraded)
        conditions.append(f"u.degraded = ${len(values)}")
    if which.outcome:
        conditions.append("u.status < 400" if which.outcome == "ok" else "u.status >= 400")
    return conditions, values


def _about(business_id: str, request_id: str, created_at: int) -> Script[About]:
    lines: list[AuditLine] = []
    head = yield Statement(_HEAD, (business_id,))
    if head:
        low, high = 1, int(head[0][0])
        while low < high:  # the chain is in the order of time, but has no index on it
            middle = (low + high) // 2
            at = yield Statement(_AT, (business_id, middle))
            low, high = (middle + 1, high) if at and at[0][0] < created_at else (low, middle)
        span = (max(1, low - AROUND), low + AROUND)
        lines = [AuditLine(*row) for row in (yield Statement(_LINE, (business_id, *span, request_id)))]
    said = yield Statement(_SAID, (business_id, request_id))
    decided = yield Statement(_DECIDED, (business_id, request_id))
    return About(
        lines,
        [(" · ".join(filter(None, (f"{rating} of 5" if rating else "", outcome))), at) for rating, outcome, at in said],
        [(decision, at) for decision, at in decided],
    )


def _request(row: Row) -> Request:
    business_id, request_id, feature, prompt, source, route, model, degraded, status, *rest = row
    cost, attempts, latency_ms, created_at, grounding, prompt_hash = rest[5:]
    usage = Usage(*(int(each) for each in rest[:5]))
    figures = msgspec.json.decode(grounding) if grounding else {}
    return Request(
        business_id, request_id, feature, prompt, source, route, model, degraded, status, usage,
        cost, attempts, latency_ms, created_at, figures, prompt_hash,
    )  # fmt: skip
