"""The real service in this process: a database with the demo tenants, released prompts and a plain ASGI client."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from admin.lifecycle import sync
from gateway.adapters.webhook_sender import WebhookSender
from gateway.app import Service, Store, create_service
from gateway.cli.knowledge import load_guides
from gateway.domain.jobs import NewJob
from gateway.domain.verdict import Verdict
from gateway.library.catalog import Catalog, load_catalog
from gateway.library.policy import load_policy
from gateway.pipeline.background import drain
from gateway.ports import Model
from gateway.settings import ROOT, Settings
from gateway.store.demo import load_tenant
from gateway.store.migrating import migrate_open
from tests.backends import copied_database_url
from tests.fakes import FakeClock

TENANT = ROOT / "demo" / "tenant"
GUIDES = ROOT / "docs" / "guides"
SECRET = "a secret of the tests, 32 characters or more"
SANKOFA = "f8820783-4394-46f9-a877-97243cadc3af"
"""PROFESSIONAL, with a year of records."""
AKWAABA = "6e9c975b-3ac7-4aaf-b2a0-1653d504e150"
"""STARTER, two months old."""
VOLTA = "a73fc548-47e5-4f99-9127-f7b65653bd38"
CUSTOMER = "ab56d962-0e4d-445f-9aa7-8cf5de40bad9"
"""Adom Mini Mart, a good customer of Sankofa."""
RISK = "/api/ai/credit/risk-assessment/"
ASSISTANT = "/api/ai/sales-assistant/"
DESCRIPTION = "/api/ai/product-description/"
NARRATIVE = "/api/ai/report-narrative/"


@dataclass(frozen=True)
class Answer:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def meta(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json()["meta"]
        return found

    @property
    def events(self) -> list[tuple[str, Any]]:
        """The Server-Sent Events in order, without comments."""
        blocks = [b for b in self.body.decode().split("\n\n") if b and not b.startswith(":")]
        parts = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
        return [(part["event"], json.loads(part["data"])) for part in parts]


@dataclass
class Client:
    """Sends requests straight into the ASGI application, as a server would."""

    app: Any
    headers: dict[str, str] = field(default_factory=dict)

    def as_caller(self, key: str, **headers: str) -> "Client":
        """Return a client that presents this key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(self.app, {"authorization": f"Bearer {key}", **named})

    async def send(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        headers: Mapping[str, str | None] | None = None,
        chunks: Iterable[bytes] | None = None,
        gone_after: int | None = None,
    ) -> Answer:
        """Return the answer. `body` is JSON unless it is bytes; `chunks` are sent without a length.

        With `gone_after` the caller hangs up after that many pieces of the response body.
        """
        given = {**self.headers, **(headers or {})}
        parts = list(chunks) if chunks is not None else [_encoded(body)]
        if body is not None and "content-type" not in {name.lower() for name in given}:
            given["content-type"] = "application/json"
        if body is not None and chunks is None:
            given.setdefault("content-length", str(len(parts[0])))
        exchange = _Exchange(parts, gone_after)
        await self.app(_scope(method, target, given), exchange.receive, exchange.send)
        await asyncio.sleep(0)  # between two requests a server always gives way to what was started for later
        return exchange.answer()

    async def post(self, target: str, body: Any, **options: Any) -> Answer:
        return await self.send("POST", target, body, **options)

    async def get(self, target: str, **options: Any) -> Answer:
        return await self.send("GET", target, **options)


@dataclass
class _Exchange:
    parts: list[bytes]
    gone_after: int | None
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> dict[str, Any]:
        if self.parts:
            body = self.parts.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self.parts)}
        await self.over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
            }
            return
        self.pieces.append(message.get("body", b""))
        if not message.get("more_body") or len(self.pieces) == self.gone_after:
            self.over.set()

    def answer(self) -> Answer:
        return Answer(self.status, self.headers, b"".join(self.pieces))


def _encoded(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body).encode()


def _scope(method: str, target: str, headers: Mapping[str, str | None]) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers.items() if v is not None],
        "client": ("127.0.0.1", 50000), "server": ("testserver", 80), "state": {},
    }  # fmt: skip


