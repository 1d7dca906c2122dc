"""A month of many businesses in PostgreSQL: how large it gets, and what a call and a page then cost.

    .venv/bin/python -m bench.month [--businesses 10000] [--calls 300] [--every 10]

fills an empty database of its own with one row of each `--every` calls that the businesses make in a month (usage and
audit line), with every business's counters, then measures reserve, mark and settle over random businesses, each in its
own scope of the row security, and the queries behind the usage page and the admin's pages. Sizes are told per call, and
for the whole month by sampling. At the end the older half of the month is filed away, as it would be a quarter later.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from gateway.domain.ledger import UNLIMITED, Hold
from gateway.store.database import Database, open_database
from gateway.store.ledger import DatabaseLedger
from gateway.store.migrating import migrate_open
from gateway.store.requests import Filter, Requests
from gateway.store.retention import purge
from gateway.store.scope import OPERATOR, acting, business, enter
from gateway.store.usage import UsageQueries
from gateway.store.usage_days import UsageDays
from gateway.store.usage_months import file_away
from tests.backends import fresh_database_url
from tests.store.making import NOW, SetClock, claim, sealer, settlement

MONTH_US = 30 * 86_400_000_000
_BUSINESS = (
    'INSERT INTO business (id, name, "plan", timezone, currency, ai_opt_out, created_at) '
    "SELECT 'b' || n, 'Shop ' || n, (ARRAY['STARTER', 'PROFESSIONAL', 'ENTERPRISE'])[1 + n % 3], 'Africa/Accra', "
    "'GHS', false, 0 FROM generate_series(1, CAST($1 AS INT)) n"
)
_COUNTERS = (
    "INSERT INTO quota_counter (business_id, meter, period, used) SELECT 'b' || n, m, '2026-11', 20 "
    "FROM generate_series(1, CAST($1 AS INT)) n, unnest(ARRAY['credit_assessments_per_month', "
    "'product_descriptions_per_month', 'chatbot_messages_per_day', 'report_narratives_per_month']) m"
)
_BUDGETS = (
    "INSERT INTO budget (business_id, period, spent, reserved) "
    "SELECT business_id, '2026-11', SUM(cost), 0 FROM usage GROUP BY business_id"
)
_USAGE = (
    "INSERT INTO usage (business_id, request_id, feature, tokens_used, cost, created_at, prompt, prompt_hash, source, "
    "route, model, degraded, status, input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, "
    "attempts, latency_ms, user_hash, grounding) SELECT 'b' || (1 + n % CAST($2 AS INT)), gen_random_uuid()::text, "
    "(ARRAY['credit_risk', 'product_description', 'sales_assistant', 'report_narrative'])[1 + n % 4], 1280, 160000, "
    "CAST($3 AS BIGINT) + CAST(n AS BIGINT) * CAST($4 AS BIGINT), 'credit_risk@1', repeat('f', 64), "
    "(ARRAY['model', 'model', 'cache', 'rules'])[1 + n % 4], 'gpt-3.5', 'gpt-6-luna', '', 200, 1200, 0, 0, 80, 0, 1, "
    '700, repeat(\'e\', 32), \'{"checked":12,"corrected":0,"dropped":0,"ok":true}\' '
    "FROM generate_series(0, CAST($1 AS INT) - 1) n"
)
_AUDIT = (
    "INSERT INTO audit (business_id, seq, at, actor, action, object_id, details, prev_hash, hash) "
    "SELECT 'b' || (1 + n % CAST($2 AS INT)), n / CAST($2 AS INT), CAST($3 AS BIGINT), gen_random_uuid()::text, "
    "'ai.credit_risk', gen_random_uuid()::text, repeat('d', 330), repeat('a', 64), repeat('b', 64) "
    "FROM generate_series(0, CAST($1 AS INT) - 1) n"
)
_HEADS = "INSERT INTO audit_head SELECT business_id, MAX(seq), repeat('b', 64) FROM audit GROUP BY business_id"
_HOURS = (
    "INSERT INTO usage_hourly SELECT created_at - created_at % 3600000000, hashtext(business_id) & 15, feature, model, "
    "source, COUNT(*), 0, 0, SUM(cost), SUM(input_tokens), 0, SUM(output_tokens) FROM usage GROUP BY 1, 2, 3, 4, 5"
)
_BYTES = "SELECT pg_total_relation_size('usage'), pg_total_relation_size('audit'), pg_database_size(current_database())"


async def fill(url: str, businesses: int, rows: int) -> None:
    """Write the month, its sums by hour all at once."""
    start = NOW - MONTH_US
    database = open_database(url, pool_size=1, as_owner=True)
    await database.open()
    await database.execute("SELECT set_config('app.moving', 'on', false)")
    await database.execute(_BUSINESS, businesses)
    await database.execute(_COUNTERS, businesses)
    await database.execute(_USAGE, rows, businesses, start, MONTH_US // rows)
    await database.execute(_AUDIT, rows, businesses, start)
    await database.execute(_HEADS)
    await database.execute(_BUDGETS)
    await database.execute(_HOURS)
    await database.execute("ANALYZE")
    await database.close()


async def timed(work: Callable[[], Awaitable[object]], times: int) -> str:
    """Return the median and the 99th percentile of so many runs, in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return f"{taken[len(taken) // 2]:.1f} / {taken[int(len(taken) * 0.99)]:.1f} ms"


