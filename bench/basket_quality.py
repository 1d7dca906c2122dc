"""Do companions foresee what else is in a basket? Leaves one product out of unseen receipts and looks for it.

    python bench/basket_quality.py --seeds 11 23 42 [--generator demo/generate.py]

Shops of other seeds; what is bought together is learnt up to a month before the end, the receipts after it are asked
about: each product of a basket of two or more is left out once. hit@3 is the share of times it is among the first
three answers, over all products, whatever their stock. The yardstick is the plain cosine over the same receipts, with
no least count and no bound on how many are read.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import combinations
from math import sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.features.companions import Receipts, receipts_until
from tests.features.fakes import InlinePos

UNSEEN = timedelta(days=30)
FIRST = 3
Basket = frozenset[str]
Answerer = Callable[[Basket], Sequence[str]]


def generate(generator: Path, seed: int, folder: Path) -> tuple[str, date]:
    """Write a shop with many mixed receipts; returns its business's id and the day of its last records."""
    size = ["--walkins", "9", "--scale", "2"]
    subprocess.run([sys.executable, generator, "--seed", str(seed), *size, "--out", folder], check=True, stdout=-3)
    business = (folder / "businesses.jsonl").read_text().splitlines()[0].split('"id":"')[1].split('"')[0]
    return business, date(2026, 11, 20)


def popularity(baskets: Sequence[Basket]) -> Answerer:
    """Answer with what is on most receipts."""
    ranked = [key for key, _ in Counter(one for basket in baskets for one in basket).most_common()]
    return lambda basket: [key for key in ranked if key not in basket]


def cosine(baskets: Sequence[Basket]) -> Answerer:
    """Answer with the highest sum of n_ij / sqrt(n_i n_j), every pair counting."""
    sold = Counter(one for basket in baskets for one in basket)
    pairs: Counter[tuple[str, str]] = Counter()
    for basket in baskets:
        pairs.update(combinations(sorted(basket), 2))
    together: dict[str, dict[str, float]] = {}
    for (a, b), n in pairs.items():
        score = n / sqrt(sold[a] * sold[b])
        together.setdefault(a, {})[b] = score
        together.setdefault(b, {})[a] = score

    def answer(basket: Basket) -> list[str]:
        scores: Counter[str] = Counter()
        for one in basket:
            for other, score in together.get(one, {}).items():
                if other not in basket:
                    scores[other] += score  # type: ignore[assignment]
        return sorted(scores, key=lambda key: (-scores[key], key))

    return answer


def companions(receipts: Receipts) -> Answerer:
    """Answer as the product does."""
    return lambda basket: [one.product for one in receipts.companions(basket)]


def hits(answer: Answerer, unseen: Sequence[Basket]) -> tuple[int, int]:
    """Return how many left-out products were foreseen, and how many were left out."""
    found = asked = 0
    remembered: dict[Basket, Sequence[str]] = {}
    for basket in unseen:
        for left_out in basket:
            rest = basket - {left_out}
            if rest not in remembered:
                remembered[rest] = answer(rest)[:FIRST]
            found += left_out in remembered[rest]
            asked += 1
    return found, asked


async def measure(folder: Path, business: str, today: date) -> dict[str, tuple[int, int]]:
    """Return hits and questions of each answerer for one shop."""
    learnt_until = today - UNSEEN
    pos = InlinePos.from_dir(folder, business, learnt_until)
    receipts = await receipts_until(pos, learnt_until)
    every = [frozenset(item.product for item in sale.items) for sale in await pos.sales()]
    later = InlinePos.from_dir(folder, business, today)
    sales = await later.sales(since=learnt_until + timedelta(days=1))
    unseen = [basket for sale in sales if len(basket := frozenset(item.product for item in sale.items)) > 1]
    answerers = {"popularity": popularity(every), "cosine": cosine(every), "companions": companions(receipts)}
    return {name: hits(answer, unseen) for name, answer in answerers.items()}


def main() -> int:
    """Print one line per seed and answerer; exit 1 when the companions foresee less than the cosine in all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, default=Path("demo/generate.py"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 23, 42])
    options = parser.parse_args()
    totals: dict[str, list[int]] = {}
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as name:
            business, today = generate(options.generator, seed, Path(name))
            found = asyncio.run(measure(Path(name), business, today))
        for answerer, (hit, asked) in found.items():
            total = totals.setdefault(answerer, [0, 0])
            total[0], total[1] = total[0] + hit, total[1] + asked
            print(f"seed {seed}: {answerer:<11} hit@3 {hit / asked:.3f} of {asked:,}", flush=True)
    rates = {answerer: hit / asked for answerer, (hit, asked) in totals.items()}
    print(", ".join(f"{answerer} {rate:.3f}" for answerer, rate in rates.items()))
    return 0 if rates["companions"] >= rates["cosine"] else 1


if __name__ == "__main__":
    sys.exit(main())
