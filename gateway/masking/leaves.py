"""The strings of a JSON value in document order, each with what is known of it from the schema."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

from gateway.masking.folding import BOUNDARY
from gateway.masking.lexicon import Lexicon
from gateway.masking.spans import Span

Json = Any
FREE = "FREE"
"""A string that is scanned."""
PLAIN = "PLAIN"
"""A string in which only known values are looked for."""

KIND_OF = {
    "person": "PERSON", "business": "BUSINESS", "person-or-business": "PARTY", "phone": "PHONE", "email": "EMAIL",
    "national-id": "ID_CARD", "tax-id": "TAX_ID", "address": "ADDRESS", "bank-account": "ACCOUNT", "ip": "IP",
    "vehicle": "VEHICLE", "secret": "SECRET", "free-text": FREE, "none": PLAIN,
}  # fmt: skip
"""x-pii type → placeholder type; PARTY is decided by the words of the value."""

_KEY_KIND = {
    "phone": "PHONE", "phone_number": "PHONE", "telephone": "PHONE", "mobile": "PHONE", "msisdn": "PHONE",
    "momo_number": "PHONE", "momo_wallet": "PHONE", "whatsapp_number": "PHONE", "email": "EMAIL", "email_address":
    "EMAIL", "iban": "ACCOUNT", "account_number": "ACCOUNT", "account_no": "ACCOUNT", "card_number": "CARD",
    "ghana_card": "ID_CARD", "national_id": "ID_CARD", "passport_number": "ID_CARD", "voter_id": "ID_CARD",
    "ssnit": "ID_CARD", "tin": "TAX_ID", "ip_address": "IP", "password": "SECRET", "api_key": "SECRET",
    "access_token": "SECRET", "pin": "SECRET", "otp": "SECRET",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_$@][A-Za-z0-9_\-.$]*|[0-9a-fA-F\-]{36}|[0-9.\-/:]{1,10}")
_SNAKE = re.compile(r"[a-z]+(?:_[a-z]+)*(?:_?[0-9]{1,2})?")
_NOBODY = frozenset(
    ["", "-", "--", "n/a", "na", "nil", "none", "null", "unknown", "tbd", "anonymous", "customer", "walk-in", "walk in",
     "walk-in customer", "walk in customer", "cash customer", "cash sale", "not given", "not provided"]
)  # fmt: skip
"""What a field for a name holds when nobody is meant."""
_IS_PLACEHOLDER = re.compile(r"<[A-Z_]+(?:_[FLV]\d?)?_\d+>")
_WORD = re.compile(r"[a-z]+")


@dataclass(slots=True)
class Leaf:
    """One string, key or marked number. The search fills in `spans`, in offsets of `text`; the rewrite `masked`."""

    text: str
    kind: str
    spans: list[Span] = field(default_factory=list)
    masked: str = ""

    @property
    def is_plain(self) -> bool:
        """Only known values are looked for."""
        return self.kind == PLAIN

    @property
    def is_marked(self) -> bool:
        """The whole string is a personal value."""
        return self.kind not in (FREE, PLAIN)


@lru_cache(maxsize=256)
def _tree(patterns: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Return pointer patterns as nested dicts; the empty key holds the kind of the node itself."""
    root: dict[str, Any] = {}
    for pattern, kind in patterns:
        node = root
        for step in pattern.split("/")[1:]:
            node = node.setdefault(step.replace("~1", "/").replace("~0", "~"), {})
        node[""] = kind
    return root


@dataclass(slots=True)
class Reading:
    """A JSON value with its strings taken out: `leaves` in document order, `shape` to put them back."""

    shape: Any
    leaves: list[Leaf]

    def rebuilt(self) -> Json:
        """Return the value with every leaf's masked text in its place."""
        return _rebuilt(self.shape)


