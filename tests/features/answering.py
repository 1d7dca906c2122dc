"""What a feature's rules answer from its evidence, as the pipeline composes it, and the prompt's rules on it."""

import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from gateway.domain.evidence import Evidence
from gateway.grounding.ground import overwrite
from tests.service import catalog_of

CATALOG = catalog_of()


def whole(feature: ModuleType, evidence: Evidence, words: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of the answer; `words` stand in for those of the rules."""
    facts = json.loads(json.dumps(evidence.facts))
    words = feature.fallback(facts) if words is None else words
    merged = feature.merge(words, evidence) if hasattr(feature, "merge") else words
    return overwrite(merged, evidence.computed)[0]


def broken_rules(name: str, body: Mapping[str, Any], evidence: Evidence, request: Mapping[str, Any]) -> list[str]:
    """Return the rules of the feature's newest prompt, and the words of its response schema, that do not hold."""
    rules = CATALOG.versions(name)[-1].rules
    broken = [rule.id for rule in rules if not rule.holds(body, evidence.facts, request)]
    return broken + [f"{e.pointer} {e.message}" for e in CATALOG.features[name].response.check(dict(body))]


def thawed(value: Any) -> Any:
    """Return the plain form of a frozen example."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, list | tuple) else value
