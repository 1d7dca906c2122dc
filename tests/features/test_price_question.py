from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.features.number_words import with_digits
from gateway.features.price_question import parse_price_question

LIMITS = [
    ("Customer asking about TV options under GHS 3000", None, "3000"),
    ("anything below 3k?", None, "3000"),
    ("up to 1.5k", None, "1500"),
    ("between 500 and 1,000", "500", "1000"),
    ("500-1000 cedis phones", "500", "1000"),
    ("2-3k TV", "2000", "3000"),
    ("TV 3000-4000", "3000", "4000"),
    ("something between two hundred and five hundred", "200", "500"),
    ("between one hundred and fifty and two hundred cedis", "150", "200"),
    ("min 100 max 400", "100", "400"),
    ("GHC3k tv max", None, "3000"),
    ("1k5 max tv", None, "1500"),
    ("more than GHS 1,000 but less than GHS 2,000", "1000", "2000"),
    ("from 200 to 400", "200", "400"),
    ("between 900 and 300", "300", "900"),
    ("fans not more than 200 cedis", None, "200"),
    ("she doesn't want to pay more than 350", None, "350"),
    ("not less than 50 cedis", "50", None),
    ("not more than 500 and above 300", "300", "500"),
    ("a kettle around 150", "120", "180"),
    ("TV for GHS 3,000.00", None, "3000"),
    ("under 3 000", None, "3000"),
    ("GH₵200 or less", None, "200"),
    ("₵50 and above", "50", None),
    ("3000 cedi budget", None, "3000"),
    ("max. 3000", None, "3000"),
    ("three thousand five hundred cedis max", None, "3500"),
    ("call 0244123456 about fans under 50", None, "50"),
    ("under 100, or rather below 80", None, "80"),
]
NO_LIMIT = [
    "is the TV 3000?", 'Samsung 55" TV', "5kg rice", "under 20 pieces", "for 20 people", "over 30 customers asked",
    "10% discount on the TV", "4-way extension board", "call 0244123456",
    "model 2025-2026", "cement 500-1000 bags", "receipts 100-200 of today",
]  # fmt: skip


@pytest.mark.parametrize(("text", "low", "high"), LIMITS)
def test_a_limit_is_read_however_it_is_worded(text: str, low: str | None, high: str | None) -> None:
    found = parse_price_question(text)
    assert found.minimum == (low and Decimal(low))
    assert found.maximum == (high and Decimal(high))


@pytest.mark.parametrize("text", NO_LIMIT)
def test_sizes_counts_and_phone_numbers_are_no_limits(text: str) -> None:
    assert not parse_price_question(text).has_limit


def test_an_amount_in_another_currency_sets_no_limit_and_is_noticed() -> None:
    found = parse_price_question("a TV under $300")
    assert found.foreign
    assert not found.has_limit


def test_the_currency_of_the_business_is_understood() -> None:
    assert parse_price_question("a TV under KES 300", "KES").maximum == 300
    for text in ("lace under 5000 naira", "lace under ₦5000", "lace under NGN 5,000"):
        found = parse_price_question(text, "NGN")
        assert (found.maximum, found.foreign) == (5000, False)


@pytest.mark.parametrize(
    ("text", "total"),
    [("budget of 5000 for 20 bags of rice", True), ("20 bags of rice under 600 each", False), ("under 600", False)],
)
def test_a_budget_covers_everything_and_a_price_one_piece(text: str, total: bool) -> None:
    assert parse_price_question(text).total is total


@pytest.mark.parametrize(
    ("text", "order"),
    [("cheapest rice", "cheapest first"), ("most expensive TV", "dearest first"), ("rice", "best match")],
)
def test_the_wished_order_is_read(text: str, order: str) -> None:
    assert parse_price_question(text).order == order


def test_the_price_phrase_is_taken_out_so_that_it_is_not_searched_as_a_product() -> None:
    assert "3000" not in parse_price_question("TV under GHS 3000").rest


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("twenty-five bags", "25 bags"),
        ("a hundred and five", "105"),
        ("two thousand", "2000"),
        ("ten and twenty", "10 and 20"),
        ("between two hundred and one thousand", "between 200 and 1000"),
        ("one thousand and fifty", "1050"),
        ("the cheap one", "the cheap one"),
    ],
)
def test_number_words_become_digits(words: str, digits: str) -> None:
    assert with_digits(words) == digits


@given(st.integers(1, 9_999_999), st.sampled_from(["under GHS {}", "below {} cedis", "at most {}", "{} or less"]))
def test_any_amount_is_read_with_or_without_separators(pesewas: int, phrase: str) -> None:
    amount = Decimal(pesewas) / 100
    for shown in (f"{amount:,.2f}", f"{amount:.2f}"):
        assert parse_price_question(phrase.format(shown)).maximum == amount


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error_and_limits_are_positive_numbers(text: str) -> None:
    found = parse_price_question(text)
    assert all(limit is None or limit >= 0 for limit in (found.minimum, found.maximum))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("tv a ne boɔ nnboro sidi mpem mmiensa", None, 3000),
        ("kettle a nnboro sidi ahanu", None, 200),
        ("rice no pass two hundred cedis", None, 200),
        ("télé moins de trois mille cedis", None, 3000),
        ("fan entre deux cents et cinq cents cedis", 200, 500),
        ("plus de mille cedis", 1000, None),
        ("jusqu'à cinquante cedis", None, 50),
    ],
)
def test_number_words_of_the_street_set_limits_too(text: str, low: int | None, high: int | None) -> None:
    found = parse_price_question(text)
    assert (found.minimum, found.maximum) == (low, high)


@pytest.mark.parametrize("text", ["six bags of rice", "sales of sept", "a phone for nana", "du riz"])
def test_words_that_mean_something_else_set_none(text: str) -> None:
    assert not parse_price_question(text).has_limit
