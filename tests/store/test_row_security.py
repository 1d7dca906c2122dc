"""PostgreSQL itself keeps businesses apart: a query that forgets its business, or names another, finds nothing.

The tables are read from the database's own catalogue, so that a new one without a policy fails here.
"""

import asyncio

import asyncpg
import pytest

from gateway.domain.events import Event
from gateway.store.audit_months import file_lines
from gateway.store.database import ConstraintViolation, Statement, as_operator, open_database
from gateway.store.events import SERVICE, Events
from gateway.store.migrating import MayNotMigrate, let_log_in, migrate, pending
from gateway.store.scope import APP_ROLE, NOBODY, OPERATOR, acting, business, current
from gateway.store.webhooks import Webhooks
from tests.backends import available_backends, copied_database_url
from tests.store.making import NOW, SetClock, claim, jobs_on, ledger_on, sealer, settlement

pytestmark = pytest.mark.skipif("postgresql" not in available_backends(), reason="needs PostgreSQL")

MINE, THEIRS = "business-a", "business-b"
_OWNED = (
    "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = "
    "CASE c.relname WHEN 'business' THEN 'id' ELSE 'business_id' END AND NOT a.attisdropped "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
)
_COLUMNS = (
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 "
    "AND (is_nullable = 'NO' OR column_name = 'business_id') AND is_generated = 'NEVER' ORDER BY ordinal_position"
)
EVIDENCE = ("audit", "audit_past")
"""Tables whose lines nobody changes or removes."""
_WITHOUT_CHECKS = (
    "DO $$ DECLARE one record; BEGIN FOR one IN SELECT conrelid::regclass AS of, conname FROM pg_constraint "
    "WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace "
    "LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.of, one.conname); END LOOP; END $$"
)


@pytest.fixture
async def database(tmp_path):
    """An open, migrated database on PostgreSQL, for the application; what a row holds is not checked there."""
    async with copied_database_url("postgresql", tmp_path, "migrated", migrate) as url:
        owner = open_database(url, pool_size=1, as_owner=True)
        await owner.open()
        await owner.execute(_WITHOUT_CHECKS)
        await owner.execute("SELECT gateway_months($1)", NOW)
        await owner.close()
        opened = open_database(url, pool_size=2)
        await opened.open()
        yield opened
        await opened.close()


async def owned(database):
    """Return (table, column of its business) for each table that has one."""
    return [tuple(row) for row in await database.fetch(_OWNED)]


async def row_of(database, table, column, owner):
    """Return columns and SQL literals of a row of this business."""
    names, values = [], []
    for name, kind in await database.fetch(_COLUMNS, table):
        if name == column:
            value = f"'{owner}'"
        elif name == "created_at":
            value = str(NOW)
        elif kind in ("bigint", "integer", "smallint", "numeric", "double precision", "real"):
            value = "1"
        elif kind == "boolean":
            value = "false"
        elif kind == "date":
            value = "'2026-11-22'"
        elif kind.startswith("timestamp"):
            value = "'2026-11-22T00:00:00Z'"
        elif kind == "bytea":
            value = "'\\x00'"
        else:
            value = f"'{name}-{owner}'"
        names.append(f'"{name}"')
        values.append(value)
    return f"({', '.join(names)}) VALUES ({', '.join(values)})"


async def everything_twice(database):
    """Write a row of each of two businesses into every table that has an owner."""
    tables = await owned(database)
    with acting(OPERATOR):
        for owner in (MINE, THEIRS):
            await database.execute(f"INSERT INTO audit {await row_of(database, 'audit', 'business_id', owner)}")
        assert await file_lines(database, NOW) == 2  # what `audit_past` has it has by moving
        for table, column in tables:
            for owner in (MINE, THEIRS) if table != "audit_past" else ():
                await database.execute(f"INSERT INTO {table} {await row_of(database, table, column, owner)}")
    return tables


async def count(database, table, condition="true"):
    return (await database.fetch(f"SELECT COUNT(*) FROM {table} WHERE {condition}"))[0][0]


