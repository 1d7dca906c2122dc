"""Says in plain words why a value does not fit a schema. Values never appear: they may be personal."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema_rs import ValidationError

from gateway.errors import FieldError
from gateway.library.problems import pointer

MAX_ERRORS = 50
MAX_NAME = 64

_TYPE_NAMES = {
    "string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip
_FORMATS = {
    "date": "must be a date such as 2026-11-22.",
    "date-time": "must be a date and time with zone, such as 2026-11-22T10:00:00Z.",
    "uuid": "must be a UUID such as 6f1ad1de-3b7a-4d8e-9b8b-0d1f6c1b2a3c.",
    "email": "must be an e-mail address.",
}
_LIMITS = {
    "minimum": "must be {limit} or more.",
    "maximum": "must be {limit} or less.",
    "exclusiveMinimum": "must be more than {limit}.",
    "exclusiveMaximum": "must be less than {limit}.",
    "minItems": "must have at least {limit} entries.",
    "maxItems": "must have at most {limit} entries.",
    "minProperties": "must have at least {limit} fields.",
    "maxProperties": "must have at most {limit} fields.",
    "minLength": "must have at least {limit} characters.",
    "maxLength": "must have at most {limit} characters.",
    "multipleOf": "must be a multiple of {multiple_of}.",
    "pattern": "must match the pattern {pattern}",
    "not": "contains the character U+0000, which is not allowed.",
}


def explained(errors: Iterable[ValidationError]) -> list[FieldError]:
    """Return one entry per wrong field, at most 50, in the order of the fields."""
    found: dict[FieldError, None] = {}
    for error in errors:
        found.update(dict.fromkeys(_entries(error)))
        if len(found) >= MAX_ERRORS:
            break
    return list(found)[:MAX_ERRORS]


def _entries(error: ValidationError) -> Iterator[FieldError]:
    name, details = error.kind.name, error.kind.as_dict()
    at = _at(error)
    if name == "required":
        yield FieldError(at + pointer((details["property"],)), "is required.")
    elif name == "additionalProperties":
        for key in details["unexpected"]:
            yield FieldError(at + pointer((key[:MAX_NAME],)), "is not a known field; take it out or correct its name.")
    elif name == "anyOf":
        yield from _of_best_branch(error, details["context"])
    else:
        yield FieldError(at, _sentence(name, details))


def _at(error: ValidationError) -> str:
    return pointer(tuple(step[:MAX_NAME] if isinstance(step, str) else step for step in error.instance_path))


def _of_best_branch(error: ValidationError, branches: list[list[ValidationError]]) -> Iterator[FieldError]:
    """Explain the branch whose type fits; when several or none do, name what is allowed."""
    here = list(error.instance_path)
    wrong_type = [[e for e in branch if e.kind.name == "type" and list(e.instance_path) == here] for branch in branches]
    fitting = [branch for branch, wrong in zip(branches, wrong_type, strict=True) if not wrong]
    if len(fitting) == 1:
        for inner in fitting[0]:
            yield from _entries(inner)
        return
    types = [name for wrong in wrong_type for e in wrong for name in e.kind.as_dict()["types"]]
    wanted = _sentence("type", {"types": types}) if not fitting else "fits none of the allowed forms."
    yield FieldError(_at(error), wanted)


def _sentence(name: str, details: dict[str, Any]) -> str:
    if name == "type":
        return f"must be {' or '.join(dict.fromkeys(_TYPE_NAMES[kind] for kind in details['types']))}."
    if name == "enum":
        return f"must be one of: {', '.join(_shown(option) for option in details['options'])}."
    if name == "const":
        return f"must be {_shown(details['expected_value'])}."
    if name == "format":
        return _FORMATS[details["format"]]
    if details in ({"limit": 1}, {"pattern": r"\S"}) and name in ("minLength", "minItems", "minProperties", "pattern"):
        return "must not be empty."
    return _LIMITS.get(name, "does not fit the schema.").format(**details)


def _shown(value: object) -> str:
    return str(value) if isinstance(value, str) else json.dumps(value)
