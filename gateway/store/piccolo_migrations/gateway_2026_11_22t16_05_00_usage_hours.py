"""Sums of usage per hour, kept by the database itself with every row that is written, changed or taken back."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T16:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Usage by hour"

_SUMS = "calls, degraded, failed, cost, input_tokens, cached_tokens, output_tokens"
_KEY = "hour, shard, feature, model, source"
_ADD = ", ".join(f"{name} = usage_hourly.{name} + excluded.{name}" for name in _SUMS.split(", "))


def _values(row: str, sign: str) -> str:
    """Return what a row of `usage` adds to the sums."""
    counted = (
        f"{sign}1",
        f"{sign}(CASE {row}.degraded WHEN '' THEN 0 ELSE 1 END)",
        f"{sign}(CASE WHEN {row}.status >= 400 THEN 1 ELSE 0 END)",
        *(f"{sign}{row}.{name}" for name in ("cost", "input_tokens", "cached_tokens", "output_tokens")),
    )
    return ", ".join(counted)


def _upsert(row: str, shard: str, sign: str = "") -> str:
    """Return the statement that adds a row to its hour, or with `-` takes it back."""
    key = f"{row}.created_at - {row}.created_at % 3600000000, {shard}, {row}.feature, {row}.model, {row}.source"
    return (
        f"INSERT INTO usage_hourly ({_KEY}, {_SUMS}) VALUES ({key}, {_values(row, sign)}) "  # noqa: S608
        f"ON CONFLICT ({_KEY}) DO UPDATE SET {_ADD};"
    )


TABLES = (
    """CREATE TABLE usage_hourly (
        hour BIGINT NOT NULL,
        shard BIGINT NOT NULL,
        feature TEXT NOT NULL,
        model TEXT NOT NULL,
        source TEXT NOT NULL,
        calls BIGINT NOT NULL,
        degraded BIGINT NOT NULL,
        failed BIGINT NOT NULL,
        cost BIGINT NOT NULL,
        input_tokens BIGINT NOT NULL,
        cached_tokens BIGINT NOT NULL,
        output_tokens BIGINT NOT NULL,
        PRIMARY KEY (hour, shard, feature, model, source)
    )""",
)
_PRESENT = (
    f"INSERT INTO usage_hourly ({_KEY}, {_SUMS}) SELECT created_at - created_at % 3600000000 AS began, 0, feature, "  # noqa: S608
    "model, source, COUNT(*), SUM(CASE degraded WHEN '' THEN 0 ELSE 1 END), "
    "SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), SUM(cost), SUM(input_tokens), SUM(cached_tokens), "
    "SUM(output_tokens) FROM usage GROUP BY began, feature, model, source"
)
_CHANGES = "cost, input_tokens, cached_tokens, output_tokens, degraded, status, feature, model, source, created_at"
SQLITE_ONLY = (
    f"CREATE TRIGGER usage_hours_insert AFTER INSERT ON usage BEGIN {_upsert('NEW', '0')} END",
    f"CREATE TRIGGER usage_hours_delete AFTER DELETE ON usage BEGIN {_upsert('OLD', '0', '-')} END",
    f"CREATE TRIGGER usage_hours_update AFTER UPDATE OF {_CHANGES} ON usage "
    f"BEGIN {_upsert('OLD', '0', '-')} {_upsert('NEW', '0')} END",
    _PRESENT,
)
# An hour is one row for all businesses: sixteen shards, and a lock that is taken at the commit only, let callers of
# different businesses pass. Rows that move to another table (`app.moving`) have been counted and stay counted.
POSTGRESQL_ONLY = (
    f"""CREATE FUNCTION usage_hours() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
        IF TG_OP <> 'INSERT' THEN {_upsert("OLD", "hashtext(OLD.business_id) & 15", "-")} END IF;
        IF TG_OP <> 'DELETE' THEN {_upsert("NEW", "hashtext(NEW.business_id) & 15")} END IF;
        RETURN NULL;
    END $body$""",
    f"""CREATE CONSTRAINT TRIGGER usage_hours AFTER INSERT OR DELETE OR UPDATE OF {_CHANGES} ON usage
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (current_setting('app.moving', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION usage_hours()""",
    _PRESENT,
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
