"""A Markdown document cut at its headings into passages short enough to be shown to a model, each with its address."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PASSAGE = 700
"""Characters of a passage; a longer section is cut between paragraphs, list items or table rows."""

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`")
_RULE_ROW = re.compile(r"^\|[\s:|-]+\|\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_NOT_IN_ANCHORS = re.compile(r"[^a-z0-9 -]")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: the document's title, the heading it stands under (the title itself at the top), address and text."""

    title: str
    heading: str
    url: str
    text: str


def chunks_of(markdown: str, url: str, fallback_title: str) -> list[Chunk]:
    """Return the passages of a document in order; `url` is its address, to which a heading's anchor is added.

    Of front matter only the title is read.
    """
    title, seen = fallback_title, Counter[str]()
    if front := _FRONT.match(markdown):
        markdown = markdown[front.end() :]
        if named := _FRONT_TITLE.search(front[1]):
            title = _plain(named[1])
    found: list[Chunk] = []
    for level, heading, lines in _sections(_COMMENT.sub("", markdown)):
        if level == 1:
            title = heading
        own = heading or title
        anchor = anchor_of(heading)
        address = url if level <= 1 else f"{url}#{anchor}" + (f"-{seen[anchor]}" if seen[anchor] else "")
        seen[anchor] += 1
        found += [Chunk(title, own, address, text) for text in _passages(lines)]
    return found


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading as common Markdown renderers make it."""
    return _NOT_IN_ANCHORS.sub("", heading.lower()).strip().replace(" ", "-")


def _sections(markdown: str) -> Iterator[tuple[int, str, list[str]]]:
    level, heading, lines, fence = 0, "", list[str](), ""
    for line in markdown.splitlines():
        if (mark := _FENCE.match(line)) and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        found = None if fence else _HEADING.match(line)
        under = None if fence or not _may_be_underlined(lines) else _UNDERLINE.match(line)
        if found is None and under is None:
            lines.append(line)
            continue
        if under is not None:
            text, depth = lines.pop(), 1 if under[1][0] == "=" else 2
        else:
            text, depth = found[2], len(found[1])  # type: ignore[index]
        yield level, heading, lines
        level, heading, lines = depth, _plain(text), []
    yield level, heading, lines


def _may_be_underlined(lines: list[str]) -> bool:
    """Tell whether the last line is a paragraph of one line: what is underlined then is a heading."""
    last, before = (["", "", *lines][-1]).strip(), (["", "", *lines][-2]).strip()
    return bool(last) and not before and not last.startswith(("|", "- ", "* ", "+ ", ">"))


def _passages(lines: list[str]) -> Iterator[str]:
    text = ""
    for block in _blocks(lines):
        for piece in _pieces(block):
            if text and len(text) + len(piece) + 1 > MAX_PASSAGE:
                yield text
                text = ""
            text = f"{text}\n{piece}" if text else piece
    if text:
        yield text


def _blocks(lines: list[str]) -> Iterator[str]:
    """Yield paragraphs as one line each; list items and table rows stay lines of their own."""
    paragraph: list[str] = []
    for line in [*lines, ""]:
        stripped = line.strip()
        own_line = stripped.startswith(("|", "- ", "* ", "+ ")) or re.match(r"\d+[.)] ", stripped)
        if (not stripped or own_line) and paragraph:
            yield _plain(" ".join(paragraph))
            paragraph = []
        if stripped and not _FENCE.match(stripped) and not _RULE_ROW.match(stripped):
            paragraph.append(_row(stripped) if stripped.startswith("|") else stripped)


def _row(line: str) -> str:
    return ": ".join(filter(None, (cell.strip() for cell in line.strip("|").split("|", 1)))).replace("|", "·")


def _pieces(block: str) -> Iterator[str]:
    """Yield a block that is too long sentence by sentence, and a sentence that is too long in parts."""
    if len(block) <= MAX_PASSAGE:
        yield block
        return
    for sentence in _SENTENCE_END.split(block):
        for start in range(0, len(sentence), MAX_PASSAGE):
            yield sentence[start : start + MAX_PASSAGE]


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", text)).split())
