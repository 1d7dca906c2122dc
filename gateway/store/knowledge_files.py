"""Markdown files as documents to be searched; a passage that gives orders to a model is left out and named."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import FieldError, ValidationFailed
from gateway.library.markdown_chunks import Chunk, chunks_of
from gateway.pipeline.screening import FLAG, score
from gateway.store.knowledge import Document

MAX_FILES, MAX_BYTES = 2_000, 1_000_000
PRODUCT = "product-guides"
"""The collection of the product's own guides."""
PRODUCT_URL = "/docs/guides/"
"""Where the service itself shows them."""


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """The documents of a folder, and the places of passages that were left out."""

    documents: Sequence[Document]
    left_out: Sequence[str]


def read_folder(folder: Path, base_url: str) -> ReadFolder:
    """Return every `*.md` below a folder as a document; `base_url` is put before its path without the ending.

    Raises ValidationFailed when there is no such folder, nothing in it, or a file that cannot be read.
    """
    paths = sorted(folder.rglob("*.md")) if folder.is_dir() else []
    if not paths or len(paths) > MAX_FILES:
        raise ValidationFailed(
            f"Name a folder with 1 to {MAX_FILES:,} Markdown files (*.md); {folder} has {len(paths)}."
        )
    documents, left_out = [], []
    for path in paths:
        name = path.relative_to(folder).with_suffix("").as_posix()
        chunks = chunks_of(_text(path), f"{base_url}{name}", path.stem.replace("-", " ").capitalize())
        traps = {place for place, chunk in enumerate(chunks) if _gives_orders(chunk)}
        left_out += [chunks[place].url for place in sorted(traps)]
        documents.append(Document(name, [chunk for place, chunk in enumerate(chunks) if place not in traps]))
    return ReadFolder(documents, left_out)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        raise ValidationFailed(
            f"{path.name} is larger than {MAX_BYTES:,} bytes. Split it.", [FieldError(path.name, "too large")]
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationFailed(
            f"{path.name} is not UTF-8. Save it as UTF-8.", [FieldError(path.name, "not UTF-8")]
        ) from None
    return text.replace("\0", " ")


def _gives_orders(chunk: Chunk) -> bool:
    return score(f"{chunk.heading}\n{chunk.text}") >= FLAG
