"""The masking core behind the interface of `pii_sample/score.py`.

cd tests/acceptance && python pii_sample/score.py --callable masker:Masker
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gateway.domain.reply import EgressBlocked
from gateway.masking import masker as core
from gateway.masking.egress import guard
from gateway.masking.restoring import StreamRestorer, restore_text
from gateway.masking.vault import Vault


def markings(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (pointer pattern, x-pii type) for every string of a schema; strings without a type are codes: `none`."""
    if schema.get("type") == "string":
        yield path, schema.get("x-pii", "none")
    for name, part in schema.get("properties", {}).items():
        yield from markings(part, f"{path}/{name}")
    if "items" in schema:
        yield from markings(schema["items"], f"{path}/*")


class Masker:
    """Zero-argument factory for the scorer. It checks exact round trips, so secrets are put back here."""

    def __init__(self) -> None:
        self._masker = core.Masker.default()

    def detect(self, text: str) -> list[dict[str, Any]]:
        return [{"start": s.start, "end": s.end, "type": s.kind} for s in self._masker.detect(text)]

    def mask(self, text: str) -> tuple[str, Vault]:
        vault = Vault()
        return self._masker.mask_text(text, vault), vault

    def mask_payload(self, payload: Any, schema: dict[str, Any]) -> tuple[Any, Vault]:
        vault = Vault()
        return self._masker.mask_tree(payload, vault, pii=dict(markings(schema)), plain=()), vault

    def restore(self, text: str, vault: Vault) -> str:
        return restore_text(text, vault, secrets=True)

    def restore_stream(self, pieces: Iterable[str], vault: Vault) -> Iterator[str]:
        restorer = StreamRestorer(vault, secrets=True)
        for piece in pieces:
            yield restorer.feed(piece)
        yield restorer.close()

    def guard(self, body: bytes, vault: Vault) -> bool:
        try:
            guard(body, vault)
        except EgressBlocked:
            return False
        return True
