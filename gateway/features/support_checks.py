"""What a sentence of the support chat may claim: figures, addresses, names on the screen and promises of its sources.

A message or a document can ask for anything; what counts is that nothing is stated which no passage or record carries.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from gateway.domain.evidence import Json
from gateway.features.search_terms import terms_of
from gateway.features.support_account import told_figures

_REFERENCE = re.compile(r"[\[(]?\bS\d\b[\])]?")
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SMALL = re.compile(r"\d")
_AMOUNT = re.compile(r"(?:GHS|GH₵|₵|\$|USD)\s?\d|\d\s?%", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.\w+|\b(?:[\w-]+\.)+(?:com|org|net|gh|io|app|info|co)\b\S*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"]([^”\"\n]{2,60})[”\"]|\*\*([^*\n]{2,60})\*\*|`([^`\n]{2,60})`")
_PATH = re.compile(r"([A-Z][\w &-]{1,30})\s*(?:>|→|»)\s*([A-Z][\w &-]{1,30})")
_PROMISE = re.compile(
    r"\b(?:free|refund(?:ed)?|discount|guarante\w+|unlimited|compensat\w+|reimburs\w+|waive[ds]?|bonus|gift|cashback"
    r"|upgraded|credited|cancel+ed|deleted|activated|approved)\b",
    re.IGNORECASE,
)
_WHO = re.compile(r"\b(?:system prompt|instructions|my rules|as an ai|language model|developer mode)\b", re.IGNORECASE)
ENOUGH_TERMS = 6
LEAST_SHARED = 0.3
"""A longer sentence must share this part of its telling words with its sources or the question."""


def unfounded(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return what a sentence says that neither a passage nor the account carries; empty when it may stay."""
    told, asked = _told(facts), str(facts.get("message", "")).lower()
    low = told.lower()
    found = [match[0] for match in _REFERENCE.finditer(text)]
    found += [match[0] for match in _ADDRESS.finditer(text) if match[0].rstrip(".,;:)").lower() not in low]
    found += [name for name in _names(text) if name.lower() not in low and name.lower() not in asked]
    found += [match[0] for match in _PROMISE.finditer(text) if match[0].lower()[:6] not in low]
    found += [match[0] for match in _WHO.finditer(text) if match[0].lower() not in low]
    found += _figures(text, told)
    if not found:
        terms = set(terms_of(text))
        shared = terms & (_terms(told) | _terms(asked))
        if len(terms) >= ENOUGH_TERMS and len(shared) < LEAST_SHARED * len(terms):
            found.append(text[:60])
    return found


def _told(facts: Mapping[str, Json]) -> str:
    passages = " ".join(f"{one['title']} {one['text']}" for one in facts.get("passages", ()))
    return f"{passages} {told_figures(facts.get('account', {}))} {facts.get('ticket', '')}"


def _names(text: str) -> list[str]:
    quoted = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    steps = [step.strip() for match in _PATH.finditer(text) for step in match.groups()]
    return [name.strip(" .,:;!?") for name in (*quoted, *steps)]


def _figures(text: str, told: str) -> list[str]:
    """Return figures of two digits and more, and amounts of any size, that no source shows."""
    known = _known(told)
    amounts = bool(_AMOUNT.search(text))
    return [
        figure
        for figure in _FIGURE.findall(text)
        if _plain(figure) not in known and (amounts or not _SMALL.fullmatch(figure))
    ]


@lru_cache(maxsize=64)
def _known(told: str) -> frozenset[str]:
    return frozenset(_plain(figure) for figure in _FIGURE.findall(told))


@lru_cache(maxsize=64)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms_of(text))


def _plain(figure: str) -> str:
    number = figure.replace(",", "")
    return number.rstrip("0").rstrip(".") if "." in number else number
