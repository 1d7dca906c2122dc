"""Scripts of suites run in processes of their own: stopped in time, without files, network or the gateway's secrets."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from evals.scripting.workers import ScriptError, Worker, Workers
from tests.evals.making import judged


def using(work: Callable[[Workers], Awaitable[Any]], env: dict[str, str] | None = None) -> Any:
    async def run() -> Any:
        async with Workers(env or {}) as workers:
            return await work(workers)

    return asyncio.run(run())


def test_a_pattern_that_would_backtrack_for_ever_is_stopped():
    started = time.monotonic()
    with pytest.raises(ScriptError):
        using(lambda workers: workers.matches(r"^(?=a)(a+)+$", "a" * 40 + "b"))
    assert time.monotonic() - started < 30


def test_a_script_that_never_ends_fails_and_the_next_one_runs():
    async def both(workers: Workers) -> Any:
        with pytest.raises(ScriptError):
            await workers.javascript("while (true) {}", {})
        return await workers.javascript("return 1 + 1", {})

    assert using(both) == 2


@pytest.mark.parametrize("name", ["require", "fetch", "XMLHttpRequest", "Deno", "WebSocket"])
def test_javascript_reaches_neither_files_nor_network(name: str):
    assert using(lambda workers: workers.javascript(f"return typeof {name}", {})) == "undefined"


def test_python_checks_do_not_see_secrets_and_may_print():
    env = {"OPENAI_API_KEY": "sk-secret", "DATABASE_URL": "postgres://x", "PATH": "/usr/bin", "TEAM": "blue"}
    code = "import os\ndef main(a, b):\n    print('noise')\n    return sorted(k for k in os.environ if k in a)"
    assert using(lambda workers: workers.python_code(code, "main", [list(env), None]), env) == ["PATH", "TEAM"]


def test_a_process_that_dies_or_hangs_is_an_error_and_is_started_again():
    async def run() -> Any:
        worker = Worker("evals.scripting.python_child", {}, seconds=5)
        job = {"kind": "code", "function": "main", "arguments": []}
        try:
            with pytest.raises(ScriptError, match="ended"):
                await worker.ask({**job, "code": "import os\ndef main():\n    os._exit(1)"})
            worker.seconds = 1
            with pytest.raises(ScriptError, match="stopped"):
                await worker.ask({**job, "code": "import time\ndef main():\n    time.sleep(60)"})
            worker.seconds = 20
            return await worker.ask({**job, "code": "def main():\n    return 7"})
        finally:
            await worker.stop()

    assert asyncio.run(run())["value"] == 7


def test_a_crashed_script_is_a_failed_assertion_and_never_a_pass():
    assert not judged("python", "1/0", "x").passed
    assert not judged("not-python", "1/0", "x").passed
    assert not judged("javascript", "nope.x", "x").passed
    assert not judged("not-javascript", "nope.x", "x").passed
