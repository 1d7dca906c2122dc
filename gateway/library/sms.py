"""How many parts a text message is split into: GSM 03.38 letters go 160 to a message, any other letter makes it 70."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("\f^{}\\[~]|€")
"""Letters of the extension table; each takes two places."""


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
