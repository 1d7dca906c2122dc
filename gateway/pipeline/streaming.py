"""A field of a JSON object, decoded while the object is still being written."""

import json
import re

_HIGH_SURROGATE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SIMPLE = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class FieldStream:
    """Feed it JSON text in pieces; it gives back the text of one top-level string field as it grows."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self._string: list[str] | None = None
        self._key = ""
        self._is_value = False
        self._escape = ""

    def feed(self, piece: str) -> str:
        """Return what this piece adds to the field's text; surrogate pairs and escapes are kept whole."""
        return "".join(text for text in map(self._step, piece) if text)

    def _step(self, char: str) -> str:
        if self._string is None:
            return self._outside(char)
        if self._escape:
            return self._escaped(char)
        if char == "\\":
            self._escape = char
        elif char == '"':
            self._close()
        else:
            return self._add(char)
        return ""

    def _outside(self, char: str) -> str:
        if char == '"':
            self._string = []
        elif char in "{[":
            self._depth += 1
            self._is_value = False
        elif char in "}]":
            self._depth -= 1
        elif char == ":":
            self._is_value = True
        elif char == ",":
            self._is_value = False
        return ""

    def _escaped(self, char: str) -> str:
        self._escape += char
        if self._escape[1] != "u":
            self._escape = ""
            return self._add(_SIMPLE.get(char, ""))
        if len(self._escape) == 7 and char != "\\":  # a high surrogate without its second half
            self._escape = ""
            return self._add(_REPLACEMENT) + self._step(char)
        if len(self._escape) % 6:
            return ""
        if _HIGH_SURROGATE.fullmatch(self._escape):
            return ""
        text, self._escape = _decoded(self._escape), ""
        return self._add(text)

    def _add(self, text: str) -> str:
        if self._is_value and self._depth == 1 and self._key == self._name:
            return text
        if self._string is not None and not self._is_value:
            self._string.append(text)
        return ""

    def _close(self) -> None:
        if not self._is_value and self._depth == 1:
            self._key = "".join(self._string or ())
        self._string = None


def _decoded(escape: str) -> str:
    try:
        text: str = json.loads(f'"{escape}"')
        text.encode()
    except ValueError:
        return _REPLACEMENT
    return text
