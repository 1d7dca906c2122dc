"""Assertions on JSON: `is-json` and `contains-json`, with or without a schema."""

import re
from typing import Any

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.checks.schema_rules import PatternNeeded, SchemaProblem, Validator
from evals.config.yaml12 import YamlError, load
from evals.scripting.values import UNDEFINED, parse_json, truthy

MOST_LETTERS = 100_000


@assertion("is-json")
async def is_json(subject: Subject) -> Outcome:
    """The output is JSON, and fits the schema if one is given."""
    try:
        value = parse_json(subject.text)
    except ValueError:
        return subject.holds(False, "Expected output to be valid JSON")
    if not truthy(subject.value):
        return subject.holds(True, "Expected output to be valid JSON", "Expected output to not be valid JSON")
    error = await _misfit(subject, _schema(subject), value)
    return subject.holds(error is None, f"JSON does not conform to the provided schema: {error}", "the JSON conforms")


@assertion("contains-json")
async def contains_json(subject: Subject) -> Outcome:
    """The output holds a JSON object, one that fits the schema if one is given."""
    found = json_objects(subject.text)
    if not truthy(subject.value) or not found:
        return subject.holds(bool(found), "the output holds no JSON object", "the output holds a JSON object")
    schema, error = _schema(subject), None
    for value in found:
        error = await _misfit(subject, schema, value)
        if error is None:
            return subject.holds(True, "", "the output holds JSON that conforms to the schema")
    return subject.holds(False, f"JSON does not conform to the provided schema: {error}")


def _schema(subject: Subject) -> Any:
    value = subject.value
    if isinstance(value, str):
        if value.startswith("file://"):
            raise CheckError(f"{subject.base} references a file that does not export a JSON schema")
        try:
            value = load(value)
        except YamlError as error:
            raise CheckError(f"the schema is no YAML: {error}") from None
    elif not isinstance(value, dict | list):
        raise CheckError(f"{subject.base} assertion must have a string or object value")
    return value


async def _misfit(subject: Subject, schema: Any, value: Any) -> str | None:
    """Return what does not fit. Raises CheckError for a schema that Ajv would refuse."""
    validator = Validator(schema)
    inspected = False
    while True:
        try:
            if not inspected:
                validator.refuse_bad_schema()
                inspected = True
            return validator.error(value)
        except PatternNeeded as needed:
            found = await subject.row.tools.workers.matches(*needed.key, flags="u")
            validator.found[needed.key] = found
        except SchemaProblem as problem:
            raise CheckError(f"the JSON schema cannot be used: {problem}") from None
        except RecursionError:
            raise CheckError("the JSON schema refers to itself without end") from None


def json_objects(text: str) -> list[Any]:
    """Return the objects in a text: from each `{` to its brace, read as YAML, with missing braces added at the end."""
    found: list[Any] = []
    index = 0
    while (index := text.find("{", index)) >= 0:
        end, value = _object_at(text, index)
        if value is not UNDEFINED:
            found.append(value)
            index = end
        else:
            index += 1
    return found


def _object_at(text: str, start: int) -> tuple[int, Any]:
    depth, limit = 0, min(start + MOST_LETTERS, len(text))
    for index in range(start, limit):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0 or (index == limit - 1 and index > start):
            value = _read(text[start : index + 1] + "}" * depth)
            if isinstance(value, dict | list):
                return index + 1, value
            if depth == 0:
                break
    return start, UNDEFINED


def _read(source: str) -> Any:
    try:
        return parse_json(source)
    except ValueError:
        pass
    try:
        return load(_hashed("\n".join(source.split("\n"))), unique=False)
    except (YamlError, RecursionError):
        return UNDEFINED


def _hashed(source: str) -> str:
    """Turn `//` comments outside quotes and addresses into YAML's."""
    return "\n".join(_without_slashes(line) for line in source.split("\n")) if "//" in source else source


def _without_slashes(line: str) -> str:
    quote = ""
    for index, character in enumerate(line):
        if quote:
            if character == quote and line[index - 1] != "\\":
                quote = ""
        elif character == '"' or (character == "'" and not line[index - 1 : index].isalpha()):
            quote = character
        elif line.startswith("//", index) and not re.search(r"\S*:\Z", line[:index]):
            slashes = len(line[index:]) - len(line[index:].lstrip("/"))
            return line[:index] + "#" * (slashes // 2) + line[index + slashes :]
    return line
