"""A suite is a promptfoo file; read strictly, so that a slip of the pen is an error and not a silent pass."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from gateway.library.problems import Findings
from gateway.library.yamlfile import Document, read_yaml_file

TOP_KEYS = frozenset({"description", "prompts", "providers", "defaultTest", "tests", "metadata"})
TEST_KEYS = frozenset({"description", "vars", "assert", "metadata"})
ASSERT_KEYS = frozenset({"type", "value", "weight", "metric"})
_CANONICAL = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Assertion:
    """One check of a case: `type` names it, `value` is what it wants, `weight` is its part in the score."""

    type: str
    value: Any = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """One golden case. `slice` groups cases for the report; a zero-tolerance case may never fail."""

    index: int
    description: str
    vars: Mapping[str, Any]
    assertions: tuple[Assertion, ...]
    slice: str
    zero_tolerance: bool
    line: int


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one feature; `hash` changes with any of them. `threshold` is the share that must pass."""

    path: Path
    feature: str
    description: str
    cases: tuple[Case, ...]
    threshold: float
    hash: str = field(default="")


def load_suite(path: Path, known_checks: Sequence[str]) -> Suite:
    """Return the suite. Raises LibraryError naming file, line and the likely intent of everything that is wrong."""
    document = read_yaml_file(path, path.name)
    findings = document.findings()
    data = document.data
    _refuse_unknown(findings, (), data, TOP_KEYS)
    default = _mapping(findings, ("defaultTest",), data.get("defaultTest"))
    default_vars = _mapping(findings, ("defaultTest", "vars"), default.get("vars"))
    default_asserts = _list(findings, ("defaultTest", "assert"), default.get("assert"))
    feature = default_vars.get("feature", "")
    if not feature:
        findings.add(("defaultTest",), "The suite names no feature.", "Write defaultTest: {vars: {feature: …}}.")
    tests = data.get("tests")
    if not isinstance(tests, list) or not tests:
        findings.add(("tests",), "The suite has no cases.", "Give at least one test.")
        tests = []
    cases = []
    for index, test in enumerate(tests):
        if not isinstance(test, dict):
            findings.add(("tests", index), "A test must be a mapping.", "Start it with `- description: …`.")
            continue
        cases.append(_case(document, findings, index, test, default_vars, default_asserts, known_checks))
    metadata = _mapping(findings, ("metadata",), data.get("metadata"))
    threshold = _number(findings, ("metadata", "threshold"), metadata.get("threshold", 1.0), most=1.0)
    findings.raise_if_any()
    digest = hashlib.sha256(_CANONICAL(data)).hexdigest()
    return Suite(path, feature, data.get("description", ""), tuple(cases), threshold, digest)


def _case(
    document: Document, findings: Findings, index: int, test: dict[str, Any], default_vars: dict[str, Any],
    default_asserts: list[Any], known: Sequence[str],
) -> Case:  # fmt: skip
    place = ("tests", index)
    _refuse_unknown(findings, place, test, TEST_KEYS)
    variables = {**default_vars, **_mapping(findings, (*place, "vars"), test.get("vars"))}
    if "assert" in variables:
        findings.add((*place, "vars", "assert"), "`assert` stands under `vars`.", "Move it two columns to the left.")
    own = _list(findings, (*place, "assert"), test.get("assert"))
    assertions = [_assertion(findings, (*place, "assert", i), item, known) for i, item in enumerate(own)]
    assertions += [
        _assertion(findings, ("defaultTest", "assert", i), item, known) for i, item in enumerate(default_asserts)
    ]
    if not assertions:
        findings.add(place, "The case checks nothing, so it would always pass.", "Give it an `assert` list.")
    metadata = _mapping(findings, (*place, "metadata"), test.get("metadata"))
    return Case(
        index=index,
        description=str(test.get("description", f"case {index + 1}")),
        vars=variables,
        assertions=tuple(assertions),
        slice=str(metadata.get("slice", "all")),
        zero_tolerance=bool(metadata.get("zero_tolerance", False)),
        line=document.line(place),
    )


def _assertion(findings: Findings, place: tuple[str | int, ...], item: Any, known: Sequence[str]) -> Assertion:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        findings.add(place, "A check needs a `type`.", "Write `- type: contains` and a `value`.")
        return Assertion("equals")
    _refuse_unknown(findings, place, item, ASSERT_KEYS)
    name = item["type"].removeprefix("not-")
    if name not in known:
        findings.add(place, f"There is no check `{item['type']}`.", _likely(name, known))
    if isinstance(item.get("value"), list) and not item["value"]:
        findings.add(place, "The list is empty, so the check says nothing.", "Give at least one value.")
    return Assertion(item["type"], item.get("value"), _number(findings, (*place, "weight"), item.get("weight", 1.0)))


def _list(findings: Findings, place: tuple[str | int, ...], value: Any) -> list[Any]:
    if value is None or isinstance(value, list):
        return value or []
    findings.add(place, "`assert` must be a list.", "Start each check with `- type: …`.")
    return []


def _mapping(findings: Findings, place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    if value is None or isinstance(value, dict):
        return value or {}
    findings.add(place, f"`{place[-1]}` must be a mapping.", "Write `name: value` pairs below it.")
    return {}


def _number(findings: Findings, place: tuple[str | int, ...], value: Any, most: float = 1000.0) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most:
        return float(value)
    findings.add(place, f"`{place[-1]}` must be a number above 0, at most {most:g}.", "Leave it out for 1.")
    return 1.0


def _refuse_unknown(
    findings: Findings, place: tuple[str | int, ...], mapping: Mapping[str, Any], known: frozenset[str]
) -> None:
    for key in mapping:
        if key not in known:
            findings.add((*place, key), f"`{key}` is not known here.", _likely(key, sorted(known)))


def _likely(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"Did you mean `{close[0]}`?" if close else f"Known are: {', '.join(sorted(known))}."
