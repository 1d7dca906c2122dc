"""The code behind each feature, and the rules that stand in for a model when there is no key."""

import importlib
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from gateway.library.catalog import Catalog
from gateway.pipeline.validating import rules_from_schema


def feature_modules(catalog: Catalog) -> dict[str, ModuleType | None]:
    """Return the module behind each feature; None where the input is the evidence."""
    return {
        feature.name: None
        if feature.evidence == "input"
        else importlib.import_module(f"gateway.features.{feature.evidence}")
        for feature in catalog.features.values()
    }


def offline_rules(
    catalog: Catalog, modules: Mapping[str, ModuleType | None], live: Callable[[str], str | None]
) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
    """Return, by feature, the rules that stand in for a model when there is no key."""

    def rules_of(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def words(facts: dict[str, Any]) -> dict[str, Any]:
            module = modules[name]
            if module is not None:
                written: dict[str, Any] = module.fallback(facts)
                return written
            prompt = catalog.by_hash.get(live(name) or "")
            schema = prompt.output.raw if prompt else catalog.features[name].response.raw
            return rules_from_schema(schema, facts)

        return words

    return {name: rules_of(name) for name in catalog.features}
