"""Seventy thousand words with their classes in a tenth of the memory of a dictionary, looked up about as fast."""

from collections.abc import Mapping

BUCKETS = 8192
KEPT = 4096
"""So many known words are kept as a plain dictionary has them; shops write a few thousand different ones."""


class WordClasses(dict[str, int]):
    """The class of every word; `[word]` gives `unknown` for any other.

    The words lie in strings of about nine, by their hash. As a dictionary this holds only those that were asked for
    lately, of the known ones alone: a word that nobody wrote into the lists may be somebody's name and is not kept.
    """

    def __init__(self, classes: Mapping[str, int], unknown: int) -> None:
        super().__init__()
        self._unknown = unknown
        buckets: list[list[str]] = [[] for _ in range(BUCKETS)]
        for word, kind in classes.items():
            buckets[hash(word) % BUCKETS].append(f"{word}\t{kind}")
        self._buckets = ["\n".join(("", *entries)) for entries in buckets]
        self.size = len(classes)

    def look(self, word: str) -> int:
        """Return the class of a word without keeping it: for guesses, most of which are no words."""
        bucket = self._buckets[hash(word) % BUCKETS]
        at = bucket.find(f"\n{word}\t")
        return self._unknown if at < 0 or "\n" in word else int(bucket[at + len(word) + 2])

    def __missing__(self, word: str) -> int:
        kind = self.look(word)
        if kind != self._unknown:
            if len(self) >= KEPT:
                self.clear()
            self[word] = kind
        return kind
