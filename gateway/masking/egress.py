"""The last look at the bytes of an upstream call: they leave only if no personal value is left in them."""

import time
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from gateway.domain.reply import EgressBlocked
from gateway.masking.folding import BOUNDARY, MAX_NESTING, Shadow, base64_blobs, decode, fold
from gateway.masking.known import KnownValues
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault

MAX_BYTES = 2_000_000
TIME_LIMIT_SECONDS = 0.25


def guard(
    body: bytes,
    vault: Vault,
    *,
    allowed: Collection[str] = (),
    masker: Masker | None = None,
    time_limit: float = TIME_LIMIT_SECONDS,
) -> None:
    """Let a request body pass, or raise `EgressBlocked` whose `kind` is a type or a reason, never a value.

    Looked for: every value of the vault with its parts and other spellings, and every form of layer 2, in all decoded
    views of all strings and keys. `allowed` are findings that belong to the prompt's own text (for example an address
    of the operator), compared in lower case. Any failure of the guard itself blocks as well.
    """
    deadline = time.monotonic() + time_limit
    try:
        kind = _first_finding(body, vault, masker or Masker.default(), frozenset(a.lower() for a in allowed), deadline)
    except Exception as error:  # whatever goes wrong here, the bytes must not leave
        raise EgressBlocked(f"guard_failed_{type(error).__name__}") from None
    if kind is not None:
        raise EgressBlocked(kind)


def _first_finding(body: bytes, vault: Vault, masker: Masker, allowed: frozenset[str], deadline: float) -> str | None:
    if len(body) > MAX_BYTES:
        return "too_large"
    text = BOUNDARY.join(s.replace(BOUNDARY, " ") for s in _strings(msgspec.json.decode(body)))
    known = masker.known_values(vault)
    for shadow in _views(text, MAX_NESTING):
        if time.monotonic() > deadline:
            return "time_limit"
        kind = _finding(shadow, known, masker, allowed)
        if kind is not None:
            return kind
    return None if time.monotonic() <= deadline else "time_limit"


def _finding(shadow: Shadow, known: KnownValues | None, masker: Masker, allowed: frozenset[str]) -> str | None:
    spans = known.find(shadow, strict=True) if known is not None else []
    spans += masker.formats.personal(shadow)
    return next((span.kind for span in spans if shadow.lower[span.start : span.end] not in allowed), None)


def _views(text: str, depth: int) -> Iterator[Shadow]:
    """Yield the shadow of a text, of its decoded form, and of everything that is base64 in it."""
    for shadow in (decode(text), fold(text)):
        if shadow is not None:
            yield shadow
            for _, _, inner in base64_blobs(shadow) if depth else ():
                yield from _views(inner, depth - 1)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, int) and abs(value) >= 100_000_000:
        yield f'"number": {value}}}'
