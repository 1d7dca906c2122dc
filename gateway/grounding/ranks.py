"""Superlatives and comparisons against the rows they speak of: `A has the highest balance` falls when B's is higher."""

import re
from collections.abc import Sequence

from gateway.domain.evidence import Json
from gateway.grounding.figures import Finding
from gateway.grounding.keys import key_info, stem
from gateway.grounding.scan import WORD
from gateway.grounding.subjects import Row, Rows, as_named

_SUPERLATIVE = re.compile(
    r"\b(highest|largest|biggest|greatest|longest|most|lowest|smallest|least|fewest|shortest)\s+((?:[a-z]+[\s-]?){1,4})"
)
_QUALIFIED = re.compile(
    r"\b(?:among|one of|some of|second|third|fourth|fifth|next|2nd|3rd|not|at|almost|nearly)\s+(?:the\s+)?$"
)
_COMPARATIVE = re.compile(
    r"\b(more|higher|larger|bigger|greater|longer|less|lower|smaller|fewer|shorter)\b[^.;,]{0,40}?\bthan\b"
)
_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither)\b|n['’]t\b")
_UP = frozenset(("highest", "largest", "biggest", "greatest", "longest", "most",
                 "more", "higher", "larger", "bigger", "greater", "longer"))  # fmt: skip
_NUMBER = re.compile(r"-?(?:GHS |GH₵|₵)?([0-9][0-9,]*(?:\.[0-9]+)?)%?")
_SAYS_NOTHING = frozenset(("of", "the", "in", "on", "at", "and", "to", "for", "with", "is", "a", "an", "value"))

Mention = tuple[int, int, Row]


def speaks_of_rank(low: str) -> bool:
    """Return whether a sentence compares or calls something the most of its kind."""
    extreme = "st " in low and _SUPERLATIVE.search(low) is not None
    return extreme or (" than" in low and _COMPARATIVE.search(low) is not None)


def rank_findings(rows: Rows, text: str, low: str) -> list[Finding]:
    """Return the superlatives and comparisons of a sentence that the rows it names contradict."""
    extremes, compared = list(_SUPERLATIVE.finditer(low)), _COMPARATIVE.search(low)
    if (not extremes and compared is None) or _NEGATION.search(low):
        return []
    mentions = rows.mentions(as_named(low))
    wrong = [m.span(1) for m in extremes if _is_false_extreme(m, mentions, rows, low)]
    if compared is not None and _is_false_comparison(compared, mentions, low):
        wrong.append(compared.span(1))
    return [Finding("rank", text[a:b], a, b, "another row of the evidence ranks there") for a, b in wrong]


def _is_false_extreme(match: re.Match[str], mentions: Sequence[Mention], rows: Rows, low: str) -> bool:
    if _QUALIFIED.search(low, max(0, match.start() - 24), match.start()) or len({m[2].names[0] for m in mentions}) != 1:
        return False
    up = match[1] in _UP
    verdicts = []
    for _, _, row in mentions:
        for key in _meant(row, _stems(match[2])):
            values = [
                v for one in rows.rows if one.family == row.family and (v := number(one.item.get(key))) is not None
            ]
            own = number(row.item[key])
            if own is not None and len(values) > 1:
                sizes = [abs(v) for v in values]  # the largest change may be a fall
                verdicts.append(own >= max(values) or abs(own) >= max(sizes) if up else own <= min(values))
    return bool(verdicts) and not any(verdicts)


def _is_false_comparison(match: re.Match[str], mentions: Sequence[Mention], low: str) -> bool:
    left = [m[2] for m in mentions if m[1] <= match.start()]
    right = [m[2] for m in mentions if m[0] >= match.end()]
    if len({r.names[0] for r in left}) != 1 or len({r.names[0] for r in right}) != 1:
        return False
    up, verdicts = match[1] in _UP, []
    for a in left:
        for b in (one for one in right if one.family == a.family):
            for key in _meant(a, _stems(low) - a.words - b.words):
                mine, other = number(a.item[key]), number(b.item.get(key))
                if mine is not None and other is not None:
                    verdicts.append(mine >= other if up else mine <= other)
    return bool(verdicts) and not any(verdicts)


def _meant(row: Row, words: frozenset[str]) -> list[str]:
    """Return the keys of a row whose name shares the most words with the sentence's."""
    shared = {key: len(key_info(key).label & words) for key, value in row.item.items() if number(value) is not None}
    most = max(shared.values(), default=0)
    return [key for key, count in shared.items() if count == most] if most else []


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in WORD.findall(words) if word not in _SAYS_NOTHING)


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
