"""Claims without a figure that the evidence contradicts or knows nothing of: `nothing is overdue`, `due to rain`."""

import re
from collections.abc import Callable

from gateway.grounding.facts import FactIndex, Value
from gateway.grounding.figures import Finding
from gateway.grounding.keys import key_info, stem
from gateway.grounding.lexicon import word_set
from gateway.grounding.scan import WORD

_STATE = r"(?P<state>overdue|late|outstanding|unpaid|owed|owing|open)"
_NONE = re.compile(
    rf"\b(?:no|none\sof\s(?:the|its|their|these)|not\s(?:one|a\ssingle)|nothing)\b(?:\s[a-z]+){{0,2}}\s"
    rf"(?:is|are|was|were|remains?|stands?)\s(?:still\s|currently\s|ever\s)?{_STATE}\b(?!\sby|\smore|\sthan|\sfor|\sbeyond)"
)
_NEVER = re.compile(
    r"\b(?:has|have|is|are|was|were)?\s?never\s(?:been\s|paid\s|pays\s)?(?P<state>late|overdue)\b(?!\sby|\sfor)"
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
    easter payday
""")
_HINTS = (
    (_NONE, ("no ", "none ", "not ", "nothing ")),
    (_NEVER, ("never ",)),
    (_ALWAYS, ("on time",)),
    (_CAUSE, ("because of", "due to", "caused by", "a result of", "owing to", "thanks to", "on account of")),
)
"""What a sentence must hold before its pattern is worth a search."""
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
        if match is not None and not holds(match, index):
            a, b = match.span()
            found.append(Finding("claim", text[a:b], a, b, "the evidence says otherwise"))
    cause = _CAUSE.search(low)
    if cause is not None and not _is_known(cause["cause"], index):
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
    return not values or any(not value[1] for value in values)


def _may_be_all(match: re.Match[str], index: FactIndex) -> bool:
    del match
    late = _named(index, frozenset(("late", "overdue")))
    shares = [v for v in _named(index, frozenset(("time",))) if {"on", "time"} <= set(v[4].split("_"))]
    whole = not shares or any(abs(v[1]) in (1.0, 100.0) for v in shares)
    return whole and (not late or any(not value[1] for value in late))


def _is_known(cause: str, index: FactIndex) -> bool:
    """Tell whether a cause names anything that the evidence, the request or the trade itself speaks of."""
    words = [word for word in WORD.findall(_POSSESSIVE.sub("", cause)) if len(word) > 2 and word not in _EMPTY]
    if not words or any(c.isdigit() or c == "<" for c in cause):
        return True
    return any(stem(word) in _TRADE or index.mentions(word) or index.mentions(stem(word)) for word in words)


_CLAIMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], FactIndex], bool]], ...] = (
    (_NONE, _may_be_none),
    (_NEVER, _may_be_none),
    (_ALWAYS, _may_be_all),
)
