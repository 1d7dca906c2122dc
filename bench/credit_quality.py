"""Does the credit score rank later arrears? Generates demo tenants with other seeds and prints the AUC of each.

    python bench/credit_quality.py --generator demo/generate.py --seeds 11 23 42

Only invoices count whose fate is still undecided on the as-of day: open, and not yet 30 days late. A customer is bad
when one of them stays unpaid 30 days after its due date. Only the generator's truth file knows that, not the score.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.features.credit_card import score_card
from gateway.features.credit_history import owed, read_history
from tests.features.fakes import InlinePos

GRACE = timedelta(days=30)
HORIZON = timedelta(days=150)


def generate(generator: Path, seed: int, folder: Path) -> dict:
    """Write a tenant and return the truth about its first business with its id."""
    truth = folder / "truth.json"
    size = ["--customers", "60", "--horizon", str(HORIZON.days)]
    subprocess.run(
        [sys.executable, generator, "--seed", str(seed), *size, "--out", folder, "--truth", truth],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    business = json.loads((folder / "businesses.jsonl").read_text().splitlines()[0])["id"]
    return {"business": business, **json.loads(truth.read_text())["businesses"][business]}


def unpaid_late(invoice, later: list[tuple[date, float]]) -> bool:
    """Whether part of an open invoice is still unpaid 30 days after its due date."""
    paid = sum(amount for day, amount in later if day <= invoice.due_date + GRACE)
    return float(owed(invoice)) - paid > 0.01


async def labelled_scores(pos: InlinePos, truth: dict) -> list[tuple[int, bool]]:
    """Return (score, later in arrears) of every customer with undecided invoices."""
    later: dict[str, list[tuple[date, float]]] = {}
    for row in truth["open_invoice_payments"]:
        later.setdefault(row["invoice"], []).append((date.fromisoformat(row["date"]), float(row["amount"])))
    rows = []
    for customer in await pos.customers():
        invoices = await pos.invoices(customer_id=customer.id)
        undecided = [i for i in invoices if owed(i) > 0 and i.due_date + GRACE >= pos.as_of]
        if undecided:
            history = read_history(customer, invoices, await pos.payments(customer_id=customer.id), pos.as_of)
            bad = any(unpaid_late(i, later.get(i.id, [])) for i in undecided)
            rows.append((score_card(history).score, bad))
    return rows


def auc(rows: list[tuple[int, bool]]) -> float:
    """Return the chance that a bad customer scores below a good one; ties count half."""
    good, bad = [s for s, is_bad in rows if not is_bad], [s for s, is_bad in rows if is_bad]
    wins = sum((b < g) + 0.5 * (b == g) for b in bad for g in good)
    return wins / (len(good) * len(bad)) if good and bad else float("nan")


def main() -> int:
    """Print one line per seed; exit 1 when any AUC is below the floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, default=Path("demo/generate.py"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 23])
    parser.add_argument("--floor", type=float, default=0.75)
    options = parser.parse_args()
    worst = 1.0
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as name:
            truth = generate(options.generator, seed, Path(name))
            pos = InlinePos.from_dir(Path(name), truth["business"])
            rows = asyncio.run(labelled_scores(pos, truth))
        value = auc(rows)
        worst = min(worst, value)
        print(f"seed {seed}: {len(rows)} customers, {sum(b for _, b in rows)} bad, AUC {value:.3f}")
    return 0 if worst >= options.floor else 1


if __name__ == "__main__":
    sys.exit(main())
