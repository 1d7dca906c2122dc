"""A body is exactly JSON within bounds, or it is refused as malformed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.body import MAX_DEPTH, parse_json
from gateway.errors import Malformed

REFUSED = {
    "not JSON": b"{",
    "empty": b"",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "a number beyond a float": b'{"a": 1e400}',
    "an integer of 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "invalid UTF-8": b'{"a": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "the same key twice": b'{"a": 1, "a": 2}',
    "the same key twice, written differently": b'{"a": 1, "\\u0061": 2}',
    "U+0000 in a value": b'{"a": "x\\u0000"}',
    "U+0000 in a key": b'{"a\\u0000": 1}',
    "half a surrogate pair": b'{"a": "\\ud800"}',
    "too deep": b"[" * 33 + b"]" * 33,
    "absurdly deep": b'{"a":' * 50_000,
    "a control character": b'{"a": "\x01"}',
    "trailing text": b"{} {}",
    "single quotes": b"{'a': 1}",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_two_parsers_might_read_differently_is_malformed(body):
    with pytest.raises(Malformed):
        parse_json(body)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
leaves = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | texts
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)


@given(values, st.booleans())
def test_ordinary_json_reads_as_it_was_written(value, ascii_only):
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def test_brackets_inside_text_do_not_count_as_depth():
    assert parse_json(json.dumps({"a": "[{" * 100}).encode()) == {"a": "[{" * 100}


def test_the_deepest_allowed_nesting_passes():
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_malformed(body):
    try:
        parse_json(body)
    except Malformed as refused:
        assert refused.detail
