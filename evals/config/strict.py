"""Strictness: whatever promptfoo would let pass silently is refused with file, line and the likely intent."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from evals.checks.registry import all_checks
from evals.config.files import read_text, resolve
from evals.config.loading import ConfigError
from evals.config.prompts import Prompt
from evals.config.suite import SuiteConfig
from evals.config.types import COMPARED_TYPES, KNOWN_TYPES
from evals.config.yaml12 import Place, read
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.names import free_names
from evals.scripting.values import is_number, parse_json
from gateway.library.problems import Findings

TOP = frozenset(
    ("description", "tags", "metadata", "env", "prompts", "providers", "targets", "tests", "defaultTest", "scenarios",
     "derivedMetrics", "evaluateOptions", "commandLineOptions", "outputPath", "assertionTemplates", "sharing",
     "nunjucksFilters", "extensions", "$schema", "tracing", "writeLatestResults")
)  # fmt: skip
TEST = frozenset(
    ("description", "vars", "assert", "options", "metadata", "threshold", "provider", "providers", "prompts",
     "providerOutput", "assertScoringFunction", "config", "$ref")
)  # fmt: skip
ASSERTION = frozenset(
    ("type", "value", "threshold", "weight", "metric", "provider", "rubricPrompt", "config", "transform",
     "contextTransform", "assert", "$ref")
)  # fmt: skip
OPTIONS = frozenset(
    ("transform", "postprocess", "transformVars", "prefix", "suffix", "provider", "rubricPrompt", "factuality",
     "storeOutputAs", "repeat", "disableVarExpansion", "disableDefaultAsserts", "disableConversationVar", "runSerially",
     "response_format", "temperature", "max_tokens")
)  # fmt: skip
SCENARIO = frozenset(("description", "config", "tests", "$ref"))
ALWAYS_KNOWN = frozenset(("env", "_conversation", "loop", "range", "cycler", "joiner"))
_NEEDS_VALUE = frozenset(
    ("contains", "icontains", "contains-any", "contains-all", "icontains-any", "icontains-all", "starts-with", "regex",
     "equals", "javascript", "python", "levenshtein", "similar", "llm-rubric", "factuality", "model-graded-closedqa",
     "model-graded-factuality", "rouge-n", "bleu", "gleu", "word-count", "g-eval", "context-recall", "webhook",
     "tool-call-f1")
)  # fmt: skip
_NEEDS_THRESHOLD = frozenset(("cost", "latency", "perplexity", "perplexity-score", "answer-relevance"))


def refuse_slips(suite: SuiteConfig) -> None:
    """Raise ConfigError that lists every slip of a config and of the files its tests stand in."""
    document, raw = suite.file.document, suite.file.document.data or {}
    findings = Findings(suite.file.path.name, document.line)
    files = _Files(suite, findings)
    _unknown(findings, (), raw, TOP)
    default, scenarios = raw.get("defaultTest"), raw.get("scenarios")
    if isinstance(default, str) and (loaded := files.named(default)) is not None:
        _test(loaded[0], (), loaded[1] if isinstance(loaded[1], dict) else {})
    elif isinstance(default, dict):
        _test(findings, ("defaultTest",), default)
    inline = raw.get("tests")
    for index, test in enumerate(inline if isinstance(inline, list) else []):
        if isinstance(test, dict) and "path" not in test:
            _test(findings, ("tests", index), test)
    for path in dict.fromkeys(path for path, _ in suite.origins.values()):
        files.tests(path)
    if isinstance(scenarios, str) and (loaded := files.named(scenarios)) is not None:
        _scenarios(loaded[0], (), loaded[1])
    else:
        _scenarios(findings, ("scenarios",), scenarios)
    for warning in suite.warnings:
        findings.add(("tests",), f"{warning}.", "Correct the path.")
    _vacuous(findings, suite, files)
    _variables(suite, files)
    problems = [problem for found in files.all() for problem in found.problems]
    if problems:
        raise ConfigError("\n".join(str(problem) for problem in problems))


class _Files:
    """The files that tests stand in besides the config, each with the slips found in it and the lines of its parts."""

    def __init__(self, suite: SuiteConfig, findings: Findings) -> None:
        self._suite, self._own = suite, findings
        self._found: dict[Path, Findings] = {}

    def all(self) -> list[Findings]:
        """Return what was found, the config's own slips first."""
        return [self._own, *self._found.values()]

    def named(self, reference: str) -> tuple[Findings, Any] | None:
        """Return slips and data of a YAML or JSON file that is named in the config."""
        path = resolve(self._suite.base, reference)
        if path.suffix not in (".yaml", ".yml", ".json") or not path.exists():
            return None
        return self._read(path)

    def tests(self, path: Path) -> None:
        """Look for slips in every test of a file."""
        findings, data = self._read(path)
        for index, test in enumerate(data if isinstance(data, list) else [data]):
            if isinstance(test, dict):
                _test(findings, (index,) if isinstance(data, list) else (), test)

    def place(self, index: int, test: Mapping[str, Any]) -> tuple[Findings, Place]:
        """Return where slips of a whole test are noted: in its file, or under `tests` of the config."""
        path, number = self._suite.origins.get(id(test), (None, 0))
        return (self._own, ("tests", index)) if path is None else (self._found[path], (number,))

    def _read(self, path: Path) -> tuple[Findings, Any]:
        if path.suffix == ".jsonl":
            lines = [(number, line) for number, line in enumerate(read_text(path).split("\n"), 1) if line.strip()]
            return self._keep(path, lambda place: lines[int(place[0])][0]), [parse_json(line) for _, line in lines]
        document = read(read_text(path))
        return self._keep(path, document.line), document.data

    def _keep(self, path: Path, line_of: Callable[[Place], int]) -> Findings:
        return self._found.setdefault(path, Findings(path.name, line_of))


