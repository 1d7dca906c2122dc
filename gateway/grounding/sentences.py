"""Cut text into sentences as it arrives, each with the layout before it, so that any chunking gives the same pieces."""

import re
from typing import NamedTuple

_STOP = re.compile(r"[.!?…\n]")
_PLAIN_STOP = re.compile(r"[.!?\n]")
"""The same for ASCII, several times faster."""
_RUN = re.compile(r"[.!?…]++[\"'”’)\]*_]*+")
_LEAD = re.compile(r"\s*(?:(?:[•*‣◦▪·✓✔→–—-]|\(?\d{1,2}[.)]|\(?[a-zA-Z]\)|#{1,6}|>)[ \t]+)?")
_LONGEST = 2_000
_SPACE = re.compile(r"\s+")
_LIST_MARK = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z])\.?$")
_LAST_WORD = re.compile(r"([^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*)\.$")
_PLAIN_LAST_WORD = re.compile(r"([A-Za-z](?:[A-Za-z]|\.(?=[A-Za-z]))*)\.$")
_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "rev",
        "hon",
        "ltd",
        "co",
        "inc",
        "no",
        "nr",
        "st",
        "jr",
        "sr",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "etc",
        "vs",
        "approx",
        "appx",
        "ca",
        "cf",
        "est",
        "max",
        "min",
        "avg",
        "incl",
        "excl",
        "qty",
        "tel",
        "ext",
        "dept",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "a.m",
        "p.m",
        "gh",
        "inv",
        "ref",
        "fig",
        "nos",
        "p.a",
    ]
)


class Piece(NamedTuple):
    """One sentence: `lead` is the white space and bullet before it, `at` where its body starts in the whole text."""

    lead: str
    body: str
    at: int


class Splitter:
    """Feed text in any chunks, get whole sentences; `close()` gives the rest."""

    def __init__(self) -> None:
        self._text = ""
        self._scan = 0
        self._done = 0

    def feed(self, text: str) -> list[Piece]:
        """Return the sentences that `text` completes; one is complete when the character after it has been seen."""
        self._text += text
        return self._cut(final=False)

    def close(self) -> tuple[list[Piece], str]:
        """Return the remaining sentences, and the white space after the last one."""
        pieces = self._cut(final=True)
        at = _body(self._text, 0)
        tail = ""
        if at < len(self._text):
            body = self._text[at:].rstrip()
            tail = self._text[at + len(body) :]
            pieces.append(Piece(self._text[:at], body, self._done + at))
        else:
            tail = self._text
        self._text, self._scan = "", 0
        return pieces, tail

    def _cut(self, final: bool) -> list[Piece]:
        """Cut off every sentence whose end is certain; a mark whose meaning the next chunk decides stays buffered."""
        pieces: list[Piece] = []
        text, start, scan = self._text, 0, self._scan
        stop = _PLAIN_STOP if text.isascii() else _STOP
        body = _body(text, start)
        while True:
            m = stop.search(text, max(scan, body))
            if m is None or m.start() >= body + _LONGEST:
                end = _forced_end(text, body + _LONGEST)
                scan = len(text) if m is None else scan
            else:
                end, scan = _natural_end(text, body, m, final)
            if end is not None:
                pieces.append(Piece(text[start:body], text[body:end], self._done + body))
                start = scan = end
                body = _body(text, start)
            elif m is None or scan <= m.start():
                break
        self._text, self._scan, self._done = text[start:], max(0, scan - start), self._done + start
        return pieces


def single(text: str) -> tuple[str, str, str] | None:
    """Return lead, body and white space after it of a text that is plainly one sentence, None if that takes a look."""
    stop = (_PLAIN_STOP if text.isascii() else _STOP).search(text)
    if len(text) > _LONGEST or (stop and (stop.end() < len(text) or stop[0] == "\n")):
        return None
    at = _body(text, 0)
    body = text[at:].rstrip()
    return (text[:at], body, text[at + len(body) :]) if body else None


def _natural_end(text: str, body: int, m: re.Match[str], final: bool) -> tuple[int | None, int]:
    """Return where the sentence ends, None if not at this mark, and where to go on: the mark itself to wait there."""
    if m[0] == "\n":
        return m.start(), m.end()
    run = _RUN.match(text, m.start())
    assert run is not None  # it begins with the mark just found
    ends = _ends_here(text, body, run, final)
    if ends is None:
        return None, m.start()
    return (run.end() if ends else None), run.end()


def _forced_end(text: str, limit: int) -> int | None:
    """A sentence that never ends is cut at the first space after the limit, so that its cost stays bounded."""
    if len(text) <= limit:
        return None
    space = _SPACE.search(text, limit, limit + _LONGEST)
    if space:
        return space.start()
    return limit + _LONGEST if len(text) >= limit + _LONGEST else None


def _body(text: str, start: int) -> int:
    if text[start : start + 1].isalpha() and text[start + 1 : start + 2] != ")":
        return start
    lead = _LEAD.match(text, start)
    return lead.end() if lead else start


def _ends_here(text: str, body: int, run: re.Match[str], final: bool) -> bool | None:
    """Return whether the marks end a sentence; None when more text is needed to say."""
    at, end = run.span()
    if end >= len(text):
        return True if final else None
    if not text[end].isspace():
        return False
    space = _SPACE.match(text, end)
    after = space.end() if space else end
    if after >= len(text):
        return True if final else None
    if space and "\n" in space[0]:
        return True
    if end - at == 1 and text[at] == "." and _abbreviated(text, body, at):
        return False
    return not text[after].islower()


def _abbreviated(text: str, body: int, at: int) -> bool:
    """A full stop after a list number, an initial or a known short form ends no sentence."""
    if at - body < 4 and _LIST_MARK.fullmatch(text, body, at):
        return True
    word = (_PLAIN_LAST_WORD if text.isascii() else _LAST_WORD).search(text, max(body, at - 12), at + 1)
    return bool(
        word and (word[1].lower() in _ABBREVIATIONS or (len(word[1]) == 1 and word[1].isupper() and word[1] != "I"))
    )
