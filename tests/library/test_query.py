import pytest

from gateway.library.query import coerce_query
from gateway.library.schemas import Schema

SCHEMA = Schema.compile(
    {
        "type": "object",
        "properties": {
            "overdue_only": {"type": "boolean"},
            "min_amount": {"type": "number", "minimum": 0},
            "page": {"type": ["integer", "null"]},
            "customer_id": {"type": "string"},
            "since": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
    }
)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("overdue_only", "true", True), ("overdue_only", "False", False), ("overdue_only", "1", True),
        ("overdue_only", "yes", "yes"), ("min_amount", "12.50", 12.5), ("min_amount", "12", 12),
        ("min_amount", "1e3", "1e3"),
        ("min_amount", "nan", "nan"), ("page", "3", 3), ("page", "3.5", "3.5"), ("customer_id", "007", "007"),
        ("since", "5", 5), ("unknown", "5", "5"), ("page", "9" * 40, "9" * 40), ("min_amount", "١", "١"),
    ],
)  # fmt: skip
def test_a_parameter_becomes_the_type_its_schema_asks_for_or_stays_text(name, text, value):
    found = coerce_query(SCHEMA, {name: text})[name]
    assert found == value and type(found) is type(value)


def test_what_could_not_be_read_is_refused_by_the_schema():
    errors = SCHEMA.check(coerce_query(SCHEMA, {"overdue_only": "yes", "min_amount": "-1", "unknown": "5"}))
    assert sorted(error.pointer for error in errors) == ["/min_amount", "/overdue_only", "/unknown"]
