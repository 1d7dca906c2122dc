"""Stands in where a run has no model to grade with: graded assertions are row errors that say what to do."""

from collections.abc import Mapping
from typing import Any

from evals.checks.registry import CheckError


class NoGrader:
    """Refuses every question."""

    async def ask(self, provider: Any, prompt: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raise CheckError."""
        raise CheckError("there is no model to grade with: name one with `--grader`, or `provider` at the assertion")

    async def embed(self, provider: Any, text: str) -> Mapping[str, Any]:
        """Raise CheckError."""
        raise CheckError("there is no model for embeddings: name one with `provider` at the assertion")
