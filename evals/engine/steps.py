"""Turns tests, scenarios, variable lists, repeats, providers and prompts into the single steps of a run."""

import glob
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.checks.registry import Tools
from evals.config.loading import ConfigError, enabled
from evals.config.prompts import Prompt
from evals.config.suite import SuiteConfig, check_assertions
from evals.engine.transforms import transformed
from evals.providers.base import Provider
from evals.scripting.values import UNDEFINED
from evals.scripting.workers import ScriptError


@dataclass(frozen=True, slots=True)
class Column:
    """A provider with a prompt: one column of the result table."""

    index: int
    provider: Provider
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Step:
    """One call: a test's variables, a column, and which repetition it is."""

    test: dict[str, Any]
    column: Column
    test_index: int
    repeat: int
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All columns and all steps of a run, in promptfoo's order."""

    columns: list[Column] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    tests: list[dict[str, Any]] = field(default_factory=list)


async def plan_of(suite: SuiteConfig, providers: list[Provider], tools: Tools, repeat: int) -> Plan:
    """Return the plan of a suite. Raises ConfigError."""
    plan = Plan(_columns(suite, providers))
    number = 0
    for given in _all_tests(suite):
        test = await _with_variables(suite, given, tools)
        test = merged(suite.default, test)
        check_assertions("test", test)
        plan.tests.append(test)
        options = test.get("options") or {}
        keep = enabled(tools.settings, "PROMPTFOO_DISABLE_VAR_EXPANSION") or options.get("disableVarExpansion")
        rows = [test["vars"]] if keep else combinations(test["vars"], tools)
        own = options.get("repeat")
        times = own if isinstance(own, int) and not isinstance(own, bool) and own > 0 else repeat
        for turn in range(times):
            for variables in rows:
                plan.steps.extend(_steps(suite, {**test, "vars": variables}, plan.columns, number, turn))
                number += 1
    return plan


def _columns(suite: SuiteConfig, providers: list[Provider]) -> list[Column]:
    found: list[Column] = []
    for provider in providers:
        allowed = provider.spec.prompts
        for prompt in suite.prompts:
            if allowed is None or any(prompt.named(reference) for reference in allowed):
                found.append(Column(len(found), provider, prompt))
    return found


def _steps(suite: SuiteConfig, test: dict[str, Any], columns: list[Column], number: int, turn: int) -> list[Step]:
    options = test.get("options") or {}
    prompts, providers = test.get("prompts"), test.get("providers")
    found = []
    for column in columns:
        if isinstance(providers, list) and not any(column.provider.spec.named(str(name)) for name in providers):
            continue
        if isinstance(prompts, list) and not any(column.prompt.named(str(name)) for name in prompts):
            continue
        found.append(Step(test, column, number, turn, options.get("prefix") or "", options.get("suffix") or ""))
    return found


def _all_tests(suite: SuiteConfig) -> list[dict[str, Any]]:
    found = list(suite.tests) if suite.tests else ([] if suite.scenarios is not None else [{}])
    index = 0
    for scenario in suite.scenarios or []:
        for entry in scenario.get("config") or []:
            found += [_from_scenario(suite.default, entry, test, index) for test in scenario.get("tests") or []]
            index += 1
    return found


def _from_scenario(
    default: Mapping[str, Any], entry: Mapping[str, Any], test: Mapping[str, Any], index: int
) -> dict[str, Any]:
    parts = [default, entry, test]
    both: dict[str, Any] = {**default, **entry, **test}
    for key in ("vars", "options", "metadata"):
        both[key] = {name: value for part in parts for name, value in (part.get(key) or {}).items()}
    both["metadata"].setdefault("conversationId", f"__scenario_{index}__")
    both["assert"] = [*(entry.get("assert") or []), *(test.get("assert") or [])]
    return both


def merged(default: Mapping[str, Any], test: Mapping[str, Any]) -> dict[str, Any]:
    """Return a test with the defaults in it: the default's assertions first, everything else where it is not set."""
    found = dict(test)
    own, shared = found.get("assert") or [], default.get("assert") or []
    if not isinstance(own, list) or not isinstance(shared, list):
        raise ConfigError("`assert` must be an array")
    options = {**(default.get("options") or {}), **(found.get("options") or {})}
    skip = (found.get("options") or {}).get("disableDefaultAsserts") is True
    found["assert"] = [*([] if skip else shared), *own]
    found["options"] = options
    found["metadata"] = {**(default.get("metadata") or {}), **(found.get("metadata") or {})}
    for key in ("threshold", "prompts", "provider", "providers", "assertScoringFunction"):
        if found.get(key) is None and default.get(key) is not None:
            found[key] = default[key]
    return found


async def _with_variables(suite: SuiteConfig, test: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    variables = {**(suite.default.get("vars") or {}), **(test.get("vars") or {})}
    change = (test.get("options") or {}).get("transformVars") or (suite.default.get("options") or {}).get(
        "transformVars"
    )
    if change:
        try:
            changed = await transformed(tools, change, variables, {"prompt": {}}, "vars")
        except ScriptError as error:
            raise ConfigError(str(error)) from None
        if not isinstance(changed, dict):
            raise ConfigError("Transform function did not return a valid object")
        variables = {**variables, **changed}
    return {**test, "vars": variables}


def combinations(variables: Mapping[str, Any], tools: Tools) -> list[dict[str, Any]]:
    """Return every combination of lists of texts and of files that a glob names. Raises ConfigError."""
    found: list[dict[str, Any]] = [{}]
    for name, value in variables.items():
        values: list[Any] = [value]
        if isinstance(value, str) and value.startswith("file://"):
            values = [f"file://{path}" for path in _globbed(value[7:], tools)]
            if not values:
                raise ConfigError(f"No files found for variable {name} at path {value[7:]} in directory {tools.base}")
        elif isinstance(value, list) and value and isinstance(value[0], str):
            values = value
        found = [{**row, name: item} for row in found for item in values if item is not UNDEFINED]
    return found


def _globbed(pattern: str, tools: Tools) -> list[str]:
    if (tools.base / pattern).exists():
        return [pattern]
    return sorted(glob.glob(pattern, root_dir=tools.base, recursive=True), reverse=True)  # noqa: PTH207 - relative names
