"""Writes one of our suites so that promptfoo itself can run it: our own checks become one-line JavaScript.

The provider works our checks out beside the answer (`metadata.checks`), since promptfoo does not know their names;
everything else of the suite stays as it is.
"""

import copy
from pathlib import Path
from typing import Any

from evals.checks.registry import own_checks
from evals.config.files import FileProblem, read_yaml
from evals.config.loading import ConfigError
from evals.providers.making import FEATURE_FILE
from evals.scripting.values import dump


def exported(path: Path) -> str:
    """Return the suite as JSON, which promptfoo reads as it reads YAML. Raises ConfigError."""
    try:
        data = read_yaml(path)
    except FileProblem as problem:
        raise ConfigError(str(problem)) from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path.name} must be one mapping")
    suite = copy.deepcopy(data)
    suite["providers"] = [f"file://{FEATURE_FILE}"]
    default = suite.get("defaultTest") or {}
    shared = _replaced(default)
    for test in suite.get("tests") or []:
        wanted = [*shared, *_replaced(test)]
        if wanted:
            test["metadata"] = {**(test.get("metadata") or {}), "ownChecks": wanted}
        test["options"] = {"disableVarExpansion": True, **(test.get("options") or {})}
    return dump(suite, 1) + "\n"


def _replaced(test: dict[str, Any]) -> list[dict[str, Any]]:
    """Replace our own checks in a test's assertions; return what they were."""
    found = []
    for item in test.get("assert") or []:
        if isinstance(item, dict) and str(item.get("type")).removeprefix("not-") in own_checks():
            asked = {"type": item["type"], **({"value": item["value"]} if "value" in item else {})}
            found.append(asked)
            # As \u007b, since promptfoo takes two braces in an assertion for a template.
            key = dump(dump(asked)).replace("{", "\\u007b")
            item["type"], item["value"] = "javascript", f"context.providerResponse.metadata.checks[{key}]"
    return found
