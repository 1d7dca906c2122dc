"""Reads the `tests` of a config: inline, YAML, JSON, JSONL and CSV files, globs, and functions that make them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.config.csvtests import parse_csv, tests_from_rows
from evals.config.files import JAVASCRIPT, FileProblem, external, matching, read_text, read_yaml, resolve
from evals.config.loading import ConfigError, dereferenced
from evals.scripting.modules import as_script
from evals.scripting.values import is_number, parse_json
from evals.scripting.workers import ScriptError, Workers

_NEEDED = ("assert", "vars", "options", "metadata", "provider", "providerOutput")


@dataclass(frozen=True, slots=True)
class TestReader:
    """Reads tests. `warnings` takes what is missing without being an error; `origins` keeps file and place of the
    tests that stand in files of their own, by the `id` of the test that was made. Raises ConfigError.
    """

    __test__ = False

    workers: Workers
    settings: Mapping[str, str]
    warnings: list[str]
    origins: dict[int, tuple[Path, int]] = field(default_factory=dict)

    async def read(self, tests: Any, base: Path) -> list[dict[str, Any]]:
        """Return the tests of a `tests` value."""
        try:
            if isinstance(tests, str):
                if tests.endswith(("yaml", "yml")):
                    return await self._glob(tests, base)
                return await self._standalone(tests, base, None)
            if isinstance(tests, dict) and isinstance(tests.get("path"), str):
                return await self._standalone(tests["path"], base, tests.get("config"))
            found: list[dict[str, Any]] = []
            for item in tests if isinstance(tests, list) else []:
                found += await self._item(item, base)
            return found
        except (FileProblem, ScriptError) as problem:
            raise ConfigError(str(problem)) from None

    async def _item(self, item: Any, base: Path) -> list[dict[str, Any]]:
        if isinstance(item, dict):
            if "path" in item:
                return await self._standalone(item["path"], base, item.get("config"))
            return [self.test(item, base)]
        if not isinstance(item, str):
            raise ConfigError(f"a test must be a mapping or the name of a file, not {item!r}")
        name = item.removeprefix("file://")
        if ":" in name or name.endswith((".py", *JAVASCRIPT)) or _sheet(name):
            return await self._standalone(item, base, None)
        return await self._glob(item, base)

    async def _glob(self, pattern: str, base: Path) -> list[dict[str, Any]]:
        path = base / pattern.removeprefix("file://")
        files = [path] if path.exists() else matching(path)
        if not files:
            self.warnings.append(f"No test files found for path: {pattern}")
        found: list[dict[str, Any]] = []
        for file in files:
            if file.suffix in (".yaml", ".yml", ".json"):
                data = external(read_yaml(file), file.parent)
                data = dereferenced(data, file.parent)
            elif file.suffix == ".jsonl":
                data = external(_json_lines(file), file.parent)
            elif file.suffix in (".csv", ".py") or _sheet(file.name):
                found += await self._standalone(str(file), base, None)
                continue
            else:
                raise ConfigError(f"Unsupported file type for test file: {file.name}")
            for index, item in enumerate(data if isinstance(data, list) else [data] if isinstance(data, dict) else []):
                if isinstance(item, dict):
                    found.append(self.test(item, file.parent))
                    self.origins[id(found[-1])] = (file, index)
                else:
                    found += await self._item(item, file.parent)
        return found

    async def _standalone(self, name: str, base: Path, config: Any) -> list[dict[str, Any]]:
        path, _, function = name.removeprefix("file://").partition(":")
        file = resolve(base, path)
        config = external(config, base)
        arguments = [] if config is None else [config]
        if file.suffix == ".py":
            made = await self.workers.python_file(str(file), function or "generate_tests", arguments)
            if not isinstance(made, list):
                raise ConfigError(f"{file.name}: the function must return a list of tests")
            return list(made)
        if file.suffix in JAVASCRIPT:
            made = await self.workers.javascript_module(as_script(read_text(file)), function or None, arguments)
            return list(made)
        if file.suffix == ".csv":
            return tests_from_rows(parse_csv(read_text(file), self.settings))
        if _sheet(file.name):
            raise ConfigError(f"{file.name}: spreadsheets are not read here; save the sheet as CSV")
        if file.suffix == ".json":
            data = read_yaml(file)
            return _numbered(data if isinstance(data, list) else [data])
        if file.suffix == ".jsonl":
            return _numbered(_json_lines(file))
        if file.suffix in (".yaml", ".yml"):
            return tests_from_rows(external(read_yaml(file), base))
        return []

    def test(self, test: Mapping[str, Any], base: Path) -> dict[str, Any]:
        """Return one inline test with its variable files read. Raises ConfigError for one that says nothing."""
        found = dict(test)
        variables = found.get("vars")
        if isinstance(variables, str | list):
            merged: dict[str, Any] = {}
            for name in [variables] if isinstance(variables, str) else variables:
                for file in matching(resolve(base, str(name))):
                    data = read_yaml(file)
                    merged |= data if isinstance(data, dict) else {}
            found["vars"] = merged
        has_some = any(found.get(key) or isinstance(found.get(key), dict | list) for key in _NEEDED)
        if not has_some and not is_number(found.get("threshold")):
            raise ConfigError("a test must have one of: assert, vars, options, metadata, provider, threshold")
        return found


def _sheet(name: str) -> bool:
    return name.partition("#")[0].endswith((".xlsx", ".xls"))


def _numbered(tests: list[Any]) -> list[dict[str, Any]]:
    found = []
    for number, test in enumerate(tests, start=1):
        if not isinstance(test, dict):
            raise ConfigError("a test must be a mapping")
        found.append({**test, "description": test.get("description") or f"Row #{number}"})
    return found


def _json_lines(file: Path) -> list[Any]:
    found = []
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        if line.strip():
            try:
                found.append(parse_json(line))
            except ValueError as error:
                raise ConfigError(f"{file.name}:{number}: this is not JSON: {error}") from None
    return found
