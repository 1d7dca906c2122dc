"""Assertions on the answer's text, with promptfoo's names and meaning."""

import math
from typing import Any

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.scripting.values import (
    UNDEFINED,
    deeply_equal,
    is_number,
    lower,
    number,
    parse_json,
    text,
    truthy,
    unit_list,
    words,
)  # fmt: skip


@assertion("equals")
def equals(subject: Subject) -> Outcome:
    """The answer is exactly this: text for text, object for object."""
    wanted = subject.value
    if wanted is None or isinstance(wanted, dict | list):
        try:
            same = deeply_equal(wanted, parse_json(subject.text))
        except ValueError:
            return Outcome(subject.inverse, "the output is no JSON and cannot equal an object")
        return subject.holds(same, "the output differs from the expected object", "the output equals the object")
    same = text(wanted) == subject.text
    return subject.holds(same, f'the output is not equal to "{text(wanted)}"', f'the output equals "{text(wanted)}"')


def _piece(subject: Subject) -> str:
    wanted = subject.wanted
    if (isinstance(wanted, str) and wanted) or (is_number(wanted) and not math.isnan(wanted)):
        return text(wanted)
    raise CheckError(f'"{subject.base}" needs a text or a number as its value')


def _pieces(subject: Subject) -> list[str]:
    wanted = subject.wanted
    if not truthy(wanted):
        raise CheckError(f'"{subject.base}" needs a value')
    if isinstance(wanted, str):
        return comma_list(wanted)
    if not isinstance(wanted, list):
        raise CheckError(f'"{subject.base}" needs a list of texts')
    return [text(item) for item in wanted]


def comma_list(value: str) -> list[str]:
    """Split on commas; `"…"` keeps commas, `""` and `\\"` are quotes inside. Raises CheckError for a broken quote."""
    found: list[str] = []
    index = 0
    while True:
        while index < len(value) and (value[index] == "," or not words(value[index])):
            index += 1
        if index >= len(value):
            return found
        if value[index] != '"':
            end = value.find(",", index)
            end = len(value) if end < 0 else end
            found.append(value[index:end].strip())
            index = end
            continue
        field, index = _quoted(value, index + 1)
        found.append(field)
        while index < len(value) and not words(value[index]):
            index += 1
        if index < len(value) and value[index] != ",":
            raise CheckError("a comma is missing after a quoted part of the value")


def _quoted(value: str, index: int) -> tuple[str, int]:
    field: list[str] = []
    while index < len(value):
        pair = value[index : index + 2]
        if pair in ('\\"', "\\\\"):
            field.append(pair[1])
            index += 2
        elif pair == '""':
            field.append('"')
            index += 2
        elif value[index] == '"':
            return "".join(field), index + 1
        else:
            field.append(value[index])
            index += 1
    raise CheckError("a quoted part of the value is not closed")


@assertion("contains", "icontains")
def contains(subject: Subject) -> Outcome:
    """The text holds this piece; `icontains` in any case of letters."""
    wanted = _piece(subject)
    found = wanted in subject.text if subject.base == "contains" else lower(wanted) in lower(subject.text)
    return subject.holds(found, f"the output lacks “{wanted}”", f"the output contains “{wanted}”")


@assertion("contains-any", "icontains-any")
def contains_any(subject: Subject) -> Outcome:
    """The text holds at least one of these pieces."""
    wanted, fold = _pieces(subject), subject.base.startswith("i")
    output = lower(subject.text) if fold else subject.text
    found = any((lower(piece) if fold else piece) in output for piece in wanted)
    return subject.holds(found, f"the output contains none of {wanted}", f"the output contains one of {wanted}")


@assertion("contains-all", "icontains-all")
def contains_all(subject: Subject) -> Outcome:
    """The text holds every one of these pieces."""
    wanted, fold = _pieces(subject), subject.base.startswith("i")
    output = lower(subject.text) if fold else subject.text
    missing = [piece for piece in wanted if (lower(piece) if fold else piece) not in output]
    return subject.holds(not missing, f"the output lacks {missing}", f"the output contains all of {wanted}")


@assertion("starts-with")
def starts_with(subject: Subject) -> Outcome:
    """The text begins with this piece."""
    if not isinstance(subject.value, str) or not subject.value:
        raise CheckError('"starts-with" needs a text as its value')
    found = subject.text.startswith(subject.value)
    return subject.holds(found, f"the output does not start with “{subject.value}”")


@assertion("regex")
async def regex(subject: Subject) -> Outcome:
    """A JavaScript pattern without flags is found in the text; an invalid one fails, also under `not-`."""
    if not isinstance(subject.value, str) or not subject.value:
        raise CheckError('"regex" needs a pattern as its value')
    found = await subject.row.tools.workers.matches(subject.value, subject.text)
    if isinstance(found, str):
        return Outcome(False, f"Invalid regex pattern: {found}")
    return subject.holds(found, f"the output does not match {subject.value}", f"the output matches {subject.value}")


@assertion("word-count")
def word_count(subject: Subject) -> Outcome:
    """The text has this many words, or between `min` and `max`."""
    wanted, count = subject.wanted, len(words(subject.text))
    if wanted is None or wanted is UNDEFINED:
        raise CheckError('"word-count" needs a value')
    if isinstance(wanted, dict):
        least, most = wanted.get("min", UNDEFINED), wanted.get("max", UNDEFINED)
        if least is UNDEFINED and most is UNDEFINED:
            raise CheckError('"word-count" needs `min` or `max`')
        low = -math.inf if least is UNDEFINED else number(least)
        high = math.inf if most is UNDEFINED else number(most)
        if least is not UNDEFINED and most is not UNDEFINED and not low <= high:
            raise CheckError('"word-count": min must not be above max')
        return subject.holds(low <= count <= high, f"the output has {count} words, wanted {low:g} to {high:g}")
    if not (is_number(wanted) or (isinstance(wanted, str) and not math.isnan(number(wanted)))):
        raise CheckError('"word-count" needs a number or a mapping with `min` and `max`')
    return subject.holds(count == number(wanted), f"the output has {count} words, wanted {text(wanted)}")


@assertion("levenshtein")
def levenshtein(subject: Subject) -> Outcome:
    """At most so many letters (UTF-16 units) must change to make the text this one; 5 if no threshold is given."""
    if not isinstance(subject.value, str):
        raise CheckError('"levenshtein" needs a text as its value')
    most = subject.threshold(5)
    far = distance(unit_list(subject.text), unit_list(subject.value))
    return subject.holds(
        far <= most, f"the distance is {far}, more than {most}", f"the distance is {far}, at most {most}"
    )


def distance(one: list[Any], two: list[Any]) -> int:
    """Return the edit distance of two sequences (Levenshtein 1966, row by row)."""
    row = list(range(len(two) + 1))
    for index, left in enumerate(one, start=1):
        before, row[0] = row[0], index
        for place, right in enumerate(two, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (left != right))
    return row[-1]
