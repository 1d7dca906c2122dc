"""A JSON Schema of the library: checked once, compiled once, and able to say what is wrong with a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

from jsonschema_rs import Draft202012Validator, RegexOptions

from gateway.errors import FieldError
from gateway.library.personal import check_personal, pii_of
from gateway.library.problems import Findings
from gateway.library.schema_keywords import with_children
from gateway.library.schema_messages import explained
from gateway.library.schema_subset import check_subset
from gateway.library.wire import check_wire

Kind = Literal["input", "response", "output"]
"""`input`: what a caller sends (every text carries `x-pii`); `output`: what a model writes; `response`: our answer."""

MAX_DEPTH = 32
"""How deep a value may be nested; deeper ones exhaust the stack of whatever walks them."""


def _compiled(raw: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        raw,
        validate_formats=True,
        ignore_unknown_formats=False,
        retriever=_never,
        pattern_options=RegexOptions(),  # the linear engine: no pattern can hang a worker
    )


def _never(uri: str) -> Any:
    raise ValueError(f"a schema may not load {uri}")


def _sane() -> dict[str, Any]:
    """Return a schema that refuses U+0000 (PostgreSQL texts cannot hold it) and too deep nesting."""
    clean = {"not": {"type": "string", "pattern": "\\x00"}}
    levels: dict[str, Any] = {f"_level-{MAX_DEPTH}": {**clean, "type": ["null", "boolean", "number", "string"]}}
    for depth in range(MAX_DEPTH):
        below = {"$ref": f"#/$defs/_level-{depth + 1}"}
        levels[f"_level-{depth}"] = {**clean, "items": below, "additionalProperties": below}
    return {"$ref": "#/$defs/_level-0", "$defs": levels}


_SANE = _compiled(_sane())
"""What holds for every value, compiled once: within each schema it would take ten times the schema's own memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A compiled schema. `raw` is as written; objects are closed unless `additionalProperties` says otherwise."""

    raw: Mapping[str, Any]
    _validator: Draft202012Validator = field(repr=False)

    @classmethod
    def compile(cls, raw: Mapping[str, Any], kind: Kind = "response") -> "Schema":
        """Return the schema. Raises `LibraryError` with everything that is outside the subset."""
        findings = Findings(f"{kind} schema")
        schema = read_schema(raw, kind, findings)
        findings.raise_if_any()
        assert schema
        return schema

    def is_valid(self, value: object) -> bool:
        """Tell whether `value` fits; False also for what is no JSON value at all."""
        try:
            return _SANE.is_valid(value) and self._validator.is_valid(value)
        except ValueError:  # also UnicodeEncodeError: a lone surrogate is no text
            return False

    def check(self, value: object) -> list[FieldError]:
        """Return what is wrong with `value`, at most 50 entries; [] when it fits. No message repeats a value."""
        if self.is_valid(value):
            return []
        try:
            return explained(chain(_SANE.iter_errors(value), self._validator.iter_errors(value)))
        except ValueError:
            return [FieldError("", "must be a JSON value of valid Unicode text.")]

    def pii(self) -> dict[str, str]:
        """Return pointer pattern (`*` for any index or key) → x-pii type, for every text but those marked `none`."""
        return pii_of(self.raw)


def read_schema(raw: Any, kind: Kind, findings: Findings) -> Schema | None:
    """Return the compiled schema, or None after noting in `findings` why it cannot be."""
    before = len(findings.problems)
    check_subset(raw, findings)
    if len(findings.problems) == before:
        if kind == "input":
            check_personal(raw, findings)
        elif kind == "output":
            check_wire(raw, findings)
    if len(findings.problems) > before:
        return None
    try:
        return compiled(raw)
    except ValueError:  # whatever the subset check let through
        findings.add((), "The schema cannot be compiled.", "Look for a number or pattern JSON Schema does not allow.")
        return None


def compiled(raw: Mapping[str, Any]) -> Schema:
    """Return the schema of a text that was checked before, or that the code itself wrote."""
    return Schema(raw, _compiled(_closed(raw)))


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy without annotations in which an object that says nothing about other keys refuses them."""
    copy = with_children(schema, _closed)
    for annotation in ("examples", "default", "x-pii", "title", "description"):
        copy.pop(annotation, None)
    if "properties" in copy:
        copy.setdefault("additionalProperties", False)
    return copy
