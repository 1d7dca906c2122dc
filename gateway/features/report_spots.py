"""Places in a report and what can be found there: levels, changes, changes the report states, and series.

A place becomes `about` (what is measured, from the keys) and `of` (whose, from the name of a list entry).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gateway.features.report_figures import (
    Amount,
    amount_of,
    figure_of,
    is_identifier,
    label_of,
    spoken,
    tells_money,
    word_set,
    words_of,
)

MAX_DEPTH = 12
MAX_FIGURES = 3_000

_WRAPPERS = word_set(
    """data report summary totals metrics results result kpis overview figures items rows list records current this
    period now latest today values stats statistics listed"""
)
_GENERIC = word_set("total amount value count number average balance percentage percent share sum")
PEOPLE = word_set(
    """customer customers client clients employee employees cashier cashiers user users staff contact seller
    salesperson manager debtor debtors supplier suppliers person driver"""
)
_NAMES = (
    *("name", "label", "title", "category", "product", "customer", "segment"),
    *("storefront", "method", "type", "status"),
)
_BREAKDOWN = word_set("by breakdown aging ageing buckets mix split methods per")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the report: what is measured, whose it is, whether that is a person, and the list it belongs to."""

    about: str
    of: str = ""
    person: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A figure on its own."""

    spot: Spot
    amount: Amount


@dataclass(frozen=True, slots=True)
class Change:
    """A figure now and before."""

    spot: Spot
    now: Amount
    before: Amount

    @property
    def delta(self) -> Decimal:
        """Now minus before."""
        return self.now.value - self.before.value

    @property
    def share(self) -> Decimal | None:
        """Change as a share of before; None when before is not above 0."""
        return self.delta / self.before.value if self.before.value > 0 else None


@dataclass(frozen=True, slots=True)
class Stated:
    """A change that the report itself states in per cent, with the figure it belongs to where one is found."""

    spot: Spot
    percent: Decimal
    level: Amount | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A figure over periods in time order."""

    spot: Spot
    periods: tuple[str, ...]
    amounts: tuple[Amount, ...]


@dataclass(slots=True)
class Findings:
    """All that was found, in document order; `cut` tells that the report was too deep or too large to read whole."""

    levels: list[Level] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    figures: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """Where the walk is: the last two telling keys, the entry's name and its list; `row` right inside an entry."""

    parent: str = ""
    key: str = ""
    of: str = ""
    person: bool = False
    group: str = ""
    row: bool = False
    depth: int = 0

    def into(self, key: str) -> "Path":
        """Return the path one key deeper; keys that only wrap leave no trace in the wording."""
        wrapper = set(words_of(key)) <= _WRAPPERS
        parent, last = (self.parent, self.key) if wrapper else (self.key, key)
        group = f"{self.group}/listed" if key.startswith("listed_") else self.group
        return Path(parent, last, self.of, self.person, group, self.row and wrapper, self.depth + 1)

    def entry(self, name: str, person: bool) -> "Path":
        """Return the path of a named list entry; an entry within an entry keeps both names."""
        of = f"{self.of}, {label_of(name)}" if self.of else label_of(name)
        people = person or self.person or bool(PEOPLE & set(words_of(self.key)))
        return Path(self.parent, self.key, of, people, f"{self.group}/{self.parent}/{self.key}", True, self.depth + 1)

    @property
    def context(self) -> str:
        """The key that tells what a figure called only `total` measures; `customers` says nothing about one of them."""
        if self.row and not tells_money(self.key):
            return ""
        return f"{self.parent}_{self.key}" if self._is_generic else self.key

    @property
    def _is_generic(self) -> bool:
        """Whether the last key says nothing without the one above it: the `total` of expenses."""
        return bool(self.parent and self.key and set(words_of(self.key)) <= _GENERIC)

    def spot(self, key: str) -> Spot:
        """Return the spot of a figure under `key`; an empty key means the place itself."""
        return Spot(self._about(key), self.of, self.person, self.group)

    def _about(self, key: str) -> str:
        words = words_of(key)
        wraps = (words and set(words) <= _WRAPPERS) or (len(words) == 2 and words[0] in ("this", "current"))
        own = "" if not key.strip() or wraps else spoken(key)
        above = "" if self.row and not set(words) <= _GENERIC else spoken(self.key.removeprefix("listed_"))
        if self._is_generic and above:
            above = f"{spoken(self.parent)} {above}"
        if above.startswith("by ") and self.row and own:
            return f"{own} {above}"
        if above.startswith("by "):
            above = f"{spoken(self.parent) or 'total'} {above}"
        if own and above and set(own.split()) <= set(above.split()):
            return above
        if set(above.split()) <= set(own.split()):
            return own or "value"
        return f"{above} {own}".strip()


def leaf(node: Mapping[str, Any], path: Path, key: str) -> Level | None:
    """Return the figure under a key with its place, None when there is none.

    In a breakdown (`sales_by_category: {Rice: 5, Oil: 3}`) the keys are entries of a list.
    """
    if is_breakdown(node, path):
        amount = amount_of(node[key], "", path.context or path.parent)
        spot = path.entry(spoken(key) if "_" in key else key, person=False).spot("")
    else:
        amount, spot = figure_of(node, key, path.context), path.spot(key)
    return Level(spot, amount) if amount else None


def is_breakdown(node: Mapping[str, Any], path: Path) -> bool:
    """Return whether an object lists parts of one thing by name."""
    if path.row or not lists_parts(path) or len(node) < 2:
        return False
    return all(amount_of(value, "") for value in node.values())


def lists_parts(path: Path) -> bool:
    """Return whether a key says that what is under it are parts of one thing: `sales_by_category`."""
    return bool(_BREAKDOWN & set(words_of(path.key)))


def name_of(row: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the name of a list entry and whether its key names a person; an empty name when there is none."""
    texts = [(key, value) for key, value in row.items() if isinstance(value, str) and value.strip()]
    texts = [(key, value) for key, value in texts if not is_identifier(key) and amount_of(value, key) is None]
    for wanted in _NAMES:
        for key, value in texts:
            if wanted in words_of(key):
                return value, bool(PEOPLE & set(words_of(key)))
    return (texts[0][1], bool(PEOPLE & set(words_of(texts[0][0])))) if texts else ("", False)
