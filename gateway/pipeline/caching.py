"""Step 5: an equal question about equal records need not be asked twice."""

import hashlib
from collections import OrderedDict
from typing import Any

import msgspec

from gateway.library.catalog import PromptVersion
from gateway.pipeline.ask import Ask

_ENCODE = msgspec.json.Encoder(order="sorted").encode


encode_body = msgspec.json.Encoder(decimal_format="number").encode


class Body:
    """The body of an answer, without `meta`: as bytes, and as an object for whoever reads in it.

    Most answers are handed on as bytes alone: what came from the cache is neither decoded nor encoded again.
    """

    __slots__ = ("_tree", "raw")

    def __init__(self, raw: msgspec.Raw, tree: dict[str, Any] | None = None) -> None:
        self.raw, self._tree = raw, tree

    @classmethod
    def of(cls, tree: dict[str, Any]) -> "Body":
        """Return the body that says this."""
        return cls(msgspec.Raw(encode_body(tree)), tree)

    @property
    def tree(self) -> dict[str, Any]:
        """The body as an object."""
        if self._tree is None:
            self._tree = _decode_tree(self.raw)
        return self._tree

    def with_meta(self, about: dict[str, Any]) -> bytes:
        """Return the whole answer: the body's own keys, then `meta`."""
        own = bytes(self.raw)[:-1]
        return b'%b%b"meta":%b}' % (own, b"," if len(own) > 1 else b"", encode_body(about))


class CachedAnswer(msgspec.Struct, frozen=True):
    """What is kept of an answer: the body without `meta`, and who wrote it."""

    body: msgspec.Raw
    source: str
    model: str
    route: str
    grounding: dict[str, Any]
    masked: int
    warnings: list[str]


_decode_tree = msgspec.json.Decoder(dict[str, Any]).decode
encode_answer = msgspec.json.Encoder().encode
decode_answer = msgspec.json.Decoder(CachedAnswer).decode


def cache_key(business_id: str, ask: Ask, prompt: PromptVersion, models: tuple[str, ...], evidence_digest: str) -> str:
    """Return the key of an answer. The business comes first and cannot be left out: answers never cross tenants."""
    parts = [business_id, ask.feature.name, prompt.content_hash, models, evidence_digest, ask.body, str(ask.as_of)]
    return hashlib.sha256(_ENCODE(parts)).hexdigest()


class RecentQuestions:
    """The cache keys this process was asked for lately, to tell a repeated question from a new one."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._keys: OrderedDict[int, None] = OrderedDict()

    def look(self, key: str, *, found: bool) -> str:
        """Return `hit`, `repeat_miss` for a question that was asked before, or `miss`; and remember the question."""
        short = hash(key)
        repeated = short in self._keys
        self._keys[short] = None
        self._keys.move_to_end(short)
        if len(self._keys) > self._size:
            self._keys.popitem(last=False)
        return "hit" if found else "repeat_miss" if repeated else "miss"
