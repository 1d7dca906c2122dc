"""docs/webhooks.md names every event of the code, and its examples accept our signature and refuse another."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from gateway.domain.events import EVENTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"<!-- example: (\w+) -->\n```python\n(.*?)```", PAGE, re.DOTALL))
SECRET, OTHER = "whsec_" + "QUJD" * 8, "whsec_" + "REVG" * 8
BODY = '{"type":"job.completed","data":{}}'


def run(code: str, secret: str, body: str = BODY, age: int = 0) -> subprocess.CompletedProcess[str]:
    at = int(datetime.now(UTC).timestamp()) - age
    signature = Webhook(SECRET).sign("msg", datetime.fromtimestamp(at, UTC), BODY)
    env = {"WEBHOOK_ID": "msg", "WEBHOOK_TIMESTAMP": str(at), "WEBHOOK_SIGNATURE": f"v1,AAAA {signature}"}
    return subprocess.run(
        [sys.executable, "-c", code],
        input=body,
        env={**os.environ, **env, "SECRET": secret},
        capture_output=True,
        text=True,
    )


def test_the_table_is_the_code_s_table():
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.+) \| (`.+) \|$", PAGE.split("<!-- events -->")[1], re.MULTILINE)
    assert rows == [
        (name, event.when, ", ".join(f"`{key}` ({what})" for key, what in event.data.items()))
        for name, event in EVENTS.items()
    ]


@pytest.mark.parametrize("code", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_accepts_ours_and_refuses_what_is_not(code):
    assert run(code, SECRET).returncode == 0
    assert run(code, OTHER).returncode != 0
    assert run(code, SECRET, body=BODY.replace("job", "bob")).returncode != 0
    assert run(code, SECRET, age=400).returncode != 0
