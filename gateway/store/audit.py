"""Each business's audit log is a hash chain: changing, removing or inserting a line breaks it from there on."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from gateway.domain.ledger import AuditEntry
from gateway.store.database import Database, Script, Statement

T = TypeVar("T")
GENESIS = "0" * 64
_ENCODE = msgspec.json.Encoder(order="sorted", enc_hook=dict).encode  # read-only mappings are mappings

_NEXT = (
    "INSERT INTO audit_head (business_id, seq, hash) VALUES ($1, 1, $2) "
    "ON CONFLICT (business_id) DO UPDATE SET seq = audit_head.seq + 1 RETURNING seq, hash"
)
_LINE = (
    "INSERT INTO audit (business_id, seq, at, actor, action, object_id, details, prev_hash, hash) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)
_HEAD = "UPDATE audit_head SET hash = $2 WHERE business_id = $1"
_READ = (
    "SELECT seq, at, actor, action, object_id, details, prev_hash, hash FROM audit_all "
    "WHERE business_id = $1 AND seq > $2 ORDER BY seq LIMIT 1000"
)


def append(entry: AuditEntry) -> Script[None]:
    """Add a line to its business's chain, as the last part of the caller's transaction: it locks the chain's end."""
    rows = yield Statement(_NEXT, (entry.business_id, GENESIS))
    seq, previous = rows[0]
    details = canonical(entry.details)
    digest = chain_hash(previous, entry.business_id, seq, entry.at, entry.actor, entry.action, entry.object_id, details)
    line = (entry.business_id, seq, entry.at, entry.actor, entry.action, entry.object_id, details, previous, digest)
    yield Statement(_LINE, line)
    yield Statement(_HEAD, (entry.business_id, digest))


def noted(act: Script[T], line: AuditEntry | None) -> Script[T]:
    """Return an act with its line, one transaction: if either cannot be written, neither is.

    An act that found nothing to do, and so returns something false, has no line.
    """
    result = yield from act
    if line is not None and result:
        yield from append(line)
    return result


def canonical(value: Mapping[str, Any]) -> str:
    """Return the one JSON text of a mapping: keys sorted, no white space."""
    return _ENCODE(value).decode()


def chain_hash(previous: str, *fields: str | int) -> str:
    """Return the SHA-256 that ties a line to the one before it."""
    return hashlib.sha256(previous.encode() + _ENCODE(fields)).hexdigest()


class AuditLog:
    """The chains of every business; `""` is the business of what concerns the whole service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entry: AuditEntry) -> None:
        """Add a line that belongs to no other transaction."""
        await self._database.run(append, entry)

    async def verify(self, business_id: str) -> int | None:
        """Return the first line that does not fit, one past the last for a cut end, None when all is well."""
        return await self._database.read(_verify, business_id)

    async def verify_all(self) -> dict[str, int]:
        """Return the first broken line of every business that has one."""
        sql = "SELECT business_id FROM audit_head UNION SELECT business_id FROM audit_all"
        broken = {row[0]: await self.verify(row[0]) for row in await self._database.fetch(sql)}
        return {business_id: seq for business_id, seq in broken.items() if seq is not None}


def _verify(business_id: str) -> Script[int | None]:
    expected, previous = 1, GENESIS
    while True:
        rows = yield Statement(_READ, (business_id, expected - 1))
        for seq, at, actor, action, object_id, details, stated, digest in rows:
            wanted = chain_hash(previous, business_id, seq, at, actor, action, object_id, details)
            if seq != expected or stated != previous or digest != wanted:
                return expected
            expected, previous = expected + 1, digest
        if not rows:
            break
    head = yield Statement("SELECT seq, hash FROM audit_head WHERE business_id = $1", (business_id,))
    end = [(expected - 1, previous)] if expected > 1 else []
    return None if head == end else expected
