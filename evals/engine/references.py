"""`file://…[:function]` references in assertions and scoring: what they name and what they give."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evals.checks.registry import Tools
from evals.config.files import JAVASCRIPT, FileProblem, read_text, read_yaml, resolve
from evals.scripting.modules import as_script
from evals.scripting.values import trim

Kind = Literal["python", "javascript", "data", "text", "other"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A file and, for a script, the function in it."""

    path: Path
    function: str | None
    kind: Kind

    @classmethod
    def parse(cls, value: str, base: Path) -> "Reference":
        """Return what a `file://` text names."""
        name, _, function = value.removeprefix("file://").partition(":")
        path = resolve(base, name)
        kind: Kind = "other"
        if path.suffix == ".py":
            kind = "python"
        elif path.suffix in JAVASCRIPT:
            kind = "javascript"
        elif path.suffix in (".json", ".yaml", ".yml"):
            kind = "data"
        elif path.suffix == ".txt":
            kind = "text"
        return cls(path, function or None, kind)


def referenced(reference: Reference) -> Any:
    """Return the content of a data or text file. Raises FileProblem."""
    if reference.kind == "data":
        return read_yaml(reference.path)
    if reference.kind == "text":
        return trim(read_text(reference.path))
    raise FileProblem(f"Unsupported file type: {reference.path}")


async def script_value(
    tools: Tools, reference: Reference, arguments: Sequence[Any], default: str = "get_assert"
) -> Any:
    """Return what a script's function gives. Raises ScriptError, FileProblem."""
    if reference.kind == "python":
        return await tools.workers.python_file(str(reference.path), reference.function or default, arguments)
    source = as_script(read_text(reference.path))
    return await tools.workers.javascript_module(source, reference.function, arguments)
