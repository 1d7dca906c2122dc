"""Golden answers do not depend on how fast the machine is; a slow model is still too slow."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.demo_tenants import open_workbench
from evals.gate import load
from evals.timing import ModelTime
from gateway.features import receipt_enhancement
from gateway.settings import ROOT
from tests.fakes import FakeModel
from tests.pipeline.making import prompt_of
from tests.service import settings_for

FEATURE, LABELS = "receipt_enhancement", "product_description"


class Leaping:
    """A clock on which an hour passes at every look, as on a machine that stands still in between."""

    seconds = 0.0

    def now(self) -> int:
        return 1_795_000_000_000_000

    def monotonic(self) -> float:
        self.seconds += 3600
        return self.seconds


@pytest.fixture
async def bench(tmp_path: Path):
    async with open_workbench(settings_for(f"sqlite:///{tmp_path}/none.sqlite")) as opened:
        yield opened


async def test_a_machine_that_stands_still_changes_no_answer(bench, monkeypatch):
    case, prompt = load(ROOT / "evals" / "suites" / f"{FEATURE}.yaml").cases[0], prompt_of(FEATURE)
    usual = await bench.run(case, prompt)
    monkeypatch.setattr(receipt_enhancement, "READ_SECONDS", 0)
    slow = await replace(bench, clock=Leaping()).run(case, prompt)
    assert slow.body == usual.body
    assert slow.meta["degraded"] is None and not slow.meta["warnings"]
    assert slow.meta["latency_ms"] >= 3600 * 1000


async def test_a_model_under_judgement_has_its_deadline_all_the_same(bench):
    case, prompt = load(ROOT / "evals" / "suites" / "product_description.yaml").cases[0], prompt_of(LABELS)
    for clock, asked in ((bench.clock, 2), (Leaping(), 1)):
        model = FakeModel(always="no JSON")
        output = await replace(bench.asking(model, "gpt-6-luna"), clock=clock).run(case, prompt)
        assert output.meta["degraded"]["reason"] == "output_invalid"
        assert len(model.calls) == asked  # an unusable answer earns another call only while there is time


def test_the_clock_runs_only_while_a_model_is_asked():
    clock = ModelTime(Leaping())
    began = clock.monotonic()
    assert clock.monotonic() == began
    with clock.running():
        assert clock.monotonic() > began
    stopped = clock.monotonic()
    assert stopped > began
    assert clock.monotonic() == stopped
