"""The strings of a JSON value in document order, each with what is known of it from the schema."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
SCANNED = ("", FREE, PLAIN)
"""Kinds of strings that are searched; a string of any other kind is a personal value as a whole."""
_BARE = (int, float, bool, type(None))
"""What needs no masking unless it is marked."""

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
    spans: list[Span] | None = None
    masked: str | None = None
    holder: Any = None
    """The object or list that holds the value, at `place`; None for a key and for a value that is all there is."""
    place: Any = None

    @property
    def is_marked(self) -> bool:
        """The whole string is a personal value."""
        return self.kind not in SCANNED

    @property
    def result(self) -> str:
        """The masked text, or the text itself where nothing was found."""
        return self.text if self.masked is None else self.masked


@dataclass(slots=True)
class _Node:
    """Where a path may be in the pointer patterns: the kind of what is here, and where each next step leads."""

    kind: str | None
    named: dict[str, "_Node"]
    other: "_Node | None"

    def below(self, step: str) -> "_Node | None":
        """Return where a key or an index leads."""
        return self.named.get(step, self.other)


@lru_cache(maxsize=256)
def _patterns(pii: tuple[tuple[str, str], ...], plain: frozenset[str]) -> _Node | None:
    """Return pointer patterns as one tree. Raises `ValueError` for an unknown x-pii type."""
    unknown = {kind for _, kind in pii} - KIND_OF.keys()
    if unknown:
        raise ValueError(f"unknown x-pii type: {sorted(unknown)}; use one of {sorted(KIND_OF)}")
    root: dict[str, Any] = {}
    for pattern, kind in {**{path: KIND_OF[kind] for path, kind in pii}, **dict.fromkeys(plain, PLAIN)}.items():
        steps = root
        for step in pattern.split("/")[1:]:
            steps = steps.setdefault(step.replace("~1", "/").replace("~0", "~"), {})
        steps[""] = kind
    return _node([root])


def _node(steps: list[dict[str, Any]]) -> _Node | None:
    """Join the pattern steps that one path may stand for; the empty step holds a kind, the most exact one first."""
    if not any(steps):
        return None
    kind = next((step[""] for step in steps if "" in step), None)
    names = {name for step in steps for name in step} - {"", "*"}
    ways = {
        name: [step[each] for step in steps for each in (name, "*") if each in step] for name in (*sorted(names), "*")
    }
    nodes = {name: _node(way) for name, way in ways.items()}
    other = nodes.pop("*")
    return _Node(kind, {name: node for name, node in nodes.items() if node is not None}, other)


class Reading:
    """A copy of a JSON value with its strings taken out: `leaves` in document order, keys before their values."""

    def __init__(self, value: Json, pii: Mapping[str, str], plain: Collection[str], lexicon: Lexicon) -> None:
        """Read `value`. Raises `ValueError` for an unknown x-pii type."""
        self.leaves: list[Leaf] = []
        self._lexicon = lexicon
        self._labels: list[tuple[dict[str, Any], dict[str, Leaf]]] = []
        root = _patterns(tuple(pii.items()), frozenset(plain)) if pii or plain else None
        whole = [value]
        self._copy = whole
        self._take(whole, 0, value, root, "", "")

    def rebuilt(self) -> Json:
        """Return the copy with every leaf's masked text in its place."""
        for leaf in self.leaves:
            if leaf.masked is not None and leaf.holder is not None:
                leaf.holder[leaf.place] = leaf.masked
        for holder, labels in self._labels:
            pairs = [(labels[name].result if name in labels else name, item) for name, item in holder.items()]
            holder.clear()
            holder.update(pairs)
        return self._copy[0]

    def _take(self, holder: Any, place: Any, value: Json, node: _Node | None, kind: str, key: str) -> None:
        """Put a copy of `value` into its holder; `kind` is what holds for all that is below, `key` the last name."""
        if node is not None and node.kind is not None:
            kind = node.kind
        if isinstance(value, str):
            if kind == PLAIN and _is_constant(value, self._lexicon):
                return
            if kind != PLAIN:
                kind = _kind(value, kind, key, self._lexicon)
            self.leaves.append(Leaf(value, kind, None, None, holder, place))
        elif isinstance(value, dict):
            holder[place] = self._take_object(value, node, kind)
        elif isinstance(value, list | tuple):
            copy = holder[place] = list(value)
            for index, item in enumerate(value):
                self._take(copy, index, item, node and node.below(str(index)), kind, key)
        elif kind not in SCANNED and type(value) in (int, float):
            text = str(value)
            self.leaves.append(Leaf(text, _kind(text, kind, key, self._lexicon), None, text, holder, place))

    def _take_object(self, value: dict[str, Any], node: _Node | None, kind: str) -> dict[str, Any]:
        copy, labels = dict(value), {}
        for name, item in value.items():
            if name not in _SCHEMA_KEYS and not _is_schema_key(name, self._lexicon):
                labels[name] = label = Leaf(name, PLAIN if _IDENTIFIER.fullmatch(name) else FREE)
                self.leaves.append(label)
            below = node and node.below(name)
            if below is not None or item.__class__ not in _BARE or kind not in SCANNED:
                self._take(copy, name, item, below, kind, name)
        if labels:
            self._labels.append((copy, labels))
        return copy


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


def _is_constant(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a string is a word of the program, such as `final_notice` or `HIGH`, and no name."""
    return (text.islower() or text.isupper()) and _is_schema_key(text.lower(), lexicon)


def _kind(text: str, kind: str, key: str, lexicon: Lexicon) -> str:
    """Return what a string is: its marked kind, or what a telling key or the string itself says."""
    if kind == "" and key in _KEY_KIND and (any(c.isdigit() for c in text) or _KEY_KIND[key] == "SECRET"):
        kind = _KEY_KIND[key]
    if kind in SCANNED:
        return kind or FREE
    if _IS_PLACEHOLDER.fullmatch(text) or text.strip().lower() in _NOBODY:
        return PLAIN
    if kind == "PARTY":
        business = "&" in text or any(word in lexicon.context["business"] for word in _WORD.findall(text.lower()))
        return "BUSINESS" if business else "PERSON"
    return kind


def join(leaves: list[Leaf]) -> tuple[str, list[int]]:
    """Return the leaves as one text, separated so that no finding can cross, and where each begins."""
    texts = [leaf.text for leaf in leaves]
    joined = BOUNDARY.join(texts)
    if joined.count(BOUNDARY) >= len(texts):
        joined = BOUNDARY.join([text.replace(BOUNDARY, "\x1f") for text in texts])
    return joined, list(accumulate([len(text) + 1 for text in texts[:-1]], initial=0))
