"""A draft's text: from YAML to the parts of a form and back, and what is wrong with it, in words and lines."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import yaml

from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import Catalog, Feature, PromptVersion, parse_version
from gateway.library.policy import Policy
from gateway.library.problems import LibraryError, Problem
from gateway.library.yamlfile import read_yaml

MAX_BODY = 200 * 1024
_VERSION = re.compile(r"^version:[ \t]*\d+[ \t]*$", re.MULTILINE)
_ORDER = (
    "feature", "version", "description", "route", "params", "token_budget", "partials", "messages", "trim", "output",
    "rules", "few_shots",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """A draft as far as it can be read: the version where it is whole, else the problems; `data` where it is YAML."""

    prompt: PromptVersion | None
    problems: tuple[Problem, ...]
    data: Mapping[str, Any] | None


_OWN_LINE = re.compile(r"\s*(?:[-*•#>|]|\d+[.)]|[{][{%#]|<)")
_LEAST_WIDTH = 60
_ENDS = (".", ":", ";", "!", "?")


def flowing(text: str) -> str:
    """Return a text as people read it: lines that an editor broke at its margin are one again.

    A long line goes on in the next one where no sentence ends with it, or where the next one's first word would not
    have fitted within the longest line. Lists, headings, empty lines and lines of the template language stay.
    """
    lines = text.split("\n")
    width = max(map(len, lines))
    out = lines[:1]
    for before, line in pairwise(lines):
        if _goes_on(before.rstrip(), line, width):
            out[-1] = f"{out[-1].rstrip()} {line.lstrip()}"
        else:
            out.append(line)
    return "\n".join(out)


def _goes_on(before: str, line: str, width: int) -> bool:
    if not line.strip() or _OWN_LINE.match(line) or len(before) < _LEAST_WIDTH or before.endswith(("%}", "}}")):
        return False
    return not before.endswith(_ENDS) or len(before) + 1 + len(line.split(maxsplit=1)[0]) > width


def parsed(body: str, feature: Feature, catalog: Catalog, policy: Policy) -> Parsed:
    """Read a draft."""
    data = plain(body)
    try:
        number = data.get("version", 1) if data else 1
        number = number if isinstance(number, int) and number > 0 else 1
        prompt = parse_version(body, feature, catalog.partials, policy, version=number)
    except LibraryError as error:
        return Parsed(None, tuple(map(_plainly, error.problems)), data)
    return Parsed(prompt, (), data)


def _plainly(problem: Problem) -> Problem:
    """Return a mistake of a template as its author can put it right without knowing the language."""
    if not problem.message.startswith("The template cannot be read"):
        return problem
    fix = "Each begins with `{{` and ends with `}}`, such as `{{ evidence }}`; all of it is in docs/prompt-files.md."
    return replace(problem, message="A placeholder is not closed, or not written as one.", fix=fix)


def plain(body: str) -> dict[str, Any] | None:
    """Return the data of a YAML text, None where it is not YAML."""
    try:
        return read_yaml(body, "draft").data
    except LibraryError:
        return None


def numbered(body: str, version: int) -> str:
    """Return the text with another version number."""
    if _VERSION.search(body):
        return _VERSION.sub(f"version: {version}", body, count=1)
    data = plain(body) or {}
    return text_of({**data, "version": version})


def text_of(data: Mapping[str, Any]) -> str:
    """Return the YAML of a version's data, long texts as blocks; read back it is the same data."""
    text: str = yaml.dump(
        _ordered(thawed(data)), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False
    )
    try:
        same = read_yaml(text, "draft").data == thawed(data)
    except LibraryError:
        same = False
    # JSON is YAML, and leaves nothing to guess where a text looks like a number to one of two readers.
    return text if same else json.dumps(thawed(data), ensure_ascii=False, indent=2)


def _ordered(data: dict[str, Any]) -> dict[str, Any]:
    """Return the same data with its keys in the order in which people read a version's file."""
    first = {key: data[key] for key in _ORDER if key in data}
    whole = {**first, **{key: value for key, value in data.items() if key not in first}}
    for name, keys in (("messages", ("role", "content")), ("rules", ("id", "check", "message"))):
        if isinstance(whole.get(name), list):
            whole[name] = [
                {**{key: each[key] for key in keys if key in each}, **each} if isinstance(each, dict) else each
                for each in whole[name]
            ]
    return whole


