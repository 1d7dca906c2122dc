from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.masking import folding
from gateway.masking.folding import BOUNDARY, base64_blobs, decode, fold
from gateway.masking.patterns import PatternSet


def test_lookalike_full_width_and_invisible_characters_read_as_plain_ones() -> None:
    assert fold("Kоf\u200bi ０２４ S\u00adelorm é").text == "Kofi 024 Selorm e"


def test_a_span_of_the_shadow_leads_back_to_every_original_character() -> None:
    text = "x S\u200balamatu y"
    shadow = fold(text)
    start = shadow.text.index("Salamatu")
    first, last = shadow.original(start, start + len("Salamatu"))
    assert text[first:last] == "S\u200balamatu"


def test_nested_escapes_are_undone_and_map_to_the_whole_escape() -> None:
    text = "a %254b%6f&#102;\\u0069 b"
    shadow = decode(text)
    assert shadow is not None
    start = shadow.text.index("Kofi".lower()) if "kofi" in shadow.text else shadow.text.index("Kofi")
    first, last = shadow.original(start, start + 4)
    assert text[first:last] == "%254b%6f&#102;\\u0069"


def test_text_without_escapes_has_no_decoded_view() -> None:
    assert decode("50% off & more") is None


def test_base64_is_decoded_only_when_it_hides_printable_text() -> None:
    found = base64_blobs(fold("see S29maSBNZW5zYWg= and receivables and 93dfb23488da497c"))
    assert [text for _, _, text in found] == ["Kofi Mensah"]


@given(st.text())
def test_every_shadow_is_ascii_and_maps_inside_the_original(text: str) -> None:
    shadow = fold(text)
    assert shadow.text.isascii()
    offsets = [shadow.original(i, i)[0] for i in range(len(shadow.text) + 1)]
    assert offsets == sorted(offsets)
    assert not offsets or 0 <= offsets[0] <= offsets[-1] == len(text)


@given(st.text(alphabet="ab%&#;\\u0415x2" + BOUNDARY))
def test_decoding_never_fails_and_stays_inside_the_original(text: str) -> None:
    shadow = decode(text)
    assert shadow is None or shadow.original(0, len(shadow.text))[1] == len(text)


BLOB_PIECES = st.sampled_from(["a", "Z", "9", "_", "-", "+", "/", "=", " ", "ABCD", "Abcd", "1234", "abcdefghijkl"])


@settings(max_examples=400, deadline=None)
@given(st.lists(BLOB_PIECES | st.text(min_size=4).map(lambda t: b64encode(t.encode("utf-8", "replace")).decode())))
def test_the_quick_look_for_base64_overlooks_none(pieces: list[str]) -> None:
    shadow = fold("".join(pieces))
    quick = folding.base64_blobs(shadow)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "_LIKE_BASE64", PatternSet(["."], engine="re"))
        assert quick == folding.base64_blobs(shadow)


@pytest.mark.parametrize("code", range(128))
def test_every_control_character_but_line_breaks_tabs_and_the_boundary_vanishes(code: int):
    kept = chr(code).isprintable() or chr(code) in "\t\n\r\x1e"
    assert fold(f"a{chr(code)}b").text == (f"a{chr(code)}b" if kept else "ab")


@pytest.mark.parametrize("text", ["79% of them", "100%", "%", "5% 30 days", "5%-10%"])
def test_a_percentage_is_no_escape(text: str):
    assert decode(text) is None


def test_an_escape_beside_a_percentage_is_undone():
    undone = decode("79% of kofi%40example.com")
    assert undone is not None
    assert undone.text == "79% of kofi@example.com"
