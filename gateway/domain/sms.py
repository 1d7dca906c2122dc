"""Text messages: how many parts a text takes, and the same text in the letters that every phone knows.

GSM 03.38 letters go 160 to a message, any other letter makes it 70.
"""

import re
import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("\f^{}\\[~]|€")
"""Letters of the extension table; each takes two places."""


_CEDI = re.compile(r"(?:GH)?[₵¢]\s*")
_SPELLED = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-", "−": "-", "•": "-",
    "…": "...", "×": "x", "ɛ": "e", "Ɛ": "E", "ɔ": "o", "Ɔ": "O", "ŋ": "ng", "Ŋ": "Ng", "ɖ": "d", "ƒ": "f", "ɣ": "g",
    "`": "'", "\t": " ",
})  # fmt: skip


def to_gsm(text: str) -> str:
    """Return the text in GSM 03.38 letters: quotes, dashes and the cedi sign respelled, accents and emoji dropped."""
    spelled = _CEDI.sub("GHS ", text).translate(_SPELLED)
    kept = "".join(letter if letter in _BASIC | _DOUBLE else _plainer(letter) for letter in spelled)
    tidy = re.sub(r" {2,}", " ", kept).replace(" \n", "\n").strip()
    # A name in two scripts leaves the dash that stood between them.
    return tidy if len(kept) == len(spelled) else tidy.removesuffix(" -").removesuffix(" /")


def _plainer(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if part in _BASIC)


def segments(text: str) -> int:
    """Return the number of SMS parts; 0 for an empty text. A single `₵` or emoji lowers 160 letters to 70."""
    if not text:
        return 0
    letters = set(text)
    if letters <= _BASIC | _DOUBLE:
        return _split([2 if letter in _DOUBLE else 1 for letter in text], 160, 153)
    return _split([2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67)


def _split(sizes: list[int], alone: int, joined: int) -> int:
    """Count the parts; a letter of two places is never torn apart."""
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, joined
    for size in sizes:
        if size > room:
            parts, room = parts + 1, joined
        room -= size
    return parts
