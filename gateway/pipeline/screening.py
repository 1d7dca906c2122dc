"""Free text of people is screened for orders to the model before it is used as data.

Every rule belongs to a family and carries points; a text's score is the sum over the families of the best rule in each.
A text at `BLOCK` or above is refused, one at `FLAG` or above goes on with a warning, since shop talk may well say
"ignore the old price". Both thresholds were fixed before the rules were tried on texts that had not been seen.
The data is fenced in any case; this wall is the outermost and not the one that holds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gateway.errors import FieldError, InjectionBlocked
from gateway.library.catalog import Feature
from gateway.masking.folding import LETTER, base64_blobs, decode, fold
from gateway.masking.patterns import PatternSet
from gateway.pipeline.screening_bearing import BEARING
from gateway.pipeline.screening_languages import OTHER_LANGUAGES
from gateway.pipeline.screening_readings import codes, disguises, undisguised
from gateway.pipeline.screening_rules import COMPACT, FAMILIES
from gateway.pipeline.screening_talk import TALK

FLAG = 3
BLOCK = 6
MAX_TEXT = 20_000
MAX_NESTING = 2
DISGUISED = 3
"""Points for orders that had to be decoded first: nobody spells a question to a shop backwards."""

_KEPT_LENGTH = 64
_KEPT_TEXTS = 2048
_SPACED = re.compile(r"\b(?:[a-z0-9][ .*_-]{1,2}){5,}[a-z0-9]\b")
_GLUED = re.compile(r"[a-z]{20,}")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_ROWS = [(name, *rule) for table in (FAMILIES, TALK, BEARING) for name, written in table.items() for rule in written]
_SET_BYTES = 12 * 2**20
"""What the automaton of the rules may take: with 8 MiB it is a third slower on prose, and more brings nothing."""
_SET = PatternSet([pattern for _, _, pattern in _ROWS], room=_SET_BYTES)
"""All rules as one set: one pass tells which match, at a fraction of what each costs by itself."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What a text scored, and the families that it scored in."""

    points: int
    families: tuple[str, ...] = ()


def score(text: str) -> int:
    """Return the injection score of a text; linear in its length. Shops ask with the same short words again."""
    return (_remembered(text) if len(text) <= _KEPT_LENGTH else screened(text)).points


def screened(text: str) -> Screened:
    """Return the score of a text with the families behind it: the best of its readings counts."""
    text = text[:MAX_TEXT]
    plain, *others = _readings(text, MAX_NESTING)
    open_families = _families(plain)
    best = Screened(sum(open_families.values()), tuple(open_families))
    for reading in others:
        found = _families(reading)
        if found.keys() - open_families.keys():
            total = sum(found.values()) + DISGUISED
            best = max(best, Screened(total, (*found, "disguise")), key=lambda each: each.points)
    if COMPACT.search(_NOT_LETTERS.sub("", plain)) and (_SPACED.search(plain) or _GLUED.search(plain)):
        best = max(best, Screened(BLOCK, ("disguise",)), key=lambda each: each.points)
    foreign = _best(OTHER_LANGUAGES, text.lower())
    return Screened(foreign, ("other language",)) if foreign > best.points else best


_remembered = lru_cache(maxsize=_KEPT_TEXTS)(screened)


def _families(reading: str) -> dict[str, int]:
    data = reading.encode("ascii", "ignore")
    found: dict[str, int] = {}
    for index in _SET.occurring(data):
        name, points, _ = _ROWS[index]
        if points > found.get(name, 0) and any(True for _ in _SET.finditer(index, data)):
            found[name] = points
    return found


def _best(rules: tuple[tuple[int, re.Pattern[str]], ...], text: str) -> int:
    return next((points for points, rule in rules if rule.search(text)), 0)


def _readings(text: str, depth: int) -> Iterator[str]:
    """Yield the text in lower case with look-alikes folded, then other readings that show words of an order."""
    shadow = fold(text)
    plain = undisguised(shadow.text.replace(LETTER, ""))
    yield plain
    yield from disguises(plain)
    if depth == 0:
        return
    for hidden in codes(text, shadow.text):
        yield from _readings(hidden, depth - 1)
    if (undone := decode(text)) is not None:
        yield from _readings(undone.text, depth - 1)
    for _, _, told in base64_blobs(shadow):
        yield from _readings(told, depth - 1)


def screen(feature: Feature, body: Mapping[str, Any]) -> list[str]:
    """Return the warnings of a request's free-text fields. Raises InjectionBlocked naming the field, not the text."""
    warnings = []
    for pointer in feature.free_input:
        for path, text in _texts(body, pointer.strip("/").split("/"), ""):
            points = score(text)
            if points >= BLOCK:
                raise InjectionBlocked(
                    "The text gives orders to the model instead of asking about the shop. Rephrase it as a question.",
                    errors=[FieldError(path, "contains instructions to the model")],
                )
            if points >= FLAG:
                warnings.append(f"injection_suspected: {path}")
    return warnings


def _texts(value: Any, steps: list[str], path: str) -> list[tuple[str, str]]:
    if not steps:
        if isinstance(value, str):
            return [(path, value)]
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [found for key, item in items for found in _texts(item, [], f"{path}/{key}")]
    head, rest = steps[0], steps[1:]
    if head == "*" and isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, item in items for found in _texts(item, rest, f"{path}/{key}")]
    if isinstance(value, dict) and head in value:
        return _texts(value[head], rest, f"{path}/{head}")
    return []
