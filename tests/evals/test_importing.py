"""Suites of other tools become promptfoo configs that the strict runner takes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import app

CSV = """\
question,__expected,__expected2,__description,__threshold,__metadata:tier
"How much, please?",contains:much,regex:\\?$,First,0.5,PRO
010,equals:010,,,,
"""
EXPORTED = {
    "description": "Exported", "targets": [{"id": "echo", "label": "kept"}], "sharing": True, "prompts": ["{{item}}"],
    "tests": [{"vars": {"item": "no"}, "assert": [{"type": "equals", "value": "no"}]}],
}  # fmt: skip
PROMPT = {
    "id": "pmpt_1", "version": "2", "temperature": 0.1, "variables": {"shop": {"type": "input_text", "text": "Ama"}},
    "messages": [
        {"role": "developer", "content": [{"type": "input_text", "text": "You help {{shop}}."}]},
        {"role": "user", "content": "The total is {{total}}."},
    ],
}  # fmt: skip


def imported(tmp_path: Path, name: str, content: str):
    source, made = tmp_path / name, tmp_path / "made.yaml"
    source.write_text(content, "utf-8")
    ran = CliRunner().invoke(app, ["import", str(source), "-o", str(made)])
    return ran, made


def test_a_csv_of_tests_runs_as_before(tmp_path: Path):
    ran, made = imported(tmp_path, "golden.csv", CSV)
    assert ran.exit_code == 0, ran.output
    checked = CliRunner().invoke(app, ["run", str(made), "--strict", "--json"])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["stats"]["successes"] == 2


def test_an_exported_config_is_taken_as_it_is(tmp_path: Path):
    ran, made = imported(tmp_path, "export.json", json.dumps(EXPORTED))
    assert ran.exit_code == 0, ran.output
    assert "sharing" in made.read_text("utf-8").splitlines()[1]
    assert CliRunner().invoke(app, ["run", str(made), "--strict"]).exit_code == 0


def test_a_prompt_object_becomes_a_chat_with_its_variables(tmp_path: Path):
    ran, made = imported(tmp_path, "prompt.json", json.dumps(PROMPT))
    text = made.read_text("utf-8")
    assert ran.exit_code == 0, ran.output
    assert '"role": "system"' in text
    assert "shop: Ama" in text
    assert "total: ''" in text
    assert CliRunner().invoke(app, ["run", str(made), "--strict"]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "[1]"), ("a.json", "{"), ("a.json", '{"x": 1}'), ("a.csv", ""), ("a.yaml", "a: [")]
)
def test_what_is_none_of_them_is_refused_with_a_sentence(tmp_path: Path, name: str, content: str):
    ran, _ = imported(tmp_path, name, content)
    assert ran.exit_code == 1
    assert len(ran.output) > 10
    assert "Traceback" not in ran.output
