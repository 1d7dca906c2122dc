"""One request's (or one conversation's) map between placeholders and true values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.masking.folding import fold
from gateway.masking.patterns import PatternSet

ONE_WAY = frozenset({"SECRET"})
"""Types that are never put back into an answer."""

KINDS = (
    "PERSON",
    "BUSINESS",
    "PHONE",
    "EMAIL",
    "ID_CARD",
    "TAX_ID",
    "ADDRESS",
    "ACCOUNT",
    "CARD",
    "IP",
    "URL",
    "VEHICLE",
    "BIRTH_DATE",
    "SECRET",
)
"""Every placeholder type."""

_TOKEN = re.compile(r"<([A-Z_]+?)(?:_([FLV]\d*))?_(\d+)>")
_LIKENESS = PatternSet([rf"\b({'|'.join(KINDS)})(?:[ _\-]|\\_)(?:[FLV][0-9]?[ _\-])?([0-9]{{1,5}})\b"])
_NAME = re.compile(r"[a-z\x01]{2,}")
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "madam",
        "mme",
        "auntie",
        "aunty",
        "uncle",
        "pastor",
        "rev",
        "reverend",
        "osofo",
        "alhaji",
        "alhaja",
        "hajia",
        "hajj",
        "mallam",
        "maame",
        "efo",
        "efoe",
        "daavi",
        "nana",
        "nii",
        "naa",
        "togbe",
        "torgbui",
        "chief",
        "hon",
        "sir",
        "the",
        "of",
        "and",
    ]
)
_WORDLIKE_KINDS = frozenset({"PERSON", "BUSINESS"})


def identity(kind: str, surface: str) -> tuple[str, ...]:
    """Return what two spellings of one value have in common: sorted name words, or the bare letters and digits."""
    low = surface.lower() if surface.isascii() else fold(surface).lower
    if kind in _WORDLIKE_KINDS:
        words = [word for word in _NAME.findall(low) if word not in _TITLES]
        return tuple(sorted(words)) or (low,)
    bare = "".join(c for c in low if c.isalnum())
    if kind == "PHONE" and len(bare) >= 9:
        return (bare[-9:],)
    return (bare or low,)


@dataclass(slots=True)
class _Entity:
    """One person, business or value; `surfaces` are its spellings by role ("" is the first full one)."""

    kind: str
    number: int
    identity: tuple[str, ...]
    order: tuple[str, ...]
    surfaces: dict[str, str] = field(default_factory=dict)


class Vault:
    """Placeholders of one request: each exact spelling has one, spellings of the same value share a number.

    `<PERSON_1>` is the first full spelling, `<PERSON_F_1>` the first name alone, `<PERSON_L_1>` the surname alone,
    `<PERSON_V_1>`, `<PERSON_V2_1>` … other spellings. Not thread-safe: make one per request.
    """

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str], str] = {}
        self._surfaces: dict[str, str] = {}
        self._entities: dict[str, list[_Entity]] = {}
        self._by_identity: dict[tuple[str, tuple[str, ...]], _Entity] = {}
        self._by_word: dict[tuple[str, str], list[_Entity]] = {}
        self._marked: dict[tuple[str, str], None] = {}
        self._reserved: set[tuple[str, int]] = set()
        self._identities: dict[tuple[str, str], tuple[str, ...]] = {}
        self.revision = 0
        self.unknown = 0
        self.memo: dict[str, Any] = {}

    def __len__(self) -> int:
        """Return how many placeholders stand for a value."""
        return len(self._surfaces)

    def mark(self, kind: str, surface: str) -> None:
        """Remember a value that is known to be personal, so that it is found wherever it occurs; no number yet."""
        if surface.strip() and (kind, surface) not in self._marked:
            self._marked[kind, surface] = None
            self.revision += 1

    def reserve(self, text: str) -> None:
        """Keep the numbers of placeholder-like text for that text, so that no value takes them."""
        for match in _LIKENESS.finditer(0, text.encode("utf-8", "replace")):
            kind, number = match.group(1), match.group(2)
            if kind and number:
                self._reserved.add((kind.decode().upper(), int(number)))

    def known(self) -> list[tuple[str, str]]:
        """Return every (type, value) that was marked or has a placeholder, in the order they came."""
        return list(dict.fromkeys((*self._marked, *self._tokens)))

    def placeholder(self, kind: str, surface: str) -> str:
        """Return the placeholder of a value, a new one if need be; number and role follow who or what it is."""
        token = self._tokens.get((kind, surface))
        if token is None:
            entity, role = self._place(kind, surface)
            token = f"<{kind}_{role}_{entity.number}>" if role else f"<{kind}_{entity.number}>"
            entity.surfaces[role] = surface
            self._tokens[kind, surface] = token
            self._surfaces[token] = surface
            self.revision += (kind, surface) not in self._marked
        return token

    def surface(self, kind: str, role: str, number: int, *, secrets: bool = False) -> str | None:
        """Return the true value behind a placeholder's parts, or None: unknown, or a secret."""
        if kind in ONE_WAY and not secrets:
            return None
        token = f"<{kind}_{role}_{number}>" if role else f"<{kind}_{number}>"
        return self._surfaces.get(token)

    def placeholders(self) -> frozenset[str]:
        """Return every placeholder that stands for a value."""
        return frozenset(self._surfaces)

    def identity_of(self, kind: str, surface: str) -> tuple[str, ...]:
        """Return `identity(kind, surface)`, worked out once."""
        same = self._identities.get((kind, surface))
        if same is None:
            same = self._identities[kind, surface] = identity(kind, surface)
        return same

    def counts(self) -> dict[str, int]:
        """Return how many values of each type were masked; fit for logs."""
        return {kind: len(entities) for kind, entities in self._entities.items()}

    def _place(self, kind: str, surface: str) -> tuple[_Entity, str]:
        """Return whom or what a value belongs to, newly numbered if need be, and its role there."""
        same, order = self.identity_of(kind, surface), _order(kind, surface)
        entity = self._by_identity.get((kind, same))
        if entity is not None:
            return entity, self._free_role(entity, "V" if "" in entity.surfaces else "")
        if kind in _WORDLIKE_KINDS and (whole := self._whole(kind, same)) is not None:
            return whole, self._free_role(whole, _part(whole, order))
        entity = _Entity(kind, self._next_number(kind), same, order)
        self._add(entity)
        return entity, ""

    def _add(self, entity: _Entity) -> None:
        self._entities.setdefault(entity.kind, []).append(entity)
        self._by_identity.setdefault((entity.kind, entity.identity), entity)
        for word in entity.identity:
            self._by_word.setdefault((entity.kind, word), []).append(entity)

    def _whole(self, kind: str, part: tuple[str, ...]) -> _Entity | None:
        """Return the one name a part belongs to; None when none or more than one fits."""
        fitting = [entity for entity in self._by_word.get((kind, part[0]), ()) if set(part) < set(entity.identity)]
        return fitting[0] if len(fitting) == 1 else None

    @staticmethod
    def _free_role(entity: _Entity, role: str) -> str:
        if role not in entity.surfaces:
            return role
        count = 2
        while f"{role}{count}" in entity.surfaces:
            count += 1
        return f"{role}{count}"

    def _next_number(self, kind: str) -> int:
        entities = self._entities.get(kind)
        number = entities[-1].number + 1 if entities else 1
        while (kind, number) in self._reserved:
            number += 1
        return number

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON data, for encrypted keeping with a conversation."""
        return {
            "placeholders": dict(self._surfaces),
            "marked": [list(pair) for pair in self._marked],
            "reserved": sorted([kind, number] for kind, number in self._reserved),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Vault":
        """Return the vault that `to_dict` wrote. Raises `ValueError` for anything else."""
        vault = cls()
        for kind, surface in data["marked"]:
            vault.mark(kind, surface)
        vault._reserved.update((kind, number) for kind, number in data["reserved"])
        vault._load(data["placeholders"].items())
        return vault

    def _load(self, pairs: Iterable[tuple[str, str]]) -> None:
        for token, surface in pairs:
            match = _TOKEN.fullmatch(token)
            if match is None or match[1] not in KINDS:
                raise ValueError("not a stored vault: it holds a placeholder of no known type")
            kind, role, number = match[1], match[2] or "", int(match[3])
            entity = next((e for e in self._entities.get(kind, ()) if e.number == number), None)
            if entity is None:
                entity = _Entity(kind, number, identity(kind, surface), _order(kind, surface))
                self._add(entity)
            entity.surfaces[role] = surface
            self._tokens[kind, surface] = token
            self._surfaces[token] = surface
        self.revision += 1


def _order(kind: str, surface: str) -> tuple[str, ...]:
    """Return a person's name words from first name to surname, also when it is written `Surname, First`."""
    if kind != "PERSON":
        return ()
    low = surface.lower() if surface.isascii() else fold(surface).lower
    head, comma, tail = low.partition(",")
    return tuple(word for word in _NAME.findall(f"{tail} {head}" if comma else head) if word not in _TITLES)


def _part(whole: _Entity, part: tuple[str, ...]) -> str:
    """Return the role of a part of a name: surname, first name, or another spelling."""
    if whole.kind != "PERSON":
        return "V"
    if len(part) == 1 and part[0] == whole.order[-1:][0]:
        return "L"
    return "F" if len(part) == 1 and part[0] == whole.order[0] else "V"
