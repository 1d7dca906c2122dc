"""What a change touches, and suites that ask for less than before."""

import subprocess
from pathlib import Path

import pytest

from evals.changes import (
    NoSuchRevision,
    changed_since,
    complaints_about_suites,
    read_approvals,
    touched_features,
    weakened,
)
from evals.gate import load
from gateway.library.problems import LibraryError
from tests.pipeline.making import catalog

SUITE = """\
description: Labels.
metadata: {threshold: 0.9}
defaultTest: {vars: {feature: product_description}}
tests:
  - description: One
    metadata: {zero_tolerance: true}
    vars: {request: {product_name: Gari}}
    assert:
      - {type: contains, value: Gari}
      - {type: grounded}
  - description: Two
    vars: {request: {product_name: Rice}}
    assert:
      - {type: contains, value: Rice}
"""
WEAKER = {
    "a lower threshold": ("threshold: 0.9", "threshold: 0.5", "threshold was lowered from 0.9 to 0.5"),
    "a dropped case": (SUITE[SUITE.index("  - description: Two") :], "", "“Two” was dropped"),
    "zero tolerance given up": ("zero_tolerance: true", "zero_tolerance: false", "“One” is no longer zero-tolerance"),
    "a check taken out": ("      - {type: grounded}\n", "", "“One” no longer checks grounded"),
}
STRONGER = {
    "a higher threshold": ("threshold: 0.9", "threshold: 1.0"),
    "another value": ("value: Rice", "value: rice"),
    "one more check": ("value: Rice}", "value: Rice}\n      - {type: grounded}"),
}


class Repository:
    """A Git repository with one suite."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.suite = folder / "evals" / "suites" / "product_description.yaml"
        self.suite.parent.mkdir(parents=True)
        self.suite.write_text(SUITE)
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "first")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.root), *arguments], check=True, capture_output=True)

    def change(self, old: str, new: str) -> None:
        text = self.suite.read_text()
        assert old in text
        self.suite.write_text(text.replace(old, new, 1))

    def complaints(self, revision: str = "HEAD") -> list[str]:
        approvals = read_approvals(self.suite.parent)
        return complaints_about_suites(self.root, revision, [load(self.suite)], load, approvals)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.mark.parametrize("way", WEAKER)
def test_a_suite_that_asks_for_less_needs_a_named_approval(repository: Repository, way: str):
    old, new, told = WEAKER[way]
    repository.change(old, new)
    (complaint,) = repository.complaints()
    assert told in complaint
    approvals = repository.suite.parent.parent / "approvals.yaml"
    entry = f"{{suite: product_description.yaml, hash: {load(repository.suite).hash}, approved_by: Ama, reason: moved}}"
    approvals.write_text(f"approvals:\n  - {entry}\n")
    assert repository.complaints() == []
    approvals.write_text(approvals.read_text().replace("approved_by: Ama", 'approved_by: " "'))
    with pytest.raises(LibraryError, match="approved_by"):
        repository.complaints()


def test_an_approval_is_for_one_content_of_the_suite_only(repository: Repository):
    repository.change(*WEAKER["a lower threshold"][:2])
    approvals = repository.suite.parent.parent / "approvals.yaml"
    entry = f"{{suite: product_description.yaml, hash: {load(repository.suite).hash}, approved_by: Ama, reason: moved}}"
    approvals.write_text(f"approvals:\n  - {entry}\n")
    repository.change(*WEAKER["a check taken out"][:2])
    assert len(repository.complaints()) == 1


@pytest.mark.parametrize("way", STRONGER)
def test_a_suite_that_asks_for_more_needs_nobody(repository: Repository, way: str):
    repository.change(*STRONGER[way])
    assert repository.complaints() == []


def test_a_revision_that_git_does_not_know_is_an_error_and_no_pass(repository: Repository):
    with pytest.raises(NoSuchRevision, match="nonsense"):
        repository.complaints("nonsense")
    with pytest.raises(NoSuchRevision):
        changed_since(repository.root, "nonsense")


def test_changes_are_told_whether_committed_or_not(repository: Repository):
    repository.change("value: Rice", "value: rice")
    (repository.root / "new.txt").write_text("x")
    assert changed_since(repository.root, "HEAD") == ["evals/suites/product_description.yaml", "new.txt"]


def test_the_same_suite_is_not_weaker_than_itself(repository: Repository):
    suite = load(repository.suite)
    assert weakened(suite, suite) == []


ALL = set(catalog().features)


@pytest.mark.parametrize(
    ("path", "touched"),
    [
        ("prompts/credit_risk/v1.yaml", {"credit_risk"}),
        ("evals/suites/sales_assistant.yaml", {"sales_assistant"}),
        ("evals/verdicts/credit_risk/v1.offline.json", {"credit_risk"}),
        ("gateway/grounding/ground.py", ALL),
        ("evals/checks/texts.py", ALL),
        ("requirements.lock", ALL),
        ("docs/api.md", set()),
        ("tests/test_shape.py", set()),
        ("prompts/gone/v1.yaml", set()),
    ],
)
def test_a_change_concerns_the_features_whose_verdict_it_can_have_an_effect_on(path, touched):
    assert touched_features([path], catalog()) == touched
