"""Which rules a text gives anything to do, told in one pass over its words; most texts are left alone by most rules.

Each rule names the words without which it says nothing, next to the patterns that it takes them from.
"""

from gateway.grounding import absolutes, census, ranks
from gateway.grounding.lexicon import SIGNALS
from gateway.grounding.scan import STRAY, glance

FIGURES, RANKS, ABSOLUTES, SIGNAL_WORDS, OUTSIDE, COUNTS = 1, 2, 4, 8, 16, 32
"""A digit or a bracket · a comparison · an absolute claim or a cause · a number word, a direction or a claim · what
links, markup and code are made of · of how many rows something is true."""
WORTH_A_LOOK = FIGURES | SIGNAL_WORDS | OUTSIDE
SPEAKS = RANKS | ABSOLUTES | COUNTS

_TELLS: dict[str, int] = {}
for _sign, _words in (
    (RANKS, ranks.WORDS),
    (ABSOLUTES, absolutes.WORDS),
    (SIGNAL_WORDS, SIGNALS),
    (COUNTS, census.WORDS),
):
    for _word in _words:
        _TELLS[_word] = _TELLS.get(_word, 0) | _sign
_TELLING = frozenset(_TELLS)


def signs(low: str) -> int:
    """Return what lower-cased text may hold, as bits; a bit that is not set is certain."""
    marked, words = glance(low)
    seen = (FIGURES if marked else 0) | (OUTSIDE if STRAY.search(low) else 0)
    for word in _TELLING.intersection(words):
        seen |= _TELLS[word]
    return seen


def speaks_in_words(low: str, seen: int) -> bool:
    """Return whether a text makes claims without figures: ranks, absolutes, causes, counts; `seen` are its signs."""
    return bool(
        (seen & RANKS and ranks.speaks_of_rank(low))
        or (seen & ABSOLUTES and absolutes.speaks_absolutely(low))
        or (seen & COUNTS and census.speaks_of_counts(low))
    )
