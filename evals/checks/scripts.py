"""The `javascript` and `python` assertions: what the team's own code says. What it raises is a failed assertion."""

import re
from collections.abc import Mapping
from typing import Any

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.engine.verdicts import camel_case, context_of, is_verdict
from evals.scripting.values import UNDEFINED, dump, is_number, parse_json
from evals.scripting.workers import EngineMissing, ScriptError

_DECLARATION = re.compile(r"(?:const|let|var)\s")
_INDENT = re.compile(r"^(?!\s*$)\s+", re.MULTILINE)
_NUMBER = re.compile(r"\s*([+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))")


@assertion("javascript")
async def javascript(subject: Subject) -> Outcome:
    """JavaScript gives true, a number above 0 (or the threshold), or {pass, score, reason}."""
    try:
        if not isinstance(subject.value, str):
            raise ScriptError("javascript assertion must have a string value")
        if subject.from_script is UNDEFINED:
            code = subject.value.rstrip()
            body = code if "\n" in code else function_body(code)
            context = context_of(subject)
            process = {"env": dict(subject.row.tools.env)}
            given = {"output": subject.output, "context": context, "process": process}
            result = await subject.row.tools.workers.javascript(body, given)
        else:
            result = subject.from_script
        return _judged(subject, result, "Custom function")
    except EngineMissing as error:
        raise CheckError(str(error)) from None
    except ScriptError as error:
        return Outcome(False, f"Custom function threw error: {error}")


def function_body(code: str) -> str:
    """Return the body of a one-line assertion: an expression, or declarations and one behind the last `;`."""
    code = re.sub(r";+\s*\Z", "", code.strip())
    if not _DECLARATION.match(code):
        return f"return {code}"
    end = _last_semicolon(code)
    expression = code[end + 1 :].strip()
    return f"{code[: end + 1]} return {expression}" if end >= 0 and expression else code


def _last_semicolon(code: str) -> int:
    """Return the place of the last `;` outside quotes, -1 if there is none."""
    quote, last, escaped = "", -1, False
    for index, character in enumerate(code):
        if not escaped and character in "'\"`" and quote in ("", character):
            quote = "" if quote else character
        elif character == ";" and not quote:
            last = index
        escaped = character == "\\" and not escaped
    return last


def _judged(subject: Subject, result: Any, who: str) -> Outcome:
    """Return the outcome of a boolean, number or verdict. Raises ScriptError for anything else."""
    if isinstance(result, bool):
        passed = result is not subject.inverse
        return Outcome(passed, "Assertion passed" if passed else f"{who} returned {str(result).lower()}")
    if is_number(result):
        least = subject.threshold()
        enough = result > 0 if least is UNDEFINED else result >= least
        passed = enough is not subject.inverse
        reason = "Assertion passed" if passed else f"{who} returned {str(enough).lower()}"
        return Outcome(passed, reason, result, {"score": result})
    if not is_verdict(result):
        raise ScriptError(f"{who} must return a boolean, number, or GradingResult object. Got: {dump(result)[:200]}")
    passed = result["pass"] is not subject.inverse
    kept = {key: item for key, item in result.items() if key not in ("pass", "assertion")}
    reason = result["reason"] if passed is result["pass"] else "Assertion passed" if passed else f"{who} returned true"
    return Outcome(passed, reason, result["score"], {**kept, "reason": reason})


@assertion("python")
async def python(subject: Subject) -> Outcome:
    """Python gives true, a number above 0 (or the threshold), or a dict with pass, score and reason."""
    if not isinstance(subject.value, str):
        raise CheckError("python assertion must have a string value")
    try:
        result = subject.from_script
        if result is UNDEFINED:
            code = python_code(subject.value)
            arguments = [subject.output, context_of(subject)]
            result = await subject.row.tools.workers.python_code(code, "main", arguments)
        return _python_judged(subject, result)
    except ScriptError as error:
        return Outcome(False, f"Python code execution failed: {error}")


def python_code(value: str) -> str:
    """Return the module of an inline assertion: one line is an expression, several are the body of a function."""
    head = "import json\n\ndef main(output, context):\n"
    if "\n" not in value:
        return f"{head}    return {value}\n"
    found = _INDENT.search(value)
    indent = found[0] if found else "    "
    return head + "\n".join(indent + line for line in value.split("\n")) + "\n"


def _python_judged(subject: Subject, result: Any) -> Outcome:
    if isinstance(result, str):
        if result.lower() in ("true", "false"):
            return _judged(subject, result.lower() == "true", "Python code")
        if result.startswith("{"):
            try:
                result = parse_json(result)
            except ValueError as error:
                raise ScriptError(f"Invalid JSON: {error} when parsing result: {result[:200]}") from None
        else:
            found = _NUMBER.match(result)
            result = float(found[1].replace("Infinity", "inf")) if found else result
    if isinstance(result, Mapping):
        return _judged(subject, _lifted(subject, camel_case(result)), "Python code")
    if isinstance(result, bool) or (is_number(result) and result == result):
        return _judged(subject, result, "Python code")
    raise ScriptError(
        f"Python assertion must return a boolean, number, or {{pass, score, reason}} object. Got: {dump(result)[:200]}"
    )


def _lifted(subject: Subject, result: dict[str, Any]) -> dict[str, Any]:
    """Fail a verdict whose score is below the threshold."""
    least = subject.threshold()
    if not is_verdict(result) or least is UNDEFINED or result["score"] >= least:
        return result
    said = f"Python score {result['score']} is less than threshold {least}"
    return {**result, "pass": False, "reason": f"{said}: {result['reason']}" if result["reason"] else said}
