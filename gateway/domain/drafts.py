"""A change of a prompt on its way to traffic: the draft, and what people said of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DraftState = Literal["draft", "in_review", "approved", "released", "closed"]
IN_WORDS: dict[str, str] = {
    "draft": "Draft", "in_review": "In review", "approved": "Approved", "released": "Released", "closed": "Closed",
}  # fmt: skip
NoteKind = Literal["comment", "asked", "approved", "changes", "released"]


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft. `body` is YAML as its author left it; `edit` counts saves.

    `version` and `content_hash` are set while it is in review and after; `base_hash` is what was live when it began.
    `author` and `edited_by` are addresses; instants are microseconds (UTC).
    """

    id: str
    feature: str
    title: str
    body: str
    state: DraftState
    version: int | None
    content_hash: str | None
    base_hash: str
    author: str
    edit: int
    edited_by: str
    created_at: int
    updated_at: int

    @property
    def open(self) -> bool:
        """True while it can still be edited; editing one in review takes it back to draft."""
        return self.state in ("draft", "in_review", "approved")


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said or decided about a draft; a decision is about `content_hash` alone."""

    id: str
    draft_id: str
    kind: NoteKind
    author: str
    text: str
    content_hash: str | None
    created_at: int


def sent_back(draft: Draft, notes: Iterable[Note]) -> Note | None:
    """Return what a draft was sent back with, while its author still works on it; `notes` in order of time."""
    decided = [note for note in notes if note.kind != "comment"]
    return decided[-1] if draft.state == "draft" and decided and decided[-1].kind == "changes" else None
