"""Turns what was found in a report into ranked facts, each with values that are true and already worded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.features.arithmetic import mean, robust_z, theil_sen
from gateway.features.report_figures import MONEY, PERCENT, Amount, polarity, words_of
from gateway.features.report_mix import effects_by_name, split_effects
from gateway.features.report_spots import Change, Findings, Level, Series, Spot, Stated
from gateway.features.wording import number, percent

TOP = 5
ADDITIVE = frozenset((MONEY, "count", "plain"))
TREND_STEP = 0.02
"""A median step of more than 2 % a period is called growing or declining."""
OUTLIER_Z = 3.5
_HEADLINE = frozenset(("revenue", "sales", "profit", "turnover", "income", "receivables", "outstanding", "overdue"))
_OWED_IN_ALL = frozenset(("outstanding", "receivables", "balance"))
_EXCERPT = frozenset(("top", "best", "bottom", "worst", "slow", "recent", "latest", "leading"))
_AVERAGES = frozenset(("average", "avg", "price", "median", "per"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One true statement: `values` are worded figures by name, `numbers` the figures themselves (signed).

    `direction` is up, down or unchanged; `reading` good or bad where more is clearly one of them for a shop.
    """

    kind: str
    spot: Spot
    values: Mapping[str, str]
    weight: float
    direction: str = ""
    reading: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


def collect_facts(found: Findings, currency: str) -> list[Fact]:
    """Return every fact of a report, weightiest first; equal weights keep the report's order."""
    book = _Book(found, currency)
    facts = [
        *book.changes(),
        *book.stated_changes(),
        *book.series(),
        *book.mixes(),
        *book.levels(),
        *book.sums(),
    ]
    return sorted(facts, key=lambda fact: -fact.weight)