async def test_every_table_with_a_business_has_a_policy_and_the_service_owns_nothing(database):
    tables = [name for name, _ in await owned(database)]
    assert {"business", "usage", "budget", "audit", "pos_sales", "job", "conversation_message"} <= set(tables)
    protected = await database.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relrowsecurity AND EXISTS (SELECT 1 FROM pg_policy p "
        "WHERE p.polrelid = c.oid AND p.polname = 'of_the_business')"
    )
    assert set(tables) - {name for (name,) in protected} == set(), "a table of businesses without a policy"
    parts = await database.fetch("SELECT relname, relrowsecurity FROM pg_class WHERE relispartition AND relkind = 'r'")
    assert parts and all(closed for _, closed in parts), "a month that can be read past its table's policy"
    ((role, superuser, bypasses, owns),) = await database.fetch(
        "SELECT current_user::text, rolsuper, rolbypassrls, (SELECT COUNT(*) FROM pg_class WHERE relowner = r.oid) "
        "FROM pg_roles r WHERE rolname = current_user"
    )
    assert (role, superuser, bypasses, owns) == (APP_ROLE, False, False, 0)


async def test_without_a_scope_there_is_nothing_to_see_or_to_change_anywhere(database):
    tables = await everything_twice(database)
    with acting(NOBODY):
        for table, column in tables:
            assert await count(database, table) == 0, table
            if table not in EVIDENCE:
                assert await database.execute(f"UPDATE {table} SET {column} = {column} RETURNING 1") == [], table
                assert await database.execute(f"DELETE FROM {table} RETURNING 1") == [], table
    with acting(OPERATOR):
        assert {await count(database, table) for table, _ in tables} == {2}


async def test_a_business_sees_and_changes_its_own_rows_only_even_when_the_query_forgets_it(database):
    tables = await everything_twice(database)
    with acting(business(MINE)):
        for table, column in tables:
            assert await count(database, table) == 1, table
            assert await count(database, table, f"{column} = '{THEIRS}'") == 0, table
            if table not in EVIDENCE:
                changed = await database.execute(f"UPDATE {table} SET {column} = {column} RETURNING {column}")
                assert changed == [(MINE,)], table
                assert await database.execute(f"DELETE FROM {table} WHERE {column} = '{THEIRS}' RETURNING 1") == []
    with acting(OPERATOR):
        assert {await count(database, table, f"{column} = '{THEIRS}'") for table, column in tables} == {1}


async def test_a_business_cannot_write_a_row_of_another_or_give_one_away(database):
    tables = await everything_twice(database)
    with acting(OPERATOR):
        rows = {table: await row_of(database, table, column, THEIRS) for table, column in tables}
    with acting(business(MINE)):
        for table, row in rows.items():
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await database.execute(f"INSERT INTO {table} {row}")
        for table, column in tables:
            if table not in EVIDENCE:
                with pytest.raises((asyncpg.InsufficientPrivilegeError, ConstraintViolation)):
                    await database.execute(f"UPDATE {table} SET {column} = '{THEIRS}-too'")


async def test_a_scope_ends_with_its_block_however_the_connections_are_shared(database):
    await everything_twice(database)

    async def seen(owner):
        with acting(owner):
            await asyncio.sleep(0)
            rows = await database.fetch("SELECT business_id FROM budget")
            again = await database.run(lambda: (yield Statement("SELECT business_id FROM budget")))
            assert rows == again
            return rows

    wanted = [business(MINE), business(THEIRS), NOBODY] * 30
    found = await asyncio.gather(*(seen(owner) for owner in wanted))
    assert found == [[(MINE,)], [(THEIRS,)], []] * 30
    with acting(business(MINE)), pytest.raises(RuntimeError):
        await database.run(_broken)
    with acting(NOBODY):
        assert await database.fetch("SELECT business_id FROM budget") == []


def _broken():
    yield Statement("SELECT 1", operator=True)
    raise RuntimeError


async def test_a_scope_is_no_place_for_sql(database):
    await everything_twice(database)
    for name in ("x', false), set_config('app.scope', 'operator', false) --", "'; DELETE FROM budget; --", "ɛ'\\", "%"):
        with acting(business(name)):
            assert await database.fetch("SELECT current_setting('app.business_id')") == [(name,)]
            assert await count(database, "budget") == 0
    with acting(OPERATOR):
        assert await count(database, "budget") == 2


