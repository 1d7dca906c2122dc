"""Service keys: shown once, kept as a hash. They hold 256 random bits, so a plain SHA-256 cannot be searched."""

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from gateway.domain.ledger import AuditEntry
from gateway.errors import NotFound
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.revisions import SWITCHES, Changed, bump, nobody

_INSERT = (
    "INSERT INTO api_key (id, hash, prefix, name, business_id, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
_LIST = (
    "SELECT id, prefix, name, business_id, scopes, created_at, revoked_at, last_used_at FROM api_key "
    "WHERE business_id = $1 ORDER BY created_at, id"
)
_LIST_ALL = (
    "SELECT id, prefix, name, business_id, scopes, created_at, revoked_at, last_used_at FROM api_key "
    "ORDER BY created_at, id"
)
_REVOKE = (
    "UPDATE api_key SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 OR prefix = $1 "
    "RETURNING id, prefix, name, business_id, scopes, created_at, revoked_at, last_used_at"
)
_USED = "UPDATE api_key SET last_used_at = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret; `business_id` None is a service key that may act for every business.

    `scopes` are groups of features, or `*`. Instants are microseconds since the epoch (UTC).
    """

    id: str
    prefix: str
    name: str
    business_id: str | None
    scopes: frozenset[str]
    created_at: int
    revoked_at: int | None
    last_used_at: int | None


def hash_of(plain: str) -> str:
    """Return what is stored of a key and what it is looked up by."""
    return hashlib.sha256(plain.encode("utf-8", "surrogateescape")).hexdigest()


class Keys:
    """Creates, lists and revokes keys; `changed` is awaited after each change."""

    def __init__(self, database: Database, clock: Clock, changed: Changed = nobody) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    async def create(
        self, name: str, business_id: str | None = None, scopes: Collection[str] = ("*",), *,
        line: AuditEntry | None = None, then: Callable[[], Script[Any]] | None = None,
    ) -> tuple[str, ApiKey]:  # fmt: skip
        """Return the key's text, for the only time, and its record. Raises ConstraintViolation for no such business.

        Its audit `line` and what `then` writes belong to the same transaction.
        """
        prefix = secrets.token_hex(4)
        plain = f"gw_{prefix}_{secrets.token_urlsafe(32)}"
        key = ApiKey(str(uuid4()), prefix, name, business_id, frozenset(scopes), self._clock.now(), None, None)
        await self._database.run(_insert, key, hash_of(plain), line, then)
        await self._changed()
        return plain, key

    async def list(self, business_id: str | None = None) -> list[ApiKey]:
        """Return the keys of a business, or all of them, oldest first."""
        rows = await (self._database.fetch(_LIST, business_id) if business_id else self._database.fetch(_LIST_ALL))
        return [_key(row) for row in rows]

    async def revoke(self, key_id: str, *, line: AuditEntry | None = None) -> ApiKey:
        """End a key by its id or its prefix; doing it again changes nothing. Raises NotFound."""
        rows = await self._database.run(_revoke, key_id, self._clock.now(), line)
        if not rows:
            raise NotFound(f"There is no key {key_id!r}. `keys list` shows them all.")
        await self._changed()
        return _key(rows[0])

    async def mark_used(self, key_ids: Iterable[str]) -> None:
        """Note that keys were used just now."""
        await self._database.run(_mark_used, sorted(key_ids), self._clock.now())


def _key(row: Row) -> ApiKey:
    key_id, prefix, name, business_id, scopes, *instants = row
    return ApiKey(key_id, prefix, name, business_id, frozenset(json.loads(scopes)), *instants)


def _insert(key: ApiKey, digest: str, line: AuditEntry | None, then: Callable[[], Script[Any]] | None) -> Script[None]:
    scopes = json.dumps(sorted(key.scopes))
    yield Statement(_INSERT, (key.id, digest, key.prefix, key.name, key.business_id, scopes, key.created_at))
    yield from bump(SWITCHES)
    if then is not None:
        yield from then()
    if line is not None:
        yield from audit.append(line)


def _revoke(key_id: str, now: int, line: AuditEntry | None) -> Script[list[Row]]:
    rows = yield Statement(_REVOKE, (key_id, now))
    yield from bump(SWITCHES)
    if line is not None and rows:
        yield from audit.append(line)
    return rows


def _mark_used(key_ids: Iterable[str], now: int) -> Script[None]:
    yield Statement(_USED, [(key_id, now) for key_id in key_ids], many=True)
