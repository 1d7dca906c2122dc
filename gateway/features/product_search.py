"""Which products of a catalogue a person's words mean: by names, categories, SKUs, synonyms and small typing slips.

Each word of the question selects a set of products. Sets that overlap are one topic ("cooking oil"), words joined by
"and" or "or" are several ("rice and oil"), and of two neighbours that share nothing the last one is what is asked for.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gateway.domain.records import Product
from gateway.features.product_words import CONNECTORS, PACKAGING, STOPWORDS, SYNONYMS

_NO_HEAD = PACKAGING | STOPWORDS
_UNIT = r"kg|g|mg|l|ml|cl|gb|tb|mb|mah|w|kw|v|inch|m|cm|mm|way|ft"
_SIZE = re.compile(rf"(\d+(?:\.\d+)?)\s*-?\s*(?:({_UNIT})\b|(?:inches|in\b)|([\"”″]))")
_TOKEN = re.compile(rf"\d+(?:\.\d+)?(?:{_UNIT})\b|[^\W_]+(?:'[^\W_]+)?|[,;/+&]")
_CODE = re.compile(r"[\w-]+")
_PREPOSITION = re.compile(r"\s(?:in|with|for|of|from|by)\s")
_ENOUGH_LETTERS = 5
_NAMES_SOMETHING = 3


@dataclass(frozen=True, slots=True)
class Found:
    """`asked` is what the words mean, `related` shares a word with it; `known`: some word is in the catalogue.

    `containing` are ids of goods that only come with what is asked for: sardines in oil are no oil.
    `strange` are words right before a known one that no product has: the brand in `dangote cement`.
    """

    asked: tuple[Product, ...] = ()
    related: tuple[Product, ...] = ()
    known: bool = False
    words: tuple[str, ...] = ()
    containing: frozenset[str] = frozenset()
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    name: frozenset[str]
    inside: frozenset[str]
    category: frozenset[str]
    head: str


class Catalogue:
    """The active, priced products of a business, ready to be searched by words."""

    def __init__(self, products: Iterable[Product]) -> None:
        self.products = tuple(product for product in products if product.is_active and product.retail_price > 0)
        self._entries = [_entry(product.name, product.category) for product in self.products]
        self._by_code = _inverted(frozenset({product.sku.lower()}) for product in self.products)
        self._by_name = _inverted(entry.name for entry in self._entries)
        self._by_category = _inverted(entry.category for entry in self._entries)

    def knows(self, word: str) -> bool:
        """Return whether a word, or a synonym of it, names a product or a category."""
        return bool(self._matching(_stem(word.lower())))

    def find(self, text: str) -> Found:
        """Return the products a text asks for, in catalogue order."""
        words = _content(text)
        topics: list[_Topic] = []
        strange: list[str] = []
        before = ""
        for word, joined in words:
            known = self._spelt(word)
            members = self._matching(known)
            strange += [before] if before and joined and members else []
            before = "" if members or not word.isalpha() or len(word) < _NAMES_SOMETHING else word
            if joined and known != word and topics and not members & topics[-1].members:
                continue  # a slip of the pen beside a known word is of the same thing: toilet paper is no pamper
            if members:
                _place(topics, _Topic(frozenset({known}), members, members), joined)
        topics = [topic for topic in topics if not topic.words <= PACKAGING] or topics
        coded = _union(self._by_code, filter(_is_code, _CODE.findall(text.lower())))
        asked = coded or frozenset[int]().union(*(self._narrowed(topic) for topic in topics))
        near = frozenset[int]().union(*(topic.seen for topic in topics)) - asked
        inside = frozenset(one.id for one in self._pick(near) if self._only_contains(one, topics))
        said = tuple(word for word, _ in words)
        return Found(self._pick(asked), self._pick(near), bool(asked), said, inside, tuple(dict.fromkeys(strange)))

    def _only_contains(self, product: Product, topics: Sequence["_Topic"]) -> bool:
        """Return whether a product shares with what is asked for nothing but what it is made or packed with."""
        entry = _entry(product.name, product.category)
        shared = entry.name & frozenset().union(*(_GROUPS.get(w, frozenset({w})) for t in topics for w in t.words))
        return bool(shared) and shared <= entry.inside

    def _pick(self, members: Iterable[int]) -> tuple[Product, ...]:
        return tuple(self.products[index] for index in sorted(members))

    def _spelt(self, word: str) -> str:
        """Return the word, or the catalogue's word that it is a typing slip of."""
        if self._matching(word):
            return word
        return next((other for other in _near(word, self._by_name) if self._matching(other)), word)

    def _matching(self, word: str) -> frozenset[int]:
        group = _GROUPS.get(word, frozenset({word}))
        return _union(self._by_name, group) | _union(self._by_category, group)

    def _narrowed(self, topic: "_Topic") -> frozenset[int]:
        words = frozenset().union(*(_GROUPS.get(word, frozenset({word})) for word in topic.words))
        heads = frozenset(index for index in topic.members if self._entries[index].head in words)
        named = frozenset(index for index in topic.members if self._entries[index].name & words)
        return heads or named or topic.members


