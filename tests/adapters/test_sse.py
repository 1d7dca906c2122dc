import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.adapters import sse
from gateway.adapters.sse import EventDecoder, EventTooLarge

texts = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1))


@given(texts, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.data())
def test_events_are_the_same_however_the_bytes_are_cut(events: list[str], newline: bytes, data: st.DataObject) -> None:
    stream = b"".join(b"data: " + text.encode() + newline * 2 for text in events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder = EventDecoder()
    parts = zip([0, *cuts], [*cuts, len(stream)], strict=True)
    seen = [event for start, end in parts for event in decoder.feed(stream[start:end])] + decoder.close()
    assert seen == [text.encode() for text in events]


def test_data_lines_of_one_event_are_joined_by_a_line_end() -> None:
    assert EventDecoder().feed(b"data: a\ndata:b\ndata\n\n") == [b"a\nb\n"]


def test_comments_names_and_ids_carry_no_data() -> None:
    assert EventDecoder().feed(b": ping\nevent: x\nid: 7\nretry: 3\n\ndata: y\n\n") == [b"y"]


def test_a_last_event_without_its_blank_line_is_given_at_the_end() -> None:
    decoder = EventDecoder()
    assert (decoder.feed(b"data: y"), decoder.close(), decoder.close()) == ([], [b"y"], [])


def test_an_event_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 100)
    decoder = EventDecoder()
    with pytest.raises(EventTooLarge):
        for _ in range(20):
            decoder.feed(b"data: 0123456789\n")
