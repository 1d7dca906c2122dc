"""Marks that stand in a request for no one to read: a fence, a canary, opaque ids.

The egress guard reads them like any other text, so they must never look like a phone, card or account number, a key or
a name. Hexadecimal digits do, a few times in a thousand; consonants alone do not.
"""

_CONSONANTS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrtvw")


def mark(hexadecimal: str) -> str:
    """Return a number in hexadecimal, written in sixteen consonants."""
    return hexadecimal.translate(_CONSONANTS)
