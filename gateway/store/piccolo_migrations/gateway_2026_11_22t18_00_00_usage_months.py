"""Usage older than a quarter by calendar month on PostgreSQL, where a month that is no longer kept goes as a whole.

`usage` itself stays one table: its key (business, request) is what makes a charge happen once, and a key of a
partitioned table would have to hold the month as well, so that one request could be charged in two. A process of the
release before writes there, too. Whatever can still change has changed before a row moves.
"""

from typing import Any

from gateway.store.migrating import manager_of
from gateway.store.scope import APP_ROLE

ID = "2026-11-22T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Usage by month"

TABLES = ()
INDEXES = ()
# ruff: noqa: S608 - only our own numbers and names are put together here
SQLITE_ONLY = ("CREATE VIEW usage_all AS SELECT * FROM usage",)

_DAY = 86_400_000_000
_MICROS = "(extract(epoch FROM ({}) AT TIME ZONE 'UTC') * 1000000)::bigint"
_MONTHS = f"""
    CREATE FUNCTION gateway_months(now bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$
    DECLARE
        month timestamp;
        past text;
        first bigint := least(now, (SELECT min(created_at) FROM usage));
    BEGIN
        PERFORM pg_advisory_xact_lock(7521962890172980482);
        FOR month IN SELECT generate_series(date_trunc('month', to_timestamp(first / 1e6) AT TIME ZONE 'UTC'),
            to_timestamp(now / 1e6) AT TIME ZONE 'UTC' + interval '1 month', interval '1 month')
        LOOP
            past := 'usage_past_' || to_char(month, 'YYYY_MM');
            IF to_regclass(past) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF usage_past FOR VALUES FROM (%s) TO (%s)', past,
                    {_MICROS.format("month")}, {_MICROS.format("month + interval '1 month'")});
                -- Without a policy of its own it shows nothing; its rows are read through usage_past.
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', past);
            END IF;
        END LOOP;
        FOR past IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'usage_past'::regclass
            AND {_MICROS.format("to_timestamp(right(c.relname, 7), 'YYYY_MM')::timestamp + interval '1 month'")}
                <= now - {400 * _DAY}
        LOOP
            EXECUTE format('DROP TABLE %I', past);
        END LOOP;
    END $body$"""
_FILE = f"""
    CREATE FUNCTION gateway_file_usage(now bigint, most bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$
    DECLARE
        moved bigint;
    BEGIN
        PERFORM set_config('app.moving', 'on', true);
        WITH due AS (
            SELECT business_id, request_id FROM usage WHERE created_at < now - {92 * _DAY} AND user_hash = ''
            ORDER BY created_at LIMIT most FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM usage USING due WHERE usage.business_id = due.business_id AND usage.request_id = due.request_id
            RETURNING usage.*
        )
        INSERT INTO usage_past SELECT * FROM gone;
        GET DIAGNOSTICS moved = ROW_COUNT;
        PERFORM set_config('app.moving', '', true);
        RETURN moved;
    END $body$"""
POSTGRESQL_ONLY = (
    "CREATE TABLE usage_past (LIKE usage, PRIMARY KEY (business_id, request_id, created_at)) "
    "PARTITION BY RANGE (created_at)",
    "CREATE INDEX usage_past_day ON usage_past (business_id, created_at)",
    "CREATE INDEX usage_past_recent ON usage_past (created_at, request_id)",
    "CREATE VIEW usage_all WITH (security_invoker = true) AS SELECT * FROM usage UNION ALL SELECT * FROM usage_past",
    _MONTHS,
    _FILE,
    "REVOKE ALL ON FUNCTION gateway_months, gateway_file_usage FROM PUBLIC",
    f"DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
    f"GRANT EXECUTE ON FUNCTION gateway_months, gateway_file_usage TO {APP_ROLE}; END IF; END $$",
    "SELECT gateway_months((extract(epoch FROM now()) * 1000000)::bigint)",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
