"""Values that are known to be personal, and every way they come back in a text: parts, order, case, other formats."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.masking import checks
from gateway.masking.folding import BOUNDARY, LETTER, Shadow, fold
from gateway.masking.lexicon import FIRST, Lexicon
from gateway.masking.reading import CUE_GAP, JOINT, SPACE, Words
from gateway.masking.spans import Span

_NAME_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile("[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]{3,}")
"""Letters that are written without spaces between words: a name of them may stand inside a longer run. Two letters are
too short to tell a name: they are part of many ordinary words."""
_DIGIT_RUN = re.compile(r"[0-9]+")
_ALNUM_RUN = re.compile(f"[A-Za-z0-9{LETTER}]+")
_REVERSED_GAP = re.compile(r",[ \t]{1,2}| [&] |&|\. |[ \t\-'_.+]{1,2}")
_COUNTRY_CODE = re.compile(r"(?:\(?\+ ?|\(|00 ?)?2[ \-.]?3[ \-.]?3[ \t)\-./(]{0,3}\Z")
_ZERO = re.compile(r"\(?0[ \t)\-./(]{1,2}\Z|\(0\Z")
_HOUSE = re.compile(
    r"^\W*(?:(?:h(?:ou)?se|plot|flat|apartment|apt|block|blk|unit|room|shop|no|number|h/no)\b[.,:#\s]*)*(?:[a-z]{0,2}\d[\w/\-]*)?[\s,]*"
)
_STREET_WORDS = frozenset(("street", "st", "road", "rd", "avenue", "ave", "lane", "close", "crescent", "drive", "box"))
_PARTICLES = frozenset(("of", "and", "the", "for", "de", "la", "van", "von", "bin", "ibn", "el", "al"))
_NAMED = ("PERSON", "BUSINESS")
_NUMBERED = ("PHONE", "ID_CARD", "TAX_ID", "ACCOUNT", "CARD")


@dataclass(frozen=True, slots=True)
class _Party:
    """A person or business: the words that tell who it is, and the words that may stand between them."""

    kind: str
    core: frozenset[str]
    all: frozenset[str]
    initials: frozenset[str]


class KnownValues:
    """Known values, prepared for search; immutable. `strict` is for the egress guard, see `find`."""

    def __init__(self, values: Iterable[tuple[str, str]], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._parties: list[_Party] = []
        self._words: dict[str, list[_Party]] = {}
        self._numbers: dict[bytes, str] = {}
        self._codes: dict[bytes, str] = {}
        self._spelled: dict[bytes, set[str]] = {}
        for kind, value in values:
            for form in _cases(value):
                self._add(kind, form)
        self._word_set = frozenset([fold(word).lower for word in self._words])
        self._unspaced = {word: parties for word, parties in self._words.items() if _UNSPACED.fullmatch(word)}

    def _add(self, kind: str, low: str) -> None:
        if kind in _NAMED:
            self._add_party(kind, low)
            return
        if kind in _NUMBERED:
            digits = "".join(c for c in low if c.isdigit())
            national = checks.national_number(digits) if kind == "PHONE" else None
            if len(digits) >= 6:
                self._numbers[(national or digits).encode()] = kind
        for code in self._spellings(kind, low):
            squashed = fold(code).squashed
            if len(squashed) >= (5 if kind in ("EMAIL", "VEHICLE", "IP") else 6):
                self._codes[squashed] = kind
                self._spelled.setdefault(squashed, set()).add(_squash(code))

    def _spellings(self, kind: str, low: str) -> list[str]:
        """Return the parts of a value that give it away by themselves."""
        if kind == "EMAIL":
            local = low.partition("@")[0]
            return [low, local] if not self._lexicon.is_safe(local) else [low]
        if kind == "ADDRESS":
            if self._is_just_a_town(low):
                return []
            street = _HOUSE.sub("", low.split(",")[0]) or _HOUSE.sub("", low)
            rest = _HOUSE.sub("", low).split(",")[0]
            streets = [part for part in (street, rest) if " " in part.strip()]
            return [low, *streets]
        return [low]

    def _is_just_a_town(self, low: str) -> bool:
        """Tell whether an address names no house or street: then it tells nobody apart and is not looked for."""
        words = _NAME_WORD.findall(low)
        named = any(c.isdigit() for c in low) or any(word in _STREET_WORDS for word in words)
        return not named and all(self._lexicon.is_safe(word) for word in words)

    def _add_party(self, kind: str, low: str) -> None:
        words = [word for word in _NAME_WORD.findall(low) if len(word) > 1]
        core = frozenset(word for word in words if not self._is_generic(kind, word)) or frozenset(words)
        if not core:
            return
        party = _Party(kind, core, frozenset(words), frozenset(word[0] for word in core))
        self._parties.append(party)
        for word in core:
            self._words.setdefault(word, []).append(party)

    def _is_generic(self, kind: str, word: str) -> bool:
        """Tell whether a word of a name is shared by so many names that it tells nobody apart."""
        context = self._lexicon.context
        if word in context["titles"] or word in _PARTICLES:
            return True
        return kind == "BUSINESS" and (word in context["business"] or word in context["not business names"])

    def find(self, shadow: Shadow, words: Words | None = None, *, strict: bool = False) -> list[Span]:
        """Return where known values or their parts occur, in shadow offsets.

        A part that is an ordinary word ("Grace", "Price") counts beside another part of the same name and, in free
        text, where it stands as a name. `strict` is for the final bytes, which hold the prompt's own text: there such a
        word
        alone counts only if it is the whole value and is written with a capital.
        """
        spans = self._find_numbers(shadow) + self._find_codes(shadow) if self._numbers or self._codes else []
        if self._words and shadow.mentions(self._word_set):
            spans += self._find_parties(words or Words(shadow, self._lexicon), strict)
        if self._unspaced and LETTER in shadow.text:
            spans += self._find_unspaced(shadow)
        return spans

    # -- numbers and codes -----------------------------------------------------------------------------------------

    def _find_numbers(self, shadow: Shadow) -> list[Span]:
        hits = _hits(shadow.digits, self._numbers)
        found = (
            self._number_span(shadow.text, start, end, kind)
            for start, end, kind in _unsquashed(_DIGIT_RUN, shadow.text, hits)
        )
        return [span for span in found if span is not None]

    @staticmethod
    def _number_span(text: str, start: int, end: int, kind: str) -> Span | None:
        between = text[start:end]
        if BOUNDARY in between or "\n" in between or end - start > 48 or re.search("[A-Za-z]", between):
            return None
        while start and text[start - 1].isdigit():
            start -= 1
        while end < len(text) and text[end].isdigit():
            end += 1
        return Span(_with_prefix(text, start, zero=text[start] == "0") if kind == "PHONE" else start, end, kind)

    def _find_codes(self, shadow: Shadow) -> list[Span]:
        hits = _hits(shadow.squashed, self._codes)
        return [
            Span(start, end, kind)
            for start, end, kind in _unsquashed(_ALNUM_RUN, shadow.text, hits)
            if BOUNDARY not in shadow.text[start:end]
            and self._stands_alone(shadow.text, start, end)
            and self._is_spelled(shadow, start, end)
        ]

    def _is_spelled(self, shadow: Shadow, start: int, end: int) -> bool:
        """Tell whether a code that was found is also spelled like one: in the shadow many letters are one."""
        text = shadow.text[start:end]
        return LETTER not in text or _squash(shadow.spelled[start:end]) in self._spelled[Shadow(text).squashed]

    @staticmethod
    def _stands_alone(text: str, start: int, end: int) -> bool:
        return not (text[start - 1 : start].isalnum() and start) and not text[end : end + 1].isalnum()

    # -- names -----------------------------------------------------------------------------------------------------

    def _find_unspaced(self, shadow: Shadow) -> list[Span]:
        """Return where names that are written without spaces stand inside longer runs of such letters."""
        return [
            Span(match.start(), match.end(), parties[0].kind)
            for word, parties in self._unspaced.items()
            for match in re.finditer(re.escape(word), shadow.spelled)
        ]

    def _find_parties(self, words: Words, strict: bool) -> list[Span]:
        spans: list[Span] = []
        index, count = 0, len(words)
        while index < count:
            parties = self._words.get(words.spelled(index))
            if parties is None:
                index += 1
                continue
            last, party = max(((self._extend(words, index, p), p) for p in parties), key=lambda found: found[0])
            if self._counts(words, index, last, party, strict):
                first, last = self._with_initials(words, index, last, party)
                spans.append(Span(words.start[first], words.end[last], party.kind))
            index = last + 1
        return spans

    @staticmethod
    def _extend(words: Words, index: int, party: _Party) -> int:
        """Return the last word of the stretch of this party's words that begins at `index`."""
        last = step = index
        while step + 1 < len(words) and _REVERSED_GAP.fullmatch(words.gap[step + 1]):
            step += 1
            if words.spelled(step) in party.all:
                last = step
            elif not (len(words.low[step]) == 1 and step - last == 1):
                break
        return last

    def _counts(self, words: Words, first: int, last: int, party: _Party, strict: bool) -> bool:
        parts = {words.spelled(i) for i in range(first, last + 1)} & party.core
        if len(parts) > 1 or any(not self._lexicon.is_ordinary(part) for part in parts):
            return True
        if last > first and party.kind == "BUSINESS":
            return True
        if first and words.is_initial(first - 1) and words.spelled(first - 1) in party.initials and words.joined(first):
            return True
        if strict:
            whole = parts == party.core and (party.kind == "PERSON" or party.core == party.all)
            return whole and words.style(first) != "lower" and not self._is_phrase(words, first, last)
        return self._stands_as_name(words, first, party)

    def _is_phrase(self, words: Words, first: int, last: int) -> bool:
        """Tell whether an ordinary word opens a phrase such as `Grace period`."""
        after = last + 1
        return (
            words.joined(after, SPACE)
            and words.low[after] not in self._lexicon.context["may follow"] | self._lexicon.context["person verbs"]
        )

    def _stands_as_name(self, words: Words, index: int, party: _Party) -> bool:
        low, style, context = words.low[index], words.style(index), self._lexicon.context
        cued = (
            index > 0
            and CUE_GAP.fullmatch(words.gap[index])
            and words.low[index - 1] in context["cues"] | context["titles"]
        )
        if len(low) < 3 or low in context["never names"] or low in ("will", "may", "can", "mark"):
            return style != "lower" and (bool(cued) or not words.opens(index))
        if words.kind[index] == FIRST and party.kind == "PERSON" and low not in context["days"] | context["months"]:
            return True
        follows = words.closes(index) or words.low[index + 1] in context["may follow"] | context["person verbs"]
        if low in context["days"] | context["months"]:
            return bool(cued) or (
                index > 0 and words.low[index - 1] not in context["before days"] and follows and words.opens(index)
            )
        if style == "lower":
            return follows and (bool(cued) or words.opens(index))
        return bool(cued) or follows or not words.opens(index)

    @staticmethod
    def _with_initials(words: Words, first: int, last: int, party: _Party) -> tuple[int, int]:
        while (
            first
            and len(words.low[first - 1]) == 1
            and words.spelled(first - 1) in party.initials
            and words.joined(first, JOINT)
        ):
            first -= 1
        after = last + 1
        follows = words.joined(after, JOINT) and words.gap[after] != "'" and words.at(after).isupper()
        if follows and len(words.low[after]) == 1 and words.spelled(after) in party.initials:
            last = after
        return first, last


