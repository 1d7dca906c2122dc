"""Names that people give to businesses, keys and each other, as they are kept and shown."""

import re

_UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters that show nothing, or turn round the letters after them, so that a name would read as another.

The joiners (U+200C, U+200D) stay: scripts and emoji need them.
"""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def one_line(given: str) -> str:
    """Return a name in single spaces, without what is not seen in it."""
    return " ".join(_CONTROL.sub(" ", _UNSEEN.sub("", given)).split())
