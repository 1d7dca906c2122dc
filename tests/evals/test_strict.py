"""`--strict` refuses what promptfoo lets pass silently, with line and likely intent; without it such a config runs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import app

GOOD = """\
prompts: ["Dear {{customer}}, you owe {{amount}}"]
providers: [echo]
tests:
  - description: One
    vars: {customer: Ama, amount: 5}
    assert:
      - {type: contains, value: Ama}
"""
SLIPS = {
    "an unknown key of a test": ("    assert:\n", "    asserts:\n", 6, "Did you mean `assert`?"),
    "an unknown key of the file": ("providers:", "provider: []\nproviders:", 2, "Did you mean `providers`?"),
    "assert under vars": ("{customer: Ama, amount: 5}", "{customer: Ama, amount: 5, assert: []}", 5, "stands under"),
    "a variable that is not given": ("customer: Ama,", "custmer: Ama,", 4, "Did you mean `custmer`?"),
    "a misspelt field": ("value: Ama", "valeu: Ama", 7, "Did you mean `value`?"),
    "an empty list": ("type: contains, value: Ama", "type: contains-all, value: []", 7, "says nothing"),
    "an unknown type": ("type: contains,", "type: contians,", 7, "Did you mean `contains`?"),
    "a threshold as text": ("    assert:", '    threshold: "0.5"\n    assert:', 6, "would be ignored"),
    "a threshold of nothing": ("    assert:", "    threshold: 0\n    assert:", 6, "always passes"),
    "no assertions": ("    assert:\n      - {type: contains, value: Ama}\n", "", 4, "always pass"),
    "weights of nothing": ("value: Ama}", "value: Ama, weight: 0}", 4, "always pass"),
    "no tests": (GOOD[GOOD.index("tests:") :], "tests: []\n", 3, "no tests"),
    "a file that is missing": (GOOD[GOOD.index("tests:") :], "tests: file://none.yaml\n", 3, "No test files found"),
    "an empty set": ("{type: contains, value: Ama}", "{type: assert-set, assert: []}", 7, "is empty"),
    "no threshold where it is needed": ("type: contains, value: Ama", "type: answer-relevance", 7, "`threshold`"),
}


def run(tmp_path: Path, text: str, *flags: str):
    path = tmp_path / "suite.yaml"
    path.write_text(text, "utf-8")
    return CliRunner().invoke(app, ["run", str(path), *flags])


def test_a_config_without_slips_passes(tmp_path: Path):
    assert run(tmp_path, GOOD, "--strict").exit_code == 0


@pytest.mark.parametrize(("old", "new", "line", "told"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_refused_with_its_line_and_what_was_meant(tmp_path: Path, old: str, new: str, line: int, told: str):
    assert old in GOOD
    refused = run(tmp_path, GOOD.replace(old, new, 1), "--strict")
    assert refused.exit_code == 1
    assert told in refused.output
    assert f"suite.yaml:{line}: " in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    "name", ["an unknown key of a test", "assert under vars", "no tests", "a variable that is not given"]
)
def test_without_strictness_the_verdict_is_promptfoos(tmp_path: Path, name: str):
    old, new, _, _ = SLIPS[name]
    assert run(tmp_path, GOOD.replace(old, new, 1)).exit_code in (0, 100)
