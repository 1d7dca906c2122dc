"""`webhooks add|list|remove`: the operators' own webhooks, which hear of every business."""

from typing import Annotated

import typer

from gateway.adapters.webhook_sender import WebhookSender
from gateway.cli.printing import Printer
from gateway.cli.running import fail, opened, run, say, settings
from gateway.domain.events import EVENTS
from gateway.store.events import SERVICE
from gateway.store.webhooks import Webhook

webhooks_app = typer.Typer(no_args_is_help=True, help="The operators' own webhooks: add, list, remove.")
out = Printer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@webhooks_app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where to POST.")],
    event: Annotated[list[str] | None, typer.Option(help="Event type; repeat it. Default: all.")] = None,
    as_json: Json = False,
) -> None:
    """Register an address and print its secret, for the only time."""
    found = settings()
    events = event or ["*"]
    if unknown := [name for name in events if name not in {*EVENTS, "*"}]:
        fail(f"There is no event {', '.join(unknown)}. There are: {', '.join(EVENTS)}.")

    async def work() -> tuple[Webhook, str]:
        WebhookSender(loopback=found.webhook_loopback == "on").check(url)
        async with opened(found) as store:
            return await store.webhooks.create(SERVICE, url, events)

    hook, secret = run(work)
    say({"id": hook.id, "secret": secret}, as_json=as_json, human=lambda: print(f"{hook.id}\n{secret}"))


@webhooks_app.command("list")
def listed(as_json: Json = False) -> None:
    """List the operators' webhooks without their secrets."""
    found = settings()

    async def work() -> list[Webhook]:
        async with opened(found) as store:
            return await store.webhooks.all_of(SERVICE)

    hooks = run(work)
    rows = [{"id": hook.id, "url": hook.url, "events": list(hook.events)} for hook in hooks]

    def show() -> None:
        for row in rows:
            out.print(f"{row['id']}  {row['url']}  {' '.join(row['events'])}", markup=False, highlight=False)

    say({"webhooks": rows}, as_json=as_json, human=show)


@webhooks_app.command("remove")
def remove(webhook: Annotated[str, typer.Argument(help="Its id.")], as_json: Json = False) -> None:
    """Forget an address."""
    found = settings()

    async def work() -> bool:
        async with opened(found) as store:
            return await store.webhooks.delete(SERVICE, webhook)

    if not run(work):
        fail(f"There is no webhook {webhook}.")
    say({"removed": webhook}, as_json=as_json, human=lambda: None)