async def figures(database: Database, businesses: int, times: int) -> dict[str, str]:
    """Return what calls and pages take."""
    ledger, usage, dice = DatabaseLedger(database, sealer(), SetClock()), UsageQueries(database), random.Random(5)
    days, pages = UsageDays(database), Requests(database)

    def anyone() -> str:
        return f"b{dice.randint(1, businesses)}"

    holds: list[Hold] = []
    first, last = date(2026, 10, 23), date(2026, 11, 22)

    async def reserve() -> None:
        wanted = claim(business_id=anyone(), amount=1000, budget_cap=10**15, quota_limit=UNLIMITED)
        with acting(business(wanted.business_id)):
            holds.append(await ledger.reserve(wanted))

    async def settle() -> None:
        hold = holds.pop()
        with acting(business(hold.claim.business_id)):
            await ledger.mark_sent(hold)
            await ledger.settle(hold, settlement(hold.claim, cost=400))

    async def shown() -> None:
        shop = anyone()
        with acting(business(shop)):
            await usage.by_day(shop, first, last, "Africa/Accra")

    async def requests() -> None:
        await pages.page(Filter(NOW - MONTH_US, NOW), 50)

    return {
        "reserve": await timed(reserve, times),
        "mark sent + settle": await timed(settle, times),
        "usage of a business over 30 days": await timed(shown, times),
        "cost by plan (all businesses)": await timed(lambda: usage.cost_by_plan("2026-11"), 20),
        "sums by feature and day over 30 days (all businesses)": await timed(lambda: days.by_day(first, last), 20),
        "newest 50 requests (all businesses)": await timed(requests, 20),
    }


async def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--businesses", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=300, help="calls of a business in a month")
    parser.add_argument("--every", type=int, default=10, help="one row is written for so many calls")
    parser.add_argument("--times", type=int, default=300, help="how often each operation is measured")
    chosen = parser.parse_args()
    rows = chosen.businesses * chosen.calls // chosen.every
    enter(OPERATOR)
    with tempfile.TemporaryDirectory() as folder:
        async with fresh_database_url("postgresql", Path(folder)) as url:
            database = open_database(url)
            await database.open()
            await migrate_open(database)
            began = time.monotonic()
            await fill(url, chosen.businesses, rows)
            print(f"{rows} of {rows * chosen.every} calls (1 in {chosen.every}) in {time.monotonic() - began:.0f} s")
            ((usage, audit, whole),) = await database.fetch(_BYTES)
            print(f"bytes per call: usage {usage / rows:.0f}, audit {audit / rows:.0f} (tables and indexes)")
            month = whole / 1e9 + (chosen.every - 1) * (usage + audit) / 1e9
            print(f"database now {whole / 1e6:.0f} MB; the whole month {month:.1f} GB")
            began = time.monotonic()
            summed = await UsageDays(database).sum_up(NOW)
            print(f"{summed} days summed in {time.monotonic() - began:.1f} s")
            for name, took in (await figures(database, chosen.businesses, chosen.times)).items():
                print(f"{name}: {took} (median / p99)")
            began, later = time.monotonic(), NOW + 75 * 86_400_000_000
            await purge(database, later)
            print(f"hashes of people emptied in {time.monotonic() - began:.1f} s")
            began = time.monotonic()
            filed = await file_away(database, later)
            print(f"filed away by month: {filed} rows in {time.monotonic() - began:.1f} s")
            await database.close()


if __name__ == "__main__":
    asyncio.run(main())
