"""The real service as a process of its own, on a free port, with a database of its own."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import yaml

from admin.lifecycle import sync
from gateway.adapters.clock import SystemClock
from gateway.app import open_store
from gateway.cli import demo
from gateway.domain.verdict import Verdict
from gateway.library.catalog import load_catalog
from gateway.library.policy import load_policy
from gateway.settings import ROOT, Settings
from gateway.store.migrating import migrate

READY_S = 120
PATIENT_MS = 60_000
"""The deadline of every request unless a test sets another: a busy machine must not turn a model's answer into the
rules'. Only what a test is about may cut an answer short."""
DAY = "2026-11-20"
"""The day that the demo data speak of."""


@dataclass(frozen=True)
class Tenant:
    """A demo business."""

    id: str
    name: str
    plan: str
    key: str
    customer_id: str | None


@dataclass
class Site:
    """A folder with a database, the demo tenants in it and every prompt released."""

    folder: Path
    database_url: str
    tenants: list[Tenant]

    @property
    def env(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "VERDICTS_DIR": str(self.folder / "verdicts"),
            "POLICY_DIR": str(self.folder / "policy"),
            "PROMPTS_DIR": str(self.folder / "prompts"),
            "AI_DEADLINE_MS": str(PATIENT_MS),
            "SECRET_KEY": "the secret of a test that nobody else knows",
            "OPENAI_API_KEY": "sk-test-key-of-the-operator",
            "LOG_LEVEL": "debug",
        }

    def tenant(self, plan: str) -> Tenant:
        return next(tenant for tenant in self.tenants if tenant.plan == plan)

    def copy(self, folder: Path) -> "Site":
        """Return an equal site of its own (SQLite)."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Site(folder, f"sqlite:///{folder / 'gateway.sqlite'}", self.tenants)

    def rows(self, sql: str, *args: Any) -> list[tuple[Any, ...]]:
        """Return what somebody beside the service reads, or writes (SQLite)."""
        with closing(sqlite3.connect(self.folder / "gateway.sqlite", timeout=60)) as connection, connection:
            return connection.execute(sql, args).fetchall()

    def usage(self, request_id: str) -> dict[str, Any]:
        """Return the usage row of a request (SQLite)."""
        columns = "source, degraded, status, attempts, cost, model, output_tokens"
        (row,) = self.rows(f"SELECT {columns} FROM usage WHERE request_id = ?", request_id)
        return dict(zip(columns.split(", "), row, strict=True))

    def open_holds(self) -> tuple[int, int]:
        """Return how much money is reserved and how many reservations are open (SQLite)."""
        money = self.rows("SELECT COALESCE(SUM(reserved), 0) FROM budget")
        return money[0][0], self.rows("SELECT COUNT(*) FROM reservation WHERE state IN ('open', 'sent')")[0][0]


def make_site(folder: Path, database_url: str = "", *, plans: Mapping[str, Any] | None = None) -> Site:
    """Return a fresh site; `plans` are merged into every plan, so that rate limits do not disturb."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_policy(folder / "policy", {"requests_per_minute": 100_000, "modes": {}, **(plans or {})})
    _write_prompts(folder / "prompts")
    site = Site(folder, database_url or f"sqlite:///{folder / 'gateway.sqlite'}", [])
    settings = Settings.from_environ(site.env)
    catalog = load_catalog(settings.prompts_dir, load_policy(settings.policy_dir))
    for prompt in catalog.prompts.values():
        verdict = Verdict(
            prompt.feature, prompt.version, prompt.content_hash, "offline", "made for a test", "passed", {}
        )
        path = settings.verdicts_dir / prompt.feature / f"v{prompt.version}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(verdict)))

    async def fill() -> None:
        await migrate(settings.database_url)
        store = open_store(settings, SystemClock())
        await store.database.open()
        try:
            loaded = await demo.load(store, demo.TENANT, quiet=True)
            await sync(catalog, settings.verdicts_dir, store.releases)
        finally:
            await store.database.close()
        site.tenants += [Tenant(d.business.id, d.business.name, d.business.plan, d.key, d.customer_id) for d in loaded]

    asyncio.run(fill())
    return site


