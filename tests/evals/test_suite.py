"""A suite is read strictly: whatever would pass silently is refused with file, line and what was probably meant."""

from pathlib import Path

import pytest

from evals.checks.registry import all_checks
from evals.suite import load_suite
from evals.verdict import MIN_CASES
from gateway.library.problems import LibraryError
from gateway.settings import ROOT
from tests.evals.making import CASES, suite_of


def test_a_case_takes_the_defaults_and_its_own(tmp_path: Path):
    text = CASES.replace(
        "vars: {feature: product_description}}",
        "vars: {feature: product_description, plan: STARTER}, assert: [{type: is-json}]}",
    )
    [case] = suite_of(tmp_path, text).cases
    assert case.vars == {"feature": "product_description", "plan": "STARTER", "request": {"product_name": "Gari"}}
    assert [assertion.type for assertion in case.assertions] == ["contains", "is-json"]
    assert (case.slice, case.zero_tolerance, case.line) == ("all", False, 4)


SLIPS = {
    "an unknown key of the file": ("tests:", "test:\n", "Did you mean `tests`?"),
    "an unknown key of a case": ("    assert:", "    asserts:", "Did you mean `assert`?"),
    "an unknown check": ("type: contains,", "type: contain,", "Did you mean `contains`?"),
    "no feature": ("{vars: {feature: product_description}}", "{}", "names no feature"),
    "no check": ("    assert:\n      - {type: contains, value: Gari}\n", "", "would always pass"),
    "an empty value": ("value: Gari", "value: []", "says nothing"),
    "a check under vars": ("vars: {request:", "vars: {assert: [], request:", "two columns to the left"),
    "checks that are no list": ("    assert:\n      - {type: contains, value: Gari}", "    assert: 1", "must be a"),
    "a check without a type": ("{type: contains, value: Gari}", "{value: Gari}", "needs a `type`"),
    "a threshold of a case": ("    assert:", "    threshold: 0.5\n    assert:", "`threshold` is not known"),
    "a weight that is none": ("value: Gari}", "value: Gari, weight: heavy}", "must be a number"),
    "a weight of nothing": ("value: Gari}", "value: Gari, weight: 0}", "must be a number"),
    "vars that are no mapping": ("vars: {request: {product_name: Gari}}", "vars: [1]", "must be a mapping"),
    "metadata that is none": ("    vars:", "    metadata: critical\n    vars:", "must be a mapping"),
    "a threshold above all": ("description: Labels.", "description: Labels.\nmetadata: {threshold: 2}", "at most 1"),
    "the same key twice": ("description: Labels.", "description: Labels.\ndescription: More.", "description"),
    "a test that is no mapping": ("  - description: One\n", "  - One\n  - description: Two\n", "must be a mapping"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_of_the_pen_is_refused_with_its_place(tmp_path: Path, old: str, new: str, told: str):
    assert old in CASES
    with pytest.raises(LibraryError, match=r"product_description\.yaml:\d+: ") as refused:
        suite_of(tmp_path, CASES.replace(old, new, 1))
    assert told in str(refused.value)


def test_the_hash_changes_with_any_case_and_not_with_layout(tmp_path: Path):
    plain = suite_of(tmp_path).hash
    assert suite_of(tmp_path, CASES.replace("value: Gari", "value:   'Gari'")).hash == plain
    assert suite_of(tmp_path, CASES.replace("value: Gari", "value: gari")).hash != plain


@pytest.mark.parametrize("path", sorted((ROOT / "evals" / "suites").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_suites_of_the_product_are_readable_and_named_like_their_feature(path: Path):
    suite = load_suite(path, list(all_checks()))
    assert suite.feature == path.stem
    assert len(suite.cases) >= MIN_CASES
    assert any(case.zero_tolerance for case in suite.cases)
