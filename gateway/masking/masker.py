"""Masking of a whole request: known values first, then formats, then names, one rewrite at the end."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from gateway.masking.folding import MAX_NESTING, Shadow, base64_blobs, decode, fold
from gateway.masking.formats import Formats
from gateway.masking.known import KnownValues
from gateway.masking.leaves import FREE, PLAIN, SCANNED, Leaf, Reading, join
from gateway.masking.lexicon import Lexicon, load_lexicon
from gateway.masking.names import NameReader
from gateway.masking.reading import Words
from gateway.masking.settling import Catalogue
from gateway.masking.spans import Span, merge
from gateway.masking.vault import Vault

Json = Any
_NOTHING = Catalogue()
_NAMED = ("PERSON", "BUSINESS")
_NAME_WORD = re.compile(r"[^\W\d_]+")


class Masker:
    """Finds and replaces personal values; immutable, shared by a process. What it found lives in a `Vault`."""

    def __init__(self, lexicon: Lexicon, *, engine: str = "re2") -> None:
        self.lexicon = lexicon
        self.formats = Formats(engine=engine)
        self._names = NameReader(lexicon)

    @classmethod
    @cache
    def default(cls) -> "Masker":
        """Return the masker of this process, built at the first call."""
        return cls(load_lexicon())

    def detect(self, text: str, *, catalogue: Catalogue | Collection[str] = _NOTHING) -> list[Span]:
        """Return the personal values of one text, left to right, not overlapping, in offsets of `text`."""
        return _tidy(text, self._find(text, None, _catalogue(catalogue), MAX_NESTING))

    def mask_text(self, text: str, vault: Vault, *, catalogue: Catalogue | Collection[str] = ()) -> str:
        """Return one free text with its personal values replaced, the vault's own in every spelling."""
        masked: str = self.mask_tree(text, vault, pii={}, plain=frozenset(), catalogue=catalogue)
        return masked

    def collect(self, value: Json, vault: Vault, *, pii: Mapping[str, str]) -> None:
        """Remember the marked values of `value`, so that later calls find them and their parts everywhere.

        `pii` maps JSON Pointer patterns (`*` is any key or index) to x-pii types.
        """
        for leaf in Reading(value, pii, (), self.lexicon).leaves:
            if leaf.is_marked:
                vault.mark(leaf.kind, leaf.text)

    def mask_tree(
        self,
        value: Json,
        vault: Vault,
        *,
        pii: Mapping[str, str],
        plain: Collection[str],
        catalogue: Catalogue | Collection[str] = (),
    ) -> Json:
        """Return a copy of a JSON value that holds no personal value, in the same shape.

        Marked leaves are replaced whole. Every other string is scanned, keys that look like text as well; `plain`
        patterns name leaves in which only known values are looked for, and whose words are the catalogue's where none
        is given. A value found in one string is masked in all. Numbers stay unless they are marked.
        """
        reading = Reading(value, pii, plain, self.lexicon)
        leaves = reading.leaves
        vault.reserve("\n".join([leaf.text for leaf in leaves]))
        free: list[Leaf] = []
        plain_leaves: list[Leaf] = []
        for leaf in leaves:
            if leaf.kind == PLAIN:
                plain_leaves.append(leaf)
            elif leaf.kind == FREE:
                free.append(leaf)
            else:
                vault.mark(leaf.kind, leaf.text)
        known = self._known(vault)
        goods = _catalogue(catalogue or Catalogue([leaf.text for leaf in plain_leaves], self.lexicon))
        self._spread(free, lambda text: self._find(text, known, goods, MAX_NESTING))
        if known is not None:
            self._spread(plain_leaves, lambda text: self._find_known(text, known))
        self._spread_found(free, plain_leaves, vault)
        _rewrite([leaf for leaf in leaves if leaf.spans or leaf.kind not in SCANNED], vault)
        return reading.rebuilt()

    def _known(self, vault: Vault) -> KnownValues | None:
        memo = vault.memo.get("known")
        if memo is None or memo[0] != vault.revision:
            values = vault.known()
            memo = (vault.revision, KnownValues(values, self.lexicon) if values else None)
            vault.memo["known"] = memo
        known: KnownValues | None = memo[1]
        return known

    def known_values(self, vault: Vault) -> KnownValues | None:
        """Return the prepared search for every value of a vault, or None when it is empty."""
        return self._known(vault)

    @staticmethod
    def _spread(leaves: list[Leaf], find: Any) -> None:
        """Scan leaves as one text and hand each its own spans."""
        if not leaves:
            return
        text, starts = join(leaves)
        for span in find(text):
            index = bisect_right(starts, span.start) - 1
            leaf, offset = leaves[index], starts[index]
            own = Span(span.start - offset, min(span.end - offset, len(leaf.text)), span.kind)
            if leaf.spans is None:
                leaf.spans = []
            leaf.spans.append(own)

    def _find(self, text: str, known: KnownValues | None, catalogue: Catalogue, depth: int) -> list[Span]:
        """Return raw findings of one text, overlapping, in its own offsets."""
        decoded, folded = decode(text), fold(text)
        if decoded is None:
            return self._read_view(folded, known, catalogue, depth)
        return self._read_view(folded, known, None, depth) + self._read_view(decoded, known, catalogue, depth)

    def _read_view(
        self, shadow: Shadow, known: KnownValues | None, catalogue: Catalogue | None, depth: int
    ) -> list[Span]:
        """Return the findings of one shadow in original offsets; without a catalogue names are not read."""
        spans = self._read_blobs(shadow, known, depth) if depth else []
        words = Words(shadow, self.lexicon) if catalogue is not None else None
        if known is not None:
            spans += known.find(shadow, words)
        claims = self.formats.scan(shadow, spans)
        spans += claims.spans
        if words is not None and catalogue is not None:
            spans += self._names.read(words, claims, catalogue)
        return [Span(*shadow.original(span.start, span.end), span.kind) for span in spans]

    def _read_blobs(self, shadow: Shadow, known: KnownValues | None, depth: int) -> list[Span]:
        """Return the base64 blobs of a shadow that hide a personal value, each with the kind of what it hides first."""
        hidden = (
            (start, end, self._find(inner, known, _NOTHING, depth - 1)) for start, end, inner in base64_blobs(shadow)
        )
        return [Span(start, end, found[0].kind) for start, end, found in hidden if found]

    def _spread_found(self, free: list[Leaf], plain: list[Leaf], vault: Vault) -> None:
        """Look everywhere for the names that only the scan found: the egress guard would stop what is left of them."""
        found = [(s.kind, leaf.text[s.start : s.end]) for leaf in free for s in _own(leaf) if s.kind in _NAMED]
        fresh = set(found).difference(vault.known()) if found else set[tuple[str, str]]()
        if not fresh:
            return
        rest = "\n".join([part for leaf in free + plain for part in _beside(leaf)]).lower()
        left = [pair for pair in dict.fromkeys(found) if pair in fresh and any(map(rest.__contains__, _words(pair[1])))]
        if left:
            known = KnownValues(left, self.lexicon)
            self._spread(free + plain, lambda text: self._find_known(text, known, strict=True))

    @staticmethod
    def _find_known(text: str, known: KnownValues, *, strict: bool = False) -> list[Span]:
        found = []
        for shadow in (fold(text), decode(text)):
            if shadow is not None:
                spans = known.find(shadow, strict=strict)
                found += [Span(*shadow.original(span.start, span.end), span.kind) for span in spans]
        return found


