"""Direction words against the sign of the fact they speak of: `grew 8 %` falls when the evidence says -8 %."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Figure, Finding, Form
from gateway.grounding.keys import key_info, stem
from gateway.grounding.lexicon import BETTER, LOWER_IS_BETTER, WORSE, word_set
from gateway.grounding.scan import words_in
from gateway.grounding.values import Value

Cited = tuple[Figure, list[Value]]
Direction = tuple[int, int, int]

_BREAK = re.compile(r"[;:]|,(?!\d)|\b(?:while|whereas|but|although|though|despite|compared|against|versus|vs)\b")
_CLAUSE = re.compile(
    r"[;:()]|,(?!\d)|\b(?:while|whereas|but|although|though|and|because|when|after|despite|so|as|since|if)\b"
)
_NEGATED = re.compile(r"(?:\b(?:not|no|never|without|avoid|instead|rather|prevent|nor|cannot)|n['’]t)\b[^.]{0,22}$")
_NOT_A_MOVE_AFTER = re.compile(
    r"\s+(?:to\s+\d|payment|payments|on\b|due\b|within\b|under\b|into\b|behind\b|short\b|the\s+line)"
)
_NOT_A_MOVE_BEFORE = re.compile(
    r"\b(?:follow|set|pick|sign|make|end|stock|build|speed|catch|keep|back|break|write|top|line|tie|a)\s+$"
)
_GOES = ("goes ", "go ", "went ", "moved ", "moves ")
"""Before `up to`: a movement, and no most."""
_FROM = re.compile(r"\bfrom\s+(?:about|around|roughly|nearly|just\s+over)?\s*$")
_TO = re.compile(
    r"\s*(?:(?:days?|weeks?|months?|customers?|units?|invoices?|orders?)\s+)?(?:to|→|->|=>)\s*(?:about|around|roughly|nearly)?\s*"
)
_ARROW = re.compile(r"→|->|=>")
_MOVE_OF = re.compile(r"\s+(?:in|of)\s+(?:the\s+|your\s+|our\s+)?([a-z]+(?:\s[a-z]+){0,2})")
_AUXILIARY = word_set(
    "has have had is are was were be been being also slightly sharply steadily clearly again still strongly only"
)
_LEADING = word_set("""
    the your our their its his her this that overall total monthly weekly daily we see saw an a in on month week year
    quarter last period however meanwhile customer's business's store's
