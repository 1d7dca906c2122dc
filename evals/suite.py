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
TEST_KEYS = frozenset({"description", "vars", "assert", "metadata", "threshold"})
ASSERT_KEYS = frozenset({"type", "value", "threshold", "weight", "metric"})
_CANONICAL = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Assertion:
    """One check of a case: `type` names it, `value` is what it wants."""

    type: str
    value: Any = None
    threshold: float | None = None
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
    default = data.get("defaultTest") or {}
    default_vars, default_asserts = default.get("vars") or {}, default.get("assert") or []
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
    findings.raise_if_any()
    threshold = float((data.get("metadata") or {}).get("threshold", 1.0))
    digest = hashlib.sha256(_CANONICAL(data)).hexdigest()
    return Suite(path, feature, data.get("description", ""), tuple(cases), threshold, digest)


def _case(
    document: Document, findings: Findings, index: int, test: dict[str, Any], default_vars: dict[str, Any],
    default_asserts: list[Any], known: Sequence[str],
) -> Case:  # fmt: skip
    place = ("tests", index)
    _refuse_unknown(findings, place, test, TEST_KEYS)
    variables = {**default_vars, **(test.get("vars") or {})}
    if "assert" in variables:
        findings.add((*place, "vars", "assert"), "`assert` stands under `vars`.", "Move it two columns to the left.")
    own = test.get("assert")
    if own is not None and not isinstance(own, list):
        findings.add((*place, "assert"), "`assert` must be a list.", "Start each check with `- type: …`.")
        own = []
    assertions = [
        _assertion(findings, (*place, "assert", position), item, known) for position, item in enumerate(own or [])
    ]
    assertions += [
        _assertion(findings, ("defaultTest", "assert", i), item, known) for i, item in enumerate(default_asserts)
    ]
    if not assertions:
        findings.add(place, "The case checks nothing, so it would always pass.", "Give it an `assert` list.")
    metadata = test.get("metadata") or {}
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
    return Assertion(item["type"], item.get("value"), item.get("threshold"), float(item.get("weight", 1.0)))


def _refuse_unknown(
    findings: Findings, place: tuple[str | int, ...], mapping: Mapping[str, Any], known: frozenset[str]
) -> None:
    for key in mapping:
        if key not in known:
            findings.add((*place, key), f"`{key}` is not known here.", _likely(key, sorted(known)))


def _likely(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"Did you mean `{close[0]}`?" if close else f"Known are: {', '.join(sorted(known))}."
