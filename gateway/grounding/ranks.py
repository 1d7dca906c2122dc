"""Superlatives and comparisons against the rows they speak of: `A has the highest balance` falls when B's is higher."""

import re
from collections.abc import Sequence

from gateway.domain.evidence import Json
from gateway.grounding.figures import Finding
from gateway.grounding.keys import key_info, stem
from gateway.grounding.scan import words_in
from gateway.grounding.subjects import Mention, Row, Rows, as_named

_EXTREMES = "highest|largest|biggest|greatest|longest|most|lowest|smallest|least|fewest|shortest"
_COMPARISONS = "more|higher|larger|bigger|greater|longer|less|lower|smaller|fewer|shorter"
_SUPERLATIVE = re.compile(rf"\b({_EXTREMES})\s+((?:[a-z]+[\s-]?){{1,4}})")
_QUALIFIED = re.compile(
    r"\b(?:among|one of|some of|second|third|fourth|fifth|next|2nd|3rd|not|at|almost|nearly)\s+(?:the\s+)?$"
)
_COMPARATIVE = re.compile(rf"\b({_COMPARISONS})\b[^.;,]{{0,40}}?\bthan\b")
_PLACES = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_NTH = re.compile(rf"\b({'|'.join(_PLACES)}|(\d{{1,2}})(?:st|nd|rd|th))[\s-](?:best|worst|most|[a-z]{{3,}}est)\b")
WORDS = frozenset([*_EXTREMES.split("|"), *_COMPARISONS.split("|"), *_PLACES, "st", "nd", "rd", "th"])
"""Where none of these stands, nothing is compared."""
_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither)\b|n['’]t\b")
_UP = frozenset(("highest", "largest", "biggest", "greatest", "longest", "most",
                 "more", "higher", "larger", "bigger", "greater", "longer"))  # fmt: skip
_NUMBER = re.compile(r"-?(?:GHS |GH₵|₵)?([0-9][0-9,]*(?:\.[0-9]+)?)%?")
_MEANS = {
    **dict.fromkeys(
        ("earned", "earn", "made", "brought", "bring", "spent", "spend", "spender"), frozenset({"revenue"})
    ),
    **dict.fromkeys(("sold", "sell", "seller"), frozenset({"revenue", "unit"})),
    **dict.fromkeys(("arrear", "debt", "owe", "owed"), frozenset({"overdue", "balance", "outstanding"})),
    **dict.fromkeys(("sale", "turnover", "taking"), frozenset({"revenue"})),
}
"""What is measured where a sentence says it by a verb or by another word than the name of the value."""
_SAYS_NOTHING = frozenset(("of", "the", "in", "on", "at", "and", "to", "for", "with", "is", "a", "an", "value"))


def speaks_of_rank(low: str) -> bool:
    """Return whether a sentence compares or calls something the most of its kind."""
    extreme = "st " in low and (_SUPERLATIVE.search(low) is not None or _NTH.search(low) is not None)
    return extreme or (" than" in low and _COMPARATIVE.search(low) is not None)


def rank_findings(rows: Rows, text: str, low: str) -> list[Finding]:
    """Return the superlatives and comparisons of a sentence that the rows it names contradict."""
    extremes, compared, nth = list(_SUPERLATIVE.finditer(low)), _COMPARATIVE.search(low), _NTH.search(low)
    if (not extremes and compared is None and nth is None) or _NEGATION.search(low):
        return []
    mentions = rows.mentions(as_named(low))
    if nth is not None and _is_false_place(nth, mentions, rows):
        return [Finding("rank", text[nth.start() : nth.end()], *nth.span(), "another row of the evidence ranks there")]
    wrong = [m.span(1) for m in extremes if _is_false_extreme(m, mentions, rows, low)]
    if compared is not None and _is_false_comparison(compared, mentions, low):
        wrong.append(compared.span(1))
    return [Finding("rank", text[a:b], a, b, "another row of the evidence ranks there") for a, b in wrong]


def _is_false_extreme(match: re.Match[str], mentions: Sequence[Mention], rows: Rows, low: str) -> bool:
    if _QUALIFIED.search(low, max(0, match.start() - 24), match.start()) or len({m[2].names[0] for m in mentions}) != 1:
        return False
    up = match[1] in _UP
    verdicts = []
    for row, key in _meant([m[2] for m in mentions], _stems(match[2])):
        values = [v for one in rows.rows if one.family == row.family and (v := number(one.item.get(key))) is not None]
        own = number(row.item[key])
        if own is not None and len(values) > 1:
            sizes = [abs(v) for v in values]  # the largest change may be a fall
            verdicts.append(own >= max(values) or abs(own) >= max(sizes) if up else own <= min(values))
    return bool(verdicts) and not any(verdicts)


def _is_false_place(match: re.Match[str], mentions: Sequence[Mention], rows: Rows) -> bool:
    """Tell whether the one row named takes that place by none of its numbers, up or down, nor in the order shown."""
    wanted = int(match[2]) if match[2] else _PLACES[match[1]]
    if not mentions:
        families = [row.family for row in rows.rows]
        return all(families.count(family) < wanted for family in set(families))
    if len({m[2].names[0] for m in mentions}) != 1:
        return False
    for _, _, row in mentions:
        family = [one for one in rows.rows if one.family == row.family]
        if family.index(row) == wanted - 1:
            return False
        for key in row.item:
            own, sizes = number(row.item[key]), [number(one.item.get(key)) for one in family]
            values = [size for size in sizes if size is not None]
            if own is not None and wanted in (sum(v > own for v in values) + 1, sum(v < own for v in values) + 1):
                return False
    return True


def _is_false_comparison(match: re.Match[str], mentions: Sequence[Mention], low: str) -> bool:
    left = [m[2] for m in mentions if m[1] <= match.start()]
    right = [m[2] for m in mentions if m[0] >= match.end()]
    if len({r.names[0] for r in left}) != 1 or len({r.names[0] for r in right}) != 1:
        return False
    up, verdicts = match[1] in _UP, []
    words = _stems(low).difference(*(row.words for row in (*left, *right)))
    for a, key in _meant(left, words):
        for b in (one for one in right if one.family == a.family):
            mine, other = number(a.item[key]), number(b.item.get(key))
            if mine is not None and other is not None:
                verdicts.append(mine >= other if up else mine <= other)
    return bool(verdicts) and not any(verdicts)


def _meant(rows: Sequence[Row], words: frozenset[str]) -> list[tuple[Row, str]]:
    """Return the rows with those of their keys whose name shares the most words with the sentence's."""
    words = words.union(*(_MEANS[word] for word in words if word in _MEANS))
    shared = {
        (row, key): len(key_info(key).label & words)
        for row in rows
        for key, value in row.item.items()
        if number(value) is not None
    }
    most = max(shared.values(), default=0)
    return [one for one, count in shared.items() if count == most] if most else []


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_in(words) if word not in _SAYS_NOTHING)


def number(value: Json) -> float | None:
    """Return the number that a value of a row is or writes, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    size = float(found[1].replace(",", ""))
    return -size if isinstance(value, str) and value.startswith("-") else size
