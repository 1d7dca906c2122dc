"""Each check says yes and no for the right reasons, and an error when it cannot tell."""

import pytest

from evals.checks.registry import CheckError, Outcome, all_checks, assertion, check
from tests.evals.making import holds, judged, output

YES_AND_NO = [
    ("equals", "Blender in red.", "Blender in red"),
    ("contains", "red", "Red"),
    ("icontains", "RED", "blue"),
    ("contains-any", ["blue", "red"], ["blue", "green"]),
    ("contains-any", "blue, red", "blue, green"),
    ("contains-all", ["Blender", "red"], ["Blender", "blue"]),
    ("icontains-any", ["BLUE", "RED"], ["BLUE"]),
    ("starts-with", "Blender", "red"),
    ("regex", r"\bred\b", r"^red$"),
    ("json-path", {"path": "/word_count", "equals": 3}, {"path": "/word_count", "equals": 4}),
    ("json-path", {"path": "/word_count", "min": 3, "max": 3}, {"path": "/word_count", "min": 4}),
    ("json-path", {"path": "/word_count", "one_of": [1, 3]}, {"path": "/word_count", "one_of": [1, 2]}),
    ("json-path", {"path": "/description", "contains": "red"}, {"path": "/description", "contains": "blue"}),
    ("json-path", {"path": "/description", "max_length": 15}, {"path": "/description", "max_length": 14}),
    ("json-path", {"path": "/price", "absent": True}, {"path": "/word_count", "absent": True}),
    ("source", "offline", "model"),
    ("degraded", "none", "budget"),
]


@pytest.mark.parametrize(("name", "yes", "no"), YES_AND_NO)
def test_a_check_passes_what_fits_and_fails_what_does_not(name, yes, no):
    assert holds(name, yes)
    assert not holds(name, no)
    assert not holds(f"not-{name}", yes)
    assert holds(f"not-{name}", no)


BROKEN = [
    ("contains", ""), ("contains", None), ("contains", True), ("contains-all", {"a": 1}), ("json-path", {"equals": 1}),
    ("json-path", {"path": "/a"}), ("json-path", {"path": "/a", "like": 1}), ("rule", "no-such-rule"),
    ("tokens", "few"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BROKEN)
@pytest.mark.parametrize("prefix", ["", "not-"])
def test_a_check_that_cannot_be_made_is_an_error_and_never_a_pass(prefix, name, value):
    with pytest.raises(CheckError):
        judged(prefix + name, value)


def test_a_comparison_of_unlike_things_fails():
    assert not holds("json-path", {"path": "/description", "min": 3})
    assert not holds("json-path", {"path": "/word_count", "contains": "3"})
    assert not holds("json-path", {"path": "/nothing/at/all", "equals": None})
    assert not holds("json-path", {"path": "/word_count", "equals": True}, output({"word_count": 1}))


def test_a_figure_that_is_not_in_the_evidence_is_found_wherever_it_stands():
    assert holds("grounded", None, output({"description": "There are 17 in stock."}))
    assert not holds("grounded", None, output({"description": "There are 18 in stock."}))
    assert not holds("grounded", None, output({"seo_keywords": ["blender", "blender 900 W"]}))


def test_the_schema_of_the_feature_must_hold():
    assert not holds("schema", None, output({"description": "x"}))


def test_nothing_personal_may_be_in_what_was_made_for_a_model():
    assert holds("no-pii", None, output(outgoing=()))
    assert not holds("no-pii", None, output(outgoing=("something", "was sent without a vault")))


def test_two_checks_cannot_have_the_same_name():
    assert "contains" in all_checks()
    with pytest.raises(ValueError, match="contains"):
        check("contains")(lambda output, value: Outcome(True, ""))
    with pytest.raises(ValueError, match="grounded"):
        assertion("grounded")(lambda subject: Outcome(True, ""))


@pytest.mark.parametrize("name", list(all_checks()))
def test_every_check_says_what_it_looks_for(name):
    assert (all_checks()[name].__doc__ or "").strip().endswith(".")