@dataclass(frozen=True, slots=True)
class _Topic:
    words: frozenset[str]
    members: frozenset[int]
    seen: frozenset[int]


def without_sizes(text: str) -> str:
    """Return the text without pack and screen sizes, so that what is counted in it can be read."""
    return _SIZE.sub(" ", text.lower())


def _place(topics: list[_Topic], new: _Topic, is_neighbour: bool) -> None:
    for position in range(len(topics) - 1, -1, -1):
        common = topics[position].members & new.members
        if common:
            old = topics[position]
            topics[position] = _Topic(old.words | new.words, common, old.seen | new.seen)
            return
    if is_neighbour and topics and not new.words <= PACKAGING:
        topics.pop()
    topics.append(new)


def _content(text: str) -> list[tuple[str, bool]]:
    """Return the stemmed words that may name a product, each with whether it follows directly on the one before."""
    words: list[tuple[str, bool]] = []
    joined = False
    for token in _tokens(text):
        if token in CONNECTORS or token in STOPWORDS:
            joined = False
        else:
            words.append((_stem(token), joined))
            joined = True
    return words


def _tokens(text: str) -> list[str]:
    sized = _SIZE.sub(lambda found: f" {found[1]}{found[2] or 'inch'} ", text.lower())
    return [token for token in _TOKEN.findall(sized) if not token.isdigit()]


@lru_cache(maxsize=65_536)
def _entry(name: str, category: str) -> _Entry:
    words = [_stem(token) for token in _tokens(name) if token not in CONNECTORS]
    leading = [_stem(token) for token in _tokens(_PREPOSITION.split(name.lower())[0])]
    nouns = [word for word in leading if len(word) > 1 and word.isalpha() and word not in _NO_HEAD]
    inside = frozenset(words) - {_stem(token) for token in _tokens(_PREPOSITION.split(name.lower())[0])}
    kinds = frozenset(_stem(token) for token in _tokens(category) if token not in STOPWORDS)
    return _Entry(frozenset(words) - STOPWORDS, inside, kinds, nouns[-1] if nouns else "")


def _is_code(word: str) -> bool:
    """Tell whether a word may be a SKU: long enough, or letters and digits together."""
    return len(word) >= _ENOUGH_LETTERS or (len(word) >= 3 and not word.isdigit() and not word.isalpha())


def _inverted(sets: Iterable[frozenset[str]]) -> dict[str, set[int]]:
    index: dict[str, set[int]] = {}
    for position, words in enumerate(sets):
        for word in words:
            index.setdefault(word, set()).add(position)
    return index


def _union(index: Mapping[str, set[int]], words: Iterable[str]) -> frozenset[int]:
    return frozenset().union(*(index.get(word, ()) for word in words))


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses", "oes")):
        return word[:-2]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


_GROUPS = {_stem(word): frozenset(map(_stem, group)) for group in SYNONYMS for word in group}


def _near(word: str, known: Iterable[str]) -> Sequence[str]:
    """Return the known words one typing slip away, in a fixed order; none for short words and sizes."""
    if len(word) < _ENOUGH_LETTERS or not word.isalpha():
        return ()
    pool = {*known, *_GROUPS}
    return sorted(other for other in pool if abs(len(other) - len(word)) < 2 and _one_slip(word, other))


def _one_slip(a: str, b: str) -> bool:
    """Return whether `b` is `a` with one letter added, left out, changed, or two neighbours swapped."""
    if a[0] != b[0] or a == b:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) != len(b):
        return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]
    if rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]:
        return True
    return len(a) > _ENOUGH_LETTERS and rest_a[1:] == rest_b[1:]  # `print` is not a slip for `paint`
