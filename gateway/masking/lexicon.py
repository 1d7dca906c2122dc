"""The word lists of the closed world, read once: what every word of a text can be."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from string import ascii_lowercase

from gateway.masking.word_classes import WordClasses

SAFE, LAST, FIRST, TITLE, BUSINESS, NAME, UNKNOWN = range(7)
"""Word classes. LAST and FIRST are ordinary words that serve as names beside a title, a cue or another name."""

_LONGEST_WORD = 24
_PREFIXES = (
    "non", "pre", "over", "under", "out", "sub", "mis", "multi", "micro", "mini", "anti",
    "super", "inter", "semi", "auto", "cross", "un", "re", "de", "co", "up",
)  # fmt: skip
_SUFFIXES = (
    "ness", "less", "able", "ship", "wise", "like", "ings", "ing", "ers", "est", "ish", "ful",
    "ies", "es", "ed", "er", "ly", "s", "d", "y",
)  # fmt: skip


def _read(name: str) -> str:
    return (files("gateway.masking") / "data" / name).read_text(encoding="utf-8")


def _words(name: str) -> list[str]:
    lines = (line for line in _read(name).splitlines() if not line.startswith("#"))
    return [_plain(word) for line in lines for word in line.split()]


def _plain(word: str) -> str:
    """Write a word as the shadow writes it, so that `ɔkyena` and `okyena` are one."""
    return word if word.isascii() else word.replace("ɛ", "e").replace("ɔ", "o").replace("ŋ", "n")


def _sections(name: str) -> dict[str, frozenset[str]]:
    sections: dict[str, frozenset[str]] = {}
    for block in _read(name).split("\n[")[1:]:
        title, _, body = block.partition("]\n")
        sections[title] = frozenset(_plain(word) for word in body.split())
    return sections


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Every known word with its class; `classes[word]` is UNKNOWN for any other."""

    classes: WordClasses
    context: dict[str, frozenset[str]]
    products: frozenset[str]
    brands: frozenset[str]
    places: frozenset[str]
    phrases: frozenset[tuple[str, ...]]

    def is_safe(self, word: str) -> bool:
        """Tell whether a lower-case word is an ordinary word, even if some people are called so."""
        return self.classes[word] <= FIRST

    def is_ordinary(self, word: str) -> bool:
        """Tell whether a lower-case word has a use besides naming somebody."""
        return self.classes[word] not in (NAME, UNKNOWN)

    def explains(self, word: str, *, typing_errors: bool) -> bool:
        """Tell whether an unknown word is an inflection, a compound or, if allowed, a misspelling of ordinary words."""
        if len(word) > _LONGEST_WORD:
            return False
        if self._is_inflected(word) or self._is_compound(word):
            return True
        return typing_errors and len(word) >= 6 and self._is_typo(word)

    def _is_inflected(self, word: str) -> bool:
        stems = [word]
        stems += [word[: -len(suffix)] for suffix in _SUFFIXES if word.endswith(suffix)]
        stems += [stem + "e" for stem in stems[1:]]
        stems += [stem[len(prefix) :] for stem in stems for prefix in _PREFIXES if stem.startswith(prefix)]
        return any(len(stem) >= 4 and self.is_safe(stem) for stem in stems)

    def _is_compound(self, word: str) -> bool:
        return len(word) >= 8 and any(
            self.is_safe(word[:cut]) and self.is_safe(word[cut:]) for cut in range(4, len(word) - 3)
        )

    def _is_typo(self, word: str) -> bool:
        kinds = {candidate: self.classes.look(candidate) for candidate in _one_edit_away(word)}
        return NAME not in kinds.values() and any(
            kind <= FIRST and len(candidate) >= 5 for candidate, kind in kinds.items()
        )

    def is_slip(self, word: str) -> bool:
        """Tell whether swapping two letters or adding a missing one makes a word one of the commonest."""
        core = self.context["core"]
        swapped = (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
        added = (word[:i] + letter + word[i:] for i in range(1, len(word) + 1) for letter in ascii_lowercase)
        return 3 <= len(word) <= _LONGEST_WORD and any(candidate in core for candidate in (*swapped, *added))


def _one_edit_away(word: str) -> set[str]:
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    edits = {left + right[1:] for left, right in cuts if right}
    edits.update(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1)
    edits.update(left + letter + right[1:] for left, right in cuts if right for letter in ascii_lowercase)
    edits.update(left + letter + right for left, right in cuts for letter in ascii_lowercase)
    return edits


def _verb_forms(pronouns: frozenset[str], stems: frozenset[str]) -> list[str]:
    """Return the Twi verbs with their pronouns and tenses, which are written as one word."""
    return [pronoun + stem for pronoun in pronouns for stem in stems]


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon; the first call reads the files (about a tenth of a second), later ones share it."""
    context = _sections("context_words.txt")
    brands = [word.lstrip("~") for word in _words("brands.txt")]
    classes = dict.fromkeys(_read("english.txt").split(), SAFE)
    for name in ("local_words.txt", "places.txt", "product_words.txt"):
        classes.update(dict.fromkeys(_words(name), SAFE))
    classes.update(dict.fromkeys(_verb_forms(context["twi pronouns"], context["twi verbs"]), SAFE))
    ordinary = set(classes)
    classes.update(dict.fromkeys(brands, SAFE))
    for title, words in context.items():
        if not title.startswith("twi"):
            classes.update(dict.fromkeys(words, SAFE))
    names = set(_words("names.txt"))
    shop_words = set(_words("local_words.txt")) | set(_words("places.txt"))
    classes.update(dict.fromkeys(names - shop_words, NAME))
    classes.update(dict.fromkeys(names & shop_words, FIRST))
    for name, kind in (("word_names_last.txt", LAST), ("word_names_first.txt", FIRST)):
        for word in _words(name):
            known = word in ordinary or word in context["days"] or word in context["months"]
            classes[word] = kind if known else NAME
    classes.update(dict.fromkeys(context["days"] | context["months"], FIRST))
    classes.update(dict.fromkeys(context["business"], BUSINESS))
    classes.update(dict.fromkeys(context["titles"], TITLE))
    phrases = frozenset(
        tuple(line.split()) for line in _read("phrases.txt").splitlines() if line and not line.startswith("#")
    )
    return Lexicon(
        WordClasses(classes, UNKNOWN),
        context,
        frozenset(_words("product_words.txt")),
        frozenset(brands),
        frozenset(_words("places.txt")),
        phrases,
    )


def humps(word: str) -> list[str]:
    """Return the parts of a word in camel case, in lower case: `unitPrice` gives `unit`, `price`."""
    edges = [0, *(i for i, (a, b) in enumerate(pairwise(word), 1) if a.islower() and b.isupper()), len(word)]
    return [word[a:b].lower() for a, b in pairwise(edges)]
