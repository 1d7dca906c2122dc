"""Cut text into sentences as it arrives, each with the layout in front of it, so that any chunking gives the same pieces."""

import re
from dataclasses import dataclass

_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]*_]*+(?=\s)|\n")
_LEAD = re.compile(r"\s*(?:(?:[•*‣◦▪·✓✔→–—-]|\(?\d{1,2}[.)]|\(?[a-zA-Z]\)|#{1,6}|>)[ \t]+)?")
_SPACE = re.compile(r"\s+")
_LIST_MARK = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z])\.?$")
_LAST_WORD = re.compile(r"([^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*)\.$")
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


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence: `lead` is the white space and bullet in front of it, `at` where its body starts in the whole text."""

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
        """Return the sentences that `text` completes; one is complete when the character after its end has been seen."""
        self._text += text
        return self._cut(final=False)

    def close(self) -> tuple[list[Piece], str]:
        """Return the remaining sentences, and the white space after the last one."""
        pieces = self._cut(final=True)
        lead = _LEAD.match(self._text)
        at = lead.end() if lead else 0
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
        pieces: list[Piece] = []
        text, start, scan = self._text, 0, self._scan
        while True:
            lead = _LEAD.match(text, start)
            body = lead.end() if lead else start
            m = _END.search(text, max(scan, body))
            if m is None:
                # the end mark may continue in the next chunk, so the last run of marks is looked at again
                scan = max(body, len(text.rstrip(".!?…\"'”’)]*_")), start)
                break
            verdict = _ends_here(text, start, body, m, final)
            if verdict is None:
                scan = m.start()
                break
            scan = m.end()
            if verdict:
                end = m.start() if text[m.start()] == "\n" else m.end()
                if end > body:
                    pieces.append(Piece(text[start:body], text[body:end], self._done + body))
                    start = end
                scan = end
                if end <= body:
                    break
        self._text, self._scan, self._done = text[start:], max(0, scan - start), self._done + start
        return pieces


def _ends_here(text: str, start: int, body: int, m: re.Match[str], final: bool) -> bool | None:
    """Return whether the mark ends a sentence; None when more text is needed to say."""
    if text[m.start()] == "\n":
        return True
    space = _SPACE.match(text, m.end())
    after = space.end() if space else m.end()
    if after >= len(text):
        return True if final else None
    if space and "\n" in space[0]:
        return True
    if text[m.start() : m.end()] == ".":
        if _LIST_MARK.fullmatch(text[body : m.start()][:4]) and m.start() - body < 4:
            return False
        word = _LAST_WORD.search(text, max(body, m.start() - 12), m.end())
        if word and (word[1].lower() in _ABBREVIATIONS or (len(word[1]) == 1 and word[1].isupper() and word[1] != "I")):
            return False
    return not text[after].islower()
