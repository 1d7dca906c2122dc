"""One run from config file to result: read, choose, run, compare, add up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.checks.registry import Tools
from evals.config.loading import ConfigError, ConfigFile, read_config
from evals.config.prompts import Prompt
from evals.config.providers import ProviderSpec
from evals.config.strict import refuse_slips
from evals.config.suite import SuiteConfig, assemble
from evals.engine.comparing import ComparisonError, compare
from evals.engine.filters import Filters, by_name, chosen
from evals.engine.results import document
from evals.engine.running import Runner
from evals.engine.steps import plan_of
from evals.graders.suite import SuiteGrader
from evals.providers.making import ProviderMaker, Special
from evals.scripting.workers import Workers


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The flags of a run. Unset ones leave what the config says."""

    filters: Filters = field(default_factory=Filters)
    prompts: str | None = None
    providers: str | None = None
    repeat: int | None = None
    concurrency: int | None = None
    delay_ms: float | None = None
    grader: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False


@dataclass(slots=True)
class Watcher:
    """What a run tells while it goes on."""

    started: Callable[[int], None] = lambda count: None
    progress: Callable[[dict[str, Any]], None] = lambda row: None
    warned: Callable[[str], None] = lambda text: None


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished run: promptfoo's document, and the outputs the config itself names."""

    document: dict[str, Any]
    outputs: Sequence[str]


async def run_config(
    path: Path, settings: Mapping[str, str], options: RunOptions, special: Callable[[ConfigFile], Special],
    watcher: Watcher | None = None,
) -> Ran:  # fmt: skip
    """Return the result of a config file. Raises ConfigError where promptfoo refuses it (status 1)."""
    watcher = watcher or Watcher()
    file = read_config(path, settings)
    async with Workers(file.env, _own_env(file), python_children=1) as workers:
        suite = await assemble(file, workers, settings)
        for warning in suite.warnings:
            watcher.warned(warning)
        if options.strict:
            refuse_slips(suite)
        _choose(suite, options)
        maker = ProviderMaker(workers, file.env, special(file))
        try:
            return await _run(suite, maker, workers, options, settings, watcher)
        finally:
            await maker.close()


async def _run(
    suite: SuiteConfig, maker: ProviderMaker, workers: Workers, options: RunOptions, settings: Mapping[str, str],
    watcher: Watcher,
) -> Ran:  # fmt: skip
    file = suite.file
    providers = [maker.make(spec) for spec in suite.providers]
    grader = SuiteGrader(maker, providers, file.base, options.grader)
    tools = Tools(workers, grader, file.base, file.env, settings)
    plan = await plan_of(suite, providers, tools, _whole(options.repeat, suite.options.get("repeat"), 1))
    watcher.started(len(plan.steps))
    runner = Runner(
        tools, maker, providers, _whole(options.concurrency, suite.options.get("maxConcurrency"), 4),
        options.delay_ms or suite.options.get("delay") or 0, watcher.progress,
    )  # fmt: skip
    rows = await runner.run(plan)
    try:
        await compare(rows, tools)
    except ComparisonError as error:
        raise ConfigError(str(error)) from None
    return Ran(document(suite, plan, rows, suite.options), suite.outputs)


def _own_env(file: ConfigFile) -> dict[str, str]:
    return {name: file.env[name] for name in file.data.get("env") or {} if name in file.env}


def _whole(*candidates: Any) -> int:
    return next(
        int(value) for value in candidates if isinstance(value, int) and not isinstance(value, bool) and value > 0
    )


def _choose(suite: SuiteConfig, options: RunOptions) -> None:
    if options.variables:
        suite.default["vars"] = {**(suite.default.get("vars") or {}), **options.variables}
    suite.prompts = by_name(suite.prompts, options.prompts, "--filter-prompts", _prompt_names)
    suite.providers = by_name(suite.providers, options.providers, "--filter-providers", _provider_names)
    if not suite.prompts:
        raise ConfigError("No prompts found: --filter-prompts leaves none")
    had_some = bool(suite.tests)
    suite.tests = chosen(suite.tests, options.filters, suite.default)
    if had_some and not suite.tests and suite.scenarios is None:
        suite.scenarios = []  # a filter that leaves nothing runs nothing, not one empty test
    for scenario in suite.scenarios or []:
        few = Filters(options.filters.first, options.filters.pattern, failing=options.filters.failing)
        scenario["tests"] = chosen(scenario.get("tests") or [], few, suite.default)


def _prompt_names(prompt: Prompt) -> Sequence[str]:
    return [prompt.id or "", prompt.label]


def _provider_names(spec: ProviderSpec) -> Sequence[str]:
    return [spec.id, spec.label or ""]
