"""Recognisers of values with a form: numbers, codes, addresses, keys.

Each recogniser looks at the shadow of a text. Strong ones go first, then the forms that must survive (amounts, dates,
order ids …) claim their place, then the rest. What is claimed is never read twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.masking.folding import Shadow
from gateway.masking.patterns import PatternSet
from gateway.masking.recogniser import PROTECT, Recogniser
from gateway.masking.safe_forms import SAFE
from gateway.masking.spans import Span
from gateway.masking.strong_forms import STRONG
from gateway.masking.weak_forms import WEAK

ALL: tuple[Recogniser, ...] = (*STRONG, *SAFE, *WEAK)

_FOUND, _PROTECTED, _NAMED = 1, 2, 3


@dataclass(slots=True)
class Claims:
    """What the formats say of one shadow: personal `spans`, and which characters belong to a span or to a safe form."""

    spans: list[Span] = field(default_factory=list)
    taken: bytearray = field(default_factory=bytearray)

    def is_free(self, start: int, end: int) -> bool:
        """Tell whether no character between is claimed yet."""
        return not any(self.taken[start:end])

    def is_protected(self, start: int, end: int) -> bool:
        """Tell whether a safe form claims any character between."""
        return self.taken.find(_PROTECTED, start, end) >= 0

    def is_known_name(self, start: int) -> bool:
        """Tell whether a known person or business stands at `start`."""
        return self.taken[start] == _NAMED

    def protect(self, start: int, end: int) -> None:
        """Claim a safe form, so that no later recogniser reads it."""
        self.taken[start:end] = bytes((_PROTECTED,)) * (end - start)

    def add(self, span: Span) -> None:
        """Claim a personal value."""
        self.spans.append(span)
        self.taken[span.start : span.end] = bytes((_FOUND,)) * (span.end - span.start)


class Formats:
    """All recognisers, compiled; immutable. `engine` is `re2` or `re` and changes nothing but speed."""

    def __init__(self, recognisers: Sequence[Recogniser] = ALL, *, engine: str = "re2") -> None:
        self._recognisers = tuple(sorted(recognisers, key=lambda r: r.rank))
        self._patterns = PatternSet([r.pattern for r in self._recognisers], engine=engine)

    def personal(self, shadow: Shadow) -> list[Span]:
        """Return the personal values alone; cheap when there is none, since safe forms need not be read then."""
        occurring = self._patterns.occurring(shadow.data)
        return self.scan(shadow).spans if any(self._may_hold(index, shadow) for index in occurring) else []

    def _may_hold(self, index: int, shadow: Shadow) -> bool:
        """Tell whether a recogniser of personal values takes any of its matches, claims aside."""
        recogniser = self._recognisers[index]
        return recogniser.kind != PROTECT and any(
            recogniser.read(shadow.text, match) is not None for match in self._patterns.finditer(index, shadow.data)
        )

    def scan(self, shadow: Shadow, known: Iterable[Span] = ()) -> Claims:
        """Return the personal values and the protected forms of a shadow, in shadow offsets.

        What is `known` already is claimed before anything is read, and not reported again.
        """
        claims = Claims(taken=bytearray(len(shadow.text)))
        for span in known:
            code = _NAMED if span.kind in ("PERSON", "BUSINESS") else _FOUND
            claims.taken[span.start : span.end] = bytes((code,)) * (span.end - span.start)
        data = shadow.data
        for index in self._patterns.occurring(data):
            recogniser = self._recognisers[index]
            for match in self._patterns.finditer(index, data):
                found = recogniser.read(shadow.text, match)
                if found is None or found[1] <= found[0]:
                    continue
                start, end = found
                if not claims.is_free(start, end):
                    continue
                if recogniser.kind == PROTECT:
                    claims.protect(start, end)
                else:
                    claims.add(Span(start, end, recogniser.kind))
        return claims
