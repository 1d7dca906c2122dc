"""Cuts a nunjucks template into tokens: plain text, code and the brackets between them."""

import re
from dataclasses import dataclass
from typing import Any

SPACES = " \n\t\r\xa0"
DELIMITERS = "()[]{}%*-+~/#,:|.<>=!"
LONG_OPERATORS = frozenset({"==", "===", "!=", "!==", "<=", ">=", "//", "**"})
KINDS = {
    "(": "(", ")": ")", "[": "[", "]": "]", "{": "{", "}": "}", ",": ",", ":": ":", "~": "~", "|": "|",
}  # fmt: skip
_WORD = re.compile(f"[^{re.escape(SPACES + DELIMITERS)}]+")
_BLANK = re.compile(f"[{SPACES}]+")
_OPEN = re.compile(r"\{\{|\{%|\{#|#\}")
_WHOLE = re.compile(r"[-+]?[0-9]+\Z")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class TemplateError(Exception):
    """A template that cannot be read or rendered; the text says why."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template. `kind` is a bracket or one of data, string, int, float, symbol, operator, …"""

    kind: str
    value: Any
    end: int


class Lexer:
    """Gives the tokens of a template one by one; white space inside code is left out."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.index = 0
        self.in_code = False

    def next(self) -> Token | None:
        """Return the next token, None at the end. Raises TemplateError."""
        if self.in_code:
            blank = _BLANK.match(self.source, self.index)
            if blank:
                self.index = blank.end()
            return self._code() if self.index < len(self.source) else None
        return self._text() if self.index < len(self.source) else None

    def _token(self, kind: str, value: Any, end: int) -> Token:
        self.index = end
        return Token(kind, value, end)

    def _text(self) -> Token:
        source, start = self.source, self.index
        for opening, kind in (("{%", "block-start"), ("{{", "variable-start")):
            if source.startswith(opening, start):
                self.in_code = True
                dash = source.startswith("-", start + 2)
                return self._token(kind, opening + "-" * dash, start + 2 + dash)
        if source.startswith("{#", start):
            end = source.find("#}", start + 2)
            if end < 0:
                raise TemplateError("a comment that starts with {# is not closed")
            return self._token("comment", source[start : end + 2], end + 2)
        found = _OPEN.search(source, start)
        if found and found[0] == "#}":
            raise TemplateError("unexpected end of comment (#}) in the text")
        end = found.start() if found else len(source)
        return self._token("data", source[start:end], end)

    def _code(self) -> Token:
        source, start = self.source, self.index
        current = source[start]
        if current in "\"'":
            return self._string(current)
        for closing, kind in (("%}", "block-end"), ("}}", "variable-end")):
            for mark in (closing, "-" + closing):
                if source.startswith(mark, start):
                    self.in_code = False
                    return self._token(kind, mark, start + len(mark))
        if current == "r" and source.startswith("/", start + 1):
            raise TemplateError("regular expressions in templates (r/…/) are not supported here")
        if current in DELIMITERS:
            size = next((n for n in (3, 2) if source[start : start + n] in LONG_OPERATORS), 1)
            value = source[start : start + size]
            return self._token(KINDS.get(value, "operator"), value, start + size)
        word = _WORD.match(source, start)
        if not word:
            raise TemplateError(f"unexpected character {current!r}")
        return self._word(word[0], word.end())

    def _word(self, word: str, end: int) -> Token:
        if _WHOLE.match(word):
            if self.source.startswith(".", end):
                stop = end + 1
                while stop < len(self.source) and self.source[stop] in "0123456789":
                    stop += 1
                return self._token("float", float(f"{word}.{self.source[end + 1 : stop]}0"), stop)
            return self._token("int", int(word), end)
        if word in ("true", "false"):
            return self._token("boolean", word == "true", end)
        if word in ("none", "null"):
            return self._token("none", None, end)
        return self._token("symbol", word, end)

    def _string(self, quote: str) -> Token:
        source, index, found = self.source, self.index + 1, []
        while index < len(source) and source[index] != quote:
            if source[index] == "\\":
                index += 1
                following = source[index : index + 1]
                found.append(_ESCAPES.get(following, following))
            else:
                found.append(source[index])
            index += 1
        return self._token("string", "".join(found), index + 1)
