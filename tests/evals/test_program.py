"""What `python -m evals` writes where, as the program that people and CI start."""

import json
import subprocess
import sys

from gateway.settings import ROOT

BAD_REPLIES = ["evals/suites/collection_message.yaml", "--filter-pattern", "invent"]


def test_standard_output_holds_the_result_and_nothing_of_what_the_suite_provokes():
    command = [sys.executable, "-m", "evals", "run", *BAD_REPLIES, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    assert json.loads(done.stdout)["stats"]["successes"] >= 1
    assert b"answer_unusable" not in done.stderr