async def test_an_operators_statement_within_a_businesss_transaction_is_the_only_one_that_sees_more(database):
    await everything_twice(database)

    def script():
        before = yield Statement("SELECT COUNT(*) FROM budget")
        within = yield from as_operator(inner())
        after = yield Statement("SELECT COUNT(*) FROM budget")
        return before[0][0], within, after[0][0]

    def inner():
        return (yield Statement("SELECT COUNT(*) FROM budget"))[0][0]

    with acting(business(MINE)):
        assert await database.run(script) == (1, 2, 1)
        assert await count(database, "budget") == 1


async def test_the_ledger_of_a_business_works_in_its_scope_and_in_no_other(database):
    ledger, wish = ledger_on(database), claim()
    with acting(business(wish.business_id)):
        await ledger.settle(await ledger.reserve(wish), settlement(wish, cost=7))
        assert await database.fetch("SELECT cost FROM usage") == [(7,)]
    for scope in (NOBODY, business(THEIRS)):
        with acting(scope), pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ledger.reserve(claim())


async def test_an_operators_webhook_hears_of_a_business_that_cannot_see_it(database):
    hooks, clock = Webhooks(database, sealer(), SetClock()), SetClock()
    with acting(OPERATOR):
        await hooks.create(SERVICE, "https://operator.example/", ["*"])
        await hooks.create(THEIRS, "https://theirs.example/", ["*"])
    with acting(business(MINE)):
        await Events(database, sealer(), clock).tell(MINE, Event("quota.exhausted", "once", {"meter": "m"}))
        assert await count(database, "webhook") == await count(database, "webhook_delivery") == 0
        assert await count(database, "event") == 1
    with acting(OPERATOR):
        assert await database.fetch("SELECT business_id, event_business_id FROM webhook_delivery") == [(SERVICE, MINE)]
        assert len(await jobs_on(database, SetClock(NOW + 1)).claim("me", ("deliver_webhook",), 5)) == 1


async def test_lines_of_the_audit_log_stay_as_they_were_written(database):
    await everything_twice(database)
    refused = ("UPDATE audit SET details = '{}'", "DELETE FROM audit", "DELETE FROM migration", "DROP TABLE audit")
    for sql in (*refused, f"INSERT INTO audit_past {await row_of(database, 'audit_past', 'business_id', MINE)}"):
        with acting(OPERATOR), pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute(sql)
    with acting(OPERATOR):
        assert await database.execute("UPDATE audit_past SET details = '{}' RETURNING 1") == []
        assert await database.execute("DELETE FROM audit_past RETURNING 1") == []
        assert await count(database, "audit_all") == 4


async def test_a_role_of_the_applications_can_log_in_and_serve_but_not_migrate(database):
    name = f"{APP_ROLE}_{database.url.rsplit('_', 1)[-1]}"
    owner = open_database(database.url, as_owner=True)
    await owner.open()
    await owner.execute(f"CREATE ROLE {name} IN ROLE {APP_ROLE}")
    await let_log_in(database.url, "it's of a test", role=name)
    url = f"postgresql://{name}:it%27s%20of%20a%20test@{database.url.split('@', 1)[1]}"
    served = open_database(url)
    try:
        await served.open()
        assert await pending(served) == []
        assert await migrate(url) == [], "nothing to do needs no right"
        with acting(business(MINE)):
            assert await count(served, "budget") == 0
        await owner.execute("DELETE FROM migration WHERE name = (SELECT MAX(name) FROM migration)")
        with pytest.raises(MayNotMigrate, match="as their owner"):
            await migrate(url)
    finally:
        await served.close()
        await owner.execute(f"DROP ROLE {name}")
        await owner.close()


def test_work_of_the_whole_service_must_say_so():
    with pytest.raises(ValueError, match="OPERATOR"):
        business("")
    with acting(business(MINE)):
        assert current() == business(MINE)
