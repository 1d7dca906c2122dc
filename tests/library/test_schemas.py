import json
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.library.problems import LibraryError
from gateway.library.schemas import Schema
from gateway.library.wire import nulls_dropped, strict_wire, wire_bytes


def text_object(**extra):
    return {"type": "object", "properties": {"a": {"type": "string", **extra}}, "required": ["a"]}


ORDER = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"enum": ["NEW", "OLD"]},
        "day": {"type": "string", "format": "date"},
        "amount": {"type": "number", "exclusiveMinimum": 0},
        "note": {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
        "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}, "minItems": 1},
    },
    "$defs": {"row": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}},
}
GOOD = {"id": "6f1ad1de-3b7a-4d8e-9b8b-0d1f6c1b2a3c", "kind": "NEW", "rows": [{"n": 1}]}


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        ({"id": "x"}, "/id", "must be a UUID"),
        ({"kind": "OTHER"}, "/kind", "must be one of: NEW, OLD."),
        ({"day": "2026-02-30"}, "/day", "must be a date such as"),
        ({"amount": 0}, "/amount", "must be more than 0."),
        ({"amount": "many"}, "/amount", "must be a number."),
        ({"note": "too long a note"}, "/note", "at most 5 characters"),
        ({"note": 7}, "/note", "must be a text or null."),
        ({"rows": []}, "/rows", "must not be empty."),
        ({"rows": [{"n": 1}, {}]}, "/rows/1/n", "is required."),
        ({"rows": [{"n": 1, "m/~": 2}]}, "/rows/0/m~1~0", "not a known field"),
        ({"note": "a\0b"}, "/note", "U+0000"),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer_in_plain_words(change, pointer, said):
    errors = Schema.compile(ORDER).check({**GOOD, **change})
    assert [error.pointer for error in errors] == [pointer] and said in errors[0].message


def test_what_holds_for_every_value_is_told_beside_what_the_schema_says():
    errors = Schema.compile(ORDER).check({**GOOD, "note": "a\0b", "amount": "many"})
    assert {(error.pointer, error.message.split()[0]) for error in errors} == {
        ("/note", "contains"),
        ("/amount", "must"),
    }


def test_messages_never_repeat_a_value():
    secret = "0244123456"
    value = {"id": secret, "kind": secret, "day": secret, "amount": secret, "note": secret, "rows": [secret]}
    errors = Schema.compile(ORDER).check(value)
    assert len(errors) == 6 and not any(secret in error.message + error.pointer for error in errors)


def test_every_missing_field_is_told_and_a_good_value_has_no_errors():
    schema = Schema.compile(ORDER)
    assert [error.pointer for error in schema.check({})] == ["/id", "/kind"]
    assert schema.check(GOOD) == [] and schema.is_valid(GOOD)


@pytest.mark.parametrize("odd", [object(), {1: 2}, {"a": float("nan")}, {"a": "\ud800"}, {"a": (1,)}, 10**400, b"x"])
def test_what_is_no_json_value_is_refused_and_never_raises(odd):
    schema = Schema.compile(text_object())
    assert schema.check(odd) and not schema.is_valid(odd)


@pytest.mark.parametrize(("depth", "good"), [(30, True), (40, False), (300_000, False)])
def test_values_nested_deeper_than_32_are_refused_without_exhausting_the_stack(depth, good):
    value = inner = {}
    for _ in range(depth):
        inner["a"] = {}
        inner = inner["a"]
    schema = Schema.compile({"type": "object", "additionalProperties": True})
    assert schema.is_valid(value) is good and (schema.check(value) == []) is good


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"tpye": "string"}, "Did you mean `type`?"),
        ({"type": "strnig"}, "Did you mean `string`?"),
        ({"type": "string", "format": "ipv4"}, "is not known"),
        ({"type": "string", "pattern": "(?=a)"}, "linear time"),
        ({"type": "string", "pattern": r"(a)\1"}, "linear time"),
        ({"type": "string", "pattern": "a{2000}"}, "linear time"),
        ({"type": "string", "pattern": r"\C"}, "linear time"),
        ({"type": "string", "pattern": "a{,3}"}, "linear time"),
        ({"type": "number", "minimum": float("inf")}, "must be a number"),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": [["a"]]}, "list of different names"),
        ({"type": "string", "pattern": "x" * 600}, "at most 512"),
        ({"type": "string", "minimum": 3}, "no effect on string"),
        ({"type": ["string", None]}, '"null" in quotes'),
        ({"type": "array"}, "A list needs `items`"),
        ({"type": "object"}, "accepts only `{}`"),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"]}, "required but no property"),
        ({"type": "integer", "minimum": 5, "maximum": 2}, "at least 5 and at most 2"),
        ({"enum": []}, "list of texts or numbers"),
        ({"type": "string", "enum": ["a", 1]}, "not of the type"),
        ({"allOf": []}, "not a schema keyword"),
        ({"not": {}}, "not a schema keyword"),
        ({"$ref": "#/$defs/a"}, "no definition `a`"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}, "contains itself"),
        ({"type": "object", "properties": {"a": {"type": "object", "$defs": {}}}}, "only at the top"),
        ({"type": "string", "$defs": {"_level-0": {"type": "string"}}}, "no name for a definition"),
        ([], "must be a mapping"),
    ],
)
def test_what_lies_outside_the_subset_is_refused_with_a_remedy(schema, said):
    with pytest.raises(LibraryError) as refusal:
        Schema.compile(schema)
    assert said in str(refusal.value)


