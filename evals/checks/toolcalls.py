"""Assertions on tool calls: are they well formed, and are the right tools called?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.checks.schema_rules import PatternNeeded, SchemaProblem, Validator
from evals.scripting.values import dump, parse_json, text

MOST_BLOCKS = 10_000


@assertion("is-valid-openai-tools-call")
async def valid_tools_call(subject: Subject) -> Outcome:
    """Every tool call names a configured tool and its arguments fit that tool's schema; `not-` changes nothing."""
    calls = subject.output
    if remote := re.search(r"MCP Tool (Result|Error) \(([^)]+)\)", subject.text):
        return Outcome(remote[1] == "Result", f"MCP tool call {remote[2]}: {remote[1].lower()}")
    if isinstance(calls, Mapping) and "tool_calls" in calls:
        calls = calls["tool_calls"]
    if not isinstance(calls, list) or not calls or not all(_well_formed(call) for call in calls):
        return Outcome(False, f"no valid-looking tool calls: {dump(calls)[:200]}")
    tools = (subject.row.provider.get("config") or {}).get("tools")
    if not tools:
        return Outcome(False, "No tools configured in provider, but output contains tool calls")
    functions = {
        tool["function"].get("name"): tool["function"]
        for tool in tools
        if isinstance(tool, Mapping) and tool.get("type") == "function" and isinstance(tool.get("function"), Mapping)
    }
    for call in calls:
        if said := await _misfit(subject, functions, call["function"]):
            return Outcome(False, said)
    return Outcome(True, "Assertion passed")


def _well_formed(call: Any) -> bool:
    function = call.get("function") if isinstance(call, Mapping) else None
    return (
        isinstance(function, Mapping)
        and isinstance(function.get("name"), str)
        and isinstance(function.get("arguments"), str)
    )


async def _misfit(subject: Subject, functions: Mapping[Any, Any], call: Mapping[str, Any]) -> str | None:
    function = functions.get(call["name"])
    if function is None:
        return f'Called "{call["name"]}", but there is no function with that name'
    try:
        arguments = parse_json(call["arguments"])
    except ValueError as error:
        return f"the arguments of {call['name']} are no JSON: {error}"
    validator = Validator(function.get("parameters") or {})
    while True:
        try:
            validator.refuse_bad_schema()
            said = validator.error(arguments)
            return f'Call to "{call["name"]}" does not match schema: {said}' if said else None
        except PatternNeeded as needed:
            validator.found[needed.key] = await subject.row.tools.workers.matches(*needed.key, flags="u")
        except SchemaProblem as problem:
            return str(problem)


@assertion("is-valid-function-call", "is-valid-openai-function-call")
async def valid_function_call(subject: Subject) -> Outcome:
    """The call names one of the provider's `functions` and its arguments fit; `not-` changes nothing."""
    call = subject.output
    if isinstance(call, Mapping) and "function_call" in call:
        call = call["function_call"]
    if not str(subject.row.provider.get("id", "")).startswith(("openai:", "gateway:")):
        return Outcome(False, "Provider does not have functionality for checking function call.")
    if not _well_formed({"function": call}):
        return Outcome(False, f"no valid-looking function call: {dump(call)[:200]}")
    functions = (subject.row.provider.get("config") or {}).get("functions") or []
    known = {function.get("name"): function for function in functions if isinstance(function, Mapping)}
    said = await _misfit(subject, known, call)
    return Outcome(said is None, said or "Assertion passed")


@assertion("tool-call-f1")
def tool_call_f1(subject: Subject) -> Outcome:
    """F1 of the sets of expected and called tools is at least 1 (van Rijsbergen 1979)."""
    wanted = subject.value
    names = [text(item) for item in wanted] if isinstance(wanted, list) else None
    if isinstance(wanted, str):
        names = wanted.split(",")
    if names is None:
        raise CheckError('"tool-call-f1" needs a list of tool names, or a text with commas')
    expected = {name.strip() for name in names if name.strip()}
    if not expected:
        raise CheckError('"tool-call-f1" needs at least one tool name')
    called = set(tool_names(subject.output))
    both = len(expected & called)
    score = 2 * both / (len(expected) + len(called)) if both else 0.0
    passed = (score >= subject.threshold(1)) is not subject.inverse
    reason = f"Tool Call F1: {score:.3f}. Expected: {sorted(expected)}, called: {sorted(called)}"
    return Outcome(passed, reason, score)


def tool_names(output: Any) -> Iterator[str]:
    """Yield the names of tools that an output calls, in OpenAI's, Anthropic's or Google's shape, or in JSON text."""
    if isinstance(output, str):
        try:
            yield from tool_names(parse_json(output))
        except ValueError:
            for block in _json_blocks(output):
                yield from tool_names(block)
    elif isinstance(output, Mapping):
        yield from _names_of_object(output)
    elif isinstance(output, list):
        for item in output:
            if isinstance(item, Mapping):
                yield from _name_of_item(item)


def _names_of_object(output: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(output.get("tool_calls"), list):
        for call in output["tool_calls"]:
            if isinstance(call, Mapping):
                function = call.get("function")
                yield from _named(function if isinstance(function, Mapping) else {})
                yield from _named(call)
    elif output.get("type") in ("tool_use", "function_call") and isinstance(output.get("name"), str):
        yield from _named(output)
    elif isinstance(output.get("functionCall"), Mapping):
        yield from _named(output["functionCall"])
    elif isinstance(output.get("toolCall"), Mapping):
        for call in output["toolCall"].get("functionCalls") or []:
            yield from _named(call if isinstance(call, Mapping) else {})


def _name_of_item(item: Mapping[str, Any]) -> Iterator[str]:
    for key in ("functionCall", "function"):
        if item.get("type") != "tool_use" and isinstance(item.get(key), Mapping):
            yield from _named(item[key])
            return
    yield from _named(item)


def _named(call: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(call.get("name"), str):
        yield call["name"]


def _json_blocks(output: str) -> Iterator[Any]:
    """Yield the JSON values that fill whole lines of a text outside code fences."""
    plain = re.sub(r"^[ \t]*(```|~~~)[\s\S]*?(?:^[ \t]*\1[ \t]*$|\Z)", "", output, flags=re.MULTILINE)
    tried = 0
    for start in re.finditer(r"^[ \t]*([\[{])", plain, re.MULTILINE):
        for end in re.finditer(r"[\]}][ \t]*$", plain[start.start(1) :], re.MULTILINE):
            tried += 1
            if tried > MOST_BLOCKS:
                raise CheckError("the output holds too many brackets to look for tool calls")
            try:
                yield parse_json(plain[start.start(1) : start.start(1) + end.start() + 1])
                break
            except ValueError:
                continue