@dataclass
class Served:
    """A running service with what tests need of it."""

    service: Service
    clock: FakeClock
    keys: dict[str, str]
    url: str

    @property
    def store(self) -> Store:
        return self.service.store

    def client(self, business_id: str | None = SANKOFA, **headers: str) -> Client:
        """Return a client with a key of the business; None presents no key."""
        client = Client(self.service.asgi)
        return client if business_id is None else client.as_caller(self.keys[business_id], **headers)

    async def caller(self, business_id: str | None = None, scopes: Iterable[str] = ("*",), **headers: str) -> Client:
        """Return a client with a fresh key."""
        key, _ = await self.store.keys.create("made by a test", business_id, tuple(scopes))
        return self.client(None).as_caller(key, **headers)

    async def recommended(self, business_id: str = SANKOFA) -> str:
        """Return the request id of a fresh recommendation."""
        body = {"customer_id": CUSTOMER, "requested_credit_limit": 1000, "assessment_type": "renewal"}
        self.clock.advance(61)
        return str((await self.client(business_id).post(RISK, body)).meta["request_id"])

    async def target(self, path: str, business_id: str = SANKOFA) -> str:
        """Return an address of the document with its parameters filled by things that are there."""
        if "{job_id}" in path:
            later = NewJob("feature_answer", {"feature": "none"}, run_at=self.clock.now() + 10**15)
            path = path.replace("{job_id}", (await self.store.jobs.add(business_id, later)).id)
        if "{webhook_id}" in path:
            for hook in (await self.store.webhooks.all_of(business_id))[10:]:
                await self.store.webhooks.delete(business_id, hook.id)
            hook, _ = await self.store.webhooks.create(business_id, "https://pos.example.com/", ["*"])
            path = path.replace("{webhook_id}", hook.id)
        if "{alert_id}" in path:
            found = (await self.client(business_id).get("/api/ai/fraud-alerts/")).json()["alerts"]
            path = path.replace("{alert_id}", found[0]["alert_id"])
        if "{request_id}" in path:
            path = path.replace("{request_id}", await self.recommended(business_id))
        return path.replace("{table}", "suppliers").replace("{customer_id}", CUSTOMER)

    async def reserved(self) -> int:
        """Return how many reservations are open."""
        rows = await self.store.database.fetch("SELECT COUNT(*) FROM reservation WHERE state IN ('open', 'sent')")
        return int(rows[0][0])

    async def usage(self, business_id: str = SANKOFA) -> list[Any]:
        """Return (source, degraded, status, cost, attempts) of a business's requests, in the order of their ids."""
        return list(
            await self.store.database.fetch(
                "SELECT source, degraded, status, cost, attempts FROM usage WHERE business_id = $1 "
                "ORDER BY created_at, request_id",
                business_id,
            )
        )


def settings_for(url: str, **changes: Any) -> Settings:
    """Return settings of a development set-up on this database."""
    return replace(Settings(database_url=url, secret_key=SECRET, schedules="off", warm_businesses=0), **changes)


async def nowhere(host: str, port: int) -> list[str]:
    """Resolve no name: tests send nothing to the internet."""
    raise OSError(host)


@contextlib.asynccontextmanager
async def serving(
    url: str,
    *,
    models: Model | None = None,
    clock: FakeClock | None = None,
    release: bool = True,
    sender: WebhookSender | None = None,
    **changes: Any,
) -> AsyncIterator[Served]:
    """Run the service on a prepared database; `models` stands in for the provider, `changes` are settings."""
    settings, clock = settings_for(url, **changes), clock or FakeClock()
    by_dialect = None if models is None else {"responses": models, "chat": models}
    sender = sender or WebhookSender(resolve=nowhere)
    service = create_service(settings, clock=clock, models=by_dialect, sender=sender)
    async with _lifespan(service.asgi):
        if release:
            await release_everything(service)
        keys = {b.id: (await service.store.keys.create("test", b.id))[0] for b in await service.store.businesses.list()}
        yield Served(service, clock, keys, url)
        await drain()


async def release_everything(service: Service) -> None:
    """Release the newest version of every feature, as if its suite had passed with the offline rules."""
    catalog, releases = service.site.kit.catalog, service.store.releases
    await sync(catalog, Path("/nonexistent"), releases)
    for name in catalog.features:
        prompt = catalog.versions(name)[-1]
        verdict = Verdict(name, prompt.version, prompt.content_hash, "offline", "tests", "passed", {})
        await releases.record_verdicts([verdict], "tests")
        await releases.release(verdict, released_by="tests")


@contextlib.asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    """Start the application and stop it afterwards, both in one task as a server does, in a context of its own."""
    inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    outbox: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
    task = asyncio.create_task(app(scope, inbox.get, outbox.put), context=Context())
    await inbox.put({"type": "lifespan.startup"})
    started = await outbox.get()
    if started["type"] != "lifespan.startup.complete":
        with contextlib.suppress(BaseException):
            await task
        raise RuntimeError(str(started.get("message", "")))
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await outbox.get()
        await task


def catalog_of(prompts: Path = ROOT / "prompts") -> Catalog:
    """Return the library of a folder of prompts."""
    return load_catalog(prompts, load_policy(ROOT / "gateway" / "policy"))


async def prepare(url: str) -> None:
    """Migrate an empty database and load the demo tenants."""
    store = create_service(settings_for(url)).store
    await store.database.open()
    try:
        await migrate_open(store.database)
        await load_tenant(TENANT, store.records, store.businesses.put)
        await load_guides(store, GUIDES)
    finally:
        await store.database.close()


class Databases:
    """Databases with the demo tenants in them: loaded once for each kind, then copied."""

    @contextlib.asynccontextmanager
    async def copy(self, backend: str, folder: Path) -> AsyncIterator[str]:
        """Yield the URL of a database of one's own."""
        async with copied_database_url(backend, folder, "demo", prepare) as url:
            yield url


PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "code", "request_id", "retryable", "errors"}
LEAKS = (
    "Traceback",
    'File "',
    "SELECT ",
    "INSERT ",
    "sqlite",
    "asyncpg",
    f"{ROOT}/",
    ".py",
    "Exception",
    "Error:",
    SECRET,
)
"""What no refusal may show: our code, our database, our machine."""


def assert_problem(answer: Answer, status: int, code: str, *pointers: str, more: Iterable[str] = ()) -> dict[str, Any]:
    """Check that the answer is this refusal, whole and harmless, naming these fields; returns its body."""
    assert (answer.status, answer.json().get("code")) == (status, code), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == PROBLEM_KEYS | set(more)
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert list(dict.fromkeys(error["pointer"] for error in body["errors"])) == list(pointers), body["errors"]
    assert not [leak for leak in LEAKS if leak in answer.body.decode()]
    return body
