"""One field of a JSON object can be read while the object is still being written."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.streaming import FieldStream

objects = st.fixed_dictionaries(
    {"before": st.recursive(st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)),
     "reply": st.text(),
     "after": st.lists(st.text())}
)  # fmt: skip


def read(text: str, cuts: list[int]) -> str:
    stream, out, start = FieldStream("reply"), "", 0
    for cut in [*sorted(cuts), len(text)]:
        out += stream.feed(text[start:cut])
        start = max(start, cut)
    return out


@given(objects, st.booleans(), st.lists(st.integers(0, 400)))
def test_any_chunking_gives_exactly_the_field(value, ascii_only, cuts):
    text = json.dumps(value, ensure_ascii=ascii_only)
    cuts = [cut for cut in cuts if cut < len(text)]
    assert read(text, cuts) == value["reply"]


def test_a_field_of_the_same_name_deeper_down_is_not_the_field():
    assert read('{"x": {"reply": "no"}, "y": ["reply"], "reply": "yes"}', []) == "yes"


def test_a_broken_surrogate_pair_becomes_a_replacement_character():
    assert read('{"reply": "a\\ud83dX\\ud83d\\u0041"}', []) == "a\ufffdX\ufffd"