class _Book:
    """The findings, grouped by list and measure."""

    def __init__(self, found: Findings, currency: str) -> None:
        self._found, self._currency = found, currency
        self._changed = {(c.spot.about, c.spot.of): c for c in found.changes}
        self._groups: dict[tuple[str, str], list[Level]] = {}
        for level in found.levels:
            if level.spot.group:
                self._groups.setdefault((level.spot.group, level.spot.about), []).append(level)
        self._totals = {level.spot.about: level.amount for level in found.levels if not level.spot.of}
        self._totals |= {c.spot.about: c.now for c in found.changes if not c.spot.of}

    def _text(self, value: Decimal, kind: str) -> str:
        return Amount(value, kind).text(self._currency)

    # --- changes

    def changes(self) -> Iterator[Fact]:
        """Every total that changed, then the entries that moved a list's sum most."""
        groups: dict[tuple[str, str], list[Change]] = {}
        for change in self._found.changes:
            if change.spot.group:
                groups.setdefault((change.spot.group, change.spot.about), []).append(change)
            else:
                yield self._change(change, 80 + 10 * _headline(change.spot.about) - 10 * (change.delta == 0))
        for (_, about), members in groups.items():
            yield from self._group_changes(about, members)

    def _group_changes(self, about: str, members: Sequence[Change]) -> Iterator[Fact]:
        moved = sum((c.delta for c in members), Decimal(0))
        kind = members[0].now.kind
        additive = len(members) > 1 and _adds_up(about, kind)
        now = sum((c.now.value for c in members), Decimal(0))
        if additive:
            yield from self._sum_changed(about, Amount(now, kind), Amount(now - moved, kind))
        for change in sorted(members, key=lambda c: -abs(c.delta))[:TOP]:
            part = change.delta / moved if additive and moved else None
            share = change.now.value / now if additive and now > 0 <= change.now.value else None
            weight = 45 + 15 * min(1.0, abs(float(part or 0))) + 10 * _headline(about) + 5 * (kind == MONEY)
            yield self._change(change, weight, {"part_of_change": part, "share": share})

    def _sum_changed(self, about: str, now: Amount, before: Amount) -> Iterator[Fact]:
        """The change of a list's sum, unless the report gives that change itself."""
        given = [c for c in self._found.changes if not c.spot.of]
        if any(c.spot.about in (about, f"total {about}") for c in given):
            return
        if any((c.now.value, c.before.value) == (now.value, before.value) for c in given):
            return
        name = about if about.startswith("total") else f"total {about}"
        yield self._change(Change(Spot(name), now, before), 64 + 20 * _headline(about))

    def _change(self, change: Change, weight: float, shares: Mapping[str, Decimal | None] | None = None) -> Fact:
        """Word one change; percentages change by points, and from nothing there is no percentage."""
        kind, delta = change.now.kind, change.delta
        values = {"value": change.now.text(self._currency), "before": change.before.text(self._currency)}
        numbers = {"value": float(change.now.value), "before": float(change.before.value), "difference": float(delta)}
        if kind == PERCENT:
            values["change"] = f"{number(abs(delta), 1)} points"
        elif change.share is not None:
            values["change"] = percent(abs(change.share))
            numbers["change"] = float(change.share * 100)
        elif delta:
            values["difference"] = self._text(abs(delta), kind)
        for name, share in (shares or {}).items():
            if share is not None and delta:
                values[name] = percent(share)
                numbers[name] = float(share * 100)
        up = "up" if delta > 0 else "down" if delta < 0 else "unchanged"
        return Fact("change", change.spot, values, weight, up, _reading(change.spot.about, delta), numbers)

    def stated_changes(self) -> Iterator[Fact]:
        """Changes the report states itself; one that its own figures contradict becomes a warning."""
        for stated in self._found.stated:
            change = self._changed.get((stated.spot.about, stated.spot.of))
            if change is None:
                yield self._stated(stated)
            elif change.share is not None and _differs(stated.percent, change.share * 100):
                values = {"value": f"{number(stated.percent, 1)}%", "computed": percent(change.share)}
                numbers = {"value": float(stated.percent), "computed": float(change.share * 100)}
                yield Fact("mismatch", stated.spot, values, 95, "", "bad", numbers)

    def _stated(self, stated: Stated) -> Fact:
        values = {"change": f"{number(abs(stated.percent), 1)}%"}
        numbers = {"change": float(stated.percent)}
        if stated.level:
            values = {"value": stated.level.text(self._currency), **values}
            numbers["value"] = float(stated.level.value)
        up = "up" if stated.percent > 0 else "down" if stated.percent < 0 else "unchanged"
        size = min(15.0, abs(float(stated.percent)) / 4)
        weight = (55 if stated.spot.of else 76) + size + 5 * _headline(stated.spot.about)
        return Fact(
            "stated_change", stated.spot, values, weight, up, _reading(stated.spot.about, stated.percent), numbers
        )

    # --- series

    def series(self) -> Iterator[Fact]:
        """Trend, last step, best period and odd values of every figure over time."""
        for series in self._found.series:
            yield from self._trend(series)
            now, before = series.amounts[-1], series.amounts[-2]
            if not self._is_told(series.spot, now, before):
                step = self._change(Change(series.spot, now, before), 60 + 8 * _headline(series.spot.about))
                yield Fact("last_step", step.spot, {**step.values, "period": series.periods[-1]}, step.weight,
                           step.direction, step.reading, step.numbers)  # fmt: skip
            yield from self._odd(series)

    def _is_told(self, spot: Spot, now: Amount, before: Amount) -> bool:
        """Whether a change says the same already, by its place or by its two figures."""
        pairs = {(c.now.value, c.before.value) for c in self._found.changes}
        return (spot.about, spot.of) in self._changed or (now.value, before.value) in pairs

    def _trend(self, series: Series) -> Iterator[Fact]:
        values = [float(amount.value) for amount in series.amounts]
        slope, level = theil_sen(values), mean([abs(value) for value in values])
        if slope is None or not level:
            return
        step = slope / level
        name = "growing" if step > TREND_STEP else "declining" if step < -TREND_STEP else "stable"
        best = max(range(len(values)), key=lambda i: values[i])
        words = {
            "value": percent(abs(step)),
            "trend": name,
            "periods": str(len(values)),
            "best_period": series.periods[best],
            "best": series.amounts[best].text(self._currency),
        }
        numbers = {"value": step * 100, "periods": float(len(values)), "best": values[best]}
        direction = {"growing": "up", "declining": "down", "stable": "unchanged"}[name]
        reading = _reading(series.spot.about, Decimal(str(slope))) if name != "stable" else ""
        yield Fact("trend", series.spot, words, 72 + 5 * _headline(series.spot.about), direction, reading, numbers)

    def _odd(self, series: Series) -> Iterator[Fact]:
        values = [float(amount.value) for amount in series.amounts]
        if len(values) < 6:
            return
        scores = robust_z(values)
        worst = max(range(len(values)), key=lambda i: abs(scores[i]))
        if abs(scores[worst]) > OUTLIER_Z:
            words = {"value": series.amounts[worst].text(self._currency), "period": series.periods[worst]}
            side = "up" if scores[worst] > 0 else "down"
            yield Fact("unusual", series.spot, words, 66, side, "", {"value": values[worst]})

    # --- lists and single figures

    def mixes(self) -> Iterator[Fact]:
        """What moved a list's profit or revenue: quantity, mix, or price and cost per unit."""
        groups: dict[str, list[Change]] = {}
        for change in self._found.changes:
            if change.spot.group:
                groups.setdefault(change.spot.group, []).append(change)
        for group, members in groups.items():
            effects = split_effects(members)
            if effects is None or not effects.total:
                continue
            for cause, amount in effects_by_name(effects).items():
                words = {"value": self._text(abs(amount), MONEY), "cause": cause}
                up = "up" if amount > 0 else "down" if amount < 0 else "unchanged"
                spot = Spot(effects.about, group=group)
                yield Fact("effect", spot, words, 58, up, _reading("profit", amount), {"value": float(amount)})

    def levels(self) -> Iterator[Fact]:
        """Figures without a past: shares of a list's sum, its extremes, and totals on their own."""
        changed = {(c.spot.group, c.spot.about) for c in self._found.changes}
        for (group, about), members in self._groups.items():
            if (group, about) in changed:
                continue
            if len(members) > 1:
                adds = _adds_up(about, members[0].amount.kind)
                yield from self._shares(about, members) if adds else self._extremes(members)
            elif (about, members[0].spot.of) not in self._changed:
                yield self._level(members[0], 30)
        for level in self._found.levels:
            if not level.spot.group and (level.spot.about, level.spot.of) not in self._changed:
                yield self._level(level, 40 + 15 * _headline(level.spot.about) - 20 * (level.amount.value == 0))
        yield from self._overdue_parts()

    def _level(self, level: Level, weight: float) -> Fact:
        words = {"value": level.amount.text(self._currency)}
        late = "overdue" in words_of(level.spot.about) and level.amount.value > 0
        numbers = {"value": float(level.amount.value)}
        return Fact("level", level.spot, words, weight, "", "bad" if late else "", numbers)

    def _overdue_parts(self) -> Iterator[Fact]:
        """How much of what is outstanding is overdue."""
        for about, amount in self._totals.items():
            if "overdue" not in words_of(about) or amount.kind != MONEY:
                continue
            for whole, total in self._totals.items():
                if set(words_of(whole)) & _OWED_IN_ALL and total.kind == MONEY and total.value >= amount.value > 0:
                    share = amount.value / total.value
                    words = {"value": amount.text(self._currency), "share": percent(share), "whole": whole}
                    numbers = {"value": float(amount.value), "share": float(share * 100)}
                    yield Fact("part", Spot(about), words, 71, "", "bad", numbers)
                    break

    def _shares(self, about: str, members: Sequence[Level]) -> Iterator[Fact]:
        total, whole = self._total_of(about, members)
        if total <= 0 or not whole or any(level.amount.value < 0 for level in members):
            yield from self._extremes(members)
            return
        ranked = sorted(members, key=lambda m: -m.amount.value)
        for level in ranked[:TOP]:
            share = level.amount.value / total
            words = {"value": level.amount.text(self._currency), "share": percent(share)}
            numbers = {"value": float(level.amount.value), "share": float(share * 100)}
            weight = 38 + 22 * float(share) + 5 * _headline(about)
            yield Fact("share", level.spot, words, weight, "", _share_reading(level, share, len(members)), numbers)
        if len(ranked) == 2 and 0 < ranked[1].amount.value * 10 >= ranked[0].amount.value:
            yield self._lead(*ranked)

    def _lead(self, first: Level, second: Level) -> Fact:
        more = first.amount.value / second.amount.value - 1
        words = {"value": first.amount.text(self._currency), "change": percent(more), "over": second.spot.of}
        numbers = {"value": float(first.amount.value), "change": float(more * 100)}
        return Fact("lead", first.spot, words, 48, "up", numbers=numbers)

    def _total_of(self, about: str, members: Sequence[Level]) -> tuple[Decimal, bool]:
        """Return what shares are taken of and whether it is the whole: a top list needs the report's own total."""
        listed = sum((level.amount.value for level in members), Decimal(0))
        stated = [self._totals[name].value for name in (about, f"total {about}") if name in self._totals]
        excerpt = _EXCERPT & set(words_of(members[0].spot.group))
        return max([listed, *stated]), bool(stated) or not excerpt

    def _extremes(self, members: Sequence[Level]) -> Iterator[Fact]:
        ranked = sorted(members, key=lambda level: level.amount.value)
        for kind, level in (("highest", ranked[-1]), ("lowest", ranked[0])):
            yield Fact(kind, level.spot, self._level(level, 0).values, 45, numbers={"value": float(level.amount.value)})

    def sums(self) -> Iterator[Fact]:
        """Lists that add up to more than the total the report states."""
        for (_, about), members in self._groups.items():
            listed = sum((level.amount.value for level in members), Decimal(0))
            for name in (f"total {about}", about):
                total = self._totals.get(name)
                if total and _adds_up(about, total.kind) and 0 < total.value * Decimal("1.005") < listed:
                    words = {"value": total.text(self._currency), "computed": self._text(listed, total.kind)}
                    numbers = {"value": float(total.value), "computed": float(listed)}
                    yield Fact("mismatch", Spot(name), words, 94, "", "bad", numbers)
                    break


def _share_reading(level: Level, share: Decimal, n: int) -> str:
    """Return bad for a sum that hangs on one of several entries, or for debt that has grown old."""
    if polarity(level.spot.about) < 0 or "aging" in level.spot.about:
        old = any(int(word) > 60 for word in words_of(level.spot.of) if word.isdigit())
        return "bad" if old and share >= Decimal("0.1") else ""
    return "bad" if n > 2 and share > Decimal("0.5") and level.amount.kind == MONEY else ""


def _adds_up(about: str, kind: str) -> bool:
    return kind in ADDITIVE and not _AVERAGES & set(words_of(about))


def _headline(about: str) -> bool:
    return bool(_HEADLINE & set(words_of(about)))


def _differs(stated: Decimal, computed: Decimal) -> bool:
    return abs(stated - computed) > max(Decimal("0.6"), abs(computed) / 20)


def _reading(about: str, delta: Decimal) -> str:
    sign = polarity(about) * (1 if delta > 0 else -1 if delta < 0 else 0)
    return "good" if sign > 0 else "bad" if sign < 0 else ""
