"""Other readings of a text: misspelt, shifted, doubled, glued or coded, so that an order cannot hide in the spelling."""

import base64
import binascii
import re
from collections.abc import Iterator
from string import ascii_lowercase

from gateway.pipeline.screening_rules import KEYWORDS

_LEET = str.maketrans("0134578@$!", "oieastbasi")
_KEYS = (
    "ignore", "disregard", "previous", "instruction", "instructions", "approve", "reveal", "system", "prompt",
    "override", "bypass", "guidelines", "restrictions",
)  # fmt: skip
_COMMON = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "is",
        "are",
        "was",
        "in",
        "and",
        "for",
        "all",
        "me",
        "my",
        "we",
        "our",
        "you",
        "i",
        "it",
        "on",
        "at",
        "how",
        "what",
        "which",
        "do",
        "does",
        "did",
    ]
)
_WORD = re.compile(r"[a-z]+")
_CAMEL = re.compile(r"([a-z])([A-Z])")
_GLUE = re.compile(r"(?<=[a-z])[_\-.+/|*~](?=[a-z])")
_DOUBLED = re.compile(r"(?:([a-z])\1| |[^a-z])+")
_HEX = re.compile(r"\b(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s,:]{0,2}){12,}")
_BITS = re.compile(r"\b(?:[01]{8}[\s,]{0,2}){8,}")
_DECIMALS = re.compile(r"\b(?:[0-9]{2,3}[\s,;]{1,2}){10,}[0-9]{2,3}\b")
_BASE32 = re.compile(r"\b[A-Z2-7]{24,}={0,6}")
_TAGGED = re.compile("[\U000e0020-\U000e007e]{4,}")
_SELECTED = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{6,}")
_LONG_TOKEN = 16


def _near(word: str) -> set[str]:
    """Return a word with one letter missing, doubled, swapped with its neighbour or replaced."""
    cuts = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    near = {a + b[1:] for a, b in cuts if b} | {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    near |= {a + a[-1] + b for a, b in cuts} | {a + c + b[1:] for a, b in cuts if b for c in ascii_lowercase}
    return near


_TYPOS = {typo: word for word in _KEYS for typo in _near(word) if len(typo) > 4 and typo not in _KEYS}
for _word in ("improve", "approved", "approves", "revel", "revela", "ignored", "ignores", "prompts", "systems"):
    _TYPOS.pop(_word, None)


def undisguised(text: str) -> str:
    """Return a folded text in lower case with words one a line joined and key words spelled right."""
    low = text.lower()
    if " " not in low.strip():
        apart = _GLUE.sub(" ", _CAMEL.sub(r"\1 \2", text).lower())
        low = f"{low}\n{apart}" if apart != low else low
    if low.count("\n") >= 3 and len(low.split()) <= 2 * low.count("\n") + 2:
        low = " ".join(low.split())
    return _WORD.sub(lambda m: _TYPOS.get(m[0], m[0]), low)


def disguises(plain: str) -> Iterator[str]:
    """Yield the readings of a lower-case text that show words of an order it does not show itself."""
    readings = [plain.translate(_LEET), plain[::-1]]
    words = _WORD.findall(plain)
    if len(words) > 3 and _COMMON.isdisjoint(words):
        readings += [_shifted(plain, by) for by in range(1, 26)]
        readings += [_WORD.sub(lambda m: m[0][::-1], plain), _WORD.sub(_unpigged, plain)]
    if _DOUBLED.fullmatch(plain):
        readings.append(re.sub(r"([a-z ])\1", r"\1", plain))
    for reading in readings:
        if reading != plain and KEYWORDS.search(reading):
            yield reading


def _shifted(text: str, by: int) -> str:
    return text.translate(str.maketrans(ascii_lowercase, ascii_lowercase[by:] + ascii_lowercase[:by]))


def _unpigged(match: re.Match[str]) -> str:
    word = match[0]
    return word[-3] + word[:-3] if len(word) > 3 and word.endswith("ay") else word


def codes(text: str, folded: str) -> Iterator[str]:
    """Yield what is written in a text as hex, bits, decimal codes, base32, or in characters that are not shown."""
    for match in _TAGGED.finditer(text):
        yield "".join(chr(ord(c) - 0xE0000) for c in match[0])
    for match in _SELECTED.finditer(text):
        yield "".join(chr(_byte(ord(c)) & 0x7F) for c in match[0])
    for match in _HEX.finditer(folded):
        yield from _told(bytes.fromhex(re.sub(r"0x|\\\\x|[^0-9a-fA-F]", "", match[0])[: len(match[0]) // 2 * 2]))
    for match in _BITS.finditer(folded):
        bits = re.sub("[^01]", "", match[0])
        yield from _told(bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)))
    for match in _DECIMALS.finditer(folded):
        yield from _told(bytes(int(n) & 0xFF for n in re.findall("[0-9]+", match[0])))
    for match in _BASE32.finditer(folded):
        bare = match[0].rstrip("=")
        try:
            yield from _told(base64.b32decode(bare + "=" * (-len(bare) % 8)))
        except binascii.Error:
            continue


def _byte(code: int) -> int:
    """Return the byte that a variation selector stands for."""
    return code - 0xFE00 if code < 0xFF00 else code - 0xE0100 + 16


def _told(raw: bytes) -> Iterator[str]:
    told = raw.decode("ascii", "replace")
    if sum(c.isalpha() or c == " " for c in told) > 0.8 * len(told):
        yield told
