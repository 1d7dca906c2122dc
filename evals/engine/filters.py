"""`--filter-…`: which tests, prompts and providers of a config are run."""

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.config.loading import ConfigError
from evals.scripting.values import deeply_equal, text

ERROR = 2
_SEEDED = 4294967296


@dataclass(frozen=True, slots=True)
class Filters:
    """The filter flags of a run, unset ones None."""

    first: int | None = None
    pattern: str | None = None
    range: str | None = None
    metadata: Sequence[str] = ()
    failing: Path | None = None
    failing_only: Path | None = None
    errors_only: Path | None = None
    sample: int | None = None
    seed: int | None = None


def chosen(tests: list[dict[str, Any]], filters: Filters, default: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tests that every filter lets through, in promptfoo's order of filters. Raises ConfigError."""
    for condition in filters.metadata:
        key, equals, value = condition.partition("=")
        if not key or not equals or not value:
            raise ConfigError("--filter-metadata must be specified in key=value format")
        tests = [test for test in tests if _has(test, key, value)]
    tests = _by_results(tests, filters, default)
    if filters.pattern:
        pattern = _pattern(filters.pattern, "--filter-pattern")
        tests = [test for test in tests if test.get("description") and pattern.search(str(test["description"]))]
    if filters.range is not None:
        tests = tests[_slice(filters.range)]
    if filters.first is not None:
        tests = tests[: max(filters.first, 0)] if filters.first >= 0 else tests[: filters.first]
    if filters.sample is not None:
        draw = random.random if filters.seed is None else seeded(str(filters.seed))
        tests = _shuffled(tests, draw)[: filters.sample]
    return tests


def _has(test: Mapping[str, Any], key: str, value: str) -> bool:
    found = (test.get("metadata") or {}).get(key)
    if found is None:
        return False
    return any(value in text(item) for item in (found if isinstance(found, list) else [found]))


def _by_results(tests: list[dict[str, Any]], filters: Filters, default: Mapping[str, Any]) -> list[dict[str, Any]]:
    wanted: list[Mapping[str, Any]] = []
    if filters.failing_only and filters.errors_only:
        wanted = [row for row in _rows(filters.failing_only) if row["failureReason"] != ERROR]
        wanted += [row for row in _rows(filters.errors_only) if row["failureReason"] == ERROR]
    elif filters.failing:
        wanted = _rows(filters.failing)
    elif filters.failing_only:
        wanted = [row for row in _rows(filters.failing_only) if row["failureReason"] != ERROR]
    elif filters.errors_only:
        wanted = [row for row in _rows(filters.errors_only) if row["failureReason"] == ERROR]
    else:
        return tests
    return [test for test in tests if any(_same(test, row, default) for row in wanted)]


def _rows(path: Path) -> list[Mapping[str, Any]]:
    """Return the rows of a result file that did not pass. Raises ConfigError."""
    try:
        found = json.loads(path.read_text("utf-8"))["results"]["results"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{path} is not a result file of a run") from None
    return [row for row in found if not row["success"]]


def _same(test: Mapping[str, Any], row: Mapping[str, Any], default: Mapping[str, Any]) -> bool:
    ours = {**(default.get("vars") or {}), **(test.get("vars") or {})}
    theirs = (row.get("testCase") or {}).get("vars", row["vars"])
    return deeply_equal(_plain(ours), _plain(theirs)) or deeply_equal(_plain(ours), _plain(row["vars"]))


def _plain(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if not name.startswith("_") and name != "sessionId"}


def _pattern(source: str, flag: str) -> re.Pattern[str]:
    try:
        return re.compile(source)
    except re.error as error:
        raise ConfigError(f'Invalid regex pattern for {flag}: "{source}". {error}') from None


def by_name(items: Sequence[Any], pattern: str | None, flag: str, names: Callable[[Any], Sequence[str]]) -> list[Any]:
    """Return the prompts or providers one of whose names matches."""
    if not pattern:
        return list(items)
    compiled = _pattern(pattern, flag)
    return [item for item in items if any(compiled.search(name) for name in names(item) if name)]


def _slice(given: str) -> slice:
    match = re.fullmatch(r"(\d*):(\d*)", given)
    if not match:
        raise ConfigError(f"--filter-range must look like 2:5, not {given}")
    return slice(int(match[1] or 0), int(match[2]) if match[2] else None)


def _shuffled(tests: list[dict[str, Any]], draw: Callable[[], float]) -> list[dict[str, Any]]:
    found = list(tests)
    for index in range(len(found) - 1, 0, -1):
        other = int(draw() * (index + 1))
        found[index], found[other] = found[other], found[index]
    return found


def seeded(seed: str) -> Callable[[], float]:
    """Return promptfoo's generator for `--filter-sample-seed`: mulberry32 over an FNV-1a hash of the seed."""
    state = 2166136261
    for character in seed:
        state = (state ^ ord(character)) * 16777619 % _SEEDED

    def draw() -> float:
        nonlocal state
        state = (state + 1831565813) % _SEEDED
        value = (state ^ state >> 15) * (state | 1) % _SEEDED
        value ^= (value + (value ^ value >> 7) * (value | 61)) % _SEEDED
        return ((value ^ value >> 14) % _SEEDED) / _SEEDED

    return draw
