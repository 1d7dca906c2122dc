"""How long the admin's pages take on a large service: 1,000,000 usage rows of 500 businesses.

    .venv/bin/python -m bench.admin_pages [--backend postgresql] [--keep FOLDER] [--only usage] [--profile]

Makes the database, serves the pages in this process and asks for each in turn, round by round, so that what else the
machine does meets all pages alike. Prints, per page, the median and the 95th percentile of the milliseconds from
request to last byte, this process's processor time for one load, and the page's size; ends with 1 when one is above
the goal.
`--keep` leaves an SQLite database in a folder and uses it again. `--profile` prints where a page's time goes.
PostgreSQL's own processor time is not in the figure, SQLite's is.
"""

import argparse
import asyncio
import contextlib
import cProfile
import logging
import pstats
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
import structlog

from admin.app import create
from gateway.adapters.clock import SystemClock
from gateway.store.migrating import migrate
from gateway.store.prompt_hours import PromptHours
from gateway.store.scope import OPERATOR, enter
from gateway.store.usage_days import UsageDays
from tests.admin.visiting import Place, Visitor
from tests.backends import fresh_database_url
from tests.service import _lifespan, settings_for

GOAL_MS = 300
DAY = 86_400_000_000
DAYS = 30
PLANS = ("TRIAL", "STARTER", "STARTER", "PROFESSIONAL", "ENTERPRISE")
WIDTHS = {"business": 8, "budget": 5, "usage": 22}
BUDGET = "business_id, period, spent, reserved, alerted"
PAGES = (
    "/admin/", "/admin/requests", "/admin/requests?range=30", "/admin/requests?range=30&degraded=deadline",
    "/admin/requests?range=30&model=none-such&outcome=failed",
    "/admin/requests?range=30&business=b-7&feature=credit_risk",
    "/admin/requests?range=30&business=b-499&outcome=failed", "/admin/requests?range=30&model=gpt-6-terra",
    "/admin/requests?range=30&degraded=ungrounded", "/admin/requests?range=30&source=offline",
    "/admin/requests?id={id}", "/admin/requests/{business}/{id}", "/admin/requests?range=30&after={mark}",
    "/admin/usage", "/admin/usage?range=90", "/admin/usage?range=today", "/admin/businesses",
    "/admin/businesses?page=7",
    "/admin/businesses/b-7", "/admin/plans", "/admin/models", "/admin/keys", "/admin/webhooks", "/admin/flags",
    "/admin/jobs", "/admin/health", "/admin/privacy", "/admin/audit", "/admin/audit?business=b-7", "/admin/people",
    "/admin/prompts", "/admin/prompts/credit_risk", "/admin/evals", "/admin/knowledge",
)  # fmt: skip


def usage_rows(rows: int, businesses: int, now: int) -> Iterator[tuple[object, ...]]:
    """Yield usage rows over the last month, most of them by a few busy businesses."""
    dice = random.Random(7)
    features = ("credit_risk", "sales_assistant", "product_description", "report_narrative", "support_chat")
    step = DAYS * DAY // rows
    for number in range(rows):
        cached, failed, late = dice.random() < 0.4, dice.random() < 0.005, dice.random() < 0.01
        source, reason = "cache" if cached else "rules" if late else "model", "deadline" if late else ""
        model = "" if late else "gpt-6-terra" if number % 30_011 == 0 else ("gpt-6.1-sol", "gpt-6-luna")[number % 2]
        yield (
            f"b-{int(businesses * dice.random() ** 2)}", f"request-{number:08}", features[number % 5], 900,
            0 if cached else 400_000 + number % 1000, now - DAYS * DAY + number * step,
            f"{features[number % 5]}@{1 + number // (rows // 2)}", "f" * 64, source, "gpt-4", model, reason,
            500 if failed else 200, 800, 300, 0, 100, 0, 1, 850, "",
            '{"ok":true,"checked":5,"corrected":0,"dropped":0}',
        )  # fmt: skip


def tables(rows: int, businesses: int, now: int) -> Iterator[tuple[str, Iterable[tuple[object, ...]]]]:
    """Yield each table's name with its rows: businesses, their month and their requests."""
    zone = ("Africa/Accra", "GHS", False, None, now)
    yield "business", [(f"b-{n}", f"Shop number {n}", PLANS[n % 5], *zone) for n in range(businesses)]
    month = time.strftime("%Y-%m", time.gmtime(now / 1e6))
    yield "budget", [(f"b-{n}", month, n * 10_000_000, 0, 0) for n in range(businesses)]
    yield "usage", usage_rows(rows, businesses, now)