def _scenarios(findings: Findings, place: Place, scenarios: Any) -> None:
    for index, scenario in enumerate(scenarios if isinstance(scenarios, list) else []):
        if isinstance(scenario, dict):
            _unknown(findings, (*place, index), scenario, SCENARIO)
            for key in ("config", "tests"):
                items = scenario.get(key)
                for number, item in enumerate(items if isinstance(items, list) else []):
                    if isinstance(item, dict):
                        _test(findings, (*place, index, key, number), item)


def _test(findings: Findings, place: Place, test: Mapping[str, Any]) -> None:
    _unknown(findings, place, test, TEST)
    variables = test.get("vars")
    if isinstance(variables, dict) and "assert" in variables:
        findings.add((*place, "vars", "assert"), "`assert` stands under `vars`.", "Move it to the left, beside `vars`.")
    if "assert" in test and test["assert"] in (None, []):
        findings.add(
            (*place, "assert"), "`assert` is empty, so the case checks nothing.", "Give a check, or take it out."
        )
    if "threshold" in test and not is_number(test["threshold"]):
        findings.add((*place, "threshold"), "`threshold` is no number and would be ignored.", "Take the quotes away.")
    elif test.get("threshold") == 0:
        findings.add((*place, "threshold"), "A threshold of 0 always passes.", "Give a number above 0.")
    if isinstance(test.get("options"), dict):
        _unknown(findings, (*place, "options"), test["options"], OPTIONS)
    asserts = test.get("assert")
    for index, item in enumerate(asserts if isinstance(asserts, list) else []):
        if isinstance(item, dict):
            _assertion(findings, (*place, "assert", index), item)


def _assertion(findings: Findings, place: Place, item: Mapping[str, Any]) -> None:
    _unknown(findings, place, item, ASSERTION)
    name = item.get("type")
    if not isinstance(name, str):
        return
    base, known = name.removeprefix("not-"), {*all_checks(), *KNOWN_TYPES, *COMPARED_TYPES, "assert-set"}
    if base not in known:
        findings.add((*place, "type"), f"There is no assertion type `{name}`.", _likely(base, sorted(known)))
    value = item.get("value")
    if base == "assert-set":
        if not item.get("assert"):
            findings.add(place, "The assert-set is empty.", "Give it an `assert` list.")
        for index, inner in enumerate(item.get("assert") or []):
            if isinstance(inner, dict):
                _assertion(findings, (*place, "assert", index), inner)
    elif isinstance(value, list | dict) and not value:
        findings.add((*place, "value"), "The value is empty, so the check says nothing.", "Give at least one value.")
    elif base in _NEEDS_VALUE and (value is None or value == ""):
        findings.add(place, f"`{name}` has no value.", "Give it a `value`.")
    if base in _NEEDS_THRESHOLD and item.get("threshold") is None:
        findings.add(place, f"`{name}` without a threshold says nothing.", "Give it a `threshold`.")
    elif item.get("threshold") == 0 and base not in ("cost", "latency", "levenshtein"):
        findings.add((*place, "threshold"), "A threshold of 0 always passes.", "Give a number above 0.")


def _vacuous(findings: Findings, suite: SuiteConfig, files: _Files) -> None:
    """Note tests without an assertion that counts."""
    shared = suite.default.get("assert") or []
    if not suite.tests and not suite.scenarios:
        findings.add(("tests",), "The config has no tests, so everything would pass.", "Give at least one test.")
    for index, test in enumerate(suite.tests):
        own = test.get("assert") or []
        skips = (test.get("options") or {}).get("disableDefaultAsserts") is True
        if not any(_counts(item) for item in [*own, *([] if skips else shared)]):
            said = f"Test {index + 1} ({test.get('description') or 'without description'}) checks nothing"
            noted, place = files.place(index, test)
            noted.add(place, f"{said}, so it would always pass.", "Give it an `assert` list.")


def _counts(item: Any) -> bool:
    if not isinstance(item, dict) or item.get("weight") == 0:
        return False
    return item.get("type") != "assert-set" or any(_counts(inner) for inner in item.get("assert") or [])


def _variables(suite: SuiteConfig, files: _Files) -> None:
    """Note variables that a prompt uses and a test does not supply; they would be printed as nothing."""
    shared = set(suite.default.get("vars") or {})
    stored = {(test.get("options") or {}).get("storeOutputAs") for test in suite.tests}
    for index, test in enumerate(suite.tests):
        given = {*shared, *(test.get("vars") or {}), *stored, *ALWAYS_KNOWN}
        names = test.get("prompts")
        for prompt in suite.prompts:
            if isinstance(names, list) and not any(prompt.named(str(name)) for name in names):
                continue
            for missing in sorted(_used(prompt) - given):
                fix = _likely(missing, sorted(name for name in given if name)) if given else "Add it to `vars`."
                noted, place = files.place(index, test)
                noted.add(place, f"The prompt uses `{missing}`, which test {index + 1} does not give.", fix)


def _used(prompt: Prompt) -> set[str]:
    if prompt.script is not None:
        return set()
    try:
        return free_names(prompt.raw)
    except TemplateError:
        return set()


def _unknown(findings: Findings, place: Place, mapping: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in mapping:
        if key not in known:
            findings.add((*place, key), f"`{key}` is not known here and would be ignored.", _likely(key, sorted(known)))


def _likely(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"Did you mean `{close[0]}`?" if close else "Take it out, or correct the name."
