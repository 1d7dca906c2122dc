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


FILES = {
    "cases.yaml": "- vars: {customer: Ama, amount: 5}\n  assert:\n    - {type: contains, value: Ama}\n",
    "cases.json": '[\n{"vars": {"customer": "Ama", "amount": 5},\n"assert": [\n{"type": "contains", "value": "Ama"}]}]',
    "cases.jsonl": '\n{"vars": {"customer": "Ama", "amount": 5}, "assert": [{"type": "contains", "value": "Ama"}]}\n',
}
FILE_SLIPS = {
    "cases.yaml": [("assert:", "asserts:", 2, "Did you mean `assert`?"), ("value: Ama", "valeu: Ama", 3, "`value`?"),
                   ("customer: Ama", "custmer: Ama", 1, "Did you mean `custmer`?")],
    "cases.json": [('"assert"', '"asserts"', 3, "Did you mean `assert`?"), ('"value"', '"valeu"', 4, "`value`?")],
    "cases.jsonl": [('"assert"', '"asserts"', 2, "Did you mean `assert`?"), ('"value"', '"valeu"', 2, "`value`?")],
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_tests_in_a_file_of_their_own_are_read_as_strictly(tmp_path: Path, name: str):
    config = GOOD[: GOOD.index("tests:")] + f"tests: [file://{name}]\n"
    (tmp_path / name).write_text(FILES[name], "utf-8")
    assert run(tmp_path, config, "--strict").exit_code == 0
    for old, new, line, told in FILE_SLIPS[name]:
        (tmp_path / name).write_text(FILES[name].replace(old, new, 1), "utf-8")
        refused = run(tmp_path, config, "--strict")
        assert refused.exit_code == 1
        assert told in refused.output
        assert f"{name}:{line}: " in refused.output


def test_defaults_and_scenarios_in_files_are_read_as_strictly(tmp_path: Path):
    (tmp_path / "default.yaml").write_text("assert:\n  - {type: contains, valeu: Ama}\n", "utf-8")
    (tmp_path / "scenes.yaml").write_text("- config: [{vars: {customer: Ama}}]\n  test: []\n", "utf-8")
    refused = run(tmp_path, "defaultTest: file://default.yaml\nscenarios: file://scenes.yaml\n" + GOOD, "--strict")
    assert refused.exit_code == 1
    assert "default.yaml:2: " in refused.output
    assert "scenes.yaml:2: " in refused.output


def test_every_slip_of_a_file_is_listed_at_once(tmp_path: Path):
    broken = """\
prompts: ["Dear {{customer}}, your score is {{score}}"]
providers: [echo]
tests:
  - vars: {customer: Ama, score: 1}
    asserts: [{type: contains, value: Ama}]
  - vars:
      customer: Ama
      score: 1
      assert: [{type: contains, value: Ama}]
  - vars: {customer: Ama}
    assert: [{type: contains, value: Ama}]
  - vars: {customer: Ama, score: 1}
    assert: [{type: contains, valeu: Ama}]
  - vars: {customer: Ama, score: 1}
    assert: [{type: contains-all, value: []}]
"""
    refused = run(tmp_path, broken, "--strict")
    assert refused.exit_code == 1
    for line, told in ((5, "`asserts`"), (9, "stands under"), (10, "`score`"), (13, "`valeu`"), (15, "says nothing")):
        assert f"suite.yaml:{line}: " in refused.output, told
        assert told in refused.output


def test_a_schema_that_does_not_fit_fails_and_is_no_slip(tmp_path: Path):
    schema = "{type: object, properties: {risk_score: {type: number, maximum: 100}}}"
    head = "prompts: ['{\"risk_score\": 172}']\nproviders: [echo]\ntests:\n"
    text = f"{head}  - assert: [{{type: is-json, value: {schema}}}]"
    assert run(tmp_path, text, "--strict").exit_code == 100
