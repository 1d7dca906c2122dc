"""Step 7: personal values become placeholders; what follows can only take what comes out of here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gateway.domain.evidence import Evidence
from gateway.library.catalog import Feature
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault
from gateway.pipeline.ask import Ask


@dataclass(frozen=True, slots=True)
class MaskedEvidence:
    """Facts and request without a personal value, and the vault that knows the way back."""

    facts: dict[str, Any]
    request: dict[str, Any]
    vault: Vault
    evidence: Evidence


def mask(masker: Masker, ask: Ask, evidence: Evidence) -> MaskedEvidence:
    """Return the masked copy of everything a prompt may show, numbered in document order over facts and request."""
    vault = Vault()
    pii = marked(ask.feature, evidence)
    plain = {f"/facts{pointer}" for pointer in evidence.plain}
    plain.update(f"/request{pointer}" for pointer in harmless(ask.feature))
    tree = masker.mask_tree({"facts": evidence.facts, "request": ask.body}, vault, pii=pii, plain=frozenset(plain))
    return MaskedEvidence(tree["facts"], tree["request"], vault, evidence)


def marked(feature: Feature, evidence: Evidence) -> dict[str, str]:
    """Return pointer → kind of everything that is personal by declaration, below `/facts` and `/request`."""
    pii = {f"/facts{pointer}": kind for pointer, kind in evidence.pii.items()}
    return pii | {f"/request{pointer}": kind for pointer, kind in feature.pii.items()}


@cache
def harmless(feature: Feature) -> frozenset[str]:
    """Return the pointers of request texts that are marked `x-pii: none`: codes, enums, days and ids."""
    found: set[str] = set()

    def walk(schema: Mapping[str, Any], pointer: str) -> None:
        if schema.get("x-pii") == "none":
            found.add(pointer)
        for name, child in schema.get("properties", {}).items():
            walk(child, f"{pointer}/{name}")
        if isinstance(schema.get("items"), Mapping):
            walk(schema["items"], f"{pointer}/*")

    walk(feature.input.raw, "")
    return frozenset(found)
