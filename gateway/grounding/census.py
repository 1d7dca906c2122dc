"""How many rows something is true of: `all five grew`, `none of them is overdue`, `three of the four are critical`.

The rows of one list are counted, and only where a row holds what the sentence says of it: a movement, a delay, a limit,
a word such as `CRITICAL`, or a number that the sentence names and compares.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.grounding.figures import Figure, Form
from gateway.grounding.keys import key_info, stem
from gateway.grounding.lexicon import CARDINALS, DIRECTIONS, Kind
from gateway.grounding.ranks import number
from gateway.grounding.scan import words_in
from gateway.grounding.subjects import Mention, Row, Rows

_N = "|".join(list(CARDINALS)[2:13])
_QUANTIFIED = re.compile(
    rf"\b(?P<all>all|(?:all|each|every\s?one)\sof(?:\sthe|\sthese|\sthose|\sthem)?)(?:\stop)?\s(?P<all_m>{_N}|\d{{1,2}})\b"
    rf"|\b(?P<none>none\sof\s(?:the|these|those|them)(?:\stop)?)\b(?:\s(?P<none_m>{_N}|\d{{1,2}}))?"
    rf"|\b(?P<n>{_N}|\d{{1,2}})\sof\s(?:the|these|those|them|your)\b(?:\stop)?(?:\s(?P<n_m>{_N}|\d{{1,2}}))?"
)
_OF_OTHERS = re.compile(r"\s(?:last|first|past|next|latest|rest|other)\b")
"""`none of the last 12`: not the rows shown."""
_ONLY = re.compile(r"\bonly\b|\bthe\sonly\s(?:one|[a-z]+)\s(?:to|that|which|with)\b")
_BOTH = re.compile(r"\bboth\b")
WORDS = frozenset(("all", "both", "only", "none", "these", "those", "them"))
"""Where none of these stands, nor `of the`, no rows are counted."""
_END = re.compile(r"[;:.()]|,(?!\d)|\b(?:while|whereas|but|although|though)\b")
_NOT = re.compile(r"\b(?:not|never|no|without)\b|n['’]t\b|\bnothing\b")
_MOVED = re.compile(
    r"\b(?P<up>grew|rose|gained|increased|grow|rise|climbed|up)\b|\b(?:fell|dropped|declined|shrank|slipped|decreased|lost|fall|shrink|down)\b"
)
_LATE = re.compile(r"\b(?:overdue|late|in\sarrears)\b")
_LIMIT = re.compile(
    r"\b(?:(?P<over>over|above|exceed\w*|beyond)|within|below|under)\s(?:its|their|the)\s(?:own\s)?(?:credit\s)?limits?\b"
)
_SOLD = re.compile(r"\b(?:sold|sell)\b(?!\s(?:more|less|fewer|[\d]))")
_STATED = re.compile(
    r"\b(?:is|are|was|were|being|rated|as)\s(?=[a-z])(?:rated\s|all\s|also\s|of\s|in\sthe\s)?(?P<word>[a-z][a-z]+)\b"
)
_COMPARED = re.compile(
    r"\b(?:(?P<over>above|over|more\sthan|higher\sthan)|below|under|less\sthan|lower\sthan)\s(?:the\s)?$"
)

Holds = Callable[[Row], bool | None]


def speaks_of_counts(low: str) -> bool:
    """Return whether a lower-cased sentence says of how many something is true."""
    return bool(
        (" limit" in low and _LIMIT.search(low))
        or (("all " in low or "none of" in low or _counted_of(low)) and _QUANTIFIED.search(low))
        or ("only" in low and _ONLY.search(low))
        or ("both " in low and _BOTH.search(low))
    )


def _counted_of(low: str) -> bool:
    """Return whether a number stands before an `of`."""
    at = low.find(" of ")
    while at >= 0:
        word = low[low.rfind(" ", 0, at) + 1 : at]
        if word in CARDINALS or word.isdecimal():
            return True
        at = low.find(" of ", at + 4)
    return False


@dataclass(frozen=True, slots=True)
class Count:
    """Where a sentence counts rows, and whether the rows bear it out."""

    start: int
    end: int
    is_true: bool


def counts(low: str, figures: Sequence[Figure], rows: Rows, mentions: Sequence[Mention]) -> list[Count]:
    """Return what a lower-cased sentence says of how many rows, as far as the rows can tell."""
    found = []
    for m in _QUANTIFIED.finditer(low):
        if _OF_OTHERS.match(low, m.end()) or (m["n"] and not m["n_m"] and " of them" in m[0]):
            continue
        end = _end(low, m.end())
        group = next(name for name in ("all", "none", "n") if m[name])
        size = _value(m[f"{group}_m"])
        verdicts = [
            verdict
            for holds in _predicates(low, m.end(), end, figures, rows)
            for verdict in _verdicts(
                rows, holds, size, None if group == "all" else 0 if group == "none" else _value(m["n"])
            )
        ]
        if verdicts:
            found.append(Count(m.start(), m.end(), any(verdicts)))
    if (limit := _LIMIT.search(low)) and limit["over"] and len({m[2].names[0] for m in mentions}) == 1:
        answers = [_over_limit(m[2]) for m in mentions]
        if None not in answers and not _NOT.search(low) and not any(answers):
            found.append(Count(*limit.span(), False))
    if mentions and (found_only := _of_named(low, figures, rows, mentions)):
        found.append(found_only)
    return found


def _end(low: str, start: int) -> int:
    m = _END.search(low, start)
    return m.start() if m else len(low)


def _value(word: str | None) -> int:
    return 0 if not word else int(word) if word.isdecimal() else int(CARDINALS[word])


def _verdicts(rows: Rows, holds: Holds, size: int, wanted: int | None) -> Iterator[bool]:
    """Yield for each list of the stated length whether as many of its rows fit as the sentence says; None is all."""
    families: dict[int, list[Row]] = {}
    for row in rows.rows:
        families.setdefault(row.family, []).append(row)
    for family in families.values():
        answers = [holds(row) for row in family]
        if len(family) > 1 and size in (0, len(family)) and None not in answers:
            yield sum(map(bool, answers)) == (len(family) if wanted is None else wanted)


def _of_named(low: str, figures: Sequence[Figure], rows: Rows, mentions: Sequence[Mention]) -> Count | None:
    """`both A and B fell`, `only A fell`, `A was the only one to fall`: of the rows named, and for `only` no other."""
    only, both = _ONLY.search(low), _BOTH.search(low)
    mark = only or both
    if mark is None or _NOT.search(low):
        return None
    if both and not only and len({m[2].names[0] for m in mentions}) != 2:
        return None
    if only and only[0] == "only" and not any(only.end() <= m[0] <= only.end() + 5 for m in mentions):
        return None
    verdicts: list[bool] = []
    for holds in _predicates(low, 0, len(low), figures, rows, moved_only=True):
        for family in {m[2].family for m in mentions}:
            named = {m[2].names[0] for m in mentions if m[2].family == family}
            answers = {row.names[0]: holds(row) for row in rows.rows if row.family == family}
            if None in answers.values() or len(answers) < 2:
                continue
            true = {name for name, answer in answers.items() if answer}
            verdicts.append(true == named if only else named <= true)
    return Count(*mark.span(), any(verdicts)) if verdicts else None


def _predicates(
    low: str, start: int, end: int, figures: Sequence[Figure], rows: Rows, *, moved_only: bool = False
) -> Iterator[Holds]:
    """Yield what the words of a clause say of each row; more than one only where the words leave it open."""
    negative = bool(_NOT.search(low, start, end))
    if (moved := _MOVED.search(low, start, end)) is not None:
        way = 1 if moved["up"] else -1
        yield lambda row: _is(_movement(row), way, negative)
        return
    if moved_only:
        return
    if (limit := _LIMIT.search(low, start, end)) is not None:
        yield lambda row: _flip(_over_limit(row), negative != (not limit["over"]))
        return
    for figure in figures:
        if start <= figure.start < end and (compared := _COMPARED.search(low, start, figure.start)):
            yield lambda row, f=figure, c=compared: _beyond(row, f, bool(c["over"]), words_in(low))  # type: ignore[misc]
            return
    for figure in figures:
        if start <= figure.start < end and figure.form is Form.COUNT and figure.unit and not negative:
            yield lambda row, f=figure: _equals(row, f)  # type: ignore[misc]
            return
    if _LATE.search(low, start, end):
        yield lambda row: _flip(_positive(row, ("overdue",)), negative)
    elif _SOLD.search(low, start, end):
        yield lambda row: _flip(_positive(row, ("unit", "sold")), negative)
    else:
        said = [stem(m["word"]) for m in _STATED.finditer(low, start, end)]
        word = next((one for one in said if any(one in _texts(row) for row in rows.rows)), "")
        if word:
            yield lambda row: _flip(word in _texts(row), negative)


def _is(movement: int | None, way: int, negative: bool) -> bool | None:
    return None if movement is None else (movement == way) != negative


def _flip(answer: bool | None, negative: bool) -> bool | None:
    return None if answer is None else answer != negative


def _movement(row: Row) -> int | None:
    """Return which way a row moved: by its change, its stated direction, or two periods of one thing."""
    stated = row.item.get("direction")
    if isinstance(stated, str):
        return DIRECTIONS.get(stated)
    periods: dict[str, dict[int, float]] = {}
    for key, value in row.item.items():
        size, info = number(value), key_info(key)
        if size is None:
            continue
        if info.direction:
            return (size > 0) - (size < 0) if info.direction > 0 else (size < 0) - (size > 0)
        periods.setdefault(info.subject, {})[info.role or 3] = size
    for sides in periods.values():
        if len(sides) == 2 and min(sides) < 3:
            return (sides[max(sides)] > sides[min(sides)]) - (sides[max(sides)] < sides[min(sides)])
    return None


def _over_limit(row: Row) -> bool | None:
    limit = next((v for key, value in row.item.items() if "limit" in key and (v := number(value)) is not None), None)
    owed = next((v for key, value in row.item.items() if "balance" in key and (v := number(value)) is not None), None)
    return None if limit is None or owed is None else owed > limit


def _positive(row: Row, words: tuple[str, ...]) -> bool | None:
    sizes = [
        v
        for key, value in row.item.items()
        if not key_info(key).words.isdisjoint(words) and (v := number(value)) is not None
    ]
    return any(sizes) if sizes else None


def _texts(row: Row) -> list[str]:
    return [stem(t.lower().replace("_", " ")) for t in row.item.values() if isinstance(t, str) and len(t) < 24]


def _beyond(row: Row, figure: Figure, over: bool, words: Sequence[str]) -> bool | None:
    named = {stem(word) for word in words}
    for key, value in row.item.items():
        size, info = number(value), key_info(key)
        if size is not None and (info.kinds or Kind.ANY) & figure.kinds and info.words <= named:
            return size > figure.value if over else size < figure.value
    return None


def _equals(row: Row, figure: Figure) -> bool | None:
    for key, value in row.item.items():
        size, info = number(value), key_info(key)
        if size is not None and (figure.unit in info.nouns or figure.unit.lstrip("?") in info.words):
            return size == figure.value
    return None
