"""What is shown while an answer streams: whole grounded sentences, with their layout."""

from datetime import date

import pytest

from gateway.domain.evidence import Evidence
from gateway.grounding.facts import FactIndex
from gateway.grounding.stream import StreamGrounder, clean

INDEX = FactIndex(Evidence(facts={"amount": "5200.00", "days": 8}, computed={}, as_of=date(2026, 11, 20)))


def test_a_sentence_is_shown_as_soon_as_the_next_one_begins():
    grounder = StreamGrounder(INDEX)
    assert [grounder.feed(piece) for piece in ("Pay GHS 5,", "200. ", "T", "hanks")] == ["", "", "Pay GHS 5,200.", ""]
    assert grounder.close() == " Thanks"


def test_an_ungrounded_sentence_is_never_shown_not_even_in_part():
    grounder = StreamGrounder(INDEX)
    shown = "".join(grounder.feed(c) for c in "Pay GHS 5,200. You owe GHS 9,999 more. Thanks.")
    assert shown + grounder.close() == "Pay GHS 5,200. Thanks."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Owes GHS 99. Call now.", "Call now."),
        ("Dear all,\n\nOwes GHS 99. Call now.\nBye.", "Dear all,\n\nCall now.\nBye."),
        ("We offer:\n• GHS 5,200 now\n• GHS 99 later\n• Thanks", "We offer:\n• GHS 5,200 now\n• Thanks"),
        ("Hello.\n\nOwes GHS 99.\n\nBye.\n", "Hello.\n\nBye.\n"),
        ("Hello.\nOwes GHS 99.\n\nBye.", "Hello.\n\nBye."),
        ("Fine. Owes GHS 99.\n", "Fine."),
        ("Owes GHS 99.", ""),
        ("1. Call them.\n2. Ask for GHS 99.\n3. Wait 8 days.", "1. Call them.\n3. Wait 8 days."),
    ],
)
def test_layout_stays_whole_where_a_sentence_falls(text, shown):
    assert clean(text, INDEX).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Mensah of Asante Ltd. paid GHS 99.",
        "The value, approx. 99, is wrong.",
        "Use e.g. 99 bags.",
        "It rose 3.5 points, see No. 99 below.",
        "Due on Nov. 99 or later.",
    ],
)
def test_an_abbreviation_or_decimal_point_does_not_end_a_sentence(text):
    assert clean(text, INDEX).text == ""


def test_findings_say_where_in_the_whole_text_they_are():
    text = "Fine.\n\n• Owes GHS 99 now."
    (finding,) = clean(text, INDEX).findings
    assert text[finding.start : finding.end] == finding.text == "GHS 99"
