"""Step 7: personal values become placeholders; what follows can only take what comes out of here."""

from dataclasses import dataclass
from typing import Any

from gateway.domain.evidence import Evidence
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
    pii = {f"/facts{pointer}": kind for pointer, kind in evidence.pii.items()}
    pii |= {f"/request{pointer}": kind for pointer, kind in ask.feature.pii.items()}
    plain = frozenset(f"/facts{pointer}" for pointer in evidence.plain)
    tree = masker.mask_tree({"facts": evidence.facts, "request": ask.body}, vault, pii=pii, plain=plain)
    return MaskedEvidence(tree["facts"], tree["request"], vault, evidence)
