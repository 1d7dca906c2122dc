"""What the commands share: settings, an open store, and output for people or machines."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NoReturn, TypeVar

import typer

from gateway import logs
from gateway.adapters.clock import SystemClock
from gateway.app import Store, open_store
from gateway.cli.printing import Printer
from gateway.domain.verdict import VerdictUnreadable
from gateway.errors import GatewayError
from gateway.library.problems import LibraryError
from gateway.ports import Clock
from gateway.settings import Settings, SettingsError
from gateway.store.migrating import MayNotMigrate, SchemaTooNew
from gateway.store.releases import VersionChanged
from gateway.store.scope import OPERATOR, Scope, enter

T = TypeVar("T")
REFUSALS = (GatewayError, LibraryError, SettingsError, SchemaTooNew, MayNotMigrate, VersionChanged, VerdictUnreadable)
err = Printer(stderr=True)


def settings() -> Settings:
    """Return the environment's settings; ends the command with a sentence when one cannot be used."""
    try:
        found = Settings.from_environ(os.environ)
    except SettingsError as error:
        fail(str(error))
    logs.configure("warning")
    return found


def run(work: Callable[[], Awaitable[T]], within: Scope = OPERATOR) -> T:
    """Run `work`; a refusal ends the command with its sentence and status 1. Commands may see every business."""

    async def awaited() -> T:
        enter(within)
        return await work()

    try:
        return asyncio.run(awaited())
    except GatewayError as error:
        fail("\n".join([error.detail, *(f"  {e.pointer}: {e.message}" for e in error.errors)]))
    except REFUSALS as error:
        fail(str(error))


@asynccontextmanager
async def opened(found: Settings, clock: Clock | None = None) -> AsyncIterator[Store]:
    """Yield the store with its database open; it is now unless a clock says otherwise."""
    store = open_store(found, clock or SystemClock())
    await store.database.open()
    try:
        yield store
    finally:
        if store.redis is not None:
            await store.redis.aclose()
        await store.database.close()


def say(value: Any, *, as_json: bool, human: Callable[[], None]) -> None:
    """Print `value` as JSON, or let `human` print it."""
    if as_json:
        print(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        human()


def fail(text: str) -> NoReturn:
    """End the command with a sentence on standard error and status 1."""
    err.print(text, style="red", markup=False, highlight=False)
    raise typer.Exit(1)
