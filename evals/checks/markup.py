"""Assertions on HTML."""

import re
from html.parser import HTMLParser
from typing import Any

from evals.checks.registry import Outcome, Subject, assertion
from evals.scripting.values import trim

MOST_LETTERS = 10 * 1024 * 1024
_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "html head title base link meta style body article section nav aside h1 h2 h3 h4 h5 h6 header footer address "
        "p hr pre blockquote ol ul li dl dt dd figure figcaption main div a em strong small s cite q dfn abbr ruby rt "
        "rp data time code var samp kbd sub sup i b u mark bdi bdo span br wbr img iframe embed object param picture "
        "source video audio track map area svg math script noscript canvas ins del table caption colgroup col tbody "
        "thead tfoot tr td th form label input button select datalist optgroup option textarea output progress meter "
        "fieldset legend details summary dialog menu slot template ",
    )
)
_VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta param source track wbr "))
_HEAD = frozenset(
    re.findall(r"\w+", "base basefont bgsound link meta title noframes style script noscript template head ")
)
_TABLE_ONLY = frozenset(["tr", "td", "th", "tbody", "thead", "tfoot", "caption", "colgroup", "col"])
_OPENING = re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s[^>]*)?>")
_CLOSING = re.compile(r"</[a-zA-Z][a-zA-Z0-9-]*\s*>")
_SIGNS = (
    (re.compile(r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s[^>]*)?/>"), 1),
    (re.compile(r"&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);"), 1),
    (re.compile(r"<!DOCTYPE\s+html", re.IGNORECASE), 2),
    (re.compile(r"<!--[^-]*(?:-[^-]+)*-->"), 1),
    (re.compile(r"\s[a-zA-Z-]+=\s*[\"'][^\"']*[\"']"), 1),
    (re.compile(
        r"<(html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|link|meta|br|hr)\b",
        re.IGNORECASE | re.ASCII,
    ), 2),
)  # fmt: skip


@assertion("is-html")
def is_html(subject: Subject) -> Outcome:
    """The whole output is HTML: known elements, and no text outside of them."""
    reason = html_misfit(subject.text)
    return subject.holds(reason is None, reason or "", "the output is HTML")


@assertion("contains-html")
def contains_html(subject: Subject) -> Outcome:
    """The output shows at least two signs of HTML."""
    output = subject.text
    opening, closing = bool(_OPENING.search(output)), bool(_CLOSING.search(output))
    signs = 2 if opening and closing else int(opening or closing)
    signs += sum(weight for pattern, weight in _SIGNS if pattern.search(output))
    found = signs >= 2 and len(output) <= MOST_LETTERS
    return subject.holds(found, "Expected output to contain HTML content", "the output contains HTML")


class _Scanner(HTMLParser):
    """Notes the elements, and whether text stands directly in the body."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.loose_text = False
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Note an element; `image` is read as `img`, as browsers do."""
        tag = "img" if tag == "image" and "svg" not in self._open else tag
        if tag in _TABLE_ONLY and not {"table", "template", "svg", "math"} & set(self._open):
            return
        self.elements.append(tag)
        if tag not in _VOID and tag not in ("html", "head", "body"):
            if tag == "p" or tag in ("li", "tr", "td", "th", "option", "dt", "dd"):
                self._close(tag, stop=("table",) if tag == "p" else ("table", "ul", "ol", "dl", "select"))
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        """Note an element; only void and foreign ones end with `/>`."""
        self.elements.append(tag)
        if tag not in _VOID and not {"svg", "math"} & {*self._open, tag}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        self._close(tag)

    def _close(self, tag: str, stop: tuple[str, ...] = ()) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] == tag:
                del self._open[index:]
                return
            if self._open[index] in stop:
                return

    def handle_data(self, data: str) -> None:
        """Note text outside every element."""
        if data.strip() and not self._open:
            self.loose_text = True


def html_misfit(output: str) -> str | None:
    """Return why an output is not HTML, None if it is."""
    trimmed = trim(output)
    if not trimmed:
        return "Output is empty"
    if len(trimmed) > MOST_LETTERS:
        return "Output exceeds maximum size limit"
    if re.match(r"<\?xml", trimmed, re.IGNORECASE):
        return "Output appears to be XML, not HTML"
    scanner = _Scanner()
    scanner.feed(trimmed)
    scanner.close()
    lowered = trimmed.lower()
    if scanner.loose_text and not re.search(r"<body(?=[\s>/])", lowered):
        return "Output must be wrapped in HTML tags"
    wrappers = any(re.search(rf"<{tag}(?=[\s>/])", lowered) for tag in ("html", "head", "body"))
    known = any((tag in _ELEMENTS and tag not in ("html", "head", "body")) or "-" in tag for tag in scanner.elements)
    return None if wrappers or known else "Output does not contain recognized HTML elements"
