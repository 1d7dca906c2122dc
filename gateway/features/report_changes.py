"""Facts about figures that changed: now and before, what moved a list most, changes the report states, and effects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from gateway.features.report_book import TOP, Book, Fact, adds_up, headline, reading_of
from gateway.features.report_figures import MONEY, PERCENT, Amount, words_of
from gateway.features.report_mix import effects_by_name, split_effects
from gateway.features.report_spots import Change, Spot, Stated
from gateway.features.wording import number, percent

_TAKEN_OFF = frozenset(
    ("return", "returns", "returned", "refund", "refunds", "refunded", "discount", "discounts", "expense", "expenses",
     "cost", "costs", "loss", "losses", "shrinkage", "writeoffs", "voids")
)  # fmt: skip


def change_facts(book: Book) -> Iterator[Fact]:
    """Every total that changed, then the entries that moved a list's sum most."""
    for change in book.found.changes:
        if not change.spot.group:
            yield word_change(book, change, 80 + 10 * headline(change.spot.about) - 10 * (change.delta == 0))
    for (_, about), members in book.change_groups.items():
        yield from _group_changes(book, about, members)


def _group_changes(book: Book, about: str, members: Sequence[Change]) -> Iterator[Fact]:
    moved = sum((c.delta for c in members), Decimal(0))
    kind = members[0].now.kind
    additive = len(members) > 1 and adds_up(about, kind)
    now = sum((c.now.value for c in members), Decimal(0))
    if additive:
        yield from _sum_changed(book, about, Amount(now, kind), Amount(now - moved, kind))
    for change in sorted(members, key=lambda c: -abs(c.delta))[:TOP]:
        part = change.delta / moved if additive and moved else None
        share = change.now.value / now if additive and now > 0 <= change.now.value else None
        weight = 45 + 15 * min(1.0, abs(float(part or 0))) + 10 * headline(about) + 5 * (kind == MONEY)
        yield word_change(book, change, weight, {"contribution": part, "share": share})


def _sum_changed(book: Book, about: str, now: Amount, before: Amount) -> Iterator[Fact]:
    """The change of a list's sum, unless the report gives that change itself."""
    given = [c for c in book.found.changes if not c.spot.of]
    if any(c.spot.about in (about, f"total {about}") for c in given):
        return
    if any((c.now.value, c.before.value) == (now.value, before.value) for c in given):
        return
    name = about if about.startswith("total") else f"total {about}"
    yield word_change(book, Change(Spot(name), now, before), 64 + 20 * headline(about))


def word_change(book: Book, change: Change, weight: float, shares: Mapping[str, Decimal | None] | None = None) -> Fact:
    """Word one change; percentages change by points, and from nothing there is no percentage.

    What is taken off, such as returns, is told by its size where a report writes it below nothing.
    """
    if change.before.value < 0 and change.now.value <= 0 and _TAKEN_OFF & set(words_of(change.spot.about)):
        change = replace(change, now=change.now.size, before=change.before.size)
    kind, delta = change.now.kind, change.delta
    values = {"value": change.now.text(book.currency), "before": change.before.text(book.currency)}
    if kind == PERCENT:
        values["change"] = f"{number(delta, 1)} points"
    elif change.share is not None:
        values["change"] = percent(change.share)
    elif delta:
        values["difference"] = book.text(delta, kind)
    for name, share in (shares or {}).items():
        if share is not None and delta:
            values[name] = percent(share)
    up = "up" if delta > 0 else "down" if delta < 0 else "unchanged"
    return Fact("change", change.spot, values, weight, up, reading_of(change.spot.about, delta))


def stated_facts(book: Book) -> Iterator[Fact]:
    """Changes the report states itself; one that its own figures contradict becomes a warning."""
    for stated in book.found.stated:
        change = book.changed.get((stated.spot.about, stated.spot.of))
        if change is None:
            yield _stated(book, stated)
        elif change.share is not None and _differs(stated.percent, change.share * 100):
            values = {"value": f"{number(stated.percent, 1)}%", "computed": percent(change.share)}
            yield Fact("mismatch", stated.spot, values, 95, "", "bad")


def _stated(book: Book, stated: Stated) -> Fact:
    values = {"change": f"{number(stated.percent, 1)}%"}
    if stated.level:
        values = {"value": stated.level.text(book.currency), **values}
    up = "up" if stated.percent > 0 else "down" if stated.percent < 0 else "unchanged"
    size = min(15.0, abs(float(stated.percent)) / 4)
    weight = (55 if stated.spot.of else 76) + size + 5 * headline(stated.spot.about)
    return Fact("stated_change", stated.spot, values, weight, up, reading_of(stated.spot.about, stated.percent))


def _differs(stated: Decimal, computed: Decimal) -> bool:
    return abs(stated - computed) > max(Decimal("0.6"), abs(computed) / 20)


def effect_facts(book: Book) -> Iterator[Fact]:
    """What moved a list's profit or revenue: quantity, mix, or price and cost per unit."""
    groups: dict[str, list[Change]] = {}
    for change in book.found.changes:
        if change.spot.group:
            groups.setdefault(change.spot.group, []).append(change)
    for group, members in groups.items():
        effects = split_effects(members)
        if effects is None or not effects.total:
            continue
        for cause, amount in effects_by_name(effects).items():
            words = {"value": book.text(amount, MONEY), "cause": cause}
            up = "up" if amount > 0 else "down" if amount < 0 else "unchanged"
            spot = Spot(effects.about, group=group)
            yield Fact("effect", spot, words, 58, up, reading_of("profit", amount))
