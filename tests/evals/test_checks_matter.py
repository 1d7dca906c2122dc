"""No wall of the pipeline and no check of the suites is there for show: without any one of them something is seen.

First, one wall is taken away at a time, and a golden suite fails. Then a bad answer is put past all walls, one check
alone sees it, and without that check it would pass.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from evals.checks.registry import Output, own_checks
from evals.demo_tenants import open_workbench
from evals.gate import load
from evals.run import CaseResult, run_suite
from evals.suite import Assertion, Case, Suite
from evals.workbench import Workbench
from gateway.grounding.ground import Grounded
from gateway.pipeline import answer, validating
from gateway.pipeline.validating import Judge
from gateway.settings import ROOT
from tests.pipeline.making import prompt_of
from tests.service import settings_for

Spoil = Callable[[Output], Output]


@dataclass(frozen=True)
class Past:
    """A workbench whose answers are spoilt behind all walls."""

    bench: Any
    spoil: Spoil

    async def run(self, case: Case, prompt: Any) -> Output:
        return self.spoil(await self.bench.run(case, prompt))


@dataclass(frozen=True)
class Bench:
    """One workbench for all tests of this file, with the loop it lives in."""

    runner: asyncio.Runner
    open: Workbench

    def results(self, feature: str, cases: Sequence[Case], spoil: Spoil | None = None) -> list[CaseResult]:
        bench: Any = self.open if spoil is None else Past(self.open, spoil)
        chosen = replace(suite(feature), cases=tuple(cases))
        return self.runner.run(run_suite(bench, chosen, prompt_of(feature)))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    settings = settings_for(f"sqlite:///{tmp_path_factory.mktemp('matter')}/none.sqlite")
    with asyncio.Runner() as runner:
        opening = open_workbench(settings)
        yield Bench(runner, runner.run(opening.__aenter__()))
        runner.run(opening.__aexit__(None, None, None))


def suite(feature: str) -> Suite:
    return load(ROOT / "evals" / "suites" / f"{feature}.yaml")


def without_grounding(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(validating, "ground", lambda words, *_, **__: Grounded(dict(words)))


def without_claims(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Judge, "_claims", lambda self, masked, *, by_rules: None)


def without_schema(patch: pytest.MonkeyPatch) -> None:
    made = Judge.__init__

    def lenient(self: Any, *arguments: Any) -> None:
        made(self, *arguments)
        self._output = AnyShape(self._output.raw)

    patch.setattr(Judge, "__init__", lenient)


@dataclass(frozen=True)
class AnyShape:
    """A schema that everything fits."""

    raw: Mapping[str, Any]

    def check(self, value: Any) -> list[Any]:
        return []


def without_leaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(validating.LeakDetector, "leaks", lambda self, text: False)


def without_rules(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Judge, "_broken_rules", lambda self, words, masked: [])


def without_marks(patch: pytest.MonkeyPatch) -> None:
    mask = answer.mask

    def blind(masker: Any, ask: Any, evidence: Any) -> Any:
        shown = replace(evidence, pii={}, plain=evidence.plain | evidence.pii.keys())
        return replace(mask(masker, ask, shown), evidence=evidence)

    patch.setattr(answer, "mask", blind)


def without_restoring(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer, "restore_tree", lambda words, vault: words)


def without_overwriting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(validating, "overwrite", lambda words, computed: (dict(words), 0))


def without_screening(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer, "screen", lambda feature, body: [])


ATTACKS = frozenset({"injection"})
WALLS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "figures from the evidence": (without_grounding, "credit_risk"),
    "claims that records cannot carry": (without_claims, "product_description"),
    "the schema of the words": (without_schema, "product_description"),
    "instructions stay secret": (without_leaks, "product_description"),
    "the prompt's rules": (without_rules, "support_chat"),
    "marked values are masked": (without_marks, "credit_risk"),
    "values are restored": (without_restoring, "credit_risk"),
    "code's fields win": (without_overwriting, "credit_risk"),
    "orders to the model are refused": (without_screening, "support_chat"),
}


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS.keys())
def test_without_this_wall_a_golden_suite_fails(bench: Bench, monkeypatch: pytest.MonkeyPatch, wall: Any):
    take_away, feature = wall
    cases = [case for case in suite(feature).cases if "reply" in case.vars or case.slice in ATTACKS]
    assert all(result.passed for result in bench.results(feature, cases))
    take_away(monkeypatch)
    assert not all(result.passed for result in bench.results(feature, cases))


def said(more: str) -> Spoil:
    """Return what puts a sentence into the explanation."""
    return lambda output: with_body(output, explanation=f"{output.body['explanation']} {more}".strip())


def with_body(output: Output, **changes: Any) -> Output:
    return replace(output, body={**output.body, **changes})


def sent(more: Callable[[Output], str]) -> Spoil:
    """Return what lets a text leave for the model."""
    return lambda output: replace(output, outgoing=(*output.outgoing, more(output)))


def told(**changes: Any) -> Spoil:
    return lambda output: replace(output, meta={**output.meta, **changes})


SPOILT: dict[str, tuple[Any, Spoil]] = {
    "grounded": (None, said("In our database 67% of such customers default.")),
    "no-pii": (None, sent(lambda output: f"The customer is called {output.evidence.facts['customer']['name']}.")),
    "rule": ("all", lambda output: with_body(output, risk_level="MEDIUM")),
    "schema": (None, lambda output: with_body(output, surprise=True)),
    "json-path": (
        {"path": "/risk_score", "min": 90},
        lambda output: with_body(output, risk_score=80),
    ),
    "tokens": (2000, sent(lambda output: "credit " * 3000)),
    "sms-segments": ({"path": "/explanation", "max": 4}, said("Nothing is overdue today. " * 20)),
    "source": ("offline", told(source="rules")),
    "degraded": ("none", told(degraded={"reason": "deadline"})),
}


def test_every_check_of_our_own_is_tried_here():
    assert set(SPOILT) == set(own_checks())


@pytest.mark.parametrize("name", SPOILT)
def test_this_check_alone_sees_an_answer_that_is_bad_in_its_way(bench: Bench, name: str):
    checks = tuple(Assertion(kind, value) for kind, (value, _) in SPOILT.items())
    case = replace(suite("credit_risk").cases[0], assertions=checks)
    blind = replace(case, assertions=tuple(check for check in checks if check.type != name))
    for result in bench.results("credit_risk", [case, blind]):
        assert result.passed, result.reason
    seen, unseen = bench.results("credit_risk", [case, blind], SPOILT[name][1])
    assert [check.type for check in seen.checks if not check.passed] == [name], seen.reason
    assert unseen.passed, unseen.reason
