"""Golden cases as people see them: in words; added by hand, from promptfoo YAML or CSV, or from a real request."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from admin.wording import text_of
from evals.suite import Case
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import Feature
from gateway.library.problems import LibraryError
from gateway.library.yamlfile import read_yaml
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault

_KINDS = (
    "contains", "contains-all", "contains-any", "icontains", "icontains-all", "icontains-any", "equals", "starts-with",
    "regex", "is-json", "contains-json", "json-path", "word-count", "tokens", "cost", "latency", "levenshtein",
    "is-refusal", "grounded", "no-pii", "schema", "rule", "source", "degraded", "sms-segments",
)  # fmt: skip
ALLOWED = frozenset((*_KINDS, *(f"not-{kind}" for kind in _KINDS)))
"""Checks that a case added here may use: none of them runs a script or asks another model."""
MOST_IMPORTED = 500
YEARS = range(1900, 2100)
"""Whole numbers that may be a year stay in one piece."""
_AMOUNT = re.compile(r"(-?\d{1,15})(\.\d{1,2})?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ALWAYS = ("schema", "grounded", "no-pii", "rule", "is-json")
_FIELD = re.compile(r"output\.([a-z_.]+) *===? *([^&|;]{1,60})")
_PLACEHOLDER = re.compile(r"<([A-Z]+(?:_[A-Z]+)*?)(?:_[FLV][0-9]*)?_[0-9]+>")
_STAND_INS = {
    "PERSON": "Customer", "PHONE": "a phone number", "EMAIL": "an e-mail address", "BUSINESS": "the shop",
    "ADDRESS": "a place", "ID_CARD": "an id card", "ACCOUNT": "an account",
}  # fmt: skip
_WORDS = {
    "contains": "says “{}”", "icontains": "says “{}” in any spelling of capitals", "not-contains": "does not say “{}”",
    "not-icontains": "does not say “{}”", "contains-all": "says all of {}", "contains-any": "says one of {}",
    "icontains-all": "says all of {}", "icontains-any": "says one of {}", "not-icontains-any": "says none of {}",
    "not-contains-any": "says none of {}", "equals": "is exactly “{}”", "starts-with": "begins with “{}”",
    "regex": "fits the pattern {}", "grounded": "every figure is in the records", "source": "is answered by: {}",
    "schema": "has every field it must have", "rule": "keeps the rules: {}", "no-pii": "no personal value left",
    "degraded": "says why it is no model's answer: {}", "json-path": "a field holds what it must: {}",
    "sms-segments": "fits into {} text messages", "javascript": "a script agrees", "python": "a script agrees",
}  # fmt: skip


_LIMITS = {"equals": "is", "max": "is at most", "min": "is at least"}


def check_in_words(kind: str, value: Any) -> str:
    """Return what a check asks for, as a person would say it."""
    shown = ", ".join(str(each) for each in value) if isinstance(value, list) else _short(value)
    if kind == "javascript" and (found := _FIELD.fullmatch(str(value).strip())):
        return f"{found[1].rpartition('.')[2].replace('_', ' ')} is {_figure(found[2].strip(chr(39) + chr(34)))}"
    if kind == "json-path" and isinstance(value, Mapping) and "path" in value:
        name = str(value["path"]).strip("/$.").replace("/", " ").replace("_", " ")
        rest = [(key, item) for key, item in value.items() if key != "path"]
        said = ", ".join(f"{_LIMITS.get(key, key.replace('_', ' '))} {_figure(_lower(item))}" for key, item in rest)
        return f"{name} {said}" if said else f"{name} is there"
    if isinstance(value, Mapping):
        named = [("of", str(item).strip("/$.").replace("/", " ").replace("_", " ")) if name == "path"
                 else (_LIMITS.get(name, name), _short(item)) for name, item in value.items()]  # fmt: skip
        return f"{kind.replace('-', ' ')}: " + ", ".join(f"{name} {item}" for name, item in named)
    if kind == "rule" and shown == "all":
        return "keeps every rule of the prompt"
    known = _WORDS.get(kind)
    if known is None:
        return f"{kind.replace('-', ' ')}{': ' + shown if shown else ''}"
    return known.format(shown)


def row_of(case: Case, added: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a case as a row of the table, what is special to it first; `added` tells who put it here."""
    checks = sorted(case.assertions, key=lambda check: check.type in _ALWAYS)
    return {
        "name": case.description, "slice": case.slice, "must": case.zero_tolerance,
        "inputs": inputs_in_words(case.vars), "checks": [check_in_words(each.type, each.value) for each in checks],
        "added": added,
    }  # fmt: skip


def inputs_in_words(variables: Mapping[str, Any]) -> str:
    """Return what a case asks, shortly."""
    request = variables.get("request")
    parts = [f"for {variables['business']}"] if variables.get("business") else []
    if isinstance(request, Mapping):
        parts += [f"{name.replace('_', ' ')}: {_figure(value)}" for name, value in request.items()]
    return ", ".join(parts)


def fingerprint(test: Mapping[str, Any]) -> str:
    """Return the same text for the same question, whatever the case is called and checks."""
    asked = {key: value for key, value in dict(test.get("vars") or {}).items() if key not in ("feature",)}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def made(name: str, request: str, business: str, wanted: list[tuple[str, str]]) -> dict[str, Any]:
    """Return a promptfoo test from the form's fields. Raises ValidationFailed."""
    try:
        body = json.loads(request)
    except ValueError:
        raise ValidationFailed("The request is not JSON.", [FieldError("/request", "must be a JSON object")]) from None
    if not isinstance(body, dict):
        raise ValidationFailed("The request must be a JSON object.", [FieldError("/request", "must be an object")])
    if not name.strip():
        raise ValidationFailed("Give the example a name.", [FieldError("/name", "is needed")])
    checks: list[dict[str, Any]] = []
    for kind, value in wanted:
        if value.strip():
            many = kind.endswith(("-all", "-any"))
            checks.append(
                {"type": kind, "value": [v.strip() for v in value.split(";") if v.strip()] if many else value.strip()}
            )
    given: dict[str, Any] = {"request": body, **({"business": business} if business else {})}
    as_of = body.pop("as_of", None)
    if as_of:
        given["as_of"] = as_of
    return {"description": " ".join(name.split())[:200], "vars": given, **({"assert": checks} if checks else {})}


