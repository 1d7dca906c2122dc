"""The identity of a prompt's content: what a verdict is about and what a release carries."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

MASKING_POLICY = "1"
"""Raise when masking changes what a model sees; every verdict must then be earned again."""
GROUNDING_POLICY = "1"
"""Raise when grounding changes what survives of an answer; every verdict must then be earned again."""

CONTRACT_KEYS = (
    "name", "evidence", "input", "response", "essential", "free_input", "languages", "stream", "decision_status",
)  # fmt: skip
"""The keys of `feature.yaml` that change an answer. Titles, examples, paths, quotas, flags and cache times do not."""

VERSION_KEYS = ("params", "token_budget", "trim", "output", "rules", "few_shots")
"""The keys of `vN.yaml` hashed as they are; messages, partials and the route in force are added."""


def canonical(value: Any) -> bytes:
    """Return one spelling of a JSON value: sorted keys, no white space, whole numbers without a point."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def contract_hash(feature: Mapping[str, Any]) -> str:
    """Return the hash of what in a `feature.yaml` changes an answer."""
    return digest({key: feature[key] for key in CONTRACT_KEYS if feature.get(key) is not None})


def content_hash(version: Mapping[str, Any], *, route: str, partials: Mapping[str, str], contract: str) -> str:
    """Return the hash of a version's whole behaviour; `partials` maps the declared names to their texts."""
    own = {key: version[key] for key in VERSION_KEYS if version.get(key)}
    messages = [[message["role"], message["content"]] for message in version["messages"]]
    policies = {"masking": MASKING_POLICY, "grounding": GROUNDING_POLICY}
    return digest({**own, **policies, "messages": messages, "route": route, "partials": partials, "contract": contract})


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
