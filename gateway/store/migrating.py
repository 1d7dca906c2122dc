"""Migrations are Piccolo's files and Piccolo's `migration` table; this runs them, whole or not at all, on any URL.

`piccolo migrations forwards gateway` does the same to the database of `DATABASE_URL`. What it lacks is needed here:
a lock, so that several processes may start at once, and one transaction for a migration and the note that it ran.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gateway.store import piccolo_migrations
from gateway.store.alone import alone
from gateway.store.database import Database, Dialect, Script, Statement, open_database
from gateway.store.scope import APP_ROLE

if TYPE_CHECKING:
    from piccolo.apps.migrations.auto.migration_manager import MigrationManager

APP = "gateway"
LOCK = 0x6761746577617901
MIGRATION_TABLE = {
    "sqlite": """CREATE TABLE IF NOT EXISTS migration (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name VARCHAR(200) NOT NULL DEFAULT '',
        app_name VARCHAR(200) NOT NULL DEFAULT '', ran_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)""",
    "postgresql": """CREATE TABLE IF NOT EXISTS migration (
        id SERIAL PRIMARY KEY NOT NULL, name VARCHAR(200) NOT NULL DEFAULT '',
        app_name VARCHAR(200) NOT NULL DEFAULT '', ran_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)""",
}
# Who may not make roles is told so by the migration that needs it.
_MAKE_ROLE = f"""DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$"""  # noqa: S608 - our own name
_LOG_IN = "SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)"
_IS_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
    "postgresql": "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'",
}


class SchemaTooNew(Exception):
    """A newer release of this software has migrated the database; the text says what to do."""


class MayNotMigrate(Exception):
    """The role of `DATABASE_URL` owns no tables; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `piccolo_migrations`: raw DDL for both databases, and a little for one of them."""

    id: str
    description: str
    module: ModuleType

    def statements(self, dialect: Dialect) -> tuple[str, ...]:
        """Return the DDL in order."""
        extra: tuple[str, ...] = getattr(self.module, f"{dialect.upper()}_ONLY", ())
        return (*self.module.TABLES, *getattr(self.module, "INDEXES", ()), *extra)


def migrations() -> tuple[Migration, ...]:
    """Return every migration, oldest first."""
    names = [name for _, name, _ in pkgutil.iter_modules(piccolo_migrations.__path__)]
    modules = [importlib.import_module(f"{piccolo_migrations.__name__}.{name}") for name in names]
    return tuple(sorted((Migration(m.ID, m.DESCRIPTION, m) for m in modules), key=lambda migration: migration.id))


async def migrate(database_url: str) -> list[str]:
    """Bring the database up to date and return the ids of what ran now; safe when several processes start at once.

    Raises SchemaTooNew when the database knows a migration that this release does not, MayNotMigrate and NotReady.
    """
    database = open_database(database_url, pool_size=1, as_owner=True)
    await database.open()
    try:
        if database.dialect == "postgresql":  # by itself, since it concerns every database of the server
            await database.execute(_MAKE_ROLE)
        return await database.run(_forwards, database.dialect, migrations())
    except Exception as error:
        if not _is_denied(error):
            raise
        raise MayNotMigrate(
            "The role of DATABASE_URL may not change tables. Run `python -m gateway migrate` as their owner first."
        ) from None
    finally:
        await database.close()


async def let_log_in(database_url: str, password: str, role: str = APP_ROLE) -> None:
    """Let the application's role log in to PostgreSQL with this password. Raises MayNotMigrate and NotReady."""
    database = open_database(database_url, pool_size=1, as_owner=True)
    await database.open()
    try:
        ((sql,),) = await database.fetch(_LOG_IN, role, password)
        await database.execute(sql)
    except Exception as error:
        if not _is_denied(error):
            raise
        raise MayNotMigrate(f"The role of DATABASE_URL may not give {role} a password.") from None
    finally:
        await database.close()


def _is_denied(error: Exception) -> bool:
    """Return whether PostgreSQL refused a statement for want of a right (SQLSTATE 42501)."""
    return getattr(error, "sqlstate", None) == "42501"


async def migrate_open(database: Database) -> list[str]:
    """Do the same to an open database, on a connection of its own with the rights of the role that connects."""
    return await migrate(database.url)


async def pending(database: Database) -> list[str]:
    """Return the ids of migrations that have not run on an open database. Raises SchemaTooNew."""
    return await database.run(_pending, database.dialect, migrations())


def _pending(dialect: Dialect, known: Sequence[Migration]) -> Script[list[str]]:
    waiting = yield from _waiting(dialect, known, make=False)
    return [migration.id for migration in waiting]


def _forwards(dialect: Dialect, known: Sequence[Migration]) -> Script[list[str]]:
    waiting = yield from _waiting(dialect, known, make=True)
    for migration in waiting:
        for sql in migration.statements(dialect):
            yield Statement(sql)
        yield Statement("INSERT INTO migration (name, app_name) VALUES ($1, $2)", (migration.id, APP))
    if waiting and dialect == "postgresql":  # also tables that came in a migration that says nothing of it
        yield Statement("SELECT gateway_protect()")
    return [migration.id for migration in waiting]


def _waiting(dialect: Dialect, known: Sequence[Migration], *, make: bool) -> Script[list[Migration]]:
    """Return what has not run, and keep every other process from running it until this transaction ends."""
    yield from alone(dialect, LOCK)
    ran = yield from _ran(dialect, MIGRATION_TABLE[dialect] if make else None)
    if newer := sorted(ran - {migration.id for migration in known}):
        raise SchemaTooNew(
            f"The database was migrated by a newer release ({', '.join(newer)}). Start that release or a later one."
        )
    return [migration for migration in known if migration.id not in ran]


def _ran(dialect: Dialect, make: str | None) -> Script[set[str]]:
    """Return the ids of what ran; `make` is the statement for the table that holds them, where there is none."""
    if not (yield Statement(_IS_THERE[dialect])):
        if make is None:
            return set()
        yield Statement(make)
    rows = yield Statement("SELECT name FROM migration WHERE app_name = $1", (APP,))
    return {row[0] for row in rows}


def manager_of(migration_id: str, description: str) -> "MigrationManager":
    """Return what Piccolo's own command wants of a migration file: an object that runs its DDL."""
    # Imported here: the service runs migrations without Piccolo, whose code takes 6 MiB.
    from piccolo.apps.migrations.auto.migration_manager import MigrationManager
    from piccolo.engine.finder import engine_finder

    manager = MigrationManager(migration_id=migration_id, app_name=APP, description=description)

    async def run() -> None:
        engine: Any = engine_finder()
        dialect: Dialect = "sqlite" if engine.engine_type == "sqlite" else "postgresql"
        migration = next(known for known in migrations() if known.id == migration_id)
        for sql in migration.statements(dialect):
            await engine.run_ddl(sql)

    manager.add_raw(run)
    return manager