def from_yaml(text: str) -> list[dict[str, Any]]:
    """Return the tests of a promptfoo file. Raises ValidationFailed naming the line."""
    try:
        data = read_yaml(text, "import").data
    except LibraryError as error:
        raise ValidationFailed(str(error), [FieldError(f"line {error.problems[0].line}", "cannot be read")]) from None
    tests = data.get("tests")
    if not isinstance(tests, list) or not all(isinstance(each, dict) for each in tests):
        raise ValidationFailed("The file has no list `tests`.", [FieldError("/tests", "is needed")])
    return tests[:MOST_IMPORTED]


def from_csv(text: str) -> list[dict[str, Any]]:
    """Return the tests of promptfoo's CSV: a column per variable, `__expected…` and `__description`."""
    tests: list[dict[str, Any]] = []
    for row in csv.DictReader(io.StringIO(text)):
        variables: dict[str, Any] = {}
        checks = []
        for name, value in row.items():
            if name is None or not value:
                continue
            if name.startswith("__expected"):
                checks.append(_expected(value))
            elif not name.startswith("__"):
                variables[name] = _json_or_text(value)
        tests.append(
            {"description": row.get("__description") or f"row {len(tests) + 1}", "vars": variables, "assert": checks}
        )
    if not tests:
        raise ValidationFailed("The CSV has no rows below its heading.", [FieldError("/text", "is empty")])
    return tests[:MOST_IMPORTED]


def refuse_unsafe(tests: list[dict[str, Any]]) -> None:
    """Raise ValidationFailed for a check that runs a script, reads a file or asks another model."""
    for number, test in enumerate(tests, 1):
        for check in test.get("assert") or []:
            kind = str(check.get("type", "")) if isinstance(check, dict) else ""
            if kind not in ALLOWED or "file://" in json.dumps(check) or "{{" in json.dumps(check):
                said = f"case {number} uses the check `{kind}`, which a case of the admin may not"
                raise ValidationFailed(
                    f"Nothing was imported: {said}.", [FieldError(f"/tests/{number - 1}", "refused")]
                )


def to_yaml(feature: Feature, tests: Sequence[Mapping[str, Any]]) -> str:
    """Return cases as a promptfoo file."""
    whole = {"description": f"Examples of {feature.title}", "defaultTest": {"vars": {"feature": feature.name}}}
    return text_of({**whole, "tests": [dict(test) for test in tests]})


def to_csv(tests: Sequence[Mapping[str, Any]]) -> str:
    """Return cases as promptfoo's CSV."""
    names = sorted({name for test in tests for name in test.get("vars", {})})
    most = max((len(test.get("assert") or []) for test in tests), default=0)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["__description", *names, *(f"__expected{n + 1}" for n in range(most))])
    for test in tests:
        checks = [f"{c['type']}: {_cell(c.get('value', ''))}" for c in test.get("assert") or []]
        cells = [_cell(test.get("vars", {}).get(name, "")) for name in names]
        writer.writerow([_safe(test.get("description", "")), *map(_safe, cells), *checks])
    return out.getvalue()


def anonymised(body: Mapping[str, Any], feature: Feature, masker: Masker) -> dict[str, Any]:
    """Return a request without personal values: each is replaced by words that say what stood there."""
    masked: Any = masker.mask_tree(dict(body), Vault(), pii=feature.pii, plain=frozenset())
    return {name: _plain_words(value) for name, value in masked.items()}


def _plain_words(value: Any) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: _STAND_INS.get(match[1], "something personal"), value)
    if isinstance(value, Mapping):
        return {name: _plain_words(item) for name, item in value.items()}
    return [_plain_words(item) for item in value] if isinstance(value, list) else value


def _expected(value: str) -> dict[str, Any]:
    kind, colon, rest = value.partition(":")
    if colon and kind.strip() in ALLOWED:
        wanted: Any = rest.strip()
        if kind.strip().endswith(("-all", "-any")):
            wanted = [part.strip() for part in rest.split(",")]
        return {"type": kind.strip(), **({"value": wanted} if wanted != "" else {})}
    return {"type": "equals", "value": value}


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value) if value[:1] in "{[" else value
    except ValueError:
        return value


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _safe(text: Any) -> str:
    """Return a cell that a spreadsheet takes for text and never for a formula."""
    shown = str(text)
    return f"'{shown}" if shown[:1] in ("=", "+", "-", "@", "\t", "\r") else shown


def _lower(value: Any) -> str:
    text = _short(value)
    return text.replace("_", " ").lower() if re.fullmatch(r"[A-Z][A-Z_]+", text) else text


def _figure(value: Any) -> str:
    """Return a value shortly, an amount as `1,234.50`."""
    text = _short(value)
    found = _AMOUNT.fullmatch(text)
    if not found or (not found[2] and abs(int(text)) in YEARS):
        return text
    return f"{Decimal(text):,.2f}" if found[2] else f"{int(text):,}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = _UUID.sub(lambda match: f"{match[0][:8]}…", text)
    return "" if value is None else (text if len(text) <= 80 else f"{text[:77]}…")