def test_a_remote_or_file_reference_opens_nothing(tmp_path):
    seen: list[str] = []
    watching = True

    def hook(event, arguments):
        if watching and event in ("open", "socket.connect", "socket.getaddrinfo", "urllib.Request"):
            seen.append(f"{event} {arguments[0]}")

    sys.addaudithook(hook)
    target = tmp_path / "schema.json"
    for reference in ("http://127.0.0.1:9/s", "https://example.com/s", f"file://{target}", "//host/s", "s.json", "#/a"):
        with pytest.raises(LibraryError, match="points outside"):
            Schema.compile({"$ref": reference})
    with pytest.raises(LibraryError, match="not a schema keyword"):
        Schema.compile({"$schema": "http://127.0.0.1:9/s", "type": "string"})
    watching = False
    assert seen == []


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a|a)*b", "^(([a-z])+.)+[A-Z]$", "(x+x+)+y", r"^(\d+)*$"])
def test_patterns_that_hang_other_engines_end_on_100_kb(pattern):
    schema = Schema.compile(text_object(pattern=pattern))
    started = time.process_time()
    schema.is_valid({"a": "a" * 100_000 + "!"})
    assert time.process_time() - started < 5, "an engine that hangs takes for ever"


def test_every_text_of_an_input_must_say_whether_it_is_personal():
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "k": {"enum": ["x"]}, "n": {"type": "integer"}}}
    with pytest.raises(LibraryError) as refusal:
        Schema.compile(schema, "input")
    assert len(refusal.value.problems) == 2 and "`a`" in str(refusal.value) and "`k`" in str(refusal.value)


def test_an_object_with_open_keys_must_be_marked_free_text():
    schema = {"type": "object", "additionalProperties": True}
    with pytest.raises(LibraryError, match="free-text"):
        Schema.compile(schema, "input")
    assert Schema.compile({**schema, "x-pii": "free-text"}, "input").pii() == {"/*": "free-text"}


def test_personal_fields_are_listed_with_a_star_for_list_entries():
    schema = Schema.compile(
        {
            "type": "object",
            "properties": {
                "name": {"type": "string", "x-pii": "person"},
                "kind": {"type": "string", "x-pii": "none"},
                "chat": {"type": "array", "items": text_object(**{"x-pii": "free-text"})},
                "more": {"type": "object", "additionalProperties": {"type": "string", "x-pii": "phone"}},
                "also": {"anyOf": [{"type": "string", "x-pii": "email"}, {"type": "null"}]},
            },
        },
        "input",
    )
    assert schema.pii() == {
        "/name": "person", "/chat/*/a": "free-text", "/more/*": "phone", "/also": "email",
    }  # fmt: skip


def test_the_wire_schema_requires_everything_and_keeps_no_limit():
    wire = strict_wire(ORDER)
    assert wire["required"] == ["id", "kind", "amount", "day", "note", "rows"]
    assert wire["properties"]["amount"] == {"type": ["number", "null"]}
    assert wire["properties"]["kind"] == {"enum": ["NEW", "OLD"], "type": "string"}
    assert wire["properties"]["rows"] == {"type": ["array", "null"], "items": {"$ref": "#/$defs/row"}}
    assert wire["additionalProperties"] is False and wire["$defs"]["row"]["additionalProperties"] is False
    sent = json.dumps(wire)
    assert not any(word in sent for word in ("format", "minItems", "maxLength", "exclusiveMinimum", "x-pii"))


def test_the_wire_schema_does_not_depend_on_the_order_of_keys():
    turned = {**ORDER, "properties": dict(reversed(ORDER["properties"].items()))}
    assert wire_bytes(ORDER) == wire_bytes(turned)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": True}}},
        {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}}},
    ],
)
def test_an_output_that_strict_mode_cannot_express_is_refused(schema):
    with pytest.raises(LibraryError):
        Schema.compile(schema, "output")


def test_nulls_that_stand_for_left_out_fields_are_dropped_and_allowed_nulls_stay():
    reply = {"id": "x", "kind": None, "day": None, "note": None, "rows": [{"n": None, "extra": None}]}
    assert nulls_dropped(ORDER, reply) == {"id": "x", "kind": None, "note": None, "rows": [{"n": None, "extra": None}]}


keys = st.sampled_from(["type", "enum", "properties", "items", "$ref", "anyOf", "required", "pattern", "x", "$defs"])
json_like = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from(["string", "object"])),
    lambda inner: st.one_of(st.floats(), st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(json_like, json_like, st.sampled_from(["input", "output", "response"]))
def test_any_schema_compiles_or_is_refused_with_a_library_error(raw, value, kind):
    try:
        schema = Schema.compile(raw, kind)
    except LibraryError:
        return
    assert schema.is_valid(value) is (schema.check(value) == [])
