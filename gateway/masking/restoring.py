"""Placeholders back to true values: tolerant of how a model writes them, also piece by piece in a stream."""

import json
import re
from collections.abc import Iterator
from typing import Any

from gateway.masking.vault import KINDS, Vault

_SEP = r"(?:[ _\-]|\\_)"
_UNDERSCORE = r"(?:_|\\_)"
_KIND = "|".join(kind.replace("_", _SEP) for kind in KINDS)
_BARE_KIND = "|".join(kind.replace("_", _UNDERSCORE) for kind in KINDS)
_OPEN, _CLOSE = r"(?:<|&lt;|\\u003[cC])", r"(?:>|&gt;|\\u003[eE])"
_PLACEHOLDER = re.compile(
    rf"(?i:{_OPEN}[ ]{{0,2}}(?P<kind>{_KIND})(?:{_SEP}(?P<role>[FLV][0-9]?))?"
    rf"{_SEP}(?P<number>[0-9]{{1,5}})[ ]{{0,2}}{_CLOSE})"
    rf"|(?<![A-Za-z0-9_])(?i:(?P<kind2>{_BARE_KIND})(?:{_UNDERSCORE}(?P<role2>[FLV][0-9]?))?{_UNDERSCORE}(?P<number2>[0-9]{{1,5}}))(?![0-9])"
)
_EXACT = re.compile(rf"<(?P<kind>{'|'.join(KINDS)})(?:_(?P<role>[FLV][0-9]?))?_(?P<number>[0-9]{{1,5}})>")
"""A placeholder as we wrote it; found far faster than all the ways in which a model may write one."""
_ANY_SEP = re.compile(r"\\?[_ \-]")
_NUMBERED = re.compile("_[0-9]")
_ESCAPED_OPEN = re.compile(r"&[lL][tT];|\\[uU]003[cC]")
MAX_HELD = 28
"""The longest tail of a stream that may wait for its placeholder to be complete, in characters."""


def restore_text(text: str, vault: Vault, *, secrets: bool = False, json_text: bool = False) -> str:
    """Return `text` with every known placeholder replaced by its exact value; unknown ones stay and are counted.

    `json_text`: the text is JSON, so values are escaped. `secrets`: also put secrets back; only for showing a caller
    their own masked text, never for an answer.
    """
    return _restore(text, 0, vault, secrets=secrets, json_text=json_text)


def _restore(text: str, position: int, vault: Vault, *, secrets: bool, json_text: bool) -> str:
    """Return `text` from `position` on, restored; what stands before only tells where a word begins."""
    pieces: list[str] = []
    for match in _mentions(text, position):
        surface = vault.surface(*_parts(match), secrets=secrets)
        if surface is None:
            vault.unknown += 1
            continue
        pieces += (
            text[position : match.start()],
            json.dumps(surface, ensure_ascii=False)[1:-1] if json_text else surface,
        )
        position = match.end()
    return "".join(pieces) + text[position:]


def _mentions(text: str, position: int) -> Iterator[re.Match[str]]:
    """Yield the placeholders of a text from `position` on, however they are written."""
    for exact in _EXACT.finditer(text, position) if "<" in text else ():
        if _may_mention(text[position : exact.start()]):
            yield from _PLACEHOLDER.finditer(text, position, exact.start())
        yield exact
        position = exact.end()
    if _may_mention(text[position:]):
        yield from _PLACEHOLDER.finditer(text, position)


def _may_mention(text: str) -> bool:
    """Tell whether a text has anything of that without which nothing reads as a placeholder.

    That is an opening mark, plain or escaped, or an underscore before a digit; codes such as `AT_RISK` have neither.
    """
    if "<" in text or ("_" in text and _NUMBERED.search(text)):
        return True
    return ("&" in text or "\\" in text) and _ESCAPED_OPEN.search(text) is not None


def _parts(match: re.Match[str]) -> tuple[str, str, int]:
    """Return the type, role and number of a placeholder."""
    if match.re is _EXACT:
        return match["kind"], match["role"] or "", int(match["number"])
    kind = _ANY_SEP.sub("_", (match["kind"] or match["kind2"]).upper())
    return kind, (match["role"] or match["role2"] or "").upper(), int(match["number"] or match["number2"])


def restore_tree(value: Any, vault: Vault) -> Any:
    """Return a copy of a JSON value with placeholders restored in every string and key."""
    if isinstance(value, str):
        return restore_text(value, vault)
    if isinstance(value, list):
        return [restore_tree(item, vault) for item in value]
    if isinstance(value, dict):
        return {
            restore_text(key, vault) if "<" in key else key: restore_tree(item, vault) for key, item in value.items()
        }
    return value


def _prefixes(word: str, separator: str) -> str:
    """Return a pattern for every beginning of `word`, the whole word included."""
    pattern = ""
    for character in reversed(word):
        unit = separator if character == "_" else character
        pattern = f"{unit}(?:{pattern})?" if pattern else unit
    return pattern


def _begun(kind: str, separator: str) -> str:
    """Return a pattern for every beginning of a placeholder from its type on, up to its last digit."""
    kinds = "|".join(_prefixes(name, separator) for name in KINDS)
    return rf"(?:{kind})(?:{separator})?(?:[FLV][0-9]?(?:{separator})?)?[0-9]{{0,5}}|{kinds}"


_HALF_SEP = r"(?:[ _\-]|\\_?)"
_HALF_BARE = r"(?:_|\\_?)"
_CLOSING = r"[ ]{0,2}(?:&(?:g(?:t)?)?|\\(?:u(?:0(?:0(?:3)?)?)?)?)?"
_BEGUN = re.compile(
    rf"(?i:(?:<|&lt;|\\u003c)[ ]{{0,2}}(?:{_begun(_KIND, _HALF_SEP)}){_CLOSING}"
    rf"|(?<![a-z0-9_])(?:{_begun(_BARE_KIND, _HALF_BARE)})"
    r"|<[ ]{0,2}|&(?:l(?:t;?)?)?|&lt;[ ]{0,2}|\\(?:u(?:0(?:0(?:3(?:c[ ]{0,2})?)?)?)?)?)\Z"
)


class StreamRestorer:
    """Restores a text that arrives in pieces; holds back only a possible placeholder, at most `MAX_HELD` characters."""

    def __init__(self, vault: Vault, *, secrets: bool = False, json_text: bool = False) -> None:
        self._vault = vault
        self._secrets = secrets
        self._json_text = json_text
        self._held = ""
        self._before = ""

    def feed(self, piece: str) -> str:
        """Return what can be said for sure after this piece; may be empty."""
        self._held += piece
        start = max(0, len(self._held) - MAX_HELD)
        begun = _BEGUN.search(self._before + self._held, len(self._before) + start)
        return self._release(begun.start() - len(self._before) if begun is not None else len(self._held))

    def close(self) -> str:
        """Return what was still held back; the stream is over."""
        return self._release(len(self._held))

    def _release(self, length: int) -> str:
        ready, self._held = self._held[:length], self._held[length:]
        if not ready:
            return ""
        text, position = self._before + ready, len(self._before)
        self._before = ready[-1]
        return _restore(text, position, self._vault, secrets=self._secrets, json_text=self._json_text)
