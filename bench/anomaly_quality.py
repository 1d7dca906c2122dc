"""How well do the rules find what was planted? Generates demo tenants with other seeds and reads their truth files.

    python bench/anomaly_quality.py --seeds 7 11 23 42

Precision@25 is the share of the first 25 alerts that were planted (or name the dishonest till), recall the share of the
planted records among all alerts. Honest exceptions are planted too and count as wrong. Exit code 1 below the floors.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.features.anomalies import WINDOW_DAYS, found
from tests.features.fakes import InlinePos

FIRST = 25


def generate(generator: Path, seed: int, folder: Path) -> dict:
    """Write a tenant and return the truth about its first business with its id."""
    truth = folder / "truth.json"
    command = [sys.executable, generator, "--seed", str(seed), "--out", folder, "--truth", truth]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    business = json.loads((folder / "businesses.jsonl").read_text().splitlines()[0])["id"]
    return {"business": business, **json.loads(truth.read_text())["businesses"][business]}


async def measure(folder: Path, truth: dict) -> tuple[int, int, float, float]:
    """Return how many were planted and found, precision@25 and recall."""
    pos = InlinePos.from_dir(folder, truth["business"])
    hits = await found(pos, pos.as_of - timedelta(days=WINDOW_DAYS), pos.as_of)
    planted = {row["record_id"] for row in truth["anomalies"]}
    right = [hit.record in planted or hit.record == truth["fraud_employee"] for hit in hits]
    recall = len(planted & {hit.record for hit in hits}) / len(planted)
    return len(planted), len(hits), sum(right[:FIRST]) / min(FIRST, len(hits)), recall


def main() -> int:
    """Print one line per seed; exit 1 when any is below a floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, default=Path("demo/generate.py"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 11, 23, 42])
    parser.add_argument("--precision", type=float, default=0.8)
    parser.add_argument("--recall", type=float, default=0.9)
    options = parser.parse_args()
    good = True
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as name:
            truth = generate(options.generator, seed, Path(name))
            planted, alerts, precision, recall = asyncio.run(measure(Path(name), truth))
        print(f"seed {seed}: {planted} planted, {alerts} alerts, precision@25 {precision:.2f}, recall {recall:.2f}")
        good = good and precision >= options.precision and recall >= options.recall
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
