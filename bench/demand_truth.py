"""How near do forecasts come to what walk-in customers ask for? Compares them with the generator's `--truth` file.

    python -m bench.demand_truth --seeds 7 11 23 42 --scale 1

The truth counts what walk-in customers asked for in the next 7 and 30 days, sold or not, and leaves out orders on
credit. Like is compared with like: it is set against the forecast of counter sales alone. WAPE is the sum of the
absolute errors over the sum of the units asked for. "chance" is the WAPE that the true mean itself would have, as
walk-in demand is counted in single purchases: no method can do better.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from datetime import date
from math import exp, lgamma, log
from pathlib import Path

from bench.stock_quality import read_tables
from gateway.features.inventory_forecast import outlook
from tests.features.fakes import InlinePos

SPANS = (7, 30)
COUNTER = "RETAIL"
LONGEST = 400


def generate(folder: Path, seed: int, as_of: str, scale: float) -> tuple[str, dict[str, dict[str, int]]]:
    """Write a tenant and return the id of its first business, and the demand to come by product."""
    size = ["--seed", str(seed), "--as-of", as_of, "--scale", str(scale), "--horizon", "30"]
    command = [
        sys.executable,
        "-m",
        "demo.generate",
        *size,
        "--out",
        str(folder),
        "--truth",
        str(folder / "truth.json"),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    business = json.loads((folder / "businesses.jsonl").read_text().splitlines()[0])["id"]
    truth = json.loads((folder / "truth.json").read_text())["businesses"][business]
    return business, truth["future_demand"]


async def errors(pos: InlinePos, truth: dict[str, dict[str, int]]) -> dict[int, tuple[float, float, float]]:
    """Return by span the sum of absolute errors, of the errors by chance, and of the units asked for."""
    found = dict.fromkeys(SPANS, (0.0, 0.0, 0.0))
    for product in await pos.products():
        seen = await outlook(pos, product, pos.as_of)
        daily = seen.parts[COUNTER].daily if COUNTER in seen.parts else []
        for span in SPANS:
            asked = truth.get(product.id, {}).get(f"next_{span}", 0)
            wrong, chance, units = found[span]
            found[span] = (wrong + abs(sum(daily[:span]) - asked), chance + by_chance(asked), units + asked)
    return found


def by_chance(mean: float) -> float:
    """Return the mean absolute deviation of a Poisson count from its own mean."""
    return sum(abs(n - mean) * exp(n * log(mean) - mean - lgamma(n + 1)) for n in range(LONGEST)) if mean > 0 else 0.0


def main() -> None:
    """Print one line per seed, then the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 11, 23, 42])
    parser.add_argument("--as-of", default="2026-10-20")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    total = dict.fromkeys(SPANS, (0.0, 0.0, 0.0))
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as name:
            business, truth = generate(Path(name), seed, options.as_of, options.scale)
            tables = read_tables(Path(name), business)
            found = asyncio.run(errors(InlinePos(tables, as_of=date.fromisoformat(options.as_of)), truth))
        print(f"seed {seed}:", told(found), flush=True)
        total = {span: tuple(map(sum, zip(total[span], found[span], strict=True))) for span in SPANS}  # type: ignore[misc]
    print("all seeds:", told(total))


def told(found: dict[int, tuple[float, float, float]]) -> str:
    """Return the WAPE of each span as text."""
    parts = [f"{span} d {wrong / units:.3f} (chance {by:.3f})" for span, (wrong, chance, units) in found.items()
             for by in [chance / units]]  # fmt: skip
    return ", ".join(parts)


if __name__ == "__main__":
    main()
