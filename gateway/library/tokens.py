"""An upper estimate of a text's tokens without a vocabulary, good enough to reserve money by.

It is a weighted sum of letter classes and of changes of class, plus penalties for what lies outside ordinary English:
rare letters, short units in a row, long runs without a break, other scripts. The weights were fitted by linear
programming against the o200k vocabulary, to be as low as possible on prompts and at least 4 % above the true count on
about 14,000 texts: prompts, English prose, JSON evidence, SMS, Twi, Ghanaian names, lists of numbers and of single
letters, identifiers, emoji, base64, hexadecimal, gibberish, other scripts, and prompts with a part of these in them.

On 11,000 texts cut and drawn afresh from the same sources, and on 500 from other sources, it was never below the true
count. It was at most 1.36 times it for whole prompts (median 1.26) and 1.54 times for prose; unusual text comes out two
or three times too high. This is no proof: settling corrects to the usage a model reports. About 25 µs for 2 KB.
"""

from math import ceil

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_RARE, _SELDOM = "jqvxz", "kwy"


def _table(letters: dict[str, str]) -> bytes:
    """Map each byte to its class: Upper, digit, space, newline, punctuation, y (continuation) or x (other)."""
    classes = dict.fromkeys(range(256), "x") | dict.fromkeys(range(0x80, 0xC0), "y")
    classes |= dict.fromkeys(range(33, 127), "p") | {ord(" "): "s"} | dict.fromkeys(b"\n\r\t", "n")
    classes |= dict.fromkeys(b"0123456789", "d") | dict.fromkeys(range(65, 91), "U")
    classes |= {ord(letter): name for letter, name in letters.items()}
    return "".join(classes[byte] for byte in range(256)).encode()


_COARSE = _table(dict.fromkeys(_LOWER, "l"))
_FINE = _table({letter: "r" if letter in _RARE else "k" if letter in _SELDOM else "l" for letter in _LOWER})


def estimate_tokens(text: str) -> int:
    """Return how many tokens a text takes at most, by a tight estimate; 0 for an empty text."""
    raw = text.encode("utf-8", "surrogatepass")
    size = len(raw)
    count, fine = raw.translate(_COARSE).count, raw.translate(_FINE).count
    lower, upper, digits, other = count(b"l"), count(b"U"), count(b"d"), count(b"x")
    spaces, breaks, marks = count(b"s"), count(b"n"), count(b"p")
    digit_groups = digits - count(b"dd")
    capital_words, endings = count(b"sU"), count(b"lp")
    gaps = spaces + breaks + marks
    ordinary = (
        5.0
        + 0.021 * lower
        + 0.296 * upper
        + 0.358 * digits
        + 1.000 * digit_groups
        + 1.133 * spaces
        + 1.850 * breaks
        + 0.443 * marks
        + 1.219 * other
        + 2.539 * count(b"lU")
        + 1.207 * count(b"pU")
        + 0.993 * endings
        - 1.000 * capital_words
    )
    unusual = (
        3.000 * max(0.0, other - 0.01 * size)
        + 3.000 * max(0.0, fine(b"r") - 0.03 * lower)
        + 2.949 * max(0.0, fine(b"k") - 0.06 * lower)
        + 2.894 * max(0.0, 0.06 * lower - text.count("t"))
        + 2.188 * max(0.0, capital_words - 0.02 * size)
        + 1.221 * max(0.0, endings - 0.08 * size)
        + 0.547 * max(0.0, gaps - 0.4 * size)
        + 0.329 * max(0.0, lower + upper - 4 * gaps)
        + 1.397 * max(0.0, digit_groups - 0.1 * size)
    )
    return min(ceil(ordinary + unusual), size)