""")
_HOW_MUCH = word_set("frequency rate level volume time speed activity size")
_MANNER = word_set("habit behaviour pattern record discipline history performance")
_GENERIC = word_set(
    "change delta trend growth diff difference figure figures level levels pct percent total overall average"
)


def direction_findings(
    cited: Sequence[Cited], moves: Sequence[Direction], index: FactIndex, text: str, low: str
) -> list[Finding]:
    """Return the direction words of a sentence that contradict the values cited with them or named by them."""
    moves = [m for m in moves if _is_move(m, low)]
    if not moves:
        spans = dict.fromkeys(_against_order(cited, index, low))
        return [Finding("direction", text[a:b], a, b, "the evidence moves the other way") for a, b in spans]
    wrong = [
        *_against_sign(cited, moves, low),
        *_against_span(cited, moves, index, low),
        *_against_pair(cited, moves, index, low),
    ]
    wrong += _against_named(moves, index, low)
    return [
        Finding("direction", text[m[0] : m[1]], m[0], m[1], "the evidence moves the other way")
        for m in dict.fromkeys(wrong)
    ]


def _is_move(move: Direction, low: str) -> bool:
    start, end, _ = move
    if low[start:end] == "up" and low.startswith(" to ", end) and not low.endswith(_GOES, 0, start):
        return False
    if _NOT_A_MOVE_AFTER.match(low, end) and low[start:end] not in (
        "rose",
        "fell",
        "grew",
        "increased",
        "decreased",
        "declined",
        "dropped",
    ):
        return False
    before = low[max(0, start - 30) : start]
    return not _NEGATED.search(before) and not (
        low[start:end] in ("up", "down", "cut", "lower") and _NOT_A_MOVE_BEFORE.search(before)
    )


def _nearest(figure: Figure, moves: Sequence[Direction], low: str) -> Direction | None:
    """The closest direction word with no clause break between it and the figure, within forty characters."""
    best, gap = None, 41
    for move in moves:
        after = move[0] >= figure.end
        between = (figure.end, move[0]) if after else (move[1], figure.start)
        distance = between[1] - between[0] + (2 if after else 0)
        if 0 <= distance < gap and not _BREAK.search(low, *between):
            best, gap = move, distance
    return best


def _sense(move: Direction, lower_better: bool) -> int:
    """Up or down in the value itself: an improvement of late days is a fall."""
    sign = move[2]
    if sign in (BETTER, WORSE):
        return (1 if sign == BETTER else -1) * (-1 if lower_better else 1)
    return sign


def _against_sign(cited: Sequence[Cited], moves: Sequence[Direction], low: str) -> Iterator[Direction]:
    for figure, values in cited:
        signed = [(v, key_info(v[4]), key_info(v[5])) for v in values if v[1]]
        signed = [s for s in signed if s[1].direction or s[0][1] < 0]
        if not signed or figure.form is Form.DATE or low.startswith(" of ", figure.end) or _is_level(figure, low):
            continue
        move = _nearest(figure, moves, low)
        if move is None:
            continue
        senses = {
            (1 if v[1] > 0 else -1) * (own.direction or 1) == _sense(move, own.lower_better or above.lower_better)
            for v, own, above in signed
        }
        if senses == {False}:
            yield move


def _is_level(figure: Figure, low: str) -> bool:
    """`fell by 50% to 1` and `rose to -GHS 5,000` tell where something stands, not how far it moved."""
    return low.endswith(("from ", "to ", "at "), 0, figure.start)


def _against_span(
    cited: Sequence[Cited], moves: Sequence[Direction], index: FactIndex, low: str
) -> Iterator[Direction]:
    """`from 35 to 42` and `35→42` go up; the word must agree, and so must the order of the periods in the evidence."""
    for (a, va), (b, vb) in pairwise(cited):
        gap = low[a.end : b.start]
        alike = a.form is b.form or Form.NUMBER in (a.form, b.form)
        if not alike or a.value == b.value or not _TO.fullmatch(gap):
            continue
        if not (_ARROW.search(gap) or _FROM.search(low[max(0, a.start - 24) : a.start])):
            continue
        move = _nearest(a, moves, low) or _nearest(b, moves, low) or (moves[0] if len(moves) == 1 else None)
        if move is None:
            continue
        reversed_order = any(cur in va and prev in vb for cur, prev in index.pairs())
        lower_better = not LOWER_IS_BETTER.isdisjoint(words_in(low))
        if (_signed(b) > _signed(a)) != (_sense(move, lower_better) > 0) or reversed_order:
            yield move


def _against_order(cited: Sequence[Cited], index: FactIndex, low: str) -> Iterator[tuple[int, int]]:
    """`from 45 to 41`, though 41 is what is and 45 what is suggested."""
    for (a, va), (b, vb) in pairwise(cited):
        spanned = _TO.fullmatch(low[a.end : b.start]) and _FROM.search(low[max(0, a.start - 24) : a.start])
        if spanned and a.value != b.value and any(now in va and then in vb for now, then in index.pairs()):
            yield a.start, b.end


def _signed(figure: Figure) -> float:
    return -figure.value if figure.sign < 0 else figure.value


def _against_pair(
    cited: Sequence[Cited], moves: Sequence[Direction], index: FactIndex, low: str
) -> Iterator[Direction]:
    yield from _against_level(cited, moves, index, low)
    if len(cited) < 2:
        return
    for current, previous in index.pairs():
        now = next((f for f, values in cited if current in values), None)
        then = next((f for f, values in cited if previous in values), None)
        if now is None or then is None or now is then or current[1] == previous[1]:
            continue
        move = _nearest(now, moves, low) or _nearest(then, moves, low) or (moves[0] if len(moves) == 1 else None)
        lower_better = key_info(current[4]).lower_better or key_info(current[5]).lower_better
        if move and (current[1] > previous[1]) != (_sense(move, lower_better) > 0):
            yield move


def _against_level(
    cited: Sequence[Cited], moves: Sequence[Direction], index: FactIndex, low: str
) -> Iterator[Direction]:
    """`goes up to GHS 264`, though before it is more."""
    for figure, values in cited:
        if not low.endswith("to ", 0, figure.start) or (move := _nearest(figure, moves, low)) is None:
            continue
        pairs = [(now, then) for now, then in index.pairs() if now in values and now[1] != then[1]]
        if len(pairs) == 0 or move[2] not in (1, -1):
            continue
        if all((now[1] > then[1]) != (move[2] > 0) for now, then in pairs):
            yield move


def _against_named(moves: Sequence[Direction], index: FactIndex, low: str) -> Iterator[Direction]:
    """A movement named without its figure, `Revenue grew` or `growth in sales`, where the name is that of a fact."""
    for move in moves:
        for subject in _subjects(move, low):
            signs = {sign for label, sign in index.movements if _names(subject, label)}
            lower_better = not LOWER_IS_BETTER.isdisjoint(subject | {word + "s" for word in subject})
            if signs and _sense(move, lower_better) not in signs:
                yield move


def _names(subject: frozenset[str], label: frozenset[str]) -> bool:
    return (
        label == subject
        or (subject < label and label - subject <= _HOW_MUCH)
        or (label < subject and subject - label <= _MANNER)
    )


def _subjects(move: Direction, low: str) -> Iterator[frozenset[str]]:
    """Yield what may be moving, as stemmed words: what the clause says before the verb, or what follows `growth in`."""
    start = max(0, move[0] - 80)
    for m in _CLAUSE.finditer(low, start, move[0]):
        start = m.end()
    words = words_in(low[start : move[0]])
    while words and words[-1] in _AUXILIARY:
        words.pop()
    while words and words[0] in _LEADING:
        words.pop(0)
    if words:
        yield frozenset(stem(w) for w in words if w not in _GENERIC)
    elif of := _MOVE_OF.match(low, move[1]):
        following = of[1].split()
        for n in (1, 2, 3):
            yield frozenset(stem(w) for w in following[:n] if w not in _GENERIC)
