"""What a push or an inline table is refused for, and in which words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, Malformed, ValidationFailed
from gateway.store.records_kinds import UNITS, decode_money
from gateway.store.records_parsing import parse_inline, parse_push
from gateway.store.records_schema import SCHEMA
from tests.store.record_rows import customer, invoice, line, ndjson, payment, sale


def faults(table: str, *rows: object) -> dict[str, str]:
    """Return pointer → message of everything wrong in a push."""
    with pytest.raises(ValidationFailed) as refusal:
        parse_push("b1", SCHEMA[table], ndjson(rows))
    return {error.pointer: error.message for error in refusal.value.errors}


def malformed(body: bytes) -> list[str]:
    """Return the messages of everything unreadable in a push."""
    with pytest.raises(Malformed) as refusal:
        parse_push("b1", SCHEMA["customers"], body)
    return [error.message for error in refusal.value.errors]


def test_every_wrong_field_of_every_row_is_named() -> None:
    rows = [
        invoice("i1", due_date="31/10/2026", original_amount="-5"),
        invoice("i2"),
        invoice("i3", reminder_count=1.5),
    ]
    assert list(faults("invoices", *rows)) == [
        "line 1: /due_date",
        "line 1: /original_amount",
        "line 3: /reminder_count",
    ]


def test_at_most_50_faults_are_named() -> None:
    assert len(faults("customers", *[{"id": f"c{n}"} for n in range(200)])) == 50


def test_an_unknown_column_is_named_with_the_likely_one() -> None:
    assert faults("customers", customer(credit_limt="5")) == {
        "line 1: /credit_limt": "is not a column; did you mean credit_limit?"
    }
    assert "use address, business, contact_person" in faults("customers", customer(zzz=1))["line 1: /zzz"]


def test_a_missing_column_is_named_and_null_counts_as_missing() -> None:
    assert faults("customers", {"id": "c1"}, customer(name=None)) == {
        "line 1: /name": "is missing",
        "line 2: /name": "is missing",
    }


def test_lines_of_a_sale_are_checked_in_place() -> None:
    found = faults("sales", sale(items=[line(), line(quantity="2"), line(unit_price="5.00001"), line(cost=1), 7]))
    assert list(found) == [
        "line 1: /items/1/quantity",
        "line 1: /items/2/unit_price",
        "line 1: /items/3/cost",
        "line 1: /items/4",
    ]


def test_an_id_sent_twice_is_refused() -> None:
    found = faults("customers", customer("c1"), customer("c2"), customer("c1"))
    assert list(found) == ["line 3: /id"]
    assert "row 1" in found["line 3: /id"]


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "1e5", "", "12,34.00", "٣", True, [], "-0.01", 10**13, 1e300, "1" * 60, "0.00001", 1e-7],
)
def test_absurd_amounts_are_refused(value: object) -> None:
    assert list(faults("payments", payment(amount=value))) == ["line 1: /amount"]


@pytest.mark.parametrize("value", ["25000.00", "25,000.00", 25000, 25000.0, "25000"])
def test_amounts_are_taken_in_every_usual_form(value: object) -> None:
    (row,) = parse_push("b1", SCHEMA["payments"], ndjson([payment(amount=value)]))
    assert row["amount"] == 250_000_000


@pytest.mark.parametrize(("value", "units"), [("-13.00", -130_000), (-13, -130_000), ("-1,250.50", -12_505_000)])
def test_a_customer_may_have_paid_too_much(value: object, units: int) -> None:
    (row,) = parse_push("b1", SCHEMA["customers"], ndjson([customer(outstanding_balance=value)]))
    assert row["outstanding_balance"] == units and decode_money(units) == Decimal(units) / UNITS
    assert list(faults("customers", customer(credit_limit=value))) == ["line 1: /credit_limit"]


@pytest.mark.parametrize("value", ["2026-02-30", "20261001", "1026-10-01", "2126-10-01", "2026-10-01T00:00:00Z", 5])
def test_impossible_days_are_refused(value: object) -> None:
    assert list(faults("payments", payment(payment_date=value))) == ["line 1: /payment_date"]


@pytest.mark.parametrize("value", ["2026-10-01", "2026-10-01T09:00:00", "2026-10-01T25:00:00Z", "9999-12-31T00:00:00Z"])
def test_instants_need_a_time_and_a_zone(value: object) -> None:
    assert list(faults("sales", sale(created_at=value))) == ["line 1: /created_at"]


@pytest.mark.parametrize("value", ["a\x00", "\ud800", "x" * 1001, 5, ["x"]])
def test_text_that_no_database_can_hold_is_refused(value: object) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        parse_inline("b1", {"customers": [customer(address=value)]})
    assert [error.pointer for error in refusal.value.errors] == ["/records/customers/0/address"]


def test_amounts_of_an_invoice_must_agree() -> None:
    wrong = invoice(amount_paid="10.00", amount_outstanding="10.00")
    assert list(faults("invoices", wrong)) == ["line 1: /amount_outstanding"]
    assert list(faults("invoices", invoice(amount_paid="100.01"))) == ["line 1: /amount_paid"]
    assert list(faults("invoices", invoice(due_date="2026-09-30"))) == ["line 1: /due_date"]


def test_what_an_invoice_leaves_out_follows_from_the_rest() -> None:
    rows = [invoice("i1"), invoice("i2", amount_paid="30.00"), invoice("i3", amount_outstanding="0")]
    found = parse_push("b1", SCHEMA["invoices"], ndjson(rows))
    assert [(row["amount_paid"], row["amount_outstanding"], row["status"]) for row in found] == [
        (0, 1_000_000, "PENDING"),
        (300_000, 700_000, "PARTIAL"),
        (1_000_000, 0, "PAID"),
    ]


def test_a_word_that_decides_what_a_row_counts_for_must_be_known() -> None:
    assert "CANCELLED" in faults("sales", sale(status="Canceled"))["line 1: /status"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "is not JSON"),
        (b'{"id": NaN}', "holds NaN"),
        (b'{"id": -Infinity}', "holds -Infinity"),
        (b'{"id": "1", "id": "2"}', "the same key twice"),
        (b'{"id": "\xff"}', "is not valid UTF-8"),
        (b'{"id": "\x00"}', "is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[[[[[[[[[[]]]]]]]]]]", "nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"{} {}", "is not JSON"),
    ],
)
def test_a_line_that_is_not_strict_json_is_malformed(text: bytes, message: str) -> None:
    (found,) = malformed(ndjson([customer()]) + text)
    assert message in found


def test_blank_lines_a_byte_order_mark_and_carriage_returns_are_no_rows() -> None:
    body = b"\xef\xbb\xbf\r\n" + ndjson([customer()]).replace(b"\n", b"\r\n") + b"  \n"
    assert len(parse_push("b1", SCHEMA["customers"], body)) == 1


def test_a_row_must_be_an_object() -> None:
    assert list(faults("customers", [customer()], 5, customer())) == ["line 1", "line 2"]


def test_inline_faults_carry_json_pointers() -> None:
    records = {"invoices": [invoice("i1"), invoice("i2", due_date=None)], "customers": [customer(business="b2")]}
    with pytest.raises(ValidationFailed) as refusal:
        parse_inline("b1", records)
    assert [error.pointer for error in refusal.value.errors] == [
        "/records/invoices/1/due_date",
        "/records/customers/0/business",
    ]


def test_inline_tables_must_be_known_lists_of_bounded_length() -> None:
    for records in ([], {"invoce": []}, {"invoices": {}}, {"payments": [{}] * 20_001}):
        with pytest.raises(ValidationFailed) as refusal:
            parse_inline("b1", records)
        assert len(refusal.value.errors) == 1


def test_a_refusal_never_repeats_a_value() -> None:
    with pytest.raises(ValidationFailed) as refusal:
        parse_inline("b1", {"customers": [customer(phone=["0244555666"], credit_limit="0244555666x", business="0244")]})
    assert "0244" not in str(refusal.value) + str(refusal.value.errors)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        rows = parse_push("b1", SCHEMA["customers"], body)
    except GatewayError:
        return
    assert rows == []