def _catalogue(catalogue: Catalogue | Collection[str]) -> Catalogue:
    return catalogue if isinstance(catalogue, Catalogue) else Catalogue(catalogue)


def _tidy(text: str, spans: list[Span]) -> list[Span]:
    """Return merged spans, each widened by the angle brackets around it: they could be mistaken for ours."""
    tidy = []
    for span in merge(spans):
        start, end = span.start, span.end
        while start and text[start - 1] == "<" and text[end : end + 1] == ">":
            start, end = start - 1, end + 1
        if text[max(0, start - 4) : start] == "&lt;" and text[end : end + 4] == "&gt;":
            start, end = start - 4, end + 4
        if end > start:
            tidy.append(Span(start, end, span.kind))
    return tidy


def _own(leaf: Leaf) -> list[Span]:
    """Return what was found in a leaf so far, tidied."""
    leaf.spans = _tidy(leaf.text, leaf.spans) if leaf.spans else None
    return leaf.spans or []


def _beside(leaf: Leaf) -> Iterator[str]:
    """Yield the parts of a leaf in which nothing was found."""
    position = 0
    for span in leaf.spans or ():
        yield leaf.text[position : span.start]
        position = span.end
    yield leaf.text[position:]


def _words(name: str) -> list[str]:
    return [word for word in _NAME_WORD.findall(name.lower()) if len(word) > 1]


def _rewrite(leaves: list[Leaf], vault: Vault) -> None:
    """Write the masked text of the leaves that hold something personal; numbers follow the order of the leaves."""
    for leaf in leaves:
        leaf.spans = _tidy(leaf.text, leaf.spans or [])
    wholes = _whole_names(leaves, vault)
    for leaf in leaves:
        leaf.masked = _masked(leaf, vault, wholes)


def _masked(leaf: Leaf, vault: Vault, wholes: dict[tuple[str, tuple[str, ...]], str]) -> str:
    if leaf.is_marked:
        return _placeholder(leaf.kind, leaf.text, vault, wholes)
    pieces: list[str] = []
    position = 0
    for span in leaf.spans or ():
        pieces += (
            leaf.text[position : span.start],
            _placeholder(span.kind, leaf.text[span.start : span.end], vault, wholes),
        )
        position = span.end
    return "".join(pieces) + leaf.text[position:]


def _placeholder(kind: str, surface: str, vault: Vault, wholes: dict[tuple[str, tuple[str, ...]], str]) -> str:
    """Return a placeholder; the whole name takes its number first when only a part of it is mentioned here."""
    whole = wholes.get((kind, vault.identity_of(kind, surface))) if wholes else None
    if whole is not None:
        vault.placeholder(kind, whole)
    return vault.placeholder(kind, surface)


def _whole_names(leaves: list[Leaf], vault: Vault) -> dict[tuple[str, tuple[str, ...]], str]:
    """Return, for each part of a name, the one full name of this request that it belongs to."""
    names: dict[tuple[str, tuple[str, ...]], str] = {}
    found = ((span.kind, leaf.text[span.start : span.end]) for leaf in leaves for span in leaf.spans or ())
    for kind, surface in (*vault.known(), *found):
        if kind in _NAMED:
            names.setdefault((kind, vault.identity_of(kind, surface)), surface)
    wholes: dict[tuple[str, tuple[str, ...]], str] = {}
    if len(names) < 2:
        return wholes
    by_word: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for kind, words in names:
        for word in words:
            by_word.setdefault((kind, word), []).append(words)
    for kind, part in names:
        fitting = [words for words in by_word[kind, part[0]] if len(words) > len(part) and set(part) < set(words)]
        if len(fitting) == 1:
            wholes[kind, part] = names[kind, fitting[0]]
    return wholes


__all__ = ["Catalogue", "Masker"]
