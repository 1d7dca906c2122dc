"""Recorded replies: the same request finds its reply, another one is an error, and a run goes on where it stopped."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.demo_tenants import open_workbench
from evals.estimate import estimate
from evals.gate import load
from evals.replies import RecordedModel, RecordingModel, Shelf, request_hash
from evals.rounds import Notes, run_rounds
from gateway.domain.reply import Fault, UpstreamFault
from gateway.settings import ROOT
from tests.evals.making import suite_of
from tests.fakes import FakeModel
from tests.pipeline.making import make_ask, prompt_of
from tests.service import settings_for

MODEL = "gpt-6-luna"
CASES = """\
description: Labels.
defaultTest: {vars: {feature: product_description}}
tests:
  - description: A bowl
    vars: {request: {product_name: Bowl, category: Kitchen, attributes: {colour: red}, tone: casual}}
    assert: [{type: schema}, {type: grounded}]
  - description: A cup
    vars: {request: {product_name: Cup, category: Kitchen, attributes: {colour: blue}, tone: casual}}
    assert: [{type: schema}, {type: grounded}]
"""


@pytest.fixture
async def bench(tmp_path: Path):
    async with open_workbench(settings_for(f"sqlite:///{tmp_path}/none.sqlite")) as opened:
        yield opened


async def judged(bench, suite, **more):
    return await run_rounds(bench, suite, prompt_of("product_description"), **more)


async def test_what_was_recorded_is_replayed_without_the_model(bench, tmp_path):
    suite, shelf = suite_of(tmp_path, CASES), Shelf(tmp_path / "replies")
    live = FakeModel()
    first = await judged(bench.asking(RecordingModel(live, shelf), MODEL), suite)
    again = await judged(bench.asking(RecordedModel(Shelf(tmp_path / "replies")), MODEL), suite)
    assert [r.passed for r in first] == [r.passed for r in again] == [True, True]
    assert [r.body for r in first] == [r.body for r in again]
    assert {r.model for r in again} == {MODEL}
    assert all(r.cost_usd > 0 for r in again)


async def test_nothing_recorded_is_asked_twice_unless_told_to(bench, tmp_path):
    suite, live = suite_of(tmp_path, CASES), FakeModel()
    for afresh, calls in ((False, 2), (False, 2), (True, 4)):
        shelf = Shelf(tmp_path / "replies")
        await judged(bench.asking(RecordingModel(live, shelf, afresh=afresh), MODEL), suite)
        assert len(live.calls) == calls


async def test_a_request_that_was_not_recorded_is_an_error_that_says_how(bench, tmp_path):
    suite = suite_of(tmp_path, CASES)
    results = await judged(bench.asking(RecordedModel(Shelf(tmp_path)), MODEL), suite)
    assert {(r.passed, r.failure) for r in results} == {(False, "error")}
    assert "--mode live --model gpt-6-luna --record" in results[0].reason


async def test_a_model_that_does_not_answer_proves_nothing(bench, tmp_path):
    silent = FakeModel(always=UpstreamFault(Fault.SERVER_ERROR))
    results = await judged(bench.asking(silent, MODEL), suite_of(tmp_path, CASES))
    assert {(r.passed, r.failure) for r in results} == {(False, "error")}
    assert "did not answer" in results[0].reason


async def test_the_hash_is_of_what_was_sent_and_not_of_the_random_boundary(bench, tmp_path):
    live = FakeModel()
    suite = suite_of(tmp_path, CASES)
    for _ in range(2):
        await judged(bench.asking(live, MODEL), suite)
    bowl, cup, bowl_again, _ = live.calls
    assert bowl.messages != bowl_again.messages
    assert request_hash(bowl) == request_hash(bowl_again) != request_hash(cup)
    assert request_hash(bowl) != request_hash(replace(bowl, model="other"))


async def test_an_interrupted_run_goes_on_where_it_stopped(bench, tmp_path):
    suite, live, path = suite_of(tmp_path, CASES), FakeModel(), tmp_path / "notes.jsonl"

    def stop(result):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await judged(bench.asking(live, MODEL), suite, notes=Notes(path), progress=stop)
    results = await judged(bench.asking(live, MODEL), suite, notes=Notes(path))
    assert len(live.calls) == 2
    assert [r.passed for r in results] == [True, True]
    assert not path.exists()


async def test_notes_that_were_cut_off_in_the_middle_of_a_line_lose_that_case_only(bench, tmp_path):
    suite, live, path = suite_of(tmp_path, CASES), FakeModel(), tmp_path / "notes.jsonl"
    kept: list[str] = []

    def keep(result):
        kept[:] = path.read_text("utf-8").splitlines(keepends=True)

    await judged(bench.asking(live, MODEL), suite, notes=Notes(path), progress=keep)
    path.write_text(kept[0] + kept[1][: len(kept[1]) // 2], "utf-8")
    results = await judged(bench.asking(live, MODEL), suite, notes=Notes(path))
    assert len(live.calls) == 3
    assert [r.passed for r in results] == [True, True]


async def test_a_run_may_take_several_cases_at_a_time_and_several_rounds(bench, tmp_path):
    results = await judged(bench, suite_of(tmp_path, CASES), repeat=3, concurrency=4)
    assert [r.case.index for r in results] == [0, 0, 0, 1, 1, 1]


async def test_the_price_of_a_live_run_is_known_before_it(bench, tmp_path):
    suite, prompt = suite_of(tmp_path, CASES), prompt_of("product_description")
    day = make_ask().as_of
    cheap = await estimate(bench, [(suite, prompt)], "gpt-6-luna", day)
    dear = await estimate(bench, [(suite, prompt)], "gpt-6.1-sol", day)
    live = FakeModel()
    await judged(bench.asking(live, MODEL), suite)
    assert 0 < cheap < dear
    shown = sum(len(m.content) for call in live.calls for m in call.messages) / 4 * 100  # nano-USD a token
    assert shown < cheap < 5 * shown  # the output schema and the answers come on top


def test_the_products_own_suites_can_be_read():
    for path in sorted((ROOT / "evals" / "suites").glob("*.yaml")):
        assert load(path).cases
