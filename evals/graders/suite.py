"""Asks the models that a config names for its graded assertions; the gateway's own where it names none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.checks.registry import CheckError
from evals.config.loading import ConfigError
from evals.config.providers import provider_spec
from evals.providers.base import Provider, ProviderError
from evals.providers.making import ProviderMaker
from evals.providers.simple import PythonFile

DEFAULT = "gateway:gpt-4"
"""Without a named one, the route of the strong class grades."""


@dataclass(frozen=True, slots=True)
class SuiteGrader:
    """Finds the provider of a question and asks it."""

    maker: ProviderMaker
    providers: list[Provider]
    base: Path
    default: Any = None

    async def ask(self, provider: Any, prompt: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the provider's response. Raises CheckError where it cannot be called: the row is an error then."""
        try:
            found = self.maker.named(provider or self.default or DEFAULT, self.base, self.providers)
            label = variables.get("kind", "grading")
            context = {"vars": dict(variables), "prompt": {"raw": prompt, "label": label}}
            return (await found.call(prompt, context)).response
        except (ConfigError, ProviderError) as error:
            raise CheckError(f"the model that grades cannot be asked: {error}") from None

    async def embed(self, provider: Any, text: str) -> Mapping[str, Any]:
        """Return {embedding} of a text, from a Python provider's `call_embedding_api`. Raises CheckError."""
        try:
            found: Any = self.maker.make(provider_spec(provider, self.base)) if provider else None
            if not isinstance(found, PythonFile):
                raise CheckError("embeddings need a Python provider with `call_embedding_api`: name it with `provider`")
            response = await found.embedding(text)
        except (ConfigError, ProviderError) as error:
            raise CheckError(f"the model for embeddings cannot be asked: {error}") from None
        vector = response.get("embedding")
        if isinstance(vector, list) and all(isinstance(item, int | float) and math.isfinite(item) for item in vector):
            return response
        return {"error": response.get("error") or "No embedding"}