async def fill(url: str, rows: int, businesses: int, now: int) -> None:
    """Write the rows straight into the database, as no service would."""
    if url.startswith("sqlite:"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            for table, records in tables(rows, businesses, now):
                marks = ", ".join("?" * WIDTHS[table])
                names = f"({BUDGET})" if table == "budget" else ""
                connection.executemany(f"INSERT INTO {table} {names} VALUES ({marks})", records)
            connection.execute("ANALYZE")
        return
    server = await asyncpg.connect(url)  # type: ignore[no-untyped-call]
    for table, records in tables(rows, businesses, now):
        columns = BUDGET.split(", ") if table == "budget" else None
        await server.copy_records_to_table(table, records=records, columns=columns)
    await server.execute("VACUUM ANALYZE")
    await server.close()


@dataclass
class Page:
    """What loads of one address took, in milliseconds of the clock and of this process; `size` is bytes."""

    address: str
    took: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    size: int = 0

    def p95(self) -> float:
        """Return the 95th percentile of the clock's milliseconds."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]

    def line(self) -> str:
        """Return a row of the table in docs/performance.md."""
        figures = (statistics.median(self.took), self.p95(), statistics.median(self.own), self.size / 1024)
        return f"| `{self.address}` | " + " | ".join(f"{each:.0f}" for each in figures) + " |"


async def load(visitor: Visitor, page: Page, address: str) -> None:
    """Ask for a page once and note what it took."""
    begin, own = time.perf_counter(), time.process_time()
    answer = await visitor.get(address)
    page.took.append((time.perf_counter() - begin) * 1000)
    page.own.append((time.process_time() - own) * 1000)
    page.size = len(answer.body)
    assert answer.status == 200, (address, answer.status)


async def profiled(visitor: Visitor, address: str) -> None:
    """Print the functions of one load that take the most time."""
    profile = cProfile.Profile()
    profile.enable()
    await visitor.get(address)
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats(25)


async def measure(url: str, given: argparse.Namespace, now: int) -> int:
    """Ask for every page; returns how many are above the goal."""
    service = create(replace(settings_for(url), jobs_in_process="off", schedules="off"))
    async with _lifespan(service.asgi):
        place = Place(service, SystemClock())  # type: ignore[arg-type]
        enter(OPERATOR)
        begin = time.perf_counter()
        await UsageDays(service.store.database).sum_up(now)
        await PromptHours(service.store.database).sum_up(now)
        print(f"The first sums took {time.perf_counter() - begin:.1f} s.")
        row = await service.store.database.fetch(
            "SELECT business_id, request_id, created_at FROM usage ORDER BY created_at LIMIT 1 OFFSET 99"
        )
        business, request_id, at = row[0]
        visitor = place.visitor()
        await visitor.sign_in(await place.link(), email=f"reader-{now}@example.com")
        known = {"id": request_id, "business": business, "mark": f"{at + 2 * DAY}.request-0"}
        pages = [Page(each) for each in PAGES if given.only in each]
        for number in range(given.rounds + 1):
            for page in pages:
                await load(visitor, page, page.address.format(**known))
                if not number:  # the first one reads templates and fills the database's cache
                    page.took.clear(), page.own.clear()
        print("\n| page | median ms | p95 ms | own CPU-ms | KiB |\n|---|---:|---:|---:|---:|")
        print("\n".join(page.line() for page in pages))
        for page in pages if given.profile else ():
            await profiled(visitor, page.address.format(**known))
    return sum(page.p95() > GOAL_MS for page in pages)


async def run(given: argparse.Namespace, folder: Path) -> int:
    """Make the database, or take the one that was kept, and measure on it."""
    now = SystemClock().now()
    async with contextlib.AsyncExitStack() as stack:
        kept = folder / "large.sqlite"
        if given.backend == "sqlite":
            url, there = f"sqlite:///{kept}", kept.exists()
        else:
            url, there = await stack.enter_async_context(fresh_database_url(given.backend, folder)), False
        await migrate(url)
        if not there:
            begin = time.perf_counter()
            await fill(url, given.rows, given.businesses, now)
            print(f"{given.rows:,} rows of {given.businesses} businesses in {time.perf_counter() - begin:.0f} s.")
        return await measure(url, given, now)


def main() -> int:
    """Measure, and say whether every page keeps to the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--businesses", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--keep", type=Path, help="a folder for the SQLite database, which is left there")
    parser.add_argument("--only", default="", help="only addresses that hold this")
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as made:
        above = asyncio.run(run(given, given.keep or Path(made)))
    print(f"\ngoal: p95 ≤ {GOAL_MS} ms; {above} pages above it")
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
