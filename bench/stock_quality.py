"""How good are the demand forecasts? Generates demo tenants with other seeds and hides their last weeks.

    python bench/stock_quality.py --seeds 7 11 23 42 1 2

On each as-of day the forecast sees the records up to it; what was then sold in all kinds of sale is the truth. WAPE is
the sum of the absolute errors over the sum of the units, over all products, days and seeds. Beside it stand the same
forecast without events and a naive one that repeats the last seven days. The "usual" days and those before Christmas
are asked of shops that are 14 months old by the end, as in earlier figures; those of a shop that has traded for longer
(`LONG_DAYS`) also hold Easter and school terms with the same events of the year before.

One line for each seed tells what the events did; at the end stand the mean of that over the seeds and how many gained.
Exit code 1 when a mean of the usual days misses `--floor7` or `--floor30`, when events make them worse by more than
`NOISE`, or when events make the mean before Christmas worse at all.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.domain.records import TABLES
from gateway.features.demand_events import EventFactors
from gateway.features.inventory_forecast import outlook
from tests.features.fakes import InlinePos

USUAL = ("2026-06-20", "2026-07-20", "2026-08-20", "2026-09-20", "2026-10-20", "2026-11-05")
CHRISTMAS = ("2026-11-25", "2026-12-01", "2026-12-05")
EASTER = ("2026-03-20", "2026-03-30")
SCHOOL = ("2026-04-25", "2026-08-25")
DAYS, LONG_DAYS = 447, 705
LAST = date(2027, 1, 5)
SPANS = (7, 30)
NOISE = 0.001
METHODS = ("forecast", "no events", "naive")
SEASONS = {
    "usual": (DAYS, USUAL),
    "before Christmas": (DAYS, CHRISTMAS),
    "before Christmas, older shop": (LONG_DAYS, CHRISTMAS),
    "before Easter, older shop": (LONG_DAYS, EASTER),
    "before school terms, older shop": (LONG_DAYS, SCHOOL),
}
"""How many days the shops have traded by the end, and the as-of days."""
Tables = dict[str, list]
Errors = dict[tuple[str, int], list[float]]


def generate(generator: Path, seed: int, days: int, folder: Path) -> str:
    """Write a tenant of so many days and return the id of its first business."""
    size = ["--as-of", LAST.isoformat(), "--days", str(days)]
    subprocess.run(
        [sys.executable, generator, "--seed", str(seed), *size, "--out", folder], check=True, stdout=subprocess.DEVNULL
    )
    return json.loads((folder / "businesses.jsonl").read_text().splitlines()[0])["id"]


async def rewound(whole: InlinePos, tables: Tables, day: date) -> InlinePos:
    """Return the records as of `day`, with each product's stock as it was then."""
    after, products = day + timedelta(days=1), []
    for product in await whole.products():
        sold = sum(one.units for one in await whole.daily_units(products=[product.id], since=after))
        moved = sum(m.quantity for m in await whole.stock_movements(product_id=product.id) if m.date > day)
        stock = product.current_stock + sold - moved
        products.append(msgspec.structs.replace(product, current_stock=max(0, stock), on_order=0))
    return InlinePos({**tables, "products": products}, as_of=day)


async def errors(whole: InlinePos, pos: InlinePos) -> Errors:
    """Return, by method and span, the sum of absolute errors and the units sold."""
    found: Errors = {(method, days): [0.0, 0.0] for method in METHODS for days in SPANS}
    week = pos.as_of - timedelta(days=6)
    for product in await pos.products():
        seen = await outlook(pos, product, pos.as_of)
        plain = await outlook(pos, product, pos.as_of, learnt=EventFactors())
        sold: dict[date, float] = {}
        for one in await whole.daily_units(products=[product.id], since=week):
            sold[one.day] = sold.get(one.day, 0) + one.units
        last = sum(units for day, units in sold.items() if day <= pos.as_of)
        for days in SPANS:
            end = pos.as_of + timedelta(days=days)
            truth = sum(units for day, units in sold.items() if pos.as_of < day <= end)
            guesses = (seen.units(days), plain.units(days), last * days / 7)
            for method, guess in zip(METHODS, guesses, strict=True):
                found[method, days][0] += abs(guess - truth)
                found[method, days][1] += truth
    return found


