"""Facts about figures without a past: shares of a sum, extremes, parts, and sums that do not add up."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from gateway.features.report_book import TOP, Book, Fact, adds_up, headline
from gateway.features.report_figures import MONEY, is_weekday, polarity, words_of
from gateway.features.report_spots import Level, Spot
from gateway.features.wording import percent

MOST_LISTED = 3
_OWED_IN_ALL = frozenset(("outstanding", "receivables", "balance"))
_LOST = frozenset(("overdue", "shrinkage", "theft", "stolen", "damage", "damaged", "expired"))
_EMPTY = re.compile(r"\b(?:low|out of) stock\b|\bstock ?outs?\b|\bbelow reorder\b")
_AGES = frozenset(("aging", "ageing", "aged", "age", "ages"))
_NOT_DUE = re.compile(r"current|(?:not(?: yet)?|before) due|within terms", re.IGNORECASE)
_EXCERPT = frozenset(("listed", "top", "best", "bottom", "worst", "slow", "recent", "latest", "leading"))


def level_facts(book: Book) -> Iterator[Fact]:
    """Figures without a past: shares of a list's sum, its extremes, and totals on their own."""
    for (group, about), members in book.groups.items():
        if (group, about) in book.change_groups:
            continue
        if "listed" in words_of(group):  # a page of a longer list: neither a whole nor its extremes
            ranked = sorted(members, key=lambda level: -level.amount.value)
            yield from (word_level(book, level, 33 - at) for at, level in enumerate(ranked[:MOST_LISTED]))
        elif len(members) > 1:
            adds = adds_up(about, members[0].amount.kind)
            yield from _shares(book, about, members) if adds else _extremes(book, members)
        elif (about, members[0].spot.of) not in book.changed:
            yield word_level(book, members[0], 30)
    for level in book.found.levels:
        if not level.spot.group and (level.spot.about, level.spot.of) not in book.changed:
            yield word_level(book, level, 40 + 15 * headline(level.spot.about) - 20 * (level.amount.value == 0))
    yield from _overdue_parts(book)


def word_level(book: Book, level: Level, weight: float) -> Fact:
    """Return a figure on its own as a fact; what is overdue, lost or out of stock is bad in itself."""
    words = {"value": level.amount.text(book.currency)}
    lost = _LOST & set(words_of(level.spot.about)) or _EMPTY.search(level.spot.about)
    bad = lost and level.amount.value > 0
    return Fact("level", level.spot, words, weight + 6 * bool(bad), "", "bad" if bad else "")


def _overdue_parts(book: Book) -> Iterator[Fact]:
    """How much of what is outstanding is overdue."""
    for about, amount in book.totals.items():
        if "overdue" not in words_of(about) or amount.kind != MONEY:
            continue
        for whole, total in book.totals.items():
            if set(words_of(whole)) & _OWED_IN_ALL and total.kind == MONEY and total.value >= amount.value > 0:
                share = amount.value / total.value
                words = {"value": amount.text(book.currency), "share": percent(share), "whole": whole}
                yield Fact("part", Spot(about), words, 71, "", "bad")
                break


def _shares(book: Book, about: str, members: Sequence[Level]) -> Iterator[Fact]:
    total, whole = _total_of(book, about, members)
    if total <= 0 or not whole or any(level.amount.value < 0 for level in members):
        yield from _extremes(book, members)
        return
    ranked = sorted(members, key=lambda m: -m.amount.value)
    for level in ranked[:TOP]:
        share = level.amount.value / total
        words = {"value": level.amount.text(book.currency), "share": percent(share)}
        weight = 38 + 22 * float(share) + 5 * headline(about)
        yield Fact("share", level.spot, words, weight, "", _share_reading(level, share, len(members)))
    if len(ranked) == 2 and 0 < ranked[1].amount.value * 10 >= ranked[0].amount.value:
        yield _lead(book, *ranked)


def _lead(book: Book, first: Level, second: Level) -> Fact:
    more = first.amount.value / second.amount.value - 1
    words = {"value": first.amount.text(book.currency), "change": percent(more), "over": second.spot.of}
    return Fact("lead", first.spot, words, 48, "up")


def _total_of(book: Book, about: str, members: Sequence[Level]) -> tuple[Decimal, bool]:
    """Return what shares are taken of and whether it is the whole: a top list needs the report's own total."""
    listed = sum((level.amount.value for level in members), Decimal(0))
    stated = [book.totals[name].value for name in (about, f"total {about}") if name in book.totals]
    excerpt = _EXCERPT & set(words_of(members[0].spot.group))
    return max([listed, *stated]), bool(stated) or not excerpt


def _extremes(book: Book, members: Sequence[Level]) -> Iterator[Fact]:
    ranked = sorted(members, key=lambda level: level.amount.value)
    for kind, level in (("highest", ranked[-1]), ("lowest", ranked[0])):
        yield Fact(kind, level.spot, word_level(book, level, 0).values, 45)


def sum_facts(book: Book) -> Iterator[Fact]:
    """Lists that add up to more than the total the report states."""
    for (_, about), members in book.groups.items():
        listed = sum((level.amount.value for level in members), Decimal(0))
        for name in (f"total {about}", about):
            total = book.totals.get(name)
            if total and adds_up(about, total.kind) and 0 < total.value * Decimal("1.005") < listed:
                words = {"value": total.text(book.currency), "computed": book.text(listed, total.kind)}
                yield Fact("mismatch", Spot(name), words, 94, "", "bad")
                break


def _share_reading(level: Level, share: Decimal, n: int) -> str:
    """Return bad for a sum that hangs on one of several entries, or for debt that has grown old."""
    if level.spot.of.startswith("the hour from") or is_weekday(level.spot.of):
        return ""
    if polarity(level.spot.about) < 0 or _is_by_age(level):
        old = any(int(word) > 60 for word in words_of(level.spot.of) if word.isdigit())
        return "bad" if old and share >= Decimal("0.1") else ""
    return "bad" if n > 2 and share > Decimal("0.5") and level.amount.kind == MONEY else ""


def _is_by_age(level: Level) -> bool:
    """Tell whether a figure is what is owed for so long: by its list's name, or by its own (`Not yet due`)."""
    return bool(_AGES & set(words_of(level.spot.about))) or _NOT_DUE.fullmatch(level.spot.of.strip()) is not None
