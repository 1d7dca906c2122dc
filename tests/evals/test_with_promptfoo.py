"""Where promptfoo itself is installed, it gives our suites the verdicts that our runner gives, row by row.

`npm install promptfoo@0.123.1` anywhere and put its folder `node_modules/.bin` on the PATH; without it this is skipped.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import app
from gateway.settings import ROOT

PROMPTFOO = shutil.which("promptfoo")
SUITES = sorted((ROOT / "evals" / "suites").glob("*.yaml"))
QUIET = {
    "PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_DISABLE_SHARING": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "true",
}  # fmt: skip
FLAGS = ["--no-cache", "--no-table", "--no-share", "--no-write", "--no-progress-bar", "-j", "1"]


@pytest.mark.skipif(PROMPTFOO is None, reason="promptfoo is not installed; it never is needed")
@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_promptfoo_itself_agrees_row_by_row(suite: Path, tmp_path: Path):
    assert PROMPTFOO is not None
    config, theirs, ours = tmp_path / "suite.json", tmp_path / "theirs.json", tmp_path / "ours.json"
    assert CliRunner().invoke(app, ["export", str(suite), "-o", str(config)]).exit_code == 0
    env = {**os.environ, **QUIET, "PROMPTFOO_CONFIG_DIR": str(tmp_path), "PROMPTFOO_PYTHON": sys.executable,
           "PYTHONPATH": str(ROOT)}  # fmt: skip
    command = [PROMPTFOO, "eval", "-c", str(config), "-o", str(theirs), *FLAGS]
    subprocess.run(command, env=env, check=False, capture_output=True, timeout=280)
    CliRunner().invoke(app, ["run", str(suite), "-o", str(ours), "-j", "1"])
    verdicts = [
        [(row["testIdx"], row["success"], round(row["score"], 4)) for row in sorted(
            json.loads(path.read_text("utf-8"))["results"]["results"], key=lambda row: row["testIdx"]
        )]
        for path in (theirs, ours)
    ]  # fmt: skip
    assert verdicts[0] == verdicts[1]
