"""Runs Python assertions, providers and prompt functions in a process of its own, with limits on memory.

With `--confined` the scripts are kept off network, processes and files too; a provider is not, since it may need them.
Reads one JSON job a line from standard input and writes one JSON answer a line; what a script prints goes to standard
error and is never taken for a result. Started by `workers.py`, which also limits the time.
"""

import asyncio
import importlib.util
import inspect
import json
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from evals.scripting.confinement import MOST_FILE_BYTES, confine

MEMORY = 4 * 1024 * 1024 * 1024
_kept: dict[str, ModuleType] = {}


def main() -> None:
    """Answer jobs until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit()
    if "--confined" in sys.argv:
        confine(tempfile.gettempdir())
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = {"value": _run(job)}
            text = json.dumps({"id": job["id"], **answer}, ensure_ascii=False, allow_nan=False)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            text = json.dumps({"id": job["id"], "error": f"{type(error).__name__}: {error}"[:2000]})
        print(text, file=answers, flush=True)


def _limit() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if "--confined" in sys.argv:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_BYTES, MOST_FILE_BYTES))


def _run(job: dict[str, Any]) -> Any:
    if job["kind"] == "code":
        names: dict[str, Any] = {"__name__": "assertion"}
        exec(compile(job["code"], "<assertion>", "exec"), names)  # noqa: S102 - running the team's script is the task
        function = names[job["function"]]
    else:
        function = _found(_module(job["file"], fresh=not job.get("keep")), job["function"])
    result = function(*job["arguments"])
    return asyncio.run(result) if inspect.iscoroutinefunction(function) else result


def _module(file: str, fresh: bool) -> ModuleType:
    if not fresh and file in _kept:
        return _kept[file]
    path = Path(file)
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _kept[file] = module
    return module


def _found(module: ModuleType, name: str) -> Any:
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part)
    return found


if __name__ == "__main__":
    main()
