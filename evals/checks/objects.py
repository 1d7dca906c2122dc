"""Our own check of the answer as an object: what stands at a JSON Pointer."""

from typing import Any

from evals.checks.registry import CheckError, Outcome, Output, check

_OPERATORS = frozenset({"equals", "one_of", "min", "max", "length", "min_length", "max_length", "contains", "absent"})
_MISSING = object()


@check("json-path")
def json_path(output: Output, value: Any) -> Outcome:
    """The value at a JSON Pointer is as wanted: {path, equals | one_of | min | max | length | … | absent}."""
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        raise CheckError("the value must be a mapping with `path` and a condition")
    conditions = {key: wanted for key, wanted in value.items() if key != "path"}
    if not conditions or set(conditions) - _OPERATORS:
        raise CheckError(f"give one or more of: {', '.join(sorted(_OPERATORS))}")
    found = _at(output.body, value["path"])
    broken = [f"{key} {wanted}" for key, wanted in conditions.items() if not _holds(found, key, wanted)]
    shown = "nothing" if found is _MISSING else repr(found)[:120]
    return Outcome(not broken, f"{value['path']} is {shown}" + (f", wanted {', '.join(broken)}" if broken else ""))


def _at(value: Any, pointer: str) -> Any:
    for step in filter(None, pointer.split("/")):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _MISSING
    return value


def _holds(found: Any, operator: str, wanted: Any) -> bool:
    if operator == "absent":
        return (found is _MISSING) is bool(wanted)
    if found is _MISSING:
        return False
    try:
        return _compare(found, operator, wanted)
    except (TypeError, ValueError):
        return False


def _compare(found: Any, operator: str, wanted: Any) -> bool:
    if operator == "equals":
        return bool(found == wanted and isinstance(found, bool) is isinstance(wanted, bool))
    if operator == "one_of":
        return bool(found in wanted)
    if operator == "contains":
        return bool(wanted in found)
    if operator in {"min", "max"}:
        number = float(str(found).replace(",", ""))
        return bool(number >= wanted if operator == "min" else number <= wanted)
    size = len(found)
    return bool({"length": size == wanted, "min_length": size >= wanted, "max_length": size <= wanted}[operator])
