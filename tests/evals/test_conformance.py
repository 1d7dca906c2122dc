"""Our runner gives the verdicts that promptfoo 0.123.1 gave: recorded cases, compared row by row, down to details."""

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evals.__main__ import app

KIT = Path(__file__).parent / "conformance"
CASES = sorted(path.relative_to(KIT / "expected").with_suffix("").as_posix() for path in KIT.glob("expected/*/*.json"))
COUNTS = ("score", "testPassCount", "testFailCount", "testErrorCount", "assertPassCount", "assertFailCount")


def same(one: Any, two: Any) -> bool:
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, int | float) and isinstance(two, int | float):
        return math.isclose(one, two, rel_tol=1e-4, abs_tol=1e-4)
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    return one == two


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of our result in the shape of a record; an error's answer and components are not compared."""
    error = row["failureReason"] == 2
    components = (row.get("gradingResult") or {}).get("componentResults") or []
    return {
        "success": row["success"], "score": row["score"], "namedScores": row["namedScores"], "error": error,
        "prompt": row["prompt"]["raw"], "vars": row["vars"],
        "output": None if error else (row.get("response") or {}).get("output"),
        "components": [] if error else [
            {"type": (c.get("assertion") or {}).get("type"), "pass": c["pass"], "score": c["score"]} for c in components
        ],
    }  # fmt: skip


def recorded(row: dict[str, Any]) -> dict[str, Any]:
    error = row["failureReason"] == 2
    kept = {key: row[key] for key in ("success", "score", "namedScores", "prompt", "vars")}
    return {
        **kept, "vars": row["vars"] or {}, "error": error, "output": None if error else row["output"],
        "components": [] if error else row["components"],
    }  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_verdicts_are_those_that_promptfoo_gave(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    expected = json.loads((KIT / "expected" / f"{name}.json").read_text("utf-8"))
    for variable in [variable for variable in os.environ if variable.startswith("PROMPTFOO_")]:
        monkeypatch.delenv(variable)
    config, output = KIT / "cases" / f"{name}.yaml", tmp_path / "results.json"
    arguments = ["run", str(config), "--output", str(output), *(expected.get("args") or [])]
    ran = CliRunner().invoke(app, arguments, env=expected.get("env") or {})
    if expected.get("refused"):
        assert ran.exit_code == 1
        return
    assert ran.exit_code == expected["exit_code"], ran.output
    results = json.loads(output.read_text("utf-8"))["results"]
    assert {key: results["stats"][key] for key in expected["stats"]} == expected["stats"]
    for row, record in zip(results["results"], expected["rows"], strict=True):
        found, wanted = shown(row), recorded(record)
        if not wanted["prompt"]:
            found["prompt"] = wanted["prompt"]
        assert same(found, wanted), (record["testIdx"], found, wanted)
    for column, record in zip(results["prompts"], expected["prompts"], strict=True):
        assert same(column["metrics"]["namedScores"], record["namedScores"])
        assert same([column["metrics"][key] for key in COUNTS], [record[key] for key in COUNTS])


def test_there_are_cases():
    assert len(CASES) > 30
