"""The generator of the demo tenant."""

from argparse import Namespace
from pathlib import Path

from demo.generate import LEAST_PRODUCTS, simulate, write

TENANT = Path(__file__).parents[2] / "demo" / "tenant"
DEMO = {"seed": 7, "as_of": "2026-11-20", "days": 400, "horizon": 60, "scale": 1.0, "walkins": 3.6, "fraud_rate": 1.0}
SIZE = {"customers": 26, "retail": 50, "products": 44}


def test_the_demo_tenant_is_what_the_generator_writes(tmp_path: Path) -> None:
    write(simulate(Namespace(**DEMO, **SIZE)), tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in TENANT.iterdir()}


def test_another_seed_gives_another_tenant_of_the_same_shape() -> None:
    options = {**DEMO, "seed": 8, "days": 60}
    busy, small, empty = simulate(Namespace(**options, **SIZE))
    assert busy.id not in (TENANT / "businesses.jsonl").read_text()
    assert len(busy.records["sales"]) > len(small.records["sales"]) > len(empty.records["sales"]) == 0
    assert busy.truth["fraud_employee"] and not small.truth["fraud_employee"]


def test_the_smallest_shop_comes_to_an_end() -> None:
    options = {**DEMO, "days": 100, "customers": 1, "retail": 0, "products": LEAST_PRODUCTS}
    shop, *_ = simulate(Namespace(**options))
    assert shop.records["invoices"]
