"""Schemathesis reads the OpenAPI document and tries to catch the service at something it does not say.

500 requests and more for each commit; `schemathesis run …/openapi.json --max-examples 300` makes ten thousand.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.processes import running

WITHOUT = ("positive_data_acceptance",)
"""A schema cannot say that an Idempotency-Key is used once, or that a webhook's address must be public."""


@pytest.mark.timeout(900)
def test_nothing_is_answered_that_the_document_does_not_say(site, tmp_path: Path):
    with running(site) as service:
        tenant = site.tenant("ENTERPRISE")
        command = [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"http://127.0.0.1:{service.port}/openapi.json",
            "-H", f"Authorization: Bearer {tenant.key}", "--checks", "all", "--exclude-checks", ",".join(WITHOUT),
            "--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--workers", "1", "--seed", "1",
            "--request-timeout", "90", "--exclude-path-regex", "records/.table",  # NDJSON, which it cannot write
            "--report", "junit", "--report-dir", str(tmp_path), "--no-color",
        ]  # fmt: skip
        ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ}, check=False)
    assert ran.returncode == 0, ran.stdout[-6000:]
    assert "No issues found" in ran.stdout or "passed" in ran.stdout