def with_form(body: str, fields: Mapping[str, str]) -> str:
    """Return the text with what the form of the Write tab says. Raises ValidationFailed."""
    data = plain(body)
    if data is None:
        raise ValidationFailed("The YAML cannot be read; put it right on the YAML tab first.")
    messages = [dict(each) for each in data.get("messages", [])]
    for number, message in enumerate(messages):
        if f"message-{number}" in fields:
            message["content"] = fields[f"message-{number}"].rstrip() + "\n"
    data["messages"] = messages
    for name in ("description", "route"):
        if fields.get(name, "").strip():
            data[name] = " ".join(fields[name].split())
    params = dict(data.get("params") or {})
    for name, kind in (("max_output_tokens", int), ("temperature", float)):
        _number(params, name, fields.get(name), kind)
    if fields.get("reasoning_effort") is not None:
        params.pop("reasoning_effort", None)
        if fields["reasoning_effort"]:
            params["reasoning_effort"] = fields["reasoning_effort"]
    data["params"] = params
    _number(data, "token_budget", fields.get("token_budget"), int)
    return text_of(data)


def with_limits(body: str, fields: Mapping[str, str]) -> str:
    """Return the text with the limits of the Fields tab: names like `limit:/explanation:maxLength`."""
    data = plain(body)
    if data is None:
        raise ValidationFailed("The YAML cannot be read; put it right on the YAML tab first.")
    for name, value in fields.items():
        if name.startswith("limit:"):
            _, pointer, key = name.split(":", 2)
            node = _node(data.get("output"), pointer)
            if node is not None and key in ("maxLength", "minLength", "maxItems", "minItems"):
                _number(node, key, value, int)
    return text_of(data)


def fields_of(schema: Mapping[str, Any], at: str = "") -> list[dict[str, Any]]:
    """Return the leaves of a schema as rows of a table: pointer, what it holds in words, whether it must be there."""
    rows: list[dict[str, Any]] = []
    required = schema.get("required", [])
    for name, part in (schema.get("properties") or {}).items():
        pointer = f"{at}/{name}"
        inner = part.get("items") if part.get("type") == "array" else part
        row = {"pointer": pointer, "words": in_words(part), "required": name in required, "limits": _limits(part)}
        row["description"] = str(part.get("description", ""))
        row["personal"] = str(part.get("x-pii", ""))
        rows.append(row)
        if isinstance(inner, Mapping) and inner.get("properties"):
            rows += fields_of(inner, pointer + ("/*" if inner is not part else ""))
    return rows


def in_words(part: Mapping[str, Any]) -> str:
    """Return what a schema asks for, as a person would say it."""
    kind = part.get("type")
    kinds = [each for each in (kind if isinstance(kind, list) else [kind]) if each != "null"]
    first = kinds[0] if kinds else ""
    if "enum" in part:
        return "one of " + ", ".join(str(each) for each in part["enum"] if each is not None)
    if first == "array":
        few, many = part.get("minItems"), part.get("maxItems")
        count = f"{few} to {many} " if few and many else (f"up to {many} " if many else "")
        return f"list of {count}{'texts' if _type(part.get('items')) == 'string' else 'entries'}"
    if first == "string":
        return f"text of up to {part['maxLength']:,} characters" if "maxLength" in part else "text"
    words = {"integer": "whole number", "number": "number", "boolean": "yes or no", "object": "group of fields"}
    said = words.get(str(first), "any value")
    if "minimum" in part and "maximum" in part:
        said += f" from {part['minimum']} to {part['maximum']}"
    return said


def variables_of(feature: Feature) -> list[str]:
    """Return what a user message may insert, for the buttons beside its text."""
    asked = [f"request.{name}" for name in feature.input.raw.get("properties", {}) if name not in ("records", "as_of")]
    return ["evidence", *asked]


def _type(part: Any) -> str:
    return str(part.get("type", "")) if isinstance(part, Mapping) else ""


def _limits(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part[key] for key in ("minLength", "maxLength", "minItems", "maxItems") if key in part}


def _node(schema: Any, pointer: str) -> dict[str, Any] | None:
    for step in pointer.strip("/").split("/"):
        if not isinstance(schema, dict):
            return None
        schema = schema.get("items") if step == "*" else (schema.get("properties") or {}).get(step)
    return schema if isinstance(schema, dict) else None


def _number(into: dict[str, Any], name: str, given: str | None, kind: type[int] | type[float]) -> None:
    if given is None:
        return
    if not given.strip():
        into.pop(name, None)
        return
    try:
        value = kind(given.strip())
    except ValueError:
        raise ValidationFailed(f"{name} must be a number.", [FieldError(f"/{name}", "must be a number")]) from None
    into[name] = int(value) if float(value).is_integer() and kind is int else value


def thawed(value: Any) -> Any:
    """Return read-only data as plain dicts and lists."""
    if isinstance(value, Mapping):
        return {str(key): thawed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [thawed(item) for item in value]
    return value


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as people do."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: the reader knows no aliases."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
