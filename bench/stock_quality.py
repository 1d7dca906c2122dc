"""How good are the demand forecasts? Generates demo tenants with other seeds and hides their last weeks.

    python bench/stock_quality.py --seeds 7 11 23 42

On each as-of day the forecast sees the records up to it; what was then sold in all kinds of sale is the truth. WAPE is
the sum of the absolute errors over the sum of the units, over all products, days and seeds. From 25 November on the 30
days hold Christmas shopping: there the same forecast without events is printed beside it, as is everywhere a naive one
that repeats the last seven days. Exit code 1 when a mean misses `--floor7` or `--floor30`, or when events make
December worse by more than `NOISE`.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.domain.records import TABLES
from gateway.features.demand_events import EventFactors
from gateway.features.inventory_forecast import outlook
from tests.features.fakes import InlinePos

USUAL = ("2026-06-20", "2026-07-20", "2026-08-20", "2026-09-20", "2026-10-20", "2026-11-05")
CHRISTMAS = ("2026-11-25", "2026-12-01", "2026-12-05")
LAST = date(2027, 1, 5)
SPANS = (7, 30)
NOISE = 0.005
METHODS = ("forecast", "no events", "naive")
SEASONS = {"usual": USUAL, "before Christmas": CHRISTMAS}

Tables = dict[str, list]
Errors = dict[tuple[str, int], list[float]]


def generate(generator: Path, seed: int, folder: Path) -> str:
    """Write a tenant and return the id of its first business."""
    size = ["--as-of", LAST.isoformat(), "--days", "447"]
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


def main() -> int:
    """Print one line per seed and day, then the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, default=Path("demo/generate.py"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 11, 23, 42])
    parser.add_argument("--floor7", type=float, default=0.46)
    parser.add_argument("--floor30", type=float, default=0.25)
    options = parser.parse_args()
    totals = {name: {(method, days): [0.0, 0.0] for method in METHODS for days in SPANS} for name in SEASONS}
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as name:
            business = generate(options.generator, seed, Path(name))
            for season, days in SEASONS.items():
                found = asyncio.run(measure(Path(name), business, days))
                add(totals[season], found)
                print(f"seed {seed}, {season}:", told(found))
    for season, found in totals.items():
        print(f"all seeds, {season}:", told(found))
    usual, december = totals["usual"], totals["before Christmas"]
    good = wape(usual, "forecast", 7) <= options.floor7 and wape(usual, "forecast", 30) <= options.floor30
    return 0 if good and wape(december, "forecast", 30) <= wape(december, "no events", 30) + NOISE else 1


if __name__ == "__main__":
    sys.exit(main())
