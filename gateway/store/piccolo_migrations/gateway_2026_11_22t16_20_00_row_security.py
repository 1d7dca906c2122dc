"""PostgreSQL shows a task the rows of its business only, and the service acts as a role that owns nothing.

`gateway_protect` gives each table with a business its policy and the role its rights; `migrate` calls it whenever
anything ran, so that a table of a later migration is never without. The owner of the tables is not bound by the
policies: it migrates and takes backups, and a process of the release before may still be connected as it.
"""

from typing import Any

from gateway.store.migrating import manager_of
from gateway.store.scope import APP_ROLE

ID = "2026-11-22T16:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Row-level security"

TABLES = ()
INDEXES = ()

# Each setting is read once for a statement, not once for a row; the operator's comes first, since it ends the matter.
_OPERATOR = "(SELECT current_setting('app.scope', true) = 'operator')"
_MINE = "(SELECT nullif(current_setting('app.business_id', true), ''))"

_PROTECT = """
    CREATE FUNCTION gateway_protect() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
    DECLARE
        name text;
        owner_column text;
    BEGIN
        FOR name, owner_column IN
            SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
                AND a.attname = CASE c.relname WHEN 'business' THEN 'id' ELSE 'business_id' END
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND NOT c.relrowsecurity
        LOOP
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
            EXECUTE format('CREATE POLICY of_the_business ON %I USING (OPERATOR OR %I = MINE)', name, owner_column);
        END LOOP;
        IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'APP_ROLE') THEN
            GRANT USAGE ON SCHEMA public TO APP_ROLE;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO APP_ROLE;
            REVOKE UPDATE, DELETE ON audit FROM APP_ROLE;
            REVOKE INSERT, UPDATE, DELETE ON migration FROM APP_ROLE;
            GRANT EXECUTE ON FUNCTION gateway_statistics, knowledge_hits TO APP_ROLE;
        END IF;
    END $body$"""
_ROLE = """
    CREATE FUNCTION gateway_role() RETURNS void LANGUAGE plpgsql AS $body$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'APP_ROLE') THEN
            CREATE ROLE APP_ROLE NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
        END IF;
        IF NOT pg_has_role(current_user, 'APP_ROLE', 'MEMBER') THEN
            EXECUTE format('GRANT APP_ROLE TO %I', current_user);
        END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server is migrated right now
        WHEN insufficient_privilege THEN
            RAISE WARNING 'may not create the role APP_ROLE: have it created, then run SELECT gateway_protect()';
    END $body$"""
_STATISTICS = """
    CREATE FUNCTION gateway_statistics(name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$ BEGIN EXECUTE format('ANALYZE %I', name); END $body$"""
# An index on words serves no query under a policy, since a comparison of words might tell of rows that are not shown.
# This finds ids only; the rows are then read under the policy.
_HITS = """
    CREATE FUNCTION knowledge_hits(business text, words text, most bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $body$
        SELECT id FROM knowledge_chunk WHERE business_id IN (business, '*')
        AND to_tsvector('simple', terms) @@ to_tsquery('simple', words) ORDER BY id LIMIT most
    $body$"""
_READABLE = "CREATE POLICY everybody_reads ON {} FOR SELECT USING (business_id = '*' AND MINE IS NOT NULL)"


def _filled(sql: str) -> str:
    """Put role and conditions in their places; within a text of SQL, quotes are doubled."""
    for name, condition in (("OPERATOR", _OPERATOR), ("MINE", _MINE)):
        sql = sql.replace(name, condition.replace("'", "''") if "EXECUTE format" in sql else condition)
    return sql.replace("APP_ROLE", APP_ROLE)


POSTGRESQL_ONLY = tuple(
    _filled(sql)
    for sql in (
        _PROTECT,
        _ROLE,
        _STATISTICS,
        _HITS,
        "REVOKE ALL ON FUNCTION gateway_protect, gateway_role, gateway_statistics, knowledge_hits FROM PUBLIC",
        "SELECT gateway_role()",
        "SELECT gateway_protect()",
        _READABLE.format("knowledge_chunk"),
        _READABLE.format("knowledge_term"),
    )
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
