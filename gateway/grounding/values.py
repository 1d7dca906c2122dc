"""One number of the evidence as the index keeps it, and what the names around it tell."""

from functools import lru_cache

from gateway.grounding.keys import LENGTH, key_info
from gateway.grounding.lexicon import word_set

Value = tuple[float, float, int, frozenset[str], str, str, int]
"""One number of the evidence: magnitude, signed value, kinds, nouns, key, key above, and which object it stands in."""

_DIGITS = 15
DIGITS_OF_NUMBER = 6
"""A longer run of digits is the number of something, such as a telephone."""
_NAMED_THINGS = ("customer", "product", "employee", "store", "supplier", "category")
NO_NOUNS: frozenset[str] = frozenset()
_NOT_SUBJECT = word_set("""
    trend change delta growth diff difference impact movement variance slope increase decrease rise drop
    decline fall gain current this now latest recent after new curr today previous last prior before baseline
    old prev earlier past month week year quarter period total overall average monthly weekly daily by vs mom
    yoy wow pct percent percentage avg
""")


@lru_cache(maxsize=1024)
def nouns_of_row(keys: tuple[str, ...]) -> frozenset[str]:
    """Return what a list without a telling name counts by the keys of its first row, with the mark of a length."""
    named = _NAMED_THINGS if "name" in keys else ()
    return NO_NOUNS.union(*(key_info(key).nouns for key in keys), named, (LENGTH,))


def bare_number(text: str) -> float | None:
    """Return the number of a text such as `1123.50`, without the expression that reads all other ways to write one."""
    whole, point, rest = text.partition(".")
    if not (text.isascii() and whole.isdecimal() and len(whole) <= _DIGITS):
        return None
    if not point:
        return float(text) if len(text) <= DIGITS_OF_NUMBER else None
    return float(text) if rest.isdecimal() and len(rest) <= _DIGITS else None


def names_score(value: Value) -> bool:
    """Return whether the name of a value, or that of the object it stands in, calls it a score or rating."""
    return any("scor" in name or "rating" in name for name in value[4:6])


def subject_of(key: str, above: str) -> frozenset[str]:
    """Return the words that name what moves: those of the key, or of the key above when its own say only how."""
    for name in (key, above):
        label = frozenset(w for w in key_info(name).words if w not in _NOT_SUBJECT)
        if label:
            return label
    return frozenset()