def read_tree(value: Json, pii: Mapping[str, str], plain: Collection[str], lexicon: Lexicon) -> Reading:
    """Take the strings out of `value`, keys before their values. Raises `ValueError` for an unknown x-pii type."""
    unknown = set(pii.values()) - KIND_OF.keys()
    if unknown:
        raise ValueError(f"unknown x-pii type: {sorted(unknown)}; use one of {sorted(KIND_OF)}")
    kinds = {**{pattern: KIND_OF[kind] for pattern, kind in pii.items()}, **dict.fromkeys(plain, PLAIN)}
    root = _tree(tuple(kinds.items()))
    leaves: list[Leaf] = []
    shape = _take(value, [root] if root else [], "", "", leaves, lexicon)
    return Reading(shape, leaves)


def _take(value: Json, nodes: list[dict[str, Any]], kind: str, key: str, leaves: list[Leaf], lexicon: Lexicon) -> Any:
    """Return the shape of `value`; `nodes` are the pattern nodes that lead here, `kind` what holds for all below."""
    for node in nodes:
        if "" in node:
            kind = node[""]
            break
    if isinstance(value, str):
        leaves.append(leaf := _leaf(value, kind, key, lexicon))
        return leaf
    if isinstance(value, dict):
        pairs = _Pairs()
        for name, item in value.items():
            label: Leaf | str = name
            if not _is_schema_key(name, lexicon):
                leaves.append(label := Leaf(name, PLAIN if _IDENTIFIER.fullmatch(name) else FREE))
            below = _below(nodes, name) if nodes else nodes
            pairs.append((label, _take(item, below, kind, name, leaves, lexicon)))
        return pairs
    if isinstance(value, list | tuple):
        return [
            _take(item, _below(nodes, str(i)) if nodes else nodes, kind, key, leaves, lexicon)
            for i, item in enumerate(value)
        ]
    if kind not in ("", FREE, PLAIN) and type(value) in (int, float):
        leaves.append(leaf := _leaf(str(value), kind, key, lexicon))
        return leaf
    return value


def _below(nodes: list[dict[str, Any]], step: str) -> list[dict[str, Any]]:
    # "" marks the end of a pattern, so an empty key of a request is only ever "any key".
    return [child for node in nodes for child in (node.get(step or "*"), node.get("*")) if child is not None]


_SCHEMA_KEYS: set[str] = set()
_MAX_SCHEMA_KEYS = 4096


def _is_schema_key(key: str, lexicon: Lexicon) -> bool:
    """Tell whether a key is written as an identifier of ordinary words; such keys are remembered, names never are."""
    if key in _SCHEMA_KEYS:
        return True
    if _SNAKE.fullmatch(key) is None or not all(
        lexicon.is_safe(part) or len(part) < 3 for part in key.strip("0123456789").split("_")
    ):
        return False
    if len(_SCHEMA_KEYS) < _MAX_SCHEMA_KEYS:
        _SCHEMA_KEYS.add(key)
    return True


class _Pairs(list[tuple[Leaf | str, Any]]):
    """The members of a JSON object."""


def _rebuilt(shape: Any) -> Json:
    if isinstance(shape, Leaf):
        return shape.masked
    if isinstance(shape, _Pairs):
        return {label if isinstance(label, str) else label.masked: _rebuilt(item) for label, item in shape}
    if isinstance(shape, list):
        return [_rebuilt(item) for item in shape]
    return shape


def _leaf(text: str, kind: str, key: str, lexicon: Lexicon) -> Leaf:
    if kind == "" and key in _KEY_KIND and (any(c.isdigit() for c in text) or _KEY_KIND[key] == "SECRET"):
        kind = _KEY_KIND[key]
    if kind in ("", FREE, PLAIN):
        return Leaf(text, kind or FREE)
    if _IS_PLACEHOLDER.fullmatch(text) or text.strip().lower() in _NOBODY:
        return Leaf(text, PLAIN)
    if kind == "PARTY":
        business = "&" in text or any(word in lexicon.context["business"] for word in _WORD.findall(text.lower()))
        kind = "BUSINESS" if business else "PERSON"
    return Leaf(text, kind)


def join(leaves: list[Leaf]) -> tuple[str, list[int]]:
    """Return the leaves as one text, separated so that no finding can cross, and where each begins."""
    texts = [leaf.text.replace(BOUNDARY, "\x1f") for leaf in leaves]
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    return BOUNDARY.join(texts), starts[:-1]
