"""How far off are predicted payment dates? Generates demo tenants with other seeds and prints the errors of each.

    python bench/payment_quality.py --seeds 11 23 42

Every invoice that is open on one of several days is predicted with what was known that day. MAE is the mean error in
days over invoices that were settled in the end; AUC tells how well the predicted lateness ranks the invoices that came
more than 7 days late or never. The days after the as-of day come from the generator's truth file, which no feature
reads. "due date" and "customer mean" are the same question answered without the method.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.credit_quality import auc, generate
from gateway.features.credit_account import Account, Bill, read_accounts
from gateway.features.payment_timing import predict, read_habit
from tests.features.fakes import InlinePos

LATE = 7
ORIGINS = (0, 30, 60, 90, 120, 150)
"""Days before the as-of day on which predictions are made."""


def settled_on(bill: Bill, later: dict[str, list[date]]) -> date | None:
    """Return the day an invoice was settled in the end, None when it never was within the horizon."""
    return bill.settled or (max(later[bill.id]) if bill.id in later else None)


def open_on(account: Account, day: date) -> Iterator[Bill]:
    """Yield what was open then."""
    yield from (bill for bill in account.bills if bill.owed_on(day) > 0)


async def errors(
    pos: InlinePos, truth: dict, trust: list[tuple[float, bool]]
) -> dict[str, list[tuple[int, bool, int | None]]]:
    """Return, by method, (predicted lateness, truly late, error in days or None) of every open invoice.

    Each confidence of the method goes to `trust`, with whether the date was right within 5 days.
    """
    later: dict[str, list[date]] = {}
    paid: dict[str, float] = {}
    for row in truth["open_invoice_payments"]:
        later.setdefault(row["invoice"], []).append(date.fromisoformat(row["date"]))
        paid[row["invoice"]] = paid.get(row["invoice"], 0.0) + float(row["amount"])
    found: dict[str, list[tuple[int, bool, int | None]]] = {"due date": [], "customer mean": [], "method": []}
    for account in read_accounts(await pos.invoices(), await pos.payments()).values():
        for origin in ORIGINS:
            day = pos.as_of - timedelta(days=origin)
            habit = read_habit(account, day)
            for bill in open_on(account, day):
                if bill.settled is None and paid.get(bill.id, 0.0) < float(bill.open) - 0.01:
                    later.pop(bill.id, None)
                end = settled_on(bill, later)
                mean = round(statistics.fmean(habit.lateness)) if habit.lateness else 0
                forecast = predict(replace(habit, day=day), bill.due)
                trust.append((forecast.confidence, end is not None and abs((forecast.day - end).days) <= 5))
                guesses = {
                    "due date": max(bill.due, day + timedelta(days=1)),
                    "customer mean": max(bill.due + timedelta(days=mean), day + timedelta(days=1)),
                    "method": forecast.day,
                }
                for name, guess in guesses.items():
                    late = end is None or (end - bill.due).days > LATE
                    error = None if end is None else abs((guess - end).days)
                    found[name].append(((guess - bill.due).days, late, error))
    return found


def calibration(pairs: list[tuple[float, bool]]) -> str:
    """Return, for each third of confidence, what was promised and what came true within 5 days."""
    said = []
    for low, high in ((0.0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1.01)):
        inside = [pair for pair in pairs if low <= pair[0] < high]
        if inside:
            promised, kept = (statistics.fmean(pair[i] for pair in inside) for i in (0, 1))
            said.append(f"{len(inside)} promised {promised:.2f}, came true {kept:.2f}")
    return "; ".join(said)


def summary(rows: list[tuple[int, bool, int | None]]) -> tuple[float, float]:
    """Return (MAE in days, AUC of late)."""
    known = [error for _, _, error in rows if error is not None]
    return statistics.fmean(known), auc([(-late, bad) for late, bad, _ in rows])


def main() -> int:
    """Print one line per seed and method; exit 1 when the method misses its limits over all seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, default=Path("demo/generate.py"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 23, 42])
    parser.add_argument("--mae", type=float, default=4.5)
    parser.add_argument("--auc", type=float, default=0.95)
    options = parser.parse_args()
    everything: dict[str, list[tuple[int, bool, int | None]]] = {}
    trust: list[tuple[float, bool]] = []
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as name:
            truth = generate(options.generator, seed, Path(name))
            found = asyncio.run(errors(InlinePos.from_dir(Path(name), truth["business"]), truth, trust))
        for method, rows in found.items():
            everything.setdefault(method, []).extend(rows)
            mae, rank = summary(rows)
            print(f"seed {seed}: {method}: {len(rows)} invoices, MAE {mae:.2f} days, AUC {rank:.3f}")
    print()
    for method, rows in everything.items():
        mae, rank = summary(rows)
        print(f"all seeds: {method}: {len(rows)} invoices, MAE {mae:.2f} days, AUC {rank:.3f}")
    print(f"confidence: {calibration(trust)}")
    mae, rank = summary(everything["method"])
    return 0 if mae <= options.mae and rank >= options.auc else 1


if __name__ == "__main__":
    sys.exit(main())