def _write_policy(folder: Path, changes: Mapping[str, Any]) -> None:
    shutil.copytree(ROOT / "gateway" / "policy", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py"))
    plans = yaml.safe_load((folder / "plans.yaml").read_text())
    for plan in plans["plans"].values():
        plan["meters"] |= changes.get("meters", dict.fromkeys(plan["meters"], -1))
        plan |= {key: value for key, value in changes.items() if key != "meters"}
    (folder / "plans.yaml").write_text(json.dumps(plans, indent=1))  # JSON is YAML


def _write_prompts(folder: Path) -> None:
    """Copy the prompts, patient ones: each feature's own deadline is as long as `PATIENT_MS`."""
    shutil.copytree(ROOT / "prompts", folder, dirs_exist_ok=True)
    for file in folder.glob("*/feature.yaml"):
        told = file.read_text("utf-8")
        file.write_text(re.sub(r"(?m)^deadline_ms: \d+$", f"deadline_ms: {PATIENT_MS}", told), "utf-8")


@dataclass
class Service:
    """One running service."""

    site: Site
    port: int
    process: subprocess.Popen[bytes]
    log_path: Path
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def client(self, plan: str = "PROFESSIONAL") -> "Client":
        return Client(self.port, self.site.tenant(plan).key)

    def wait_ready(self) -> "Service":
        _wait_ready(self.port, lambda: self.process.poll() is None, self.log_path)
        return self

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """Kill -9 every process of the service at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 90) -> int:
        """Ask the service to end; return its exit status."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the service did not end in time:\n{self.log[-3000:]}") from None


def start(site: Site, upstream_url: str = "", *, workers: int = 1, **env: str) -> Service:
    """Start the service without waiting for it."""
    port = free_port()
    log_path = site.folder / f"service-{port}.log"
    command = [sys.executable, "-m", "gateway", "serve", "--port", str(port), "--workers", str(workers)]
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(site, upstream_url, env), stdout=log, stderr=log, start_new_session=True
        )
    return Service(site, port, process, log_path, env)


def start_worker(site: Site, upstream_url: str = "", **env: str) -> subprocess.Popen[bytes]:
    """Start a process that does background jobs and serves nothing."""
    with (site.folder / "worker.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "gateway", "worker"], cwd=ROOT, env=_environment(site, upstream_url, env),
            stdout=log, stderr=log,
        )  # fmt: skip


def _environment(site: Site, upstream_url: str, env: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "AI_"))}
    # Else every start compiles every module again, and from five to eleven daily jobs ask the upstream for models.
    fixed = {"PYTHONDONTWRITEBYTECODE": "", "SCHEDULES": "off"}
    return {**inherited, **fixed, **site.env, "OPENAI_BASE_URL": upstream_url, **env}


class Nursery:
    """Forks services that have everything imported already, for tests that need many."""

    def __init__(self, site: Site, upstream_url: str, **env: str) -> None:
        self.site = site
        self._log_path = site.folder / "nursery.log"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.nursery"], cwd=ROOT,
            env=_environment(site, upstream_url, {"AI_DEADLINE_MS": "3000", **env}),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._children: list[int] = []

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        with self._process:
            self._process.kill()

    def bear(self) -> tuple[int, int]:
        """Return the process id and the port of a new service that is ready."""
        port = free_port()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{port} {self._log_path}\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        self._children.append(child)
        _wait_ready(port, lambda: Path(f"/proc/{child}").exists(), self._log_path)
        return child, port


def _wait_ready(port: int, alive: Callable[[], bool], log_path: Path) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            if Client(port).get("/health/ready").status == 200:
                return
        except OSError:
            pass
        if not alive():
            break
        time.sleep(0.03)
    raise AssertionError(f"the service did not start:\n{log_path.read_text(errors='replace')[-3000:]}")


@contextmanager
def running(site: Site, upstream_url: str = "", *, workers: int = 1, **env: str) -> Iterator[Service]:
    """Give a service that is ready; it is stopped at the end."""
    service = start(site, upstream_url, workers=workers, **env)
    try:
        yield service.wait_ready()
    finally:
        if service.process.poll() is None:
            service.signal(signal.SIGTERM)
            try:
                service.process.wait(20)
            except subprocess.TimeoutExpired:
                service.kill()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def meta(self) -> dict[str, Any]:
        return self.json["meta"]

    @property
    def reason(self) -> str | None:
        """Return why the answer is degraded, if it is."""
        return (self.meta["degraded"] or {}).get("reason")


@dataclass
class Client:
    """A caller with a key; one connection per request."""

    port: int
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._send("GET", path, None, headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def put(self, path: str, rows: list[dict[str, Any]]) -> Answer:
        body = "\n".join(json.dumps(row) for row in rows).encode()
        return self._send("PUT", path, body, {"Content-Type": "application/x-ndjson"})

    def stream(self, path: str, body: Any, **headers: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the events of a streamed answer."""
        answer = self.post(path, body, Accept="text/event-stream", **headers)
        assert answer.headers["content-type"].startswith("text/event-stream"), answer.body
        return read_events(answer.body.decode())

    def open(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[HTTPConnection, HTTPResponse]:
        """Return the connection and the response once its head is there."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2 * PATIENT_MS / 1000)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **self.headers}
        connection.request(method, path, body, {**own, **named})
        return connection, connection.getresponse()

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        began = time.monotonic()
        connection, response = self.open(method, path, body, headers)
        with closing(connection):
            content = response.read()
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, content, time.monotonic() - began)


def read_events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (event, data) of a server-sent stream; comments are left out."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found
