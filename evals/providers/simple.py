"""Providers without a model: `echo`, Python and JavaScript files, and programs."""

import asyncio
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.config.files import FileProblem, read_text, resolve
from evals.config.providers import ProviderSpec
from evals.providers.base import Answered, ProviderError
from evals.scripting.modules import as_script
from evals.scripting.values import dump, trim
from evals.scripting.workers import ScriptError, Workers

PROGRAM_SECONDS = 60.0
_CLASS = """
;{
  const found = module.exports.default || module.exports;
  if (typeof found === 'function' && found.prototype && found.prototype.callApi) {
    module.exports = async (prompt, options, context) => new found(options).callApi(prompt, context);
  } else {
    module.exports = found;
  }
}
"""


def usage() -> dict[str, Any]:
    """Return the token usage of a call that used none."""
    return {"prompt": 0, "completion": 0, "cached": 0, "total": 0, "numRequests": 1}


@dataclass(frozen=True, slots=True)
class Echo:
    """Answers with the prompt itself."""

    spec: ProviderSpec

    async def call(self, prompt: str, context: Mapping[str, Any]) -> Answered:
        """Return the prompt."""
        return Answered({"output": prompt, "raw": prompt, "cost": 0, "cached": False, "tokenUsage": usage(),
                         "isRefusal": False, "metadata": {}})  # fmt: skip


def options_of(spec: ProviderSpec) -> dict[str, Any]:
    """Return what a script provider sees as its `options`."""
    return {"id": spec.id, "label": spec.label or "", "config": {**spec.config, "basePath": str(spec.base)}}


@dataclass(frozen=True, slots=True)
class PythonFile:
    """Answers with a function of a Python file; `call_api` if none is named."""

    spec: ProviderSpec
    workers: Workers

    async def call(self, prompt: str, context: Mapping[str, Any]) -> Answered:
        """Return what the function returns: a mapping with `output` or `error`."""
        return Answered(_checked(await self._run("call_api", prompt, context)))

    async def embedding(self, text: str) -> dict[str, Any]:
        """Return what `call_embedding_api` returns: a mapping with `embedding` or `error`."""
        found = await self._run("call_embedding_api", text, {})
        if not isinstance(found, dict):
            raise ProviderError("call_embedding_api must return a mapping")
        return found

    async def _run(self, default: str, prompt: str, context: Mapping[str, Any]) -> Any:
        path, _, function = self.spec.id.removeprefix("file://").removeprefix("python:").partition(":")
        file = resolve(self.spec.base, path)
        arguments = [prompt, options_of(self.spec), dict(context)]
        try:
            return await self.workers.python_file(str(file), function or default, arguments, provider=True)
        except ScriptError as error:
            raise ProviderError(str(error)) from None


@dataclass(frozen=True, slots=True)
class JavascriptFile:
    """Answers with a class or function of a JavaScript file."""

    spec: ProviderSpec
    workers: Workers

    async def call(self, prompt: str, context: Mapping[str, Any]) -> Answered:
        """Return what `callApi` returns."""
        path, _, function = self.spec.id.removeprefix("file://").partition(":")
        try:
            source = as_script(read_text(resolve(self.spec.base, path))) + _CLASS
            given = [prompt, options_of(self.spec), dict(context)]
            return Answered(_checked(await self.workers.javascript_module(source, function or None, given)))
        except (ScriptError, FileProblem) as error:
            raise ProviderError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Program:
    """Answers with what a program writes; it gets prompt, options and context as arguments."""

    spec: ProviderSpec
    env: Mapping[str, str]

    async def call(self, prompt: str, context: Mapping[str, Any]) -> Answered:
        """Return the program's standard output."""
        words = shlex.split(self.spec.id.removeprefix("exec:"))
        if not words:
            raise ProviderError("exec: names no program")
        process = await asyncio.create_subprocess_exec(
            *words, prompt, dump(options_of(self.spec)), dump(dict(context)), cwd=self.spec.base, env=dict(self.env),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            out, problems = await asyncio.wait_for(process.communicate(), PROGRAM_SECONDS)
        except TimeoutError:
            process.kill()
            raise ProviderError(f"the program did not end within {PROGRAM_SECONDS:g} seconds") from None
        said = trim(out.decode("utf-8", "replace"))
        if process.returncode or not said:
            raise ProviderError(trim(problems.decode("utf-8", "replace"))[:500] or "the program gave no output")
        return Answered({"output": said, "tokenUsage": usage()})


def _checked(result: Any) -> dict[str, Any]:
    if not isinstance(result, dict) or not ("output" in result or "error" in result):
        raise ProviderError("the provider must return a mapping with `output` or `error`")
    return result
