"""The child processes that run a suite's scripts: one for JavaScript, a few for Python, started when first needed."""

import asyncio
import itertools
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.scripting.patterns import simple_match
from evals.scripting.values import UNDEFINED, dump, parse_json, whole

_PACKAGES = Path(__file__).resolve().parents[2]
MOST_BYTES = 64 * 1024 * 1024
PYTHON_SECONDS = 60.0
JAVASCRIPT_SECONDS = 15.0
_MODIFIERS = re.compile(r"(?<!\\)\(\?(?:[ims]+(?:-[ims]*)?|-[ims]+):")
"""Flags inside a pattern, which V8 takes and the release we agree with does not."""
_SECRET = ("KEY", "SECRET", "TOKEN", "PASSWORD", "DATABASE_URL", "REDIS_URL", "CREDENTIAL")


class ScriptError(Exception):
    """A script failed: it raised, ran too long, or its process ended."""


class EngineMissing(ScriptError):
    """JavaScript is needed and V8 is not installed."""

    def __init__(self) -> None:
        super().__init__("JavaScript needs V8: install the extra `js` (pip install 'pos-ai-gateway[js]')")


@dataclass(slots=True)
class Worker:
    """One child process that answers one job at a time and is started again after a crash or a timeout.

    A confined one may write only into a temporary folder of its own, which is gone when it stops.
    """

    module: str
    env: Mapping[str, str]
    seconds: float
    confined: bool = False
    _scratch: tempfile.TemporaryDirectory[str] | None = None
    _process: asyncio.subprocess.Process | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ids: Any = field(default_factory=itertools.count)

    async def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Return the child's answer. Raises ScriptError."""
        async with self._lock:
            process = await self._running()
            number = next(self._ids)
            assert process.stdin is not None and process.stdout is not None
            try:
                process.stdin.write(dump({"id": number, **job}).encode("utf-8", "surrogatepass") + b"\n")
                line = await asyncio.wait_for(process.stdout.readline(), self.seconds)
            except TimeoutError:
                await self.stop()
                raise ScriptError(f"the script was stopped after {self.seconds:g} seconds") from None
            except (ConnectionError, ValueError):
                line = b""
            if not line:
                await self.stop()
                raise ScriptError("the script's process ended without an answer")
            answer: dict[str, Any] = json.loads(line)
            if answer.get("missing"):
                raise EngineMissing
            return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            paths = [str(_PACKAGES), *filter(None, [self.env.get("PYTHONPATH")])]
            env, flags = {**self.env, "PYTHONPATH": os.pathsep.join(paths)}, []
            if self.confined:
                self._scratch = tempfile.TemporaryDirectory(prefix="evals-", ignore_cleanup_errors=True)
                env["TMPDIR"], flags = self._scratch.name, ["--confined"]
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, *flags, env=env, limit=MOST_BYTES, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
        return self._process

    async def stop(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            scratch.cleanup()


class Workers:
    """All child processes of one run; use as an async context."""

    def __init__(
        self, env: Mapping[str, str], script_env: Mapping[str, str] | None = None, *, python_children: int = 2
    ) -> None:
        visible = {name: value for name, value in env.items() if not any(word in name.upper() for word in _SECRET)}
        bare = {name: env[name] for name in ("PATH", "PYTHONPATH", "LANG", "SYSTEMROOT") if name in env}
        self._javascript = Worker("evals.scripting.v8_child", bare, JAVASCRIPT_SECONDS)
        self._checks = [
            Worker("evals.scripting.python_child", {**visible, **(script_env or {})}, PYTHON_SECONDS, confined=True)
            for _ in range(python_children)
        ]
        self._providers = [
            Worker("evals.scripting.python_child", {**env, **(script_env or {})}, PYTHON_SECONDS * 5)
            for _ in range(python_children)
        ]
        self._turn = itertools.count()
        self._matches: dict[tuple[str, str, str], str] = {}

    async def __aenter__(self) -> "Workers":
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in (self._javascript, *self._checks, *self._providers):
            await worker.stop()

    async def matches(self, pattern: str, text: str, flags: str = "") -> bool | str:
        """Tell whether a JavaScript pattern is found in a text; a text says why the pattern is invalid."""
        if _MODIFIERS.search(pattern):
            return "Invalid group"
        if not flags and (simple := simple_match(pattern, text)) is not None:
            return simple
        key = (pattern, text, flags)
        if key not in self._matches:
            job = {"kind": "regex", "pattern": pattern, "text": text, "flags": flags}
            answer = await self._javascript.ask(job)
            if answer["kind"] == "error":
                raise ScriptError(answer["message"])
            self._matches[key] = answer["value"]
        found = self._matches[key]
        return found == "yes" if found in ("yes", "no") else found.removeprefix("invalid: ")

    async def javascript(self, body: str, given: Mapping[str, Any]) -> Any:
        """Return what a function body gives with these arguments. Raises ScriptError."""
        job = {"kind": "function", "names": list(given), "body": body, "arguments": list(given.values())}
        return _result(await self._javascript.ask(job))

    async def javascript_module(self, source: str, name: str | None, arguments: Sequence[Any]) -> Any:
        """Return what an exported function of a module gives. Raises ScriptError."""
        return _result(
            await self._javascript.ask({"kind": "module", "body": source, "name": name, "arguments": list(arguments)})
        )

    async def python_code(self, code: str, function: str, arguments: Sequence[Any]) -> Any:
        """Return what a function of a piece of Python gives. Raises ScriptError."""
        job = {"kind": "code", "code": code, "function": function, "arguments": list(arguments)}
        return _value(await self._next(self._checks).ask(job))

    async def python_file(self, file: str, function: str, arguments: Sequence[Any], *, provider: bool = False) -> Any:
        """Return what a function of a Python file gives; a provider keeps its module between calls."""
        job = {"kind": "file", "file": file, "function": function, "arguments": list(arguments), "keep": provider}
        return _value(await self._next(self._providers if provider else self._checks).ask(job))

    def _next(self, workers: list[Worker]) -> Worker:
        return workers[next(self._turn) % len(workers)]


def _value(answer: dict[str, Any]) -> Any:
    if "error" in answer:
        raise ScriptError(answer["error"])
    return answer["value"]


def _result(answer: dict[str, Any]) -> Any:
    kind = answer["kind"]
    if kind == "error":
        raise ScriptError(answer["message"])
    if kind == "number":
        return whole(float(answer["text"].replace("Infinity", "inf")))
    if kind in ("undefined", "function"):
        return UNDEFINED
    return answer.get("value", UNDEFINED)


def reread(value: Any) -> Any:
    """Return a copy of a value as a script would get it: through JSON."""
    return parse_json(dump(value))
