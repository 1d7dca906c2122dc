"""An upper estimate of a text's tokens without a vocabulary, good enough to reserve money by.

It is a weighted sum of letter classes, changes of class, and penalties for what marks text outside ordinary English.
The weights were fitted by linear programming against the o200k vocabulary: never below the true count on about 4,000
texts (prompts, English prose, JSON evidence, SMS, Twi, Ghanaian names, digits, emoji, base64, hexadecimal, gibberish,
other scripts, and mixtures of these), as low as possible on whole prompts. On 2,800 texts drawn afresh it was never
below the true count; for whole prompts it was 1.09 to 1.34 times it (median 1.19), for prose and evidence of 100
tokens or more up to 1.39 times; short or odd texts come out higher. About 20 µs for 2 KB on a slow machine.
"""

from math import ceil

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_VOWELS, _RARE = "eiou", "jqvxz"


def _table(letters: dict[str, str]) -> bytes:
    """Map each byte to its class: Upper, digit, space, newline, punctuation, y (continuation) or x (other)."""
    classes = dict.fromkeys(range(256), "x") | dict.fromkeys(range(128, 192), "y")
    classes |= dict.fromkeys(range(33, 127), "p") | {ord(" "): "s"} | dict.fromkeys(b"\n\r\t", "n")
    classes |= dict.fromkeys(b"0123456789", "d") | dict.fromkeys(range(65, 91), "U")
    classes |= {ord(letter): name for letter, name in letters.items()}
    return "".join(classes[byte] for byte in range(256)).encode()


_COARSE = _table(dict.fromkeys(_LOWER, "l"))
_FINE = _table(
    {letter: "v" if letter in _VOWELS else "r" if letter in _RARE else "c" for letter in _LOWER} | {"a": "a"}
)


def estimate_tokens(text: str) -> int:
    """Return how many tokens a text takes at most, by a tight estimate; 0 for an empty text."""
    raw = text.encode("utf-8", "surrogatepass")
    size = len(raw)
    count, fine = raw.translate(_COARSE).count, raw.translate(_FINE).count
    lower, upper, other = count(b"l"), count(b"U"), count(b"x")
    a = fine(b"a")
    ordinary = (
        3.0
        + 0.079 * lower
        + 0.509 * count(b"d")
        + 0.646 * count(b"s")
        + 1.170 * count(b"n")
        + 0.999 * count(b"p")
        + 1.390 * other
        + 1.373 * count(b"ld")
        + 3.000 * count(b"lU")
        + 1.299 * count(b"sU")
        - 0.534 * count(b"pp")
        - 1.000 * count(b"UU")
    )
    unusual = (
        3.000 * max(0.0, other - 0.01 * size)
        + 0.812 * max(0.0, upper - 0.03 * size)
        + 2.194 * max(0.0, fine(b"r") - 0.03 * lower)
        + 3.000 * max(0.0, a - 0.13 * lower)
        + 1.142 * max(0.0, 0.4 * lower - a - fine(b"v"))
    )
    return min(ceil(ordinary + unusual), size)
