"""Migrations are Piccolo's files and Piccolo's `migration` table; this runs them, whole or not at all, on any URL.

`piccolo migrations forwards gateway` does the same to the database of `DATABASE_URL`. What it lacks is needed here:
a lock, so that several processes may start at once, and one transaction for a migration and the note that it ran.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

from gateway.store import piccolo_migrations
from gateway.store.database import Database, Dialect, Script, Statement, open_database

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


class SchemaTooNew(Exception):
    """A newer release of this software has migrated the database; the text says what to do."""


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

    Raises SchemaTooNew when the database knows a migration that this release does not, and NotReady.
    """
    database = open_database(database_url)
    await database.open()
    try:
        return await migrate_open(database)
    finally:
        await database.close()


async def migrate_open(database: Database) -> list[str]:
    """Do the same to an open database."""
    return await database.run(_forwards, database.dialect, migrations())


async def pending(database: Database) -> list[str]:
    """Return the ids of migrations that have not run on an open database. Raises SchemaTooNew."""
    return await database.run(_pending, database.dialect, migrations())


def _pending(dialect: Dialect, known: Sequence[Migration]) -> Script[list[str]]:
    waiting = yield from _waiting(dialect, known)
    return [migration.id for migration in waiting]


def _forwards(dialect: Dialect, known: Sequence[Migration]) -> Script[list[str]]:
    waiting = yield from _waiting(dialect, known)
    for migration in waiting:
        for sql in migration.statements(dialect):
            yield Statement(sql)
        yield Statement("INSERT INTO migration (name, app_name) VALUES ($1, $2)", (migration.id, APP))
    return [migration.id for migration in waiting]


def _waiting(dialect: Dialect, known: Sequence[Migration]) -> Script[list[Migration]]:
    """Return what has not run, and keep every other process from running it until this transaction ends."""
    if dialect == "postgresql":  # SQLite's writing transaction is already exclusive
        yield Statement("SELECT pg_advisory_xact_lock($1)", (LOCK,))
    yield Statement(MIGRATION_TABLE[dialect])
    rows = yield Statement("SELECT name FROM migration WHERE app_name = $1", (APP,))
    ran = {row[0] for row in rows}
    if newer := sorted(ran - {migration.id for migration in known}):
        raise SchemaTooNew(
            f"The database was migrated by a newer release ({', '.join(newer)}). Start that release or a later one."
        )
    return [migration for migration in known if migration.id not in ran]


def manager_of(migration_id: str, description: str) -> MigrationManager:
    """Return what Piccolo's own command wants of a migration file: an object that runs its DDL."""
    manager = MigrationManager(migration_id=migration_id, app_name=APP, description=description)

    async def run() -> None:
        engine: Any = engine_finder()
        dialect: Dialect = "sqlite" if engine.engine_type == "sqlite" else "postgresql"
        migration = next(known for known in migrations() if known.id == migration_id)
        for sql in migration.statements(dialect):
            await engine.run_ddl(sql)

    manager.add_raw(run)
    return manager
