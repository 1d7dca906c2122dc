"""Claims without a figure that the evidence contradicts or knows nothing of: `nothing is overdue`, `due to rain`."""

import re
from collections.abc import Callable

from gateway.grounding.extract import lower
from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Finding
from gateway.grounding.keys import key_info, stem
from gateway.grounding.lexicon import Kind, word_set
from gateway.grounding.scan import words_in
from gateway.grounding.values import Value

_STATE = r"(?P<state>overdue|late|outstanding|unpaid|owed|owing|open)"
_NONE = re.compile(
    rf"no(?<!\wno)(?:|ne\sof\s(?:the|its|their|these)|t\s(?:one|a\ssingle)|thing)\b(?:\s[a-z]+){{0,2}}\s"
    rf"(?:is|are|was|were|remains?|stands?)\s(?:still\s|currently\s|ever\s)?{_STATE}\b(?!\sby|\smore|\sthan|\sfor|\sbeyond)"
)
_BEFORE_NEVER = "has|have|is|are|was|were"
_NONE_OVER = re.compile(
    r"\b(?:no|none|nothing)\b[^.;\d]{0,40}(?:over|more\sthan|beyond|above)\s(?P<days>\d{1,3})\sdays"
    r"\s(?:late|overdue|old|past\sdue)\b"
)
_NEVER = re.compile(
    rf"\b(?:{_BEFORE_NEVER})?\s?never\s(?:been\s|paid\s|pays\s)?(?P<state>late|overdue)\b(?!\sby|\sfor)"
)
_ALWAYS = re.compile(
    r"\b(?:(?:all|every|each)\b(?:\s[a-z]+){0,3}\s(?:is|are|was|were|been|comes?|came)(?:\s[a-z]+)?|always\s(?:pays?|paid))"
    r"\son\stime\b"
)
_CAUSE = re.compile(
    r"\b(?:because\sof|due\sto|caused\sby|as\sa\sresult\sof|owing\sto|thanks\sto|on\saccount\sof)\s"
    r"(?P<cause>[^.,;:()\n]{3,80})"
)
_TRADE = word_set("""
    sale payment order price stock purchase invoice balance limit amount delay arrear debt discount refund cost
    margin volume revenue late early delivery supplier demand quantity unit credit account day week month year
    customer shop store product category goods item money cash profit share trend change rise fall drop growth
    decline increase decrease lower higher fewer more less slow slower strong weak weaker stronger record history
    data evidence reminder plan term missing short long large small new old high low overdue unpaid open risk
    score this that these those it them which fact figure number request promotion event holiday season christmas
    easter payday problem shortage lack absence value size gap length timing habit pattern behaviour use training
    mistake error number thin small irregular regular steady repeated unusual temporary temporarily rising falling
    growing shrinking weaker slower faster earlier later longer shorter bigger smaller better worse basket buyer
    buying buy sell selling saving reordering wholesale retail cheap dear expensive busy quiet till repayment
    relationship request information total average single double most least mix range choice effect
""")
_HINTS = (
    (_NONE, ("no ", "none ", "not ", "nothing ")),
    (_NONE_OVER, ("no ", "none ", "nothing ")),
    (_NEVER, ("never ",)),
    (_ALWAYS, ("on time",)),
    (_CAUSE, ("because of", "due to", "caused by", "a result of", "owing to", "thanks to", "on account of")),
)
"""What a sentence must hold before its pattern is worth a search."""
WORDS = word_set("no none not nothing never time because due caused result owing thanks account") | {
    f"{before}never" for before in _BEFORE_NEVER.split("|")
}
"""One word of each hint, with `never` as its pattern takes it too: where none of these stands, nothing is claimed."""
_DELAY = re.compile(
    r"[1-9][\d,.]*[^.;\d]{0,30}\b(?:overdue|late|past due)\b|\b(?:overdue|late|delay)\b[^.;\d]{0,30}\b[1-9]"
)
_OPEN = re.compile(r"\b(?:if|whether|in case)\b")
"""Before a cause: it is asked for, not told."""
_POSSESSIVE = re.compile(r"[a-z]+['’]s\s")
_EMPTY = word_set("""
    the a an its their his her our your of in on at to for and or by with from all any some such very too also
    only just recent several many few own same other another both each last first next past current present
""")


def absolute_findings(text: str, low: str, index: FactIndex) -> list[Finding]:
    """Return the absolute claims and the causes in a sentence that the evidence does not bear out."""
    found = []
    for pattern, holds in _CLAIMS:
        match = pattern.search(low)
        if match is not None and not holds(match, index) and not index.mentions(match[0].strip()):
            a, b = match.span()
            found.append(Finding("claim", text[a:b], a, b, "the evidence says otherwise"))
    cause = _CAUSE.search(low)
    if cause is not None and not _OPEN.search(low, 0, cause.start()) and not _is_known(cause["cause"], index):
        a, b = cause.span()
        found.append(Finding("claim", text[a:b], a, b, "cause: no data about this"))
    return found


def speaks_absolutely(low: str) -> bool:
    """Return whether a sentence makes such a claim at all."""
    return any(any(hint in low for hint in hints) and pattern.search(low) for pattern, hints in _HINTS)


def _named(index: FactIndex, words: frozenset[str]) -> list[Value]:
    return [value for label, value in index.labels if words & key_info(value[4]).words]


def _may_be_none(match: re.Match[str], index: FactIndex) -> bool:
    """Tell whether nothing need be in a state: no value of that name, or one that is zero."""
    values = _named(index, frozenset((match["state"], stem(match["state"]))))
    if values:
        return any(not value[1] for value in values)
    return match["state"] not in ("late", "overdue") or not _tells_of_delay(index)


def _tells_of_delay(index: FactIndex) -> bool:
    """Tell whether a text of evidence about one subject says with a figure that something is late."""
    return not index.rows.rows and any(_DELAY.search(lower(text)) for text in index.facts_texts)


def _may_be_none_over(match: re.Match[str], index: FactIndex) -> bool:
    """Tell whether nothing need be that many days late: no such days, and nothing in a window that begins there."""
    days = float(match["days"])
    for _, value in index.labels:
        info = key_info(value[4])
        if value[1] > days and value[2] & Kind.DAYS and not info.words.isdisjoint(("overdue", "late")):
            return False
        if value[1] and "over" in info.words and any(size == days for size, _ in info.windows):
            return False
    return True


def _may_be_all(match: re.Match[str], index: FactIndex) -> bool:
    del match
    if _tells_of_delay(index):
        return False
    late = _named(index, frozenset(("late", "overdue")))
    shares = [v for v in _named(index, frozenset(("time",))) if {"on", "time"} <= set(v[4].split("_"))]
    whole = not shares or any(abs(v[1]) in (1.0, 100.0) for v in shares)
    return whole and (not late or any(not value[1] for value in late))


def _is_known(cause: str, index: FactIndex) -> bool:
    """Tell whether the evidence, the request or the trade itself speaks of at least half of what a cause names."""
    words = [word for word in words_in(_POSSESSIVE.sub("", cause)) if len(word) > 2 and word not in _EMPTY]
    if not words or any(c.isdigit() or c == "<" for c in cause):
        return True
    known = sum(stem(word) in _TRADE or index.mentions(word) or index.mentions(stem(word)) for word in words)
    return 2 * known >= len(words)


_CLAIMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], FactIndex], bool]], ...] = (
    (_NONE, _may_be_none),
    (_NONE_OVER, _may_be_none_over),
    (_NEVER, _may_be_none),
    (_ALWAYS, _may_be_all),
)
