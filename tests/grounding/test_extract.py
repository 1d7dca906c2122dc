"""What the extractor reads in a sentence."""

import pytest

from gateway.grounding.extract import lower, read


def forms(text):
    return [(f.form.value, text[f.start : f.end], f.value) for f in read(text, lower(text)).figures]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GHS 5,200.00", [("amount", "GHS 5,200.00", 5200)]),
        ("GH₵5.2k", [("amount", "GH₵5.2k", 5200)]),
        ("1.5 million cedis", [("amount", "1.5 million cedis", 1_500_000)]),
        ("50 pesewas", [("amount", "50 pesewas", 0.5)]),
        ("5 thousand customers", [("count", "5 thousand", 5000)]),
        ("-1.4 %", [("percentage", "-1.4 %", 1.4)]),
        ("eight per cent", [("percentage", "eight per cent", 8)]),
        ("8 percentage points", [("percentage", "8 percentage points", 8)]),
        ("2.5× the average", [("multiple", "2.5×", 2.5)]),
        ("3 times higher", [("multiple", "3 times", 3)]),
        ("called 3 times", [("count", "3 times", 3)]),
        ("doubled", [("multiple", "doubled", 2)]),
        ("two thirds of it", [("fraction", "two thirds", 200 / 3)]),
        ("six in ten", [("fraction", "six in ten", 60)]),
        ("twenty-five open invoices", [("count", "twenty-five", 25)]),
        ("a dozen eggs", [("count", "dozen", 12)]),
        ("7-10 days", [("duration", "7", 7), ("duration", "10 days", 10)]),
        ("a 6-month record", [("duration", "6-month", 6)]),
        ("half a year", [("duration", "half a year", 6)]),
        ("48 hours", [("duration", "48 hours", 2)]),
        ("9-11am", [("time", "9", 540), ("time", "11am", 660)]),
        ("42 days against 35", [("duration", "42 days", 42), ("duration", "35", 35)]),
        ("GHS 2,000-3,000", [("amount", "GHS 2,000", 2000), ("amount", "3,000", 3000)]),
        ("between 2 and 3 million cedis", [("amount", "2", 2e6), ("amount", "3 million cedis", 3e6)]),
        ("15→30→45 days", [("duration", "15", 15), ("duration", "30", 30), ("duration", "45 days", 45)]),
        ('a 55" 4K screen', [("specification", '55"', 55), ("specification", "4K", 4000)]),
        ('a 55" screen and a 32" one', [("specification", '55"', 55), ("specification", '32"', 32)]),
        ('it says "pay 32"', [("number", "32", 32)]),
        ("Samsung A15, 5kg", [("specification", "A15", 0), ("specification", "5kg", 5)]),
        ("INV-2024-1234", [("specification", "INV-2024-1234", 0)]),
        ("call 0244 123 456", [("id", "0244 123 456", 0)]),
        ("٥٠٠ customers", [("count", "٥٠٠", 500)]),
        ("as of 2026", [("year", "2026", 2026)]),
    ],
)
def test_a_figure_is_read_with_its_form_and_value(text, expected):
    assert forms(text) == [(form, shown, pytest.approx(value)) for form, shown, value in expected]


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-08",
        "8 November 2025",
        "Nov 8th, 2025",
        "08/11/2025",
        "8th of November, 2025",
        "November 8 2025",
        "8 NOV 2025",
    ],
)
def test_a_date_is_read_in_every_common_form(text):
    (figure,) = read(text, lower(text)).figures
    assert (figure.year, figure.month, figure.day) == (2025, 11, 8)


@pytest.mark.parametrize(
    "text",
    [
        "1. Call the customer",
        "Step 2: write",
        "the first reminder",
        "the 2nd invoice",
        "one of them",
        "no one else",
        "open 24/7",
        "<PERSON_1> and <BUSINESS_12>",
        "double-check it",
        "the second half",
        "They may pay",
        "a quarter ago",
    ],
)
def test_numbering_ordinals_pronouns_and_placeholders_are_no_figures(text):
    assert forms(text) == []


@pytest.mark.parametrize(
    ("text", "approx"),
    [
        ("about 13", 1),
        ("~13", 1),
        ("more than 13", 2),
        ("12+ months", 2),
        ("almost 13", 3),
        ("up to 13", 3),
        ("adds up to 13", 0),
        ("13", 0),
    ],
)
def test_the_rounding_word_is_read(text, approx):
    assert read(text, lower(text)).figures[0].approx == approx
