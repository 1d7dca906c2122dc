"""The last look at the bytes of an upstream call: they leave only if no personal value is left in them."""

import time
from collections.abc import Collection, Iterator
from typing import Any, Final

import msgspec

from gateway.domain.reply import EgressBlocked
from gateway.masking.clean_texts import MIN_CHARACTERS, CleanTexts
from gateway.masking.folding import BOUNDARY, MAX_NESTING, Shadow, base64_blobs, decode, fold
from gateway.masking.known import KnownValues
from gateway.masking.masker import Masker
from gateway.masking.spans import Span
from gateway.masking.vault import Vault

MAX_BYTES = 2_000_000
TIME_LIMIT_SECONDS = 0.25
_CLEAN: Final = CleanTexts()
"""What holds no form does so for every vault, so only the vault's values are looked for in it."""


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
    deadline = time.thread_time() + time_limit  # own time: a busy machine must not stop a call
    try:
        kind = _first_finding(body, vault, masker or Masker.default(), frozenset(a.lower() for a in allowed), deadline)
    except Exception as error:  # whatever goes wrong here, the bytes must not leave
        raise EgressBlocked(f"guard_failed_{type(error).__name__}") from None
    if kind is not None:
        raise EgressBlocked(kind)


def _first_finding(body: bytes, vault: Vault, masker: Masker, allowed: frozenset[str], deadline: float) -> str | None:
    if len(body) > MAX_BYTES:
        return "too_large"
    known = masker.known_values(vault)
    fresh: list[str] = []
    for text in _texts(msgspec.json.decode(body)):
        clean = _CLEAN.find(text)
        if clean is None:
            fresh.append(text)
        elif known is not None and (kind := _first(clean, known.find(clean, strict=True), allowed)):
            return kind
    for shadow in _views(BOUNDARY.join(fresh), MAX_NESTING):
        if time.thread_time() > deadline:
            return "time_limit"
        kind = _finding(shadow, known, masker, allowed)
        if kind is not None:
            return kind
    _remember(fresh, masker)
    return None if time.thread_time() <= deadline else "time_limit"


def _texts(value: Any) -> list[str]:
    """Return the long strings of a JSON value, and all others as one text: a schema's words come with every call."""
    strings: list[str] = []
    _gather(value, strings)
    if BOUNDARY in "".join(strings):
        strings = [string.replace(BOUNDARY, " ") for string in strings]
    texts = [string for string in strings if len(string) >= MIN_CHARACTERS]
    texts.append(BOUNDARY.join([string for string in strings if len(string) < MIN_CHARACTERS]))
    return texts


def _remember(texts: list[str], masker: Masker) -> None:
    """Keep the texts that come again and hold no form even by themselves, as they stand and without disguise."""
    for text in texts:
        if not _CLEAN.is_worth_keeping(text):
            continue
        shadow = fold(text)
        if decode(text, json_text=True) is None and not base64_blobs(shadow) and not masker.formats.personal(shadow):
            _CLEAN.keep(text, shadow)


def _finding(shadow: Shadow, known: KnownValues | None, masker: Masker, allowed: frozenset[str]) -> str | None:
    spans = known.find(shadow, strict=True) if known is not None else []
    return _first(shadow, spans + masker.formats.personal(shadow), allowed)


def _first(shadow: Shadow, spans: list[Span], allowed: frozenset[str]) -> str | None:
    """Return the kind of the first finding that is not allowed."""
    return next((span.kind for span in spans if shadow.lower[span.start : span.end] not in allowed), None)


def _views(text: str, depth: int) -> Iterator[Shadow]:
    """Yield the shadow of a text, of its decoded form, and of everything that is base64 in it."""
    for shadow in (decode(text, json_text=True), fold(text)):
        if shadow is not None:
            yield shadow
            for _, _, inner in base64_blobs(shadow) if depth else ():
                yield from _views(inner, depth - 1)


def _gather(value: Any, texts: list[str]) -> None:
    """Add every string, key and long number of a JSON value to `texts`."""
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, dict):
        texts.extend(value)
        for item in value.values():
            _gather(item, texts)
    elif isinstance(value, list):
        for item in value:
            _gather(item, texts)
    elif isinstance(value, int) and abs(value) >= 100_000_000:
        texts.append(f'"number": {value}}}')