async def measure(folder: Path, business: str, days: tuple[str, ...]) -> Errors:
    """Return the errors of a tenant, added up over the days."""
    tables = read_tables(folder, business)
    whole = InlinePos(tables, as_of=LAST)
    total: Errors = {(method, span): [0.0, 0.0] for method in METHODS for span in SPANS}
    for day in days:
        pos = await rewound(whole, tables, date.fromisoformat(day))
        add(total, await errors(whole, pos))
    return total


def read_tables(folder: Path, business: str) -> Tables:
    """Return one business's rows of every table."""
    tables = {}
    for name, row_type in TABLES.items():
        lines = (folder / f"{name}.jsonl").read_bytes().splitlines()
        rows = msgspec.json.decode(b"[" + b",".join(lines) + b"]", type=list[row_type])
        tables[name] = [row for row in rows if row.business == business]
    return tables


def add(total: Errors, more: Errors) -> None:
    """Add the errors of one part to the total."""
    for key, (wrong, units) in more.items():
        total[key][0] += wrong
        total[key][1] += units


def told(found: Errors) -> str:
    """Return the WAPE of each method and span as text."""
    return ", ".join(f"{method} {days} d {wape(found, method, days):.3f}" for method, days in found)


def wape(found: Errors, method: str, days: int) -> float:
    """Return the error's share of what was sold."""
    wrong, units = found[method, days]
    return wrong / units if units else 0.0


def gain(found: Errors, days: int) -> float:
    """Return by how much the error is lower with events than without."""
    return wape(found, "no events", days) - wape(found, "forecast", days)


def compared(seeds: Mapping[int, Errors]) -> str:
    """Return how much lower the error is with events: on the mean, and for how many seeds."""
    told = []
    for days in SPANS:
        gains = [gain(found, days) for found in seeds.values()]
        better = sum(one > 0 for one in gains)
        told.append(f"{days} d {fmean(gains):+.4f} on the mean, {better} of {len(gains)} seeds better")
    return "; ".join(told)


def measure_seed(generator: Path, seed: int) -> dict[str, Errors]:
    """Return the errors of one seed by season, and print them."""
    measured: dict[str, Errors] = {}
    for size in sorted({size for size, _ in SEASONS.values()}):
        with tempfile.TemporaryDirectory() as name:
            business = generate(generator, seed, size, Path(name))
            for season, (_, days) in ((one, part) for one, part in SEASONS.items() if part[0] == size):
                found = measured[season] = asyncio.run(measure(Path(name), business, days))
                events = ", ".join(f"{span} d {gain(found, span):+.4f}" for span in SPANS)
                print(f"seed {seed}, {season}: {told(found)}; lower with events by {events}", flush=True)
    return measured


def main() -> int:
    """Print one line per seed and season, then the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, default=Path("demo/generate.py"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 11, 23, 42, 1, 2])
    parser.add_argument("--floor7", type=float, default=0.46)
    parser.add_argument("--floor30", type=float, default=0.25)
    options = parser.parse_args()
    seeds = {seed: measure_seed(options.generator, seed) for seed in options.seeds}
    totals = {name: {(method, days): [0.0, 0.0] for method in METHODS for days in SPANS} for name in SEASONS}
    for season, total in totals.items():
        for found in seeds.values():
            add(total, found[season])
        print(f"all seeds, {season}: {told(total)}")
        print(f"  lower with events: {compared({seed: found[season] for seed, found in seeds.items()})}")
    usual = totals["usual"]
    good = wape(usual, "forecast", 7) <= options.floor7 and wape(usual, "forecast", 30) <= options.floor30
    calm = all(gain(usual, span) >= -NOISE for span in SPANS)
    december = [fmean(gain(found[one], 30) for found in seeds.values()) for one in SEASONS if "Christmas" in one]
    return 0 if good and calm and min(december) >= 0 else 1


if __name__ == "__main__":
    sys.exit(main())
