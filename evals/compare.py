"""Two versions or models side by side on the same golden cases: what became better, worse or different, in words.

The comparison is data; the command line prints it and the admin draws it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal

from evals.run import CaseResult
from evals.verdict import Tried, compare_runs, grouped
from gateway.library.catalog import Feature, PromptVersion

Change = Literal["better", "worse", "changed", "same"]
_SPEC = re.compile(r"(?P<feature>[a-z][a-z0-9_]*)@(?P<version>[0-9]+)(?::(?P<model>[A-Za-z0-9._-]+))?\Z")


class NotComparable(ValueError):
    """What was asked for cannot be compared; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a version, answered by the offline rules or by `model`."""

    prompt: PromptVersion
    model: str


@dataclass(frozen=True, slots=True)
class Flip:
    """A decision that came out differently: `what` is the field in words, `before` and `after` its values in words."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Pair:
    """One case on both sides; latencies in milliseconds, costs in US dollars."""

    description: str
    slice: str
    change: Change
    flips: tuple[Flip, ...]
    reason: str
    latency_ms: tuple[int, int]
    cost_usd: tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All cases with the paired figures of `compare_runs`."""

    before: str
    after: str
    figures: Mapping[str, Any]
    pairs: Sequence[Pair]

    def flips(self) -> list[tuple[Flip, int]]:
        """Return every kind of flip with how often it occurs, most frequent first."""
        return Counter(flip for pair in self.pairs for flip in pair.flips).most_common()

    def sentences(self) -> list[str]:
        """Return what a person wants to know first."""
        count = Counter(pair.change for pair in self.pairs)
        total = len(self.pairs)
        told = [f"{count['worse']} of {total} cases became worse, {count['better']} better, {count['changed']} differ."]
        told += [f"{n} of {total} change {flip.what} from {flip.before} to {flip.after}." for flip, n in self.flips()]
        for name, values in (("Time", self._latency()), ("Cost", self._cost())):
            if values is not None:
                told.append(f"{name} of a case: {values[0]} before, {values[1]} after.")
        return told

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as JSON data."""
        return {
            "before": self.before, "after": self.after, "figures": dict(self.figures), "summary": self.sentences(),
            "flips": [{**asdict(flip), "cases": count} for flip, count in self.flips()],
            "cases": [
                {**asdict(pair), "flips": list(map(str, pair.flips)), "cost_usd": list(map(str, pair.cost_usd))}
                for pair in self.pairs
            ],
        }  # fmt: skip

    def _latency(self) -> tuple[str, str] | None:
        if not self.pairs:
            return None
        middle = [sorted(pair.latency_ms[side] for pair in self.pairs)[len(self.pairs) // 2] for side in (0, 1)]
        return f"{middle[0]} ms", f"{middle[1]} ms"

    def _cost(self) -> tuple[str, str] | None:
        sums = [sum((pair.cost_usd[side] for pair in self.pairs), Decimal(0)) for side in (0, 1)]
        if not any(sums):
            return None
        return f"USD {sums[0] / len(self.pairs):.6f}", f"USD {sums[1] / len(self.pairs):.6f}"


def parse_side(text: str, versions: Mapping[tuple[str, int], PromptVersion], model: str) -> Side:
    """Return what `feature@2` or `feature@2:model` names. Raises NotComparable."""
    found = _SPEC.match(text)
    if found is None:
        raise NotComparable(f"`{text}` is no version. Write feature@2, or feature@2:model.")
    prompt = versions.get((found["feature"], int(found["version"])))
    if prompt is None:
        known = ", ".join(f"{name}@{number}" for name, number in sorted(versions) if name == found["feature"])
        raise NotComparable(f"There is no version `{text}`." + (f" Known are {known}." if known else ""))
    return Side(prompt, found["model"] or model)


def compare(
    feature: Feature, names: tuple[str, str], before: Sequence[CaseResult], after: Sequence[CaseResult]
) -> Comparison:
    """Return the comparison of two runs over the same suite."""
    earlier, later = grouped(before), grouped(after)
    by_index = {one.case.index: one for one in earlier}
    decisions = list(decision_pointers(feature.response.raw))
    pairs = [_pair(decisions, by_index[one.case.index], one) for one in later if one.case.index in by_index]
    return Comparison(*names, compare_runs(earlier, later), pairs)


def decision_pointers(schema: Mapping[str, Any], pointer: str = "") -> Iterator[str]:
    """Yield the pointers of an answer's decisions: its enumerations and its yes-or-no fields, `*` for list items."""
    if "enum" in schema or schema.get("type") == "boolean":
        yield pointer
    for name, child in schema.get("properties", {}).items():
        yield from decision_pointers(child, f"{pointer}/{name}")
    if isinstance(schema.get("items"), Mapping):
        yield from decision_pointers(schema["items"], f"{pointer}/*")


def flips(pointers: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Flip, ...]:
    """Return the decisions that differ between two answers."""
    found = []
    for pointer in pointers:
        a, b = _values(before, pointer), _values(after, pointer)
        if a != b:
            found.append(Flip(in_words(pointer.strip("/").replace("/*", "")), in_words(a), in_words(b)))
    return tuple(found)


def in_words(value: Any) -> str:
    """Return a code or a field's pointer in everyday words: `recommendation/action`, `APPROVE_FULL`, True."""
    if isinstance(value, list):
        return in_words(value[0]) if len(value) == 1 else ", ".join(map(in_words, value)) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("/", " ").replace("_", " ").lower() if value is not None else "nothing"


def _values(answer: Any, pointer: str) -> list[Any]:
    values = [answer]
    for step in pointer.strip("/").split("/"):
        if step == "*":
            values = [item for value in values if isinstance(value, list) for item in value]
        else:
            values = [value[step] for value in values if isinstance(value, Mapping) and step in value]
    return values


def _pair(decisions: Sequence[str], before: Tried, after: Tried) -> Pair:
    a, b = before.runs[0], after.runs[0]
    changed = flips(decisions, a.body, b.body)
    change: Change = "same" if a.body == b.body else "changed"
    if before.passed != after.passed:
        change = "better" if after.passed else "worse"
    return Pair(
        after.case.description, after.case.slice, change, changed, "" if b.passed else b.reason,
        (a.latency_ms, b.latency_ms), (a.cost_usd, b.cost_usd),
    )  # fmt: skip


__all__ = ["Comparison", "Flip", "NotComparable", "Pair", "Side", "compare", "decision_pointers", "flips", "parse_side"]
