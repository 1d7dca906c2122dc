"""`transform`: a piece of JavaScript, or a file's function, that changes an output or the variables."""

from collections.abc import Mapping
from typing import Any

from evals.checks.registry import Tools
from evals.engine.references import Reference, script_value
from evals.scripting.values import UNDEFINED
from evals.scripting.workers import EngineMissing, ScriptError


async def transformed(tools: Tools, code: Any, given: Any, context: Mapping[str, Any], name: str = "output") -> Any:
    """Return the changed value. Raises ScriptError, also where the code gives nothing."""
    if not isinstance(code, str):
        raise ScriptError("a transform must be a text: JavaScript or file://…")
    if code.startswith("file://"):
        reference = Reference.parse(code, tools.base)
        found = await script_value(tools, reference, [given, context], default="get_transform")
    else:
        body = code if "\n" in code else f"return {code}"
        try:
            found = await tools.workers.javascript(
                body, {name: given, "context": context, "process": {"env": dict(tools.env)}}
            )
        except EngineMissing:
            raise
        except ScriptError as error:
            raise ScriptError(f"Transform failed ({code[:80]}): {error}") from None
    if found is UNDEFINED or found is None:
        raise ScriptError(f"Transform function did not return a value ({code[:80]})")
    return found
