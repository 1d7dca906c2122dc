"""The example of docs/jobs.md is a kind of job that runs."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gateway.domain.jobs import NewJob
from gateway.jobs.kinds import Daily, JobKind
from gateway.jobs.runner import Runner
from tests.service import SANKOFA, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "jobs.md").read_text("utf-8")


async def test_the_example_is_a_kind_of_job_that_runs(still: Served):
    code = re.findall(r"```python\n(\"\"\".*?)```", PAGE, re.DOTALL)[0]
    module = ModuleType("count_customers")
    sys.modules[module.__name__] = module
    exec(compile(code, "docs/jobs.md", "exec"), module.__dict__)
    kind: JobKind = module.KIND
    assert kind.schedule == Daily(2, per_business=True)
    added = await still.store.jobs.add(SANKOFA, NewJob(kind.name))
    await Runner(still.service.tools, {kind.name: kind}).drain()
    done = await still.store.jobs.get(SANKOFA, added.id)
    assert done.state == "completed"
    assert b'"customers":' in (done.outcome or b"")
