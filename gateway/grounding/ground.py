"""Ground an answer: every text field of the model's words, by sentence; what falls is filled from the rules."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.grounding.facts import FactIndex, Unsupported
from gateway.grounding.figures import Finding
from gateway.grounding.stream import CleanText, clean

_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Grounded:
    """`answer` is a new dict. `checked` counts figures, `corrected` weekdays and numbers put right, `dropped`
    sentences.

    `essential_replaced` says that a field the answer cannot do without now holds the rules' text.
    """

    answer: dict[str, Json]
    checked: int = 0
    corrected: int = 0
    dropped: int = 0
    essential_replaced: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether every sentence of the model could stay."""
        return not self.dropped and not self.essential_replaced


@dataclass(slots=True)
class _Run:
    """One pass over one answer."""

    index: FactIndex
    essential: frozenset[str]
    skip: frozenset[str]
    min_items: Mapping[str, int]
    rules_answer: Callable[[], Mapping[str, Json]]
    checked: int = 0
    corrected: int = 0
    dropped: int = 0
    replaced: bool = False
    findings: list[Finding] = field(default_factory=list)
    _rules: Mapping[str, Json] | None = None

    def rules_at(self, pointer: str) -> Json:
        """Return what the rules answer holds at `pointer`, or `_MISSING`; the rules run at most once."""
        if self._rules is None:
            self._rules = self.rules_answer()
        node: Json = self._rules
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node = node[key]
            elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            else:
                return _MISSING
        return node

    def walk(self, node: Json, pointer: str, pattern: str, item: bool = False) -> Json:
        """Return the grounded copy of `node`, or `_MISSING` when nothing of it may be shown."""
        if pattern in self.skip or pointer in self.skip:
            return node
        if isinstance(node, str):
            return self._text(node, pointer, pattern, item)
        if isinstance(node, dict):
            return self._object(node, pointer, pattern, item)
        if isinstance(node, list):
            return self._list(node, pointer, pattern)
        if isinstance(node, int | float) and not isinstance(node, bool):
            return self._number(node, pointer, item)
        return node

    def _text(self, text: str, pointer: str, pattern: str, item: bool) -> Json:
        if not text or is_word(text):
            return text
        result = clean(text, self.index)
        self.checked += result.checked
        self.corrected += result.corrected
        self.dropped += result.dropped
        self.findings += [replace(f, pointer=pointer) for f in result.findings]
        if pointer in self.essential or pattern in self.essential:
            return self._essential(result, pointer)
        if result.dropped and not result.text.strip():
            return _MISSING if item else self._rules_text(pointer)
        return result.text

    def _essential(self, result: CleanText, pointer: str) -> str:
        lost = result.dropped * 2 > result.sentences or not result.text.strip()
        if not result.dropped or not lost:
            return result.text
        self.replaced = True
        return self._rules_text(pointer)

    def _rules_text(self, pointer: str) -> str:
        text = self.rules_at(pointer)
        return text if isinstance(text, str) else ""

    def _object(self, node: dict[str, Json], pointer: str, pattern: str, item: bool) -> Json:
        kept: dict[str, Json] = {}
        fell = False
        for key, value in node.items():
            part = key.replace("~", "~0").replace("/", "~1")
            inside = self.walk(value, f"{pointer}/{part}", f"{pattern}/{part}", item)
            if inside is _MISSING:
                fell = True
                inside = "" if isinstance(value, str) else _MISSING
            if inside is not _MISSING:
                kept[key] = inside
        if item and fell and not any(isinstance(kept.get(k), str) and kept[k] and not is_word(kept[k]) for k in node):
            return _MISSING
        return kept

    def _list(self, node: list[Json], pointer: str, pattern: str) -> list[Json]:
        kept = [self.walk(value, f"{pointer}/{i}", f"{pattern}/*", item=True) for i, value in enumerate(node)]
        kept = [value for value in kept if value is not _MISSING]
        wanted = self.min_items.get(pointer, self.min_items.get(pattern, 0))
        if len(kept) < min(wanted, len(node)) or (len(kept) < len(node) and len(kept) < wanted):
            spare = self.rules_at(pointer)
            for value in spare if isinstance(spare, list) else ():
                if len(kept) >= wanted:
                    break
                if not any(same_words(value, other) for other in kept):
                    kept.append(value)
        return kept

    def _number(self, value: float, pointer: str, item: bool) -> Json:
        """A number the model wrote as such must be one of the evidence; else the rules' own takes its place."""
        self.checked += 1
        size = abs(value)
        if self.index.near(size - 1e-9, size + 1e-9):
            return value
        self.findings.append(Finding("number", str(value), 0, 0, pointer=pointer))
        spare = _MISSING if item else self.rules_at(pointer)
        if isinstance(spare, int | float) and not isinstance(spare, bool):
            self.corrected += 1
            return spare
        self.dropped += 1
        return _MISSING


