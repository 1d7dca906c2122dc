"""JavaScript patterns that mean the same in RE2, matched without a script engine; all others are V8's business."""

import re
from functools import lru_cache
from typing import Any

import re2

from evals.scripting.values import SPACES

_UNLIKE = re.compile(
    r"\(\?(?!:)"  # look-around, named groups, flags
    r"|\\[^dDwWsSbB.()\[\]{}^$|*+?/\\\-\"'#,:;!=<>@%&_~` ]"  # escapes beyond classes and punctuation
    r"|\{,|\[:|\[\^?\]|\\-\]"  # a count without a start, POSIX classes, empty classes
    r"|\[[^\]]*\\[bBS]"  # escapes that mean something else inside a class
    r"|[*+?}]\+"  # possessive
    r"|(?:[\^$]|\\[bB])[*+?{]"  # a repeated anchor
)
_BREAKS = re.compile("[\r\u2028\u2029]|[^\u0000-\uffff]")
_SPACE_ESCAPES = re.compile(r"(\[[^\]]*\])|\\([sS])|(\\.)", re.DOTALL)


def simple_match(pattern: str, text: str) -> bool | None:
    """Tell whether the pattern is found; None where only V8 can tell."""
    if _BREAKS.search(text):
        return None
    compiled = _compiled(pattern)
    if compiled is None:
        return None
    try:
        return compiled.search(text) is not None
    except UnicodeEncodeError:
        return None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    if _UNLIKE.search(pattern) or _BREAKS.search(pattern):
        return None
    translated = _SPACE_ESCAPES.sub(_spaced, pattern)
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(translated, options)  # type: ignore[no-untyped-call]
    except re2.error:
        return None


def _spaced(found: Any) -> str:
    if found[1]:
        return str(found[1]).replace("\\s", SPACES)
    if found[2]:
        return f"[{'^' if found[2] == 'S' else ''}{SPACES}]"
    return str(found[3])
