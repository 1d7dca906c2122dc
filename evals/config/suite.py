"""Puts a config together: prompts, providers, tests, scenarios and defaults, checked as promptfoo checks them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.config.files import FileProblem, external
from evals.config.loading import ConfigError, ConfigFile
from evals.config.prompts import Prompt, read_prompts
from evals.config.providers import ProviderSpec, read_providers
from evals.config.tests import TestReader
from evals.scripting.values import is_number
from evals.scripting.workers import Workers

MOST_ASSERTIONS = 10_000


@dataclass(slots=True)
class SuiteConfig:
    """Everything a run needs of a config file."""

    file: ConfigFile
    prompts: list[Prompt]
    providers: list[ProviderSpec]
    tests: list[dict[str, Any]]
    scenarios: list[dict[str, Any]] | None
    default: dict[str, Any]
    derived: list[dict[str, Any]]
    options: Mapping[str, Any]
    outputs: list[str]
    warnings: list[str] = field(default_factory=list)
    origins: Mapping[int, tuple[Path, int]] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        """The folder that references start from."""
        return self.file.base


async def assemble(file: ConfigFile, workers: Workers, settings: Mapping[str, str]) -> SuiteConfig:
    """Return the suite of a config file. Raises ConfigError."""
    data = file.data
    warnings: list[str] = []
    reader = TestReader(workers, settings, warnings)
    try:
        default = _default_test(data, file.base, reader)
        prompts = read_prompts(data.get("prompts"), file.base, settings)
        providers = read_providers(data.get("providers"), file.base)
        tests = await reader.read(data.get("tests"), file.base)
        scenarios = await _scenarios(data.get("scenarios"), file.base, reader)
    except FileProblem as problem:
        raise ConfigError(str(problem)) from None
    suite = SuiteConfig(
        file, prompts, providers, tests, scenarios, default, data.get("derivedMetrics") or [],
        {**(data.get("commandLineOptions") or {}), **(data.get("evaluateOptions") or {})}, _outputs(data), warnings,
        reader.origins,
    )  # fmt: skip
    check_assertions("defaultTest", default)
    for index, test in enumerate(tests):
        check_assertions(f"tests[{index}]", test)
    _check_references(suite)
    return suite


def _default_test(data: Mapping[str, Any], base: Path, reader: TestReader) -> dict[str, Any]:
    given = external(data.get("defaultTest") or {}, base) if isinstance(data.get("defaultTest"), str) else None
    default = dict(given if given is not None else data.get("defaultTest") or {})
    if isinstance(default.get("vars"), str | list):
        default = reader.test({**default, "metadata": default.get("metadata") or {}}, base)
    if data.get("metadata"):
        default.setdefault("metadata", data["metadata"])
    return default


async def _scenarios(given: Any, base: Path, reader: TestReader) -> list[dict[str, Any]] | None:
    if not given:
        return None if given is None else []
    loaded = external(given, base)
    flat = [item for entry in (loaded if isinstance(loaded, list) else [loaded])
            for item in (entry if isinstance(entry, list) else [entry])]  # fmt: skip
    found = []
    for scenario in flat:
        if not isinstance(scenario, dict):
            raise ConfigError("scenario must be an object")
        scenario = dict(scenario)
        if scenario.get("tests"):
            scenario["tests"] = await reader.read(scenario["tests"], base)
        found.append(scenario)
    return found


def _outputs(data: Mapping[str, Any]) -> list[str]:
    given = data.get("outputPath") or []
    return [given] if isinstance(given, str) else list(given)


def check_assertions(place: str, test: Mapping[str, Any]) -> None:
    """Raise ConfigError for assertions that promptfoo refuses before a run."""
    given = test.get("assert")
    if not given:
        return
    if not isinstance(given, list):
        raise ConfigError(f"{place}.assert must be an array")
    if len(given) > MOST_ASSERTIONS:
        raise ConfigError(f"{place}.assert has {len(given)} assertions, at most {MOST_ASSERTIONS} are possible")
    for index, item in enumerate(given):
        _check_assertion(f"{place}.assert[{index}]", item, inside_set=False)


def _check_assertion(place: str, item: Any, *, inside_set: bool) -> None:
    if not isinstance(item, dict):
        raise ConfigError(f"Invalid assertion at {place}: expected an object, but got {item!r}")
    if not isinstance(item.get("type"), str):
        raise ConfigError(f"Invalid assertion at {place}: missing required 'type' property")
    for key in ("threshold", "weight"):
        if key in item and not is_number(item[key]):
            raise ConfigError(f"Invalid assertion at {place}: `{key}` must be a number, not {item[key]!r}")
    if "metric" in item and not isinstance(item["metric"], str):
        raise ConfigError(f"Invalid assertion at {place}: `metric` must be a text, not {item['metric']!r}")
    if "transform" in item and not isinstance(item["transform"], str):
        raise ConfigError(f"Invalid assertion at {place}: `transform` must be a text")
    if "config" in item and not isinstance(item["config"], dict):
        raise ConfigError(f"Invalid assertion at {place}: `config` must be a mapping")
    if item["type"] == "assert-set":
        if inside_set or not isinstance(item.get("assert"), list):
            raise ConfigError(f"Invalid assertion at {place}: an assert-set needs a list, and holds no other set")
        for index, inner in enumerate(item["assert"]):
            _check_assertion(f"{place}.assert[{index}]", inner, inside_set=True)


def _check_references(suite: SuiteConfig) -> None:
    for place, test in [("defaultTest", suite.default), *((f"Test #{i}", t) for i, t in enumerate(suite.tests, 1))]:
        for name in test.get("prompts") or []:
            if not any(prompt.named(str(name)) for prompt in suite.prompts):
                known = ", ".join(sorted({prompt.label for prompt in suite.prompts}))
                raise ConfigError(
                    f'{place} references prompt "{name}" which does not exist. Available prompts: [{known}]'
                )
        if (names := test.get("providers")) is not None:
            if not isinstance(names, list):
                raise ConfigError(f"{place}.providers must be an array")
            for name in names:
                if not any(provider.named(str(name)) for provider in suite.providers):
                    raise ConfigError(f'{place} references provider "{name}" which does not exist')
