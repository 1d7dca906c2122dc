"""`keys create|list|revoke`: service keys, shown once and kept as hashes."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from gateway.cli.printing import Printer, table_of
from gateway.cli.running import fail, opened, run, say, settings
from gateway.domain.names import one_line
from gateway.errors import NotFound
from gateway.store.database import ConstraintViolation
from gateway.store.keys import ApiKey

keys_app = typer.Typer(no_args_is_help=True, help="Service keys: create, list, revoke.")
out = Printer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@keys_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, for example `pos-backend`.")],
    business: Annotated[
        str | None, typer.Option(help="Id of its business; without it the key may act for all.")
    ] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Group of features; repeat it. Default: all.")] = None,
    as_json: Json = False,
) -> None:
    """Create a key and print it, for the only time."""
    found = settings()

    async def work() -> tuple[str, ApiKey]:
        async with opened(found) as store:
            try:
                return await store.keys.create(one_line(name), business, tuple(scope or ("*",)))
            except ConstraintViolation:
                raise NotFound(f"There is no business {business}.") from None

    plain, key = run(work)
    say({"key": plain, **_json(key)}, as_json=as_json, human=lambda: out.print(plain, markup=False, highlight=False))


@keys_app.command("list")
def list_keys(
    business: Annotated[str | None, typer.Option(help="Only this business.")] = None, as_json: Json = False
) -> None:
    """List keys without their secrets."""
    found = settings()

    async def work() -> list[ApiKey]:
        async with opened(found) as store:
            return await store.keys.list(business)

    keys = run(work)
    say({"keys": [_json(key) for key in keys]}, as_json=as_json, human=lambda: _show(keys))


@keys_app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id or its eight-letter prefix.")], as_json: Json = False
) -> None:
    """End a key; running servers refuse it within a second."""
    found = settings()
    if key.startswith("gw_"):
        fail("Give the key's id or prefix, not the key itself: command lines are kept in histories.")

    async def work() -> ApiKey:
        async with opened(found) as store:
            return await store.keys.revoke(key)

    ended = run(work)
    say(_json(ended), as_json=as_json, human=lambda: out.print(f"{ended.prefix} ({ended.name}) is revoked."))


def _json(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "prefix": key.prefix,
        "name": key.name,
        "business_id": key.business_id,
        "scopes": sorted(key.scopes),
        "created_at": _instant(key.created_at),
        "last_used_at": _instant(key.last_used_at),
        "revoked_at": _instant(key.revoked_at),
    }


def _instant(micros: int | None) -> str | None:
    if micros is None:
        return None
    return datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _show(keys: list[ApiKey]) -> None:
    table = table_of("prefix", "name", "business", "scopes", "created", "last used", "revoked")
    for key in keys:
        row = _json(key)
        instants = [row[name] or "–" for name in ("created_at", "last_used_at", "revoked_at")]
        table.add_row(key.prefix, key.name, key.business_id or "any", ", ".join(sorted(key.scopes)), *instants)
    out.print(table)
