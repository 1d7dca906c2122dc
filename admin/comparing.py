"""What changed between two versions: in sentences, and word by word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from admin.wording import flowing

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
MAX_WORDS = 20_000
NEAR = 240
"""Characters beside a change that are shown with it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both texts have (`same`), or only the new (`added`) or the old one (`removed`)."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class MessageChange:
    """One message, word by word; `changed` says whether anything is different."""

    title: str
    pieces: Sequence[Piece]
    changed: bool

    @property
    def near(self) -> list[Piece]:
        """The changes with what stands next to them."""
        return around(self.pieces)


def word_diff(old: str, new: str) -> list[Piece]:
    """Return the pieces of both texts in order; very long texts are compared line by line."""
    split = _WORDS.findall if len(old) + len(new) < MAX_WORDS * 6 else lambda text: text.splitlines(keepends=True)
    before, after = split(old), split(new)
    pieces: list[Piece] = []
    for is_same, a, b, c, d in _together(SequenceMatcher(None, before, after, autojunk=False).get_opcodes(), before):
        if is_same:
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            pieces.append(Piece("removed", "".join(before[a:b])))
        if d > c:
            pieces.append(Piece("added", "".join(after[c:d])))
    return pieces


def _together(
    steps: Sequence[tuple[str, int, int, int, int]], before: Sequence[str]
) -> list[tuple[bool, int, int, int, int]]:
    """Return the steps of a comparison with changes joined that only spaces or a mark stand between.

    Two sentences that have nothing but their spaces in common would otherwise alternate word by word.
    """
    joined: list[tuple[bool, int, int, int, int]] = []
    for number, (tag, a, b, c, d) in enumerate(steps):
        words = sum(1 for word in before[a:b] if word[0].isalnum())
        inside = 0 < number < len(steps) - 1 and "\n" not in "".join(before[a:b])
        is_same = tag == "equal" and not (inside and not words)
        if joined and joined[-1][0] == is_same:
            _, first, _, start, _ = joined.pop()
            joined.append((is_same, first, b, start, d))
        else:
            joined.append((is_same, a, b, c, d))
    return joined


def around(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with long unchanged stretches cut down to the lines next to a change."""
    shown = []
    for number, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "same" and len(text) > 2 * NEAR:
            head = text[:NEAR].rpartition(" ")[0] if number else ""
            tail = text[-NEAR:].partition(" ")[2] if number < len(pieces) - 1 else ""
            text = f"{head} … {tail}".strip(" ") if head or tail else text
        shown.append(Piece(piece.kind, text))
    return shown


def messages(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[MessageChange]:
    """Return every message of either version, word by word; where a line was broken for its editor says nothing."""
    before, after = list(old.get("messages", [])), list(new.get("messages", []))
    rows = []
    for number in range(max(len(before), len(after))):
        one = before[number] if number < len(before) else {"role": "", "content": ""}
        two = after[number] if number < len(after) else {"role": "", "content": ""}
        title = "What the model is told first" if (two["role"] or one["role"]) == "system" else f"Message {number + 1}"
        pieces = word_diff(flowing(one["content"]), flowing(two["content"]))
        rows.append(MessageChange(title, pieces, one["content"] != two["content"]))
    return rows


def in_words(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say what changed; `Nothing but …` is never needed: an unchanged part is not mentioned."""
    said = [f"{row.title}: {_amount(row.pieces)}." for row in messages(old, new) if row.changed]
    for name, title in (("route", "Model route"), ("token_budget", "Token budget")):
        if old.get(name) != new.get(name):
            said.append(f"{title}: {_shown(old.get(name))} → {_shown(new.get(name))}.")
    before, after = dict(old.get("params") or {}), dict(new.get("params") or {})
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            said.append(
                f"{name.replace('_', ' ').capitalize()}: {_shown(before.get(name))} → {_shown(after.get(name))}."
            )
    said += _rules(old.get("rules") or [], new.get("rules") or [])
    if old.get("output") != new.get("output"):
        said.append("The fields that the model writes, or their limits, were changed.")
    if old.get("few_shots") != new.get("few_shots"):
        said.append("The worked answers shown to the model were changed.")
    return said


def _rules(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[str]:
    before, after = {rule["id"]: rule for rule in old}, {rule["id"]: rule for rule in new}
    said = [f"Rule added: {after[name]['message']}" for name in after.keys() - before.keys()]
    said += [f"Rule taken away: {before[name]['message']}" for name in before.keys() - after.keys()]
    said += [f"Rule changed: {after[name]['message']}" for name in sorted(before.keys() & after.keys())
             if before[name] != after[name]]  # fmt: skip
    return said


def _amount(pieces: Sequence[Piece]) -> str:
    added = sum(len(re.findall(r"\w+", piece.text)) for piece in pieces if piece.kind == "added")
    removed = sum(len(re.findall(r"\w+", piece.text)) for piece in pieces if piece.kind == "removed")
    if not added and not removed:
        return "no word, only marks, spaces or line breaks"
    return f"{added} word{'' if added == 1 else 's'} added, {removed} taken away"


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)
