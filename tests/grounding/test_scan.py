"""Texts without letters beside a to z are read by cheaper expressions; what is found is the same."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.grounding import scan
from gateway.grounding.extract import lower
from gateway.grounding.lexicon import LEXICON, MEASURES, MONTHS

calm = settings(deadline=None, max_examples=300)
PIECES = [
    *LEXICON, *MONTHS, *MEASURES, "ghs", "gh₵",
    "₵", "-", "–", " ", "  ", "\n", "\x1c", "\u00a0", "_", "/", "#", "’", "'", ".",
    ",", ":", "(", ")", "%", "<person_1>", "<", ">", "[x]", "{", "1", "12", "2026-11-20", "5,200.00",
    "10:30 am", "th", "k",
    "x7", "0244123456", "24/7", "é", "½", "٣", "ß", "@", "shop", "iphone-15", "sku_9", "q3",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30)


@calm
@given(TEXTS)
def test_words_are_those_of_the_general_expression(text: str):
    low = lower(text)
    assert scan.words_in(low) == scan.WORD.findall(low)
    assert scan.places_of_words(low) == [(m.start(), m[0]) for m in scan.WORD.finditer(low)]
    assert scan.glance(low) == (bool(re.search(r"[\d½¼¾⅓⅔\[{<]", low)), scan.WORD.findall(low))
    assert scan.count_figures(low) == len(re.findall(r"\d[\d,.]*", low))


@calm
@given(TEXTS)
@example("by 5 sepember 2026")
@example("worldjanuary,1")
@example("Nov 8-10, then 3may, 5kmay7 and GH₵ 12.50")
def test_the_scanner_takes_the_same_pieces_from_every_place_that_splits_no_word(text: str):
    low = lower(text)
    pattern, until, _ = scan.scanner(low)
    for at in range(len(low)):
        if low[at - 1 : at].isalpha() and low[at].isalpha():
            continue  # a scan goes on where a piece ended: "worldjanuary" is never read from its "january" on
        general = scan.SCAN.match(low, at)
        found = general.groupdict() if general and general.lastgroup else {}
        if at >= until:
            assert not found
            continue
        chosen = pattern.match(low, at)
        taken = chosen.groupdict() if chosen and chosen.lastgroup else {}
        assert {k: v for k, v in taken.items() if v} == {k: v for k, v in found.items() if v}


@calm
@given(TEXTS, st.integers(0, 40))
def test_what_stands_after_a_number_is_the_same(text: str, end: int):
    low = lower(text)
    general = scan.UNIT.match(low, min(end, len(low)))
    assert general is not None
    assert scan.unit_at(low, min(end, len(low))).groupdict() == general.groupdict()


def test_every_month_of_the_scanner_is_known_as_a_word():
    names = {word for word in re.findall("[a-z]+", " ".join(MONTHS)) if re.fullmatch(scan._MONTH, word)}
    assert names <= scan.MONTH_WORDS
    assert all(re.fullmatch(scan._MONTH, word) for word in scan.MONTH_WORDS)


@calm
@given(st.from_regex(scan._MONTH, fullmatch=True))
def test_no_other_word_is_a_month(name: str):
    assert name.rstrip(".") in scan.MONTH_WORDS


def test_no_character_of_simple_texts_beside_ascii_is_part_of_a_word():
    assert not [c for c in scan._SIMPLE if not c.isascii() and re.match(r"\w", c)]
