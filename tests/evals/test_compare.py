"""Two runs of the same cases side by side, and what the paired figures make of them."""

from decimal import Decimal

import pytest

from evals.compare import NotComparable, compare, decision_pointers, flips, in_words, parse_side
from evals.run import CaseResult
from evals.suite import Case
from evals.verdict import MARGIN, compare_runs, grouped, judge_results
from tests.evals.making import suite_of
from tests.pipeline.making import catalog, prompt_of

RISK = catalog().features["credit_risk"]


def result(index, passed=True, *, action="APPROVE_FULL", name="a", cost="0", zero=False):
    case = Case(index, f"case {index}", {}, (), name, zero, 1)
    body = {"recommendation": {"action": action}, "explanation": "x"}
    failure = "none" if passed else "assertion"
    return CaseResult(case, passed, float(passed), failure, "why", (), "m", 10 + index, Decimal(cost), body)


def run(passed, failed=0, start=0, **more):
    return [result(start + i, i < passed, **more) for i in range(passed + failed)]


def test_every_enumeration_and_yes_or_no_of_an_answer_is_a_decision():
    assert set(decision_pointers(RISK.response.raw)) >= {"/risk_level", "/recommendation/action"}


def test_a_flip_is_told_in_everyday_words():
    before, after = {"recommendation": {"action": "APPROVE_FULL"}}, {"recommendation": {"action": "DENY"}}
    (flip,) = flips(["/recommendation/action", "/risk_level"], before, after)
    assert str(flip) == "recommendation action: approve full → deny"
    assert in_words(True) == "yes"


def test_a_comparison_counts_what_became_better_worse_and_different():
    before = [result(0), result(1, False), result(2), result(3)]
    after = [result(0, False, action="DENY"), result(1), result(2, action="DENY"), result(3)]
    found = compare(RISK, ("v1", "v2"), before, after)
    assert [pair.change for pair in found.pairs] == ["worse", "better", "changed", "same"]
    assert "2 of 4 change recommendation action from approve full to deny." in found.sentences()
    assert found.as_json()["flips"][0]["cases"] == 2


def test_cost_and_time_of_both_sides_are_told():
    found = compare(RISK, ("a", "b"), run(3, cost="0.002"), run(3, cost="0.001"))
    assert "Cost of a case: USD 0.002000 before, USD 0.001000 after." in found.sentences()
    assert any(sentence.startswith("Time of a case: 11 ms") for sentence in found.sentences())


@pytest.mark.parametrize("text", ["credit_risk", "credit_risk@x", "credit_risk@99", "nothing@1", "credit_risk@1:a b"])
def test_a_side_that_does_not_exist_is_refused_with_what_to_write(text):
    with pytest.raises(NotComparable, match=r"version"):
        parse_side(text, catalog().prompts, "offline")
    assert parse_side("credit_risk@1:gpt-6-luna", catalog().prompts, "offline").model == "gpt-6-luna"


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (run(60), run(60), "passed"),
        (run(40), run(40), "not_enough_evidence"),
        (run(60), run(50, 10), "failed"),
        (run(58, 2), run(59, 1), "passed"),
        (run(100), run(98, 2), "not_enough_evidence"),
        (run(400), run(397, 3), "passed"),
    ],
)
def test_a_version_must_be_shown_not_to_be_worse_by_more_than_the_margin(before, after, outcome):
    found = compare_runs(grouped(before), grouped(after))
    assert found["outcome"] == outcome
    assert (found["lower_bound"] > -MARGIN) == (outcome == "passed")


def test_a_slice_that_falls_is_not_hidden_by_the_others():
    before = run(200, name="wholesale") + run(10, start=200, name="pharmacy")
    after = run(200, name="wholesale") + run(8, 2, start=200, name="pharmacy")
    found = compare_runs(grouped(before), grouped(after))
    assert (found["outcome"], found["slices_worse"]) == ("failed", ["pharmacy"])


def test_repeats_are_taken_together_and_flaky_cases_are_named(tmp_path):
    suite, prompt = suite_of(tmp_path), prompt_of("product_description")
    steady = [result(i) for i in range(30) for _ in range(3)]
    shaky = [result(30, ok) for ok in (True, False, True)]
    figures = judge_results(suite, prompt, "m", steady + shaky).verdict.figures
    assert (figures["cases"], figures["passed"], figures["runs"], figures["flaky"]) == (31, 31, 93, ["case 30"])


def test_a_zero_tolerance_case_must_pass_every_time(tmp_path):
    suite, prompt = suite_of(tmp_path), prompt_of("product_description")
    shaky = [result(30, ok, zero=True) for ok in (True, False, True)]
    verdict = judge_results(suite, prompt, "m", [result(i) for i in range(30) for _ in range(3)] + shaky).verdict
    assert (verdict.outcome, verdict.figures["zero_tolerance_failed"]) == ("failed", ["case 30"])


def test_a_worse_version_fails_though_it_meets_the_threshold(tmp_path):
    lenient = "metadata: {threshold: 0.5}\n"
    suite_of(tmp_path)
    suite = suite_of(tmp_path, lenient + (tmp_path / "product_description.yaml").read_text())
    prompt = prompt_of("product_description")
    judged = judge_results(suite, prompt, "m", run(50, 10), (prompt, run(60)))
    assert judged.verdict.outcome == "failed"
    assert judge_results(suite, prompt, "m", run(50, 10)).verdict.outcome == "passed"
