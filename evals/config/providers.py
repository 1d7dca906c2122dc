"""Reads the `providers` of a config: ids, `{id, label, config, …}`, `{id: {…}}`, and files that hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.config.files import external
from evals.config.loading import ConfigError


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """What a config says about one provider. `prompts` limits it to prompts with these labels; None means all."""

    id: str
    label: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    prompts: tuple[str, ...] | None = None
    transform: str | None = None
    delay: float = 0.0
    base: Path = Path()

    @property
    def name(self) -> str:
        """The label, else the id."""
        return self.label or self.id

    def named(self, reference: str) -> bool:
        """Tell whether a test's `providers` entry means this provider."""
        names = [name for name in (self.label, self.id) if name]
        if reference in names or any(name.startswith(f"{reference}:") for name in names):
            return True
        return reference.endswith("*") and any(name.startswith(reference[:-1]) for name in names)


def read_providers(given: Any, base: Path) -> list[ProviderSpec]:
    """Return the providers of a `providers` value. Raises ConfigError."""
    items = [given] if isinstance(given, str | dict) else given
    if not isinstance(items, list) or not [item for item in items if item]:
        raise ConfigError("You must specify at least 1 provider (for example, echo)")
    found: list[ProviderSpec] = []
    seen: list[Any] = []
    for item in items:
        if item in seen:
            continue
        seen.append(item)
        if isinstance(item, str) and item.startswith("file://") and item.endswith((".yaml", ".yml", ".json")):
            loaded = external(item, base)
            found += read_providers(loaded if isinstance(loaded, list) else [loaded], base)
        else:
            found.append(provider_spec(item, base))
    return found


def provider_spec(item: Any, base: Path) -> ProviderSpec:
    """Return what one entry says. Raises ConfigError."""
    if isinstance(item, str):
        return ProviderSpec(item, base=base)
    if not isinstance(item, dict) or not item:
        raise ConfigError(f"a provider must be a text or a mapping, not {item!r}")
    options = item
    name = item.get("id")
    if not isinstance(name, str):
        name, options = next(iter(item.items()))
        if not isinstance(options, dict):
            raise ConfigError(f"the provider {name} must be a mapping of options")
        name = options.get("id") or name
    prompts = options.get("prompts")
    prompts = [prompts] if isinstance(prompts, str) else prompts
    return ProviderSpec(
        id=str(name),
        label=None if options.get("label") is None else str(options["label"]),
        config=options.get("config") or {},
        prompts=None if prompts is None else tuple(str(prompt) for prompt in prompts),
        transform=options.get("transform"),
        delay=float(options.get("delay") or 0),
        base=base,
    )
