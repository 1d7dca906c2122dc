"""Tests from CSV: `__expected` columns become assertions, other `__` columns options, everything else variables."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from evals.checks.registry import CheckError
from evals.checks.texts import comma_list
from evals.config.files import JAVASCRIPT
from evals.config.loading import ConfigError, enabled
from evals.config.types import KNOWN_TYPES

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_EXPECTED = re.compile(
    rf"(not-)?({'|'.join(map(re.escape, KNOWN_TYPES))})(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?", re.ASCII
)
_WITH_THRESHOLD = frozenset(
    ("answer-relevance", "classifier", "context-faithfulness", "context-recall", "context-relevance", "cost", "latency",
     "levenshtein", "perplexity-score", "perplexity", "rouge-n", "similar", "starts-with")
)  # fmt: skip
_LISTS = ("contains-all", "contains-any", "icontains-all", "icontains-any")
SIMILAR_THRESHOLD, OTHER_THRESHOLD = 0.8, 0.75


def parse_csv(source: str, settings: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the rows by column. Raises ConfigError for a broken file; quotes are read strictly first, then loosely."""
    delimiter = settings.get("PROMPTFOO_CSV_DELIMITER", ",")
    try:
        return _rows(source, delimiter, strict=True)
    except csv.Error as error:
        if enabled(settings, "PROMPTFOO_CSV_STRICT"):
            raise ConfigError(f"the CSV is broken: {error}") from None
    try:
        return _rows(source, delimiter, strict=False)
    except csv.Error as error:
        raise ConfigError(f"the CSV is broken: {error}") from None


def _rows(source: str, delimiter: str, *, strict: bool) -> list[dict[str, str]]:
    source = source.removeprefix("\ufeff")
    if strict and (found := _stray_quote(source, delimiter)):
        raise csv.Error(f"a quote stands inside an unquoted cell (line {found})")
    table = list(csv.reader(io.StringIO(source, newline=""), delimiter=delimiter, strict=strict))
    if not table:
        return []
    header, rows = table[0], []
    for number, cells in enumerate(table[1:], start=2):
        if not cells:
            cells = [""]
        if len(cells) != len(header):
            if cells == [""]:
                continue
            raise csv.Error(f"row {number} has {len(cells)} cells, the header has {len(header)}")
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def _stray_quote(source: str, delimiter: str) -> int:
    """Return the line of a quote inside an unquoted cell, 0 if there is none."""
    quoted, start, line, index = False, True, 1, 0
    while index < len(source):
        character = source[index]
        line += character == "\n"
        if quoted:
            if character == '"':
                if source.startswith('"', index + 1):
                    index += 1
                else:
                    quoted = False
        elif character == '"':
            if not start:
                return line
            quoted = True
        start = not quoted and character in (delimiter, "\n")
        index += 1
    return 0


def tests_from_rows(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return one test for each row; a row without a description is called by its number."""
    found = [test_from_row(row) for row in rows]
    for number, test in enumerate(found, start=1):
        test["description"] = test.get("description") or f"Row #{number}"
    return found


def test_from_row(row: Mapping[str, str]) -> dict[str, Any]:
    """Return the test that a row describes. Raises ConfigError."""
    test: dict[str, Any] = {"vars": {}, "assert": [], "options": {}}
    metadata: dict[str, Any] = {}
    thresholds: dict[int, float] = {}
    metric: str | None = None
    for name, value in ((key.strip(), item) for key, item in row.items()):
        if name.startswith("__expected"):
            if value.strip():
                test["assert"].append(assertion_of(value.strip()))
        elif name in ("__prefix", "__suffix"):
            test["options"][name[2:]] = value
        elif name in ("__description", "__providerOutput"):
            if value:
                test[name[2:]] = value
        elif name == "__metric":
            metric = value
        elif name == "__threshold":
            if (number := finite(value)) is not None:
                test["threshold"] = number
        elif name.startswith("__metadata"):
            _keep_metadata(metadata, name, value)
        elif name.startswith("__config:"):
            _keep_threshold(thresholds, name, value)
        else:
            test["vars"][name] = value
    for index, assertion in enumerate(test["assert"]):
        if metric is not None:
            assertion["metric"] = metric
        if index in thresholds:
            assertion["threshold"] = metadata["threshold"] = thresholds[index]
    return {**test, **({"metadata": metadata} if metadata else {})}


def _keep_metadata(metadata: dict[str, Any], name: str, value: str) -> None:
    _, _, key = name.partition(":")
    if not key or not value.strip():
        return
    if key.endswith("[]"):
        parts = re.split(r"(?<!\\),", value)
        metadata[key[:-2]] = [part.strip().replace("\\,", ",") for part in parts]
    else:
        metadata[key] = value


def _keep_threshold(thresholds: dict[int, float], name: str, value: str) -> None:
    parts = name.removeprefix("__config:").split(":")
    if len(parts) != 2:
        return
    found = re.fullmatch(r"__expected(\d*)", parts[0])
    if not found or found[1] == "0":
        raise ConfigError(f"the column {name} must name __expected or __expected<number>")
    if parts[1] != "threshold":
        raise ConfigError(f"the column {name} can set `threshold` only")
    number = finite(value)
    if number is None:
        raise ConfigError(f"the column {name} needs a number, not {value!r}")
    thresholds[int(found[1] or 1) - 1] = number


def finite(value: str | None) -> float | None:
    """Return the number a cell holds, None if it holds none."""
    trimmed = (value or "").strip()
    if not _NUMBER.fullmatch(trimmed):
        return None
    number = float(trimmed)
    return int(number) if number.is_integer() else number


def assertion_of(expected: str) -> dict[str, Any]:
    """Return the assertion that an `__expected` cell means; a text without a type is `equals`."""
    for prefix in ("javascript:", "fn:", "eval:"):
        if expected.startswith(prefix):
            return {"type": "javascript", "value": expected.removeprefix(prefix).strip()}
    if expected.startswith("file://") and expected[7:].endswith(JAVASCRIPT):
        return {"type": "javascript", "value": expected}
    for prefix in ("grade:", "llm-rubric:"):
        if expected.startswith(prefix):
            return {"type": "llm-rubric", "value": expected.removeprefix(prefix)}
    if expected.startswith("python:"):
        return {"type": "python", "value": expected.removeprefix("python:").strip()}
    if expected.startswith("file://") and (expected.endswith(".py") or ".py:" in expected):
        return {"type": "python", "value": expected.removeprefix("file://").strip()}
    found = _EXPECTED.fullmatch(expected)
    return _typed(*found.groups()) if found else {"type": "equals", "value": expected}


def _typed(inverse: str | None, name: str, threshold: str | None, value: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": f"{inverse or ''}{name}"}
    if name in _LISTS:
        try:
            made |= {"value": comma_list(value)} if value else ({"value": value} if value is not None else {})
        except CheckError as error:
            raise ConfigError(f"an expected value cannot be read: {error}") from None
        return made
    if value is not None:
        made["value"] = value if name in ("contains-json", "is-json") else value.strip()
    if name in _WITH_THRESHOLD:
        default = SIMILAR_THRESHOLD if name == "similar" else OTHER_THRESHOLD
        number = finite(threshold)
        made["threshold"] = default if number is None else number
    return made