def _cases(value: str) -> Iterable[str]:
    """Return the spellings of a value; some letters of other scripts look Latin in one case only."""
    if value.isascii():
        return (fold(value).spelled,)
    return dict.fromkeys(fold(form).spelled for form in (value, value.lower(), value.upper()))


def _squash(text: str) -> str:
    """Return the letters and digits of a text alone."""
    return "".join(filter(str.isalnum, text))


def _with_prefix(text: str, start: int, *, zero: bool) -> int:
    """Return where the number that begins at `start` really begins: before its zero and its country code."""
    for pattern in (_COUNTRY_CODE,) if zero else (_ZERO, _COUNTRY_CODE):
        prefix = pattern.search(text, max(0, start - 12), start)
        if prefix is not None and not text[prefix.start() - 1 : prefix.start()].isdigit():
            start = prefix.start()
    return start


def _hits(squashed: bytes, needles: dict[bytes, str]) -> list[tuple[int, int, str]]:
    """Return (start, length, kind) of every needle in a squashed text, sorted."""
    hits = []
    for needle, kind in needles.items():
        at = squashed.find(needle)
        while at >= 0:
            hits.append((at, len(needle), kind))
            at = squashed.find(needle, at + len(needle))
    return sorted(hits)


def _unsquashed(runs: re.Pattern[str], text: str, hits: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield where the hits of a squashed text stand in the text itself; one pass over the kept `runs`."""
    if not hits:
        return
    starts, squashed = [], [0]
    for run in runs.finditer(text):
        starts.append(run.start())
        squashed.append(squashed[-1] + run.end() - run.start())
    for at, length, kind in hits:
        first, last = bisect_right(squashed, at) - 1, bisect_right(squashed, at + length - 1) - 1
        yield starts[first] + at - squashed[first], starts[last] + at + length - squashed[last], kind
