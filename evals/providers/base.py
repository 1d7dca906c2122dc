"""What answers a prompt: a provider takes the rendered prompt and its context, and gives promptfoo's response."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from evals.checks.registry import Output
from evals.config.providers import ProviderSpec


class ProviderError(Exception):
    """The provider could not be called or gave no response: the row is an error."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A provider's response; `answer` is there when a feature of the gateway gave it."""

    response: dict[str, Any]
    answer: Output | None = None


class Provider(Protocol):
    """Answers prompts. Raises ProviderError."""

    @property
    def spec(self) -> ProviderSpec: ...

    async def call(self, prompt: str, context: Mapping[str, Any]) -> Answered: ...
