import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.domain.sms import segments
from gateway.library.problems import Findings, LibraryError
from gateway.library.rule_values import exact, ordered
from gateway.library.rules import Rule, read_rule

ANSWER = {
    "limit": 4000.0,
    "text_limit": "4,000.00",
    "action": "DENY",
    "day": "2026-11-22",
    "rows": [{"id": "a", "price": 3}, {"id": "b", "price": 0.1}],
    "empty": [],
    "none": None,
    "yes": True,
    "sms": "Pay now.",
}
FACTS = {"catalogue": [{"id": "a"}, {"id": "b"}], "total": "3.10", "ids": ["a", "b"]}
REQUEST = {"limit": 5000, "name": "Ama Osei"}


def rule(check: str) -> Rule:
    findings = Findings("v1.yaml", lambda _: 7)
    read = read_rule("r", check, "It must hold.", findings)
    findings.raise_if_any()
    assert read
    return read


@pytest.mark.parametrize(
    ("check", "holds"),
    [
        ("answer.limit <= request.limit", True),
        ("answer.text_limit == answer.limit", True),
        ("answer.text_limit == '4000.00'", True),
        ("answer.text_limit < request.limit", True),
        ("answer.action in ['DENY', 'APPROVE']", True),
        ("answer.action not in ['APPROVE']", True),
        ("answer.action == 'deny'", False),
        ("lower(answer.action) == 'deny'", True),
        ("0.1 + 0.2 == 0.3", True),
        ("sum(x.price for x in answer.rows) == facts.total", True),
        ("sum(answer.empty) == 0", True),
        ("all(x.price > 0 for x in answer.rows)", True),
        ("any(x.price > 5 for x in answer.rows)", False),
        ("all(any(c.id == x.id for c in facts.catalogue) for x in answer.rows)", True),
        ("all(x.id in facts.ids for x in answer.rows if x.price > 1)", True),
        ("len([x for x in answer.rows if x.price > 1]) == 1", True),
        ("max(x.price for x in answer.rows) == 3 and min(1, 2) == 1", True),
        ("implies(answer.action == 'DENY', answer.limit <= 4000)", True),
        ("implies(answer.action == 'APPROVE', answer.missing == 1)", True),
        ("exists(answer.none) and not exists(answer.missing)", True),
        ("answer.none == null and answer.yes == true", True),
        ("1 == true or 'x' == 0", False),
        ("is_date(answer.day) and not is_date('2026-02-30')", True),
        ("weekday(answer.day) == 'Sunday'", True),
        ("answer.day > '2026-01-31'", True),
        ("segments(answer.sms) == 1", True),
        ("round(2.345, 2) == 2.35 and abs(-3) == 3", True),
        ("(1 if answer.yes else 2) == 1", True),
        ("answer.rows[0].price == 3 and answer.rows[-1]['id'] == 'b'", True),
        ("0 < answer.limit < request.limit", True),
        ("number('1,250.50') * 2 == 2501", True),
        ("-answer.limit < 0", True),
    ],
)
def test_a_rule_means_what_it_says(check, holds):
    read = rule(check)
    assert read.holds(ANSWER, FACTS, REQUEST) is holds
    assert (read.explain(ANSWER, FACTS, REQUEST) == "") is holds


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("answer.missing == 1", "`answer.missing` does not exist"),
        ("answer.rows[9].price == 3", "`answer.rows[9].price` does not exist"),
        ("answer.limit[0] == 3", "does not exist"),
        ("answer.action[0] == 'D'", "does not exist"),
        ("answer.action > 3", "a text of 4 characters is not a number"),
        ("answer.yes + 1 == 2", "true is not a number"),
        ("1 / 0 == 1", "division by zero"),
        ("answer.limit", "gives 4000.0, not true or false"),
        ("answer.limit and true", "neither true nor false"),
        ("min(answer.empty) == 1", "empty list"),
        ("all(x > 1 for x in answer.action)", "a loop needs a list"),
        ("weekday(answer.action) == 'Monday'", "needs a date"),
        ("1 in answer.limit", "looks into a list"),
        ("answer.limit > request.limit", "answer.limit is 4000.0; request.limit is 5000"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_fails_and_says_why(check, why):
    read = rule(check)
    assert not read.holds(ANSWER, FACTS, REQUEST)
    assert why in read.explain(ANSWER, FACTS, REQUEST)


def test_an_explanation_never_repeats_a_text_of_the_data():
    said = rule("request.name == answer.action").explain(ANSWER, FACTS, REQUEST)
    assert "Ama" not in said and "DENY" not in said and "a text of 8 characters" in said


@pytest.mark.parametrize(
    "check",
    [
        "__import__('os').system('x')", "(lambda: 1)()", "open('/etc/passwd')", "answer.rows.append(1)", "f'{answer}'",
        "[x for x in answer.rows for y in answer.rows]", "answer := 3", "{'a': 1}", "{x for x in answer.rows}",
        "2 ** 99",
        "5 // 2", "5 % 2", "1 << 9", "~1", "answer.rows[0:1]", "answer[request.name]", "x.y", "print(1)", "len()",
        "len(answer, answer)", "implies(true)", "exists(1)", "all(true)(1)", "max(*answer.rows)", "round(1, ndigits=2)",
        "answer.a is None", "yield 1", "await x", "...", "b'x'", "1j", "answer.limit <=",
        "all(answer for answer in facts.ids)",
        "all(all(all(a == b for a in facts.ids) for b in facts.ids) for c in facts.ids)", "1;2", "",
        "(" * 210 + "1" + ")" * 210,
        "1" + " + 1" * 150, "answer." + "a" * 600, "not " * 120 + "true", "\0", "answer.limit = 3", "assert true",
    ],
)  # fmt: skip
def test_everything_outside_the_language_is_refused_when_loaded(check):
    with pytest.raises(LibraryError) as refusal:
        rule(check).holds(ANSWER, FACTS, REQUEST)
    assert refusal.value.problems[0].line == 7


def test_private_names_are_plain_missing_fields():
    assert not rule("answer.__class__ == 1").holds(ANSWER, FACTS, REQUEST)


def test_a_rule_names_the_fields_it_reads_with_a_star_for_list_entries():
    read = rule("all(x.price > request.limit for x in answer.rows) and facts.ids[0] == 'a'")
    assert read.paths == {
        ("answer", "rows"), ("answer", "rows", "*", "price"), ("request", "limit"), ("facts", "ids", "*"),
    }  # fmt: skip


def test_the_cost_of_a_rule_is_bounded():
    many = {"rows": list(range(5_000)), "ids": list(range(5_000))}
    started = time.process_time()
    assert not rule("all(any(x == y for y in facts.ids) for x in answer.rows)").holds(many, many, {})
    assert not rule("all(x in facts.ids for x in answer.rows)").holds(many, many, {})
    assert time.process_time() - started < 10


def test_a_typical_rule_takes_microseconds():
    read = rule("answer.limit <= request.limit and answer.action in ['DENY', 'APPROVE']")
    started = time.process_time()
    for _ in range(2_000):
        read.holds(ANSWER, FACTS, REQUEST)
    assert (time.process_time() - started) / 2_000 < 60e-6


words = st.sampled_from([
    "answer", ".limit", ".rows", "[0]", " <= ", " and ", " not ", "(", ")", "1", "'a'", " in ", "all", "len",
    " for x in ", "x",
    ".price", " if ", " else ", "[", "]", ",", "+", "/", "request", "true", "**", ":", "\\", "#", "\n", "lambda",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(words, max_size=12).map("".join)))
def test_any_text_is_a_rule_or_is_refused(check):
    try:
        assert rule(check).holds(ANSWER, FACTS, REQUEST) in (True, False)
    except LibraryError as refusal:
        assert refusal.problems[0].fix


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0), ("x" * 160, 1), ("x" * 161, 2), ("x" * 306, 2), ("x" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("GH₵5" + "x" * 66, 1), ("GH₵5" + "x" * 67, 2), ("😀" * 35, 1), ("😀" * 36, 2), ("ɛ" * 134, 2), ("ɛ" * 135, 3),
        ("x" * 152 + "€" + "x" * 10, 2),
    ],
)  # fmt: skip
def test_sms_parts_are_counted_as_the_networks_do(text, parts):
    assert segments(text) == parts


NUMBERS = (
    st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9).map(float)
)


@given(NUMBERS, NUMBERS)
@example(0.1, 0)
@example(2**53, float(2**53))
@example(1e23, 10**23)
@example(5000.000000012348, 5000)
def test_numbers_are_ordered_as_the_decimals_they_are_written_as(left: float, right: float):
    a, b = ordered(left, right)
    assert (a < b, a <= b, a == b) == (
        exact(left) < exact(right),
        exact(left) <= exact(right),
        exact(left) == exact(right),
    )
