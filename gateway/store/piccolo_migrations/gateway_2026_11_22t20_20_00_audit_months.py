"""Lines of the audit log older than a quarter by calendar month on PostgreSQL.

`audit` itself stays one table, so that a line is written and its chain continued as before, also by a process of the
release before. Lines move unchanged, and `audit_all` reads both.
"""

from typing import Any

from gateway.store.migrating import manager_of
from gateway.store.scope import APP_ROLE

ID = "2026-11-22T20:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Audit log by month"

TABLES = ()
INDEXES = ()
# ruff: noqa: S608 - only our own numbers and names are put together here
SQLITE_ONLY = ("CREATE VIEW audit_all AS SELECT * FROM audit",)

_QUARTER = 92 * 86_400_000_000
_MICROS = "(extract(epoch FROM ({}) AT TIME ZONE 'UTC') * 1000000)::bigint"
_MONTHS = f"""
    CREATE FUNCTION gateway_audit_months(now bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$
    DECLARE
        month timestamp;
        past text;
    BEGIN
        PERFORM pg_advisory_xact_lock(7521962890172980483);
        FOR month IN SELECT DISTINCT date_trunc('month', to_timestamp(at / 1e6) AT TIME ZONE 'UTC') FROM audit
            WHERE at < now - {_QUARTER}
        LOOP
            past := 'audit_past_' || to_char(month, 'YYYY_MM');
            IF to_regclass(past) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF audit_past FOR VALUES FROM (%s) TO (%s)', past,
                    {_MICROS.format("month")}, {_MICROS.format("month + interval '1 month'")});
                -- Without a policy of its own it shows nothing; its lines are read through audit_past.
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', past);
            END IF;
        END LOOP;
    END $body$"""
_FILE = f"""
    CREATE FUNCTION gateway_file_audit(now bigint, most bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$
    DECLARE
        moved bigint;
    BEGIN
        WITH due AS (
            SELECT business_id, seq FROM audit WHERE at < now - {_QUARTER} LIMIT most FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM audit USING due WHERE audit.business_id = due.business_id AND audit.seq = due.seq
            RETURNING audit.*
        )
        INSERT INTO audit_past SELECT * FROM gone;
        GET DIAGNOSTICS moved = ROW_COUNT;
        RETURN moved;
    END $body$"""
# Only to be read: lines come by the function above, and nobody changes or removes one.
_READABLE = """
    CREATE POLICY of_the_business ON audit_past FOR SELECT
    USING ((SELECT current_setting('app.scope', true) = 'operator')
        OR business_id = (SELECT nullif(current_setting('app.business_id', true), '')))"""
POSTGRESQL_ONLY = (
    "CREATE INDEX audit_age ON audit USING brin (at)",  # lines come in the order of time: a few pages for millions
    "CREATE TABLE audit_past (LIKE audit, PRIMARY KEY (business_id, seq, at)) PARTITION BY RANGE (at)",
    "CREATE VIEW audit_all WITH (security_invoker = true) AS SELECT * FROM audit UNION ALL SELECT * FROM audit_past",
    _MONTHS,
    _FILE,
    "ALTER TABLE audit_past ENABLE ROW LEVEL SECURITY",
    _READABLE,
    "REVOKE ALL ON FUNCTION gateway_audit_months, gateway_file_audit FROM PUBLIC",
    f"DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
    f"GRANT EXECUTE ON FUNCTION gateway_audit_months, gateway_file_audit TO {APP_ROLE}; END IF; END $$",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
