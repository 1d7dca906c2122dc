"""The filter `urlize`, as nunjucks has it."""

import re
from typing import Any

from evals.nunjucks.lexer import TemplateError
from evals.scripting.values import UNDEFINED, is_number, number, text

_WRAPPED = re.compile(r"(?:\(|<|&lt;)?(.*?)(?:\.|,|\)|\n|&gt;)?\Z")
_DOMAIN = re.compile(r"\.(?:org|net|com)(?::|/|\Z)")
_MAIL = re.compile(r"[\w.!#$%&'*+\-/=?^`{|}~]+@[a-z\d\-]+(?:\.[a-z\d\-]+)+\Z", re.IGNORECASE | re.ASCII)


def urlize(value: Any = UNDEFINED, length: Any = UNDEFINED, nofollow: Any = False) -> str:
    """Make links of addresses."""
    if not isinstance(value, str):
        raise TemplateError(f"urlize: a text is needed, not {text(value)}")
    size = int(number(length)) if is_number(length) else None
    rel = ' rel="nofollow"' if nofollow is True else ""

    def linked(word: str) -> str:
        found = _WRAPPED.match(word)
        address = found[1] if found else word
        shown = address[:size]
        if address.startswith(("http://", "https://")):
            return f'<a href="{address}"{rel}>{shown}</a>'
        if address.startswith("www.") or _DOMAIN.search(address):
            return f'<a href="http://{address}"{rel}>{shown}</a>'
        return f'<a href="mailto:{address}">{address}</a>' if _MAIL.match(address) else word

    return "".join(linked(piece) for piece in re.split(r"(\s+)", value) if piece)
