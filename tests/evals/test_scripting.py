"""Scripts of suites run in processes of their own: stopped in time, without files, network or the gateway's secrets."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
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
    with pytest.raises(ScriptError):
        using(lambda workers: workers.matches(r"^(?=a)(a+)+$", "a" * 40 + "b"))


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
        worker = Worker("evals.scripting.python_child", {}, seconds=60)
        job = {"kind": "code", "function": "main", "arguments": []}
        try:
            with pytest.raises(ScriptError, match="ended"):
                await worker.ask({**job, "code": "import os\ndef main():\n    os._exit(1)"})
            worker.seconds = 1
            with pytest.raises(ScriptError, match="stopped"):
                await worker.ask({**job, "code": "import time\ndef main():\n    time.sleep(60)"})
            worker.seconds = 60
            return await worker.ask({**job, "code": "def main():\n    return 7"})
        finally:
            await worker.stop()

    assert asyncio.run(run())["value"] == 7


def test_a_crashed_script_is_a_failed_assertion_and_never_a_pass():
    assert not judged("python", "1/0", "x").passed
    assert not judged("not-python", "1/0", "x").passed
    assert not judged("javascript", "nope.x", "x").passed
    assert not judged("not-javascript", "nope.x", "x").passed


ESCAPES = {
    "connect": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "connect of a bare socket": "import socket; socket.socket(socket.AF_INET).connect(('127.0.0.1', 9))",
    "connect to a local socket": "import socket; socket.socket(socket.AF_UNIX).connect('/nowhere/socket')",
    "look up a name": "import socket; socket.getaddrinfo('localhost', 80)",
    "fetch": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    "write a file": "open('{folder}/made', 'w').write('x')",
    "append to a file": "open('{folder}/kept', 'a').write('x')",
    "write by descriptor": "import os; os.open('{folder}/made', os.O_CREAT | os.O_WRONLY)",
    "write over a link": "import os, tempfile; l = tempfile.gettempdir() + '/l'; os.symlink('{folder}', l); "
    "open(l + '/made', 'w')",
    "remove a file": "import os; os.remove('{folder}/kept')",
    "move a file": "import os, tempfile; os.rename('{folder}/kept', tempfile.gettempdir() + '/gone')",
    "make a folder": "import os; os.mkdir('{folder}/made')",
    "remove a folder": "import shutil; shutil.rmtree('{folder}')",
    "change rights": "import os; os.chmod('{folder}/kept', 0)",
    "run a program": "import subprocess; subprocess.run(['true'])",
    "run a shell": "import os; os.system('true')",
    "split off a process": "import os; os.fork()",
    "end another process": "import os; os.kill(os.getppid(), 0)",
    "reach the C library": "import ctypes; ctypes.CDLL('libc.so.6')",
    "open a database": "import sqlite3; sqlite3.connect('{folder}/made')",
}  # fmt: skip


@pytest.mark.parametrize("tried", ESCAPES.values(), ids=ESCAPES.keys())
def test_python_of_a_suite_is_kept_off_network_processes_and_files(tried: str, tmp_path: Path):
    (tmp_path / "kept").write_text("as it was", "utf-8")
    code = "def main():\n" + "".join(f"    {line}\n" for line in tried.replace("{folder}", str(tmp_path)).split("; "))
    with pytest.raises(ScriptError, match="a suite's script may not"):
        using(lambda workers: workers.python_code(code, "main", []))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept").read_text("utf-8") == "as it was"


def test_python_of_a_suite_may_read_compute_and_use_a_folder_of_its_own(tmp_path: Path):
    (tmp_path / "read.json").write_text("[1, 2]", "utf-8")
    code = f"""
import asyncio, ctypes, json, os, sqlite3, tempfile, threading, uuid
def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/x", "w") as file:
            file.write("3")
        os.rename(folder + "/x", folder + "/y")
        mine = int(open(folder + "/y").read())
    async def four():
        await asyncio.sleep(0)
        return 4
    found = []
    thread = threading.Thread(target=lambda: found.append(5))
    thread.start()
    thread.join()
    six = sqlite3.connect(":memory:").execute("select 6").fetchone()[0]
    open(os.devnull, "w").write("x")
    return [*json.load(open({str(tmp_path / "read.json")!r})), mine, asyncio.run(four()), *found, six]
"""

    async def run(workers: Workers) -> Any:
        value = await workers.python_code(code, "main", [])
        folder = await workers.python_code("import tempfile\ndef main():\n    return tempfile.gettempdir()", "main", [])
        return value, Path(folder)

    value, folder = using(run)
    assert value == [1, 2, 3, 4, 5, 6]
    assert not folder.exists(), "the folder goes with the process"


def test_a_provider_is_not_confined(tmp_path: Path):
    provider = tmp_path / "provider.py"
    provider.write_text(f"def call(x):\n    open({str(tmp_path / 'made')!r}, 'w').write(x)\n    return x", "utf-8")
    assert using(lambda workers: workers.python_file(str(provider), "call", ["hi"], provider=True)) == "hi"
    assert (tmp_path / "made").read_text("utf-8") == "hi"
    with pytest.raises(ScriptError, match="Confined"):
        using(lambda workers: workers.python_file(str(provider), "call", ["other"]))
    assert (tmp_path / "made").read_text("utf-8") == "hi"