def ground(
    answer: Mapping[str, Json],
    evidence: Evidence,
    *,
    request_text: str = "",
    known_placeholders: Collection[str] = frozenset(),
    essential: Iterable[str] = (),
    rules_answer: Callable[[], Mapping[str, Json]] = dict,
    min_items: Mapping[str, int] | None = None,
    skip: Collection[str] = frozenset(),
    unsupported: Unsupported | None = None,
) -> Grounded:
    """Return the model's words with every unsupported sentence dropped.

    `answer` is the model's part alone, still masked. Pointers may hold `*` for any index. A field of `essential` that
    loses more than half its sentences, and any plain field that loses all, take the rules' text; a list short of
    `min_items` is filled from the rules' list. `skip` names fields that hold no free text,
    `unsupported` is the feature's own check. Never raises on any text.
    """
    index = FactIndex(evidence, request_text, known_placeholders, unsupported)
    run = _Run(index, frozenset(essential), frozenset(skip), min_items or {}, rules_answer)
    grounded = run.walk(dict(answer), "", "")
    return Grounded(grounded, run.checked, run.corrected, run.dropped, run.replaced, tuple(run.findings))


def overwrite(answer: Mapping[str, Json], computed: Mapping[str, Json]) -> tuple[dict[str, Json], int]:
    """Return the deep merge in which `computed` wins, and how many leaves of the answer differed from it.

    Lists are replaced as a whole. `5200`, `"5200.00"` and `"5,200.00"` are the same value; the computed form is kept.
    """
    merged, corrected = dict(answer), 0
    for key, value in computed.items():
        present = merged.get(key, _MISSING)
        if isinstance(value, Mapping) and isinstance(present, Mapping):
            merged[key], inside = overwrite(present, value)
            corrected += inside
        else:
            corrected += 0 if present is _MISSING else _differing(present, value)
            merged[key] = value
    return merged, corrected


def _differing(present: Json, value: Json) -> int:
    if isinstance(present, list) and isinstance(value, list):
        return sum(_differing(a, b) for a, b in zip(present, value, strict=False)) + abs(len(present) - len(value))
    if isinstance(present, Mapping) and isinstance(value, Mapping):
        return sum(_differing(present[k], value[k]) if k in present else 0 for k in value) + len(
            present.keys() - value.keys()
        )
    return int(not _equal(present, value))


def _equal(a: Json, b: Json) -> bool:
    if a == b and isinstance(a, bool) == isinstance(b, bool):
        return True
    left, right = _as_number(a), _as_number(b)
    return left is not None and right is not None and abs(left - right) <= 1e-9 * max(1.0, abs(left), abs(right))


def _as_number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value.replace(",", "")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None


def is_word(text: str) -> bool:
    """Return whether a string is an enum word such as `APPROVE_PARTIAL` rather than free text."""
    return text.isupper() and text.replace("_", "").isalpha()


def same_words(a: Json, b: Json) -> bool:
    """Return whether two list items say the same, apart from case, spacing and a final full stop."""
    if isinstance(a, str) and isinstance(b, str):
        return " ".join(a.lower().split()).rstrip(".") == " ".join(b.lower().split()).rstrip(".")
    return bool(a == b)
