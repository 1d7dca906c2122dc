"""Superlatives and comparisons against the rows they speak of: `A has the highest balance` falls when B's is higher."""

import re
from collections.abc import Sequence

from gateway.domain.evidence import Json
from gateway.grounding.figures import Figure, Finding, Form
from gateway.grounding.keys import key_info, stem
from gateway.grounding.lexicon import Kind, word_set
from gateway.grounding.scan import words_in
from gateway.grounding.subjects import Mention, Row, Rows

_EXTREMES = "highest|largest|biggest|greatest|longest|most|lowest|smallest|least|fewest|shortest"
_STANDINGS = "oldest|best|worst|strongest|weakest|busiest|quietest"
"""Superlatives that may be of one part of a row, so they count only where a row has or is it."""
_COMPARISONS = "more|higher|larger|bigger|greater|longer|less|lower|smaller|fewer|shorter"
_SUPERLATIVE = re.compile(rf"\b({_EXTREMES})\b\s*((?:[a-z]+[\s-]?){{0,4}})")
_STANDING = re.compile(
    r"(?:(?:the|your|our)\s(?=[a-z]+\s(?:[a-z]+\s){1,3}?(?:is|was|are|were|belongs\sto)\b)|"
    r"\b(?:is|are|was|were|has|have|had|with|did|does|sells?|sold|comes|performed)\s+(?:by\sfar\s|easily\s|also\s|been\s|away\s){0,2}(?:(?:the|your|our)\s)?)"
    rf"({_STANDINGS})\b\s*((?:[a-z]+[\s-]?){{0,4}})"
)
_EXTREME_WORD = re.compile(rf"\b(?:{_EXTREMES}|{_STANDINGS})\b")
_QUALIFIED = re.compile(
    r"\b(?:among|one of|some of|second|third|fourth|fifth|next|2nd|3rd|not|at|almost|nearly)\s+(?:the\s+)?$"
)
_BEATS = "overtook|outsold|outperformed|beats?|outnumbers?"
_LARGEST = re.compile(r"\b(largest|biggest|highest|smallest|lowest)\b[a-z\s]{0,40}\b(?:is|was|of|at|for)\s")
_COMPARATIVE = re.compile(rf"\b({_COMPARISONS})\b[^.;,]{{0,40}}?\bthan\b|\b({_BEATS})\b")
_PLACES = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_NTH = re.compile(
    rf"\b({'|'.join(_PLACES)}|(\d{{1,2}})(?:st|nd|rd|th))(?:[\s-](?:best|worst|most|[a-z]{{3,}}est)\b|\s+(?:with|by|at|place)\b)"
)
WORDS = frozenset(
    [
        "overtook",
        "outsold",
        "outperformed",
        "beat",
        "beats",
        "outnumber",
        "outnumbers",
        *_EXTREMES.split("|"),
        *_STANDINGS.split("|"),
        *_COMPARISONS.split("|"),
        *_PLACES,
        "st",
        "nd",
        "rd",
        "th",
    ]
)
"""Where none of these stands, nothing is compared."""
_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither)\b|n['’]t\b")
_UP = frozenset(("highest", "largest", "biggest", "greatest", "longest", "most",
                 "more", "higher", "larger", "bigger", "greater", "longer",
                 "oldest", "best", "strongest", "busiest"))  # fmt: skip
_LARGE = frozenset(("largest", "biggest", "smallest"))
_OLD = frozenset(("oldest", "longest"))
_NUMBER = re.compile(r"-?(?:GHS |GH₵|₵)?([0-9][0-9,]*(?:\.[0-9]+)?)%?")
_MEANS = {
    **dict.fromkeys(
        ("earned", "earn", "made", "brought", "bring", "spent", "spend", "spender", "bought", "buy"),
        frozenset({"revenue"}),
    ),
    **dict.fromkeys(("sold", "sell", "seller"), frozenset({"revenue", "unit"})),
    **dict.fromkeys(("arrear", "debt", "owe", "owed", "debtor"), frozenset({"overdue", "balance", "outstanding"})),
    **dict.fromkeys(("sale", "turnover", "taking"), frozenset({"revenue"})),
}
"""What is measured where a sentence says it by a verb or by another word than the name of the value."""
_OFTEN = frozenset(("common", "frequent", "popular", "used"))
_ROW_ITSELF = word_set("""
    of by all three four five them these listed shown here on list one group debtor customer product category part
    segment among account item seller
""")
"""Words that only say which rows are compared."""
_NO_MEASURE = frozenset(("rank", "ref"))
_SAYS_NOTHING = frozenset(("of", "the", "in", "on", "at", "and", "to", "for", "with", "is", "a", "an", "value"))


def speaks_of_rank(low: str) -> bool:
    """Return whether a sentence compares or calls something the most of its kind."""
    extreme = "st" in low and _EXTREME_WORD.search(low) is not None
    return extreme or _NTH.search(low) is not None or _COMPARATIVE.search(low) is not None


def shown_findings(figures: Sequence[Figure], rows: Rows, text: str, low: str) -> list[Finding]:
    """Return the amounts called the largest or smallest though the texts of their list hold one that is."""
    found = []
    for m in _LARGEST.finditer(low):
        figure = next((f for f in figures if f.start >= m.end() and f.start - m.end() < 4), None)
        if figure is None or figure.form is not Form.MONEY or _QUALIFIED.search(low, max(0, m.start() - 24), m.start()):
            continue
        lists = [one for one in rows.said_amounts() if len(one) > 1 and figure.value in one]
        wanted = max if m[1] in _UP else min
        if lists and all(wanted(one) != figure.value for one in lists):
            found.append(
                Finding("rank", text[m.start() : m.end()], *m.span(), "another row of the evidence ranks there")
            )
    return found


def rank_findings(rows: Rows, mentions: Sequence[Mention], text: str, low: str) -> list[Finding]:
    """Return the superlatives and comparisons of a sentence that the rows it names contradict."""
    extremes = [*_SUPERLATIVE.finditer(low), *_STANDING.finditer(low)]
    compared, nth = _COMPARATIVE.search(low), _NTH.search(low)
    if (not extremes and compared is None and nth is None) or _NEGATION.search(low):
        return []
    if nth is not None and _is_false_place(nth, mentions, rows, low):
        return [Finding("rank", text[nth.start() : nth.end()], *nth.span(), "another row of the evidence ranks there")]
    wrong = [m.span(1) for m in extremes if _is_false_extreme(m, mentions, rows, low)]
    if compared is not None and _is_false_comparison(compared, mentions, low):
        wrong.append(compared.span(1 if compared[1] else 2))
    return [Finding("rank", text[a:b], a, b, "another row of the evidence ranks there") for a, b in wrong]


def _is_false_extreme(match: re.Match[str], mentions: Sequence[Mention], rows: Rows, low: str) -> bool:
    if _QUALIFIED.search(low, max(0, match.start() - 24), match.start()) or len({m[2].names[0] for m in mentions}) != 1:
        return False
    up, named = match[1] in _UP, [m[2] for m in mentions]
    said = _stems(match[2])
    meant = _meant(named, said)
    bare = match.re is _STANDING or said <= _ROW_ITSELF
    if not meant and (bare or not said.isdisjoint(_OFTEN)):
        meant = _meant(named, _stems(low).difference(*(row.words for row in named)))
    if not meant and bare:
        meant = _measures(named, match[1])
    verdicts = []
    for row, key in meant:
        values = [v for one in rows.rows if one.family == row.family and (v := number(one.item.get(key))) is not None]
        own = number(row.item[key])
        if own is not None and len(values) > 1:
            sizes = [abs(v) for v in values]  # the largest change may be a fall
            verdicts.append(own >= max(values) or abs(own) >= max(sizes) if up else own <= min(values))
    return bool(verdicts) and not any(verdicts)


def _measures(named: Sequence[Row], word: str) -> list[tuple[Row, str]]:
    """Return what a superlative may be of that names no measure: every number, for an age the days."""
    wanted = Kind.DAYS if word in _OLD else Kind.MONEY | Kind.COUNT if word in _LARGE else Kind.EVERY
    return [
        (row, key)
        for row in named
        for key, value in row.item.items()
        if number(value) is not None and (key_info(key).kinds or Kind.ANY) & wanted and key not in _NO_MEASURE
    ]


def _is_false_place(match: re.Match[str], mentions: Sequence[Mention], rows: Rows, low: str) -> bool:
    """Tell whether the one row named takes that place by none of its numbers, up or down, nor in the order shown."""
    wanted = int(match[2]) if match[2] else _PLACES[match[1]]
    if not mentions:
        families = [row.family for row in rows.rows]
        return all(families.count(family) < wanted for family in set(families))
    if len({m[2].names[0] for m in mentions}) != 1:
        return False
    meant = {key for _, key in _meant([m[2] for m in mentions], _stems(low[match.start() : match.end() + 24]))}
    for _, _, row in mentions:
        family = [one for one in rows.rows if one.family == row.family]
        if family.index(row) == wanted - 1:
            return False
        for key in row.item.keys() & meant or row.item:
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
    up, verdicts = match[2] is not None or match[1] in _UP, []
    words = _stems(low).difference(*(row.words for row in (*left, *right)))
    if match[2]:
        words |= {"revenue", "customer"} if match[2].startswith("outn") else {"revenue", "value"}
    for a, key in _meant(left, words):
        for b in (one for one in right if one.family == a.family):
            mine, other = number(a.item[key]), number(b.item.get(key))
            if mine is not None and other is not None:
                verdicts.append(mine > other if up else mine < other)
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
