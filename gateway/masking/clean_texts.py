"""Long texts that are known to hold nothing personal: the prompts' own words, which come with every call."""

from threading import Lock

from gateway.masking.folding import Shadow

MIN_CHARACTERS = 80
"""Shorter texts are read again in less time than it takes to look them up."""
MAX_CHARACTERS = 131_072
"""What is kept of all texts together; about 2 MiB, since a shadow and its other views take up to 16 bytes a letter."""
_MAX_SIGHTINGS = 4096


class CleanTexts:
    """A bounded memory of shadows, the least recently used leaves first.

    A text is kept only when it passes a second time, so what is in one call alone never stays in memory.
    """

    def __init__(self, max_characters: int = MAX_CHARACTERS) -> None:
        self._max = max_characters
        self._kept: dict[str, Shadow] = {}
        self._characters = 0
        self._sighted: dict[int, int] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many texts are kept."""
        return len(self._kept)

    def find(self, text: str) -> Shadow | None:
        """Return the shadow of a text that is known to be clean, or None."""
        if text not in self._kept:
            return None
        with self._lock:
            shadow = self._kept.pop(text, None)
            if shadow is not None:
                self._kept[text] = shadow
        return shadow

    def is_worth_keeping(self, text: str) -> bool:
        """Take note of a text that passed; tell whether this is the second time."""
        sighting = hash(text)
        with self._lock:
            times = self._sighted.get(sighting, 0) + 1
            if times == 1 and len(self._sighted) >= _MAX_SIGHTINGS:
                del self._sighted[next(iter(self._sighted))]
            self._sighted[sighting] = min(times, 3)
        return times == 2 and len(text) <= self._max

    def keep(self, text: str, shadow: Shadow) -> None:
        """Keep a clean text; the ones that were not asked for the longest make room."""
        with self._lock:
            if text in self._kept:
                return
            self._kept[text] = shadow
            self._characters += len(text)
            while self._characters > self._max:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._characters -= len(oldest)
                self._sighted.pop(hash(oldest), None)
