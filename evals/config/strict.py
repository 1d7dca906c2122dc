"""Strictness: whatever promptfoo would let pass silently is refused with file, line and the likely intent."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from evals.checks.registry import all_checks
from evals.config.loading import ConfigError
from evals.config.prompts import Prompt
from evals.config.suite import SuiteConfig
from evals.config.types import COMPARED_TYPES, KNOWN_TYPES
from evals.config.yaml12 import Place
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.names import free_names
from evals.scripting.values import is_number
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
    """Raise ConfigError that lists every slip of a config."""
    document, raw = suite.file.document, suite.file.document.data or {}
    findings = Findings(suite.file.path.name, document.line)
    _unknown(findings, (), raw, TOP)
    default = raw.get("defaultTest")
    if isinstance(default, dict):
        _test(findings, ("defaultTest",), default)
    inline = raw.get("tests")
    for index, test in enumerate(inline if isinstance(inline, list) else []):
        if isinstance(test, dict) and "path" not in test:
            _test(findings, ("tests", index), test)
    _scenarios(findings, raw.get("scenarios"))
    for warning in suite.warnings:
        findings.add(("tests",), f"{warning}.", "Correct the path.")
    _vacuous(findings, suite)
    _variables(findings, suite)
    if findings.problems:
        raise ConfigError("\n".join(str(problem) for problem in findings.problems))


def _scenarios(findings: Findings, scenarios: Any) -> None:
    for index, scenario in enumerate(scenarios if isinstance(scenarios, list) else []):
        if isinstance(scenario, dict):
            _unknown(findings, ("scenarios", index), scenario, SCENARIO)
            for key in ("config", "tests"):
                items = scenario.get(key)
                for number, item in enumerate(items if isinstance(items, list) else []):
                    if isinstance(item, dict):
                        _test(findings, ("scenarios", index, key, number), item)


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


def _vacuous(findings: Findings, suite: SuiteConfig) -> None:
    """Note tests without an assertion that counts."""
    shared = suite.default.get("assert") or []
    if not suite.tests and not suite.scenarios:
        findings.add(("tests",), "The config has no tests, so everything would pass.", "Give at least one test.")
    for index, test in enumerate(suite.tests):
        own = test.get("assert") or []
        skips = (test.get("options") or {}).get("disableDefaultAsserts") is True
        if not any(_counts(item) for item in [*own, *([] if skips else shared)]):
            said = f"Test {index + 1} ({test.get('description') or 'without description'}) checks nothing"
            findings.add(("tests", index), f"{said}, so it would always pass.", "Give it an `assert` list.")


def _counts(item: Any) -> bool:
    if not isinstance(item, dict) or item.get("weight") == 0:
        return False
    return item.get("type") != "assert-set" or any(_counts(inner) for inner in item.get("assert") or [])


def _variables(findings: Findings, suite: SuiteConfig) -> None:
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
                findings.add(
                    ("tests", index), f"The prompt uses `{missing}`, which test {index + 1} does not give.", fix
                )


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
