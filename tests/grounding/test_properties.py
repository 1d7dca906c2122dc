"""What holds for any text and any figures, and not only for the examples."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.domain.evidence import Evidence
from gateway.grounding.facts import FactIndex
from gateway.grounding.ground import ground
from gateway.grounding.stream import StreamGrounder, clean, ungrounded
from tests.grounding.corpus_records import CASES

calm = settings(deadline=None, max_examples=80)
"""The machine may be busy, so no example has a deadline."""
DAY = date(2026, 11, 20)
amounts = st.integers(100, 99_999_999).map(lambda pesewas: pesewas / 100)
AMOUNT_FORMS = ["GHS {:,.2f}", "GH₵{:,.2f}", "{:,.2f} cedis", "GHS {:.2f}", "{:,.2f} GHS", "₵ {:,.2f}"]
PERCENT_FORMS = ["{:.1f}%", "{:.1f} %", "{:.1f} per cent", "{:.1f} percent"]
DATE_FORMS = ["%Y-%m-%d", "%-d %B %Y", "%B %-d, %Y", "%d/%m/%Y", "%A, %-d %B %Y", "%b %-d", "%a %-d %b %Y"]
COUNT_FORMS = ["{} customers", "all {} customers", "{} open accounts"]


def evidence(facts, derived=None):
    return Evidence(facts=facts, computed={}, as_of=DAY, derived=derived or {})


@calm
@given(amounts, st.floats(-99, 99), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(2, 9_999), st.data())
def test_text_made_of_evidence_figures_survives_in_any_format(amount, percent, day, count, data):
    facts = {
        "balance": f"{amount:.2f}",
        "share_percent": round(percent, 1),
        "due_date": day.isoformat(),
        "customers": count,
    }
    shown = [
        data.draw(st.sampled_from(AMOUNT_FORMS)).format(amount),
        data.draw(st.sampled_from(PERCENT_FORMS)).format(abs(round(percent, 1))),
        day.strftime(data.draw(st.sampled_from(DATE_FORMS))),
        data.draw(st.sampled_from(COUNT_FORMS)).format(count),
    ]
    text = "The balance is {}. The share is {} of it. It falls due on {}. It concerns {}.".format(*shown)
    assert clean(text, FactIndex(evidence(facts))).text == text


@calm
@given(amounts, amounts, st.sampled_from(AMOUNT_FORMS))
def test_an_amount_the_evidence_does_not_hold_is_always_caught(true, said, form):
    assume(abs(said - true) > 0.006 * true and round(said, 2) != round(true, 2))
    assert ungrounded(f"The balance is {form.format(said)}.", evidence({"balance": f"{true:.2f}"}))


@calm
@given(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from(PERCENT_FORMS))
def test_a_percentage_the_evidence_does_not_hold_is_always_caught(true, said, form):
    assume(abs(true - said) > 6 and abs(100 * true - said) > 6)  # a share of 0.6 may be 60 %
    assert ungrounded(
        f"The share is {form.format(said / 10)}.",
        evidence({"share_percent": true / 10, "days": 8, "amount": said / 10}),
    )


@calm
@given(st.integers(2, 5000), st.integers(2, 5000))
def test_a_count_the_evidence_does_not_hold_is_always_caught(true, said):
    assume(true != said and said != 20)
    assert ungrounded(f"It concerns {said} invoices.", evidence({"invoices": true, "customers": said}))


@calm
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 27), st.sampled_from(DATE_FORMS))
def test_a_date_the_evidence_does_not_hold_is_always_caught(day, shift, form):
    said = day + timedelta(days=shift)
    assume(said != DAY and (said.month, said.day) != (DAY.month, DAY.day))
    assert ungrounded(f"It falls due on {said.strftime(form)}.", evidence({"due_date": day.isoformat()}))


@calm
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 6))
def test_a_wrong_weekday_beside_a_true_date_is_always_put_right(day, shift):
    wrong = (day + timedelta(days=shift)).strftime("%A")
    index = FactIndex(evidence({"due_date": day.isoformat()}))
    assert (
        clean(f"It falls due on {wrong}, {day:%d %B %Y}.", index).text == f"It falls due on {day:%A}, {day:%d %B %Y}."
    )


@calm
@given(st.text(max_size=300))
def test_no_text_makes_grounding_raise(text):
    index = FactIndex(evidence({"amount": "12.50", "note": text}), request_text=text)
    clean(text, index)
    clean("In total 3 of 4, or 75%: " + text, index)


SNIPPETS = """GHS |5,200|8|%| |. |•|Nov |8th|<PERSON_1>|twenty| five|x|-|→|=|+|[|}}|1. |Mr. |“|Friday|2026|-11-20| to
|half |rose |fell |:|…|!|e.g. |Ltd. |3.5|"|(|)|a) |...|. Then |, and """
NOISE = st.lists(st.sampled_from(SNIPPETS.replace("\n", "|\n|").split("|")), max_size=40).map("".join)


@calm
@given(NOISE)
def test_figures_glued_together_in_any_way_never_raise(text):
    clean(text, FactIndex(evidence({"amount": "5200.00", "days": 8, "rate": "8%", "due": "2026-11-20"})))


@calm
@given(
    st.one_of(NOISE, st.sampled_from(["\n".join(c.honest[:12] + c.dishonest[:12]) for c in CASES.values()])),
    st.lists(st.integers(1, 40), max_size=80),
)
def test_a_stream_gives_the_same_text_and_findings_for_any_chunking(text, sizes):
    index = FactIndex(CASES["collection"].evidence)
    whole, pieces = StreamGrounder(index), StreamGrounder(index)
    expected = whole.feed(text) + whole.close()
    shown, at = "", 0
    for size in [*sizes, len(text) + 1]:
        shown += pieces.feed(text[at : at + size])
        at += size
    assert (shown + pieces.close(), pieces.findings, pieces.dropped) == (expected, whole.findings, whole.dropped)


@calm
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_json_can_be_facts_and_answer(value):
    result = ground({"words": value}, evidence({"any": value}), rules_answer=lambda: {"words": "Rules."})
    assert set(result.answer) <= {"words"}


HOSTILE = "9|8% |GHS |a-|<a |....|1,|5 to |[x |rose 8% |GHS 5,200 and |five |_1|@a.|nov |from 8 to 9 |a.|{{|1/1/|= 8 + "


@pytest.mark.parametrize("unit", HOSTILE.split("|"))
def test_time_grows_with_the_length_of_the_text_and_no_faster(unit):
    index = FactIndex(evidence({"amount": "5200.00", "days": 8, "change_pct": -8}))

    def seconds(length):
        start = time.process_time()
        clean(unit * (length // len(unit)), index)
        return time.process_time() - start

    # Six times as long; what grew with the square would take thirty-six times as long.
    assert min(seconds(24_000) for _ in range(3)) < 18 * max(seconds(4_000) for _ in range(3)) + 0.2


def test_a_huge_run_of_digits_is_an_unknown_id():
    assert [f.kind for f in ungrounded("9" * 1_000, evidence({"amount": 1}))] == ["id"]
