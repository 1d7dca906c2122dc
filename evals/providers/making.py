"""Makes providers from what a config says about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.config.files import JAVASCRIPT, resolve
from evals.config.loading import ConfigError
from evals.config.providers import ProviderSpec, provider_spec
from evals.providers.base import Provider
from evals.providers.simple import Echo, JavascriptFile, Program, PythonFile
from evals.scripting.workers import Workers
from gateway.settings import ROOT

FEATURE_FILE = ROOT / "evals" / "provider.py"
Special = Callable[[ProviderSpec], Provider | None]


@dataclass(slots=True)
class ProviderMaker:
    """Makes each provider once. `special` makes those that need the gateway: features and models."""

    workers: Workers
    env: Mapping[str, str]
    special: Special = lambda spec: None
    _made: dict[str, Provider] = field(default_factory=dict)

    def named(self, item: Any, base: Any, known: list[Provider]) -> Provider:
        """Return the provider that a test or an assertion names: one of the config's own, or a new one."""
        if isinstance(item, str):
            for provider in known:
                if item in (provider.spec.id, provider.spec.label):
                    return provider
        return self.make(provider_spec(item, base))

    def make(self, spec: ProviderSpec) -> Provider:
        """Return the provider. Raises ConfigError for an id that nobody knows."""
        key = repr(spec)
        if key not in self._made:
            self._made[key] = self._new(spec)
        return self._made[key]

    async def close(self) -> None:
        """Close every provider that keeps something open."""
        for provider in self._made.values():
            if (closing := getattr(provider, "close", None)) is not None:
                await closing()

    def _new(self, spec: ProviderSpec) -> Provider:
        found = self.special(spec)
        if found is not None:
            return found
        if spec.id == "echo":
            return Echo(spec)
        path = spec.id.removeprefix("file://").partition(":")[0]
        if spec.id.startswith("python:") or (spec.id.startswith("file://") and path.endswith(".py")):
            return PythonFile(spec, self.workers)
        if spec.id.startswith("file://") and path.endswith(JAVASCRIPT):
            return JavascriptFile(spec, self.workers)
        if spec.id.startswith("exec:"):
            return Program(spec, self.env)
        raise ConfigError(f"Could not identify provider: {spec.id}")


def is_feature_file(spec: ProviderSpec) -> bool:
    """Tell whether a provider is our own `provider.py`, which drives a feature through the pipeline."""
    path, _, function = spec.id.removeprefix("file://").partition(":")
    return spec.id.startswith("file://") and not function and resolve(spec.base, path) == FEATURE_FILE
