import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.masking import restoring
from gateway.masking.restoring import MAX_HELD, StreamRestorer, restore_text, restore_tree
from gateway.masking.vault import Vault


def filled() -> Vault:
    vault = Vault()
    for i in range(11):
        vault.placeholder("PERSON", f"Efua{'abcdefghijk'[i]} Tagoe{'abcdefghijk'[i]}")
    vault.placeholder("PERSON", "Tagoea")
    vault.placeholder("ID_CARD", "GHA-1")
    vault.placeholder("SECRET", "hunter22")
    return vault


@pytest.mark.parametrize(
    "written",
    [
        "<PERSON_L_1>",
        "person_l_1",
        "<Person L 1>",
        "<PERSON-L-1>",
        "<PERSON\\_L\\_1>",
        "&lt;PERSON_L_1&gt;",
        "< PERSON_L_1 >",
        "\\u003cPERSON_L_1\\u003e",
    ],
)
def test_a_placeholder_is_restored_however_the_model_writes_it(written: str) -> None:
    assert restore_text(f"Dear {written}s, hello", filled()) == "Dear Tagoeas, hello"


def test_a_longer_number_is_not_taken_for_a_shorter_one() -> None:
    assert restore_text("<PERSON_1> <PERSON_11> person_11", filled()) == "Efuaa Tagoea Efuak Tagoek Efuak Tagoek"


def test_exact_and_free_spellings_are_restored_in_one_text() -> None:
    text = "person_1 <PERSON_1><PERSON_L_1> &lt;PERSON_1&gt;, x_person_1 <PERSON_1>9 PERSON_1<PERSON_1>"
    whole = "Efuaa Tagoea"
    assert restore_text(text, filled()) == f"{whole} {whole}Tagoea {whole}, x_person_1 {whole}9 {whole}{whole}"


_OPENINGS = ["<", "&lt;", "&LT;", "\\u003c", "\\U003C", "x", " "]
_NAMES = ["person", "ID_CARD", "_", "\\_", "-", "l", "F2", "1", "20", ">", "&gt;", "."]
_BITS = st.sampled_from(_OPENINGS + _NAMES)


@given(st.lists(_BITS, max_size=12).map("".join))
def test_no_spelling_of_a_placeholder_escapes_the_quick_look(text: str) -> None:
    if restoring._PLACEHOLDER.search(text):
        assert restoring._may_mention(text)


@pytest.mark.parametrize("text", ["AT_RISK", "Rice & beans", "a\\b, REQUIRE_MORE_INFO and v_x 1"])
def test_codes_and_lone_marks_are_not_searched_for_placeholders(text: str) -> None:
    assert not restoring._may_mention(text)


def test_unknown_placeholders_and_secrets_stay_and_are_counted() -> None:
    vault = filled()
    assert restore_text("<PERSON_99> <SECRET_1> <PLANET_1>", vault) == "<PERSON_99> <SECRET_1> <PLANET_1>"
    assert vault.unknown == 2


def test_a_tree_is_restored_in_values_and_keys_only_where_placeholders_are() -> None:
    tree = {"<PERSON_1>": ["<PERSON_L_1>", 3, None], "person_1": {"a": "x"}}
    assert restore_tree(tree, filled()) == {"Efuaa Tagoea": ["Tagoea", 3, None], "person_1": {"a": "x"}}


def test_values_are_escaped_in_a_stream_of_json_text() -> None:
    vault = Vault()
    vault.placeholder("BUSINESS", 'The "Best" Shop')
    restorer = StreamRestorer(vault, json_text=True)
    text = restorer.feed('{"reply": "Hello <BUSI') + restorer.feed('NESS_1>"}') + restorer.close()
    assert json.loads(text) == {"reply": 'Hello The "Best" Shop'}


def test_plain_text_is_hardly_held_back() -> None:
    restorer = StreamRestorer(filled())
    text = "The person in the phone shop addressed <b>two</b> cards & more; email or ip, a < b. Account 5, phone 02"
    seen = 0
    for position, character in enumerate(text, 1):
        seen += len(restorer.feed(character))
        assert position - seen <= 8


def test_an_endless_opening_is_let_go() -> None:
    restorer = StreamRestorer(filled())
    out = restorer.feed("<" + " " * 60)
    assert len(out) >= 61 - MAX_HELD


PIECES = st.lists(
    st.sampled_from(
        [
            "<PERSON_1>",
            "person_l_1",
            "&lt;PERSON_2&gt;",
            "<",
            "&",
            "\\u003cID_CARD_1\\u003e",
            "per",
            "id",
            " ",
            "\n",
            "x",
            "_1",
            "<PERSON_1",
            "1>",
        ]
    ),
    max_size=12,
)


@given(PIECES, st.randoms(use_true_random=False))
def test_a_stream_says_what_the_whole_text_would(pieces: list[str], random) -> None:  # type: ignore[no-untyped-def]
    text, vault = "".join(pieces), filled()
    restorer, out, position = StreamRestorer(vault), "", 0
    while position < len(text):
        size = random.choice([1, 1, 2, 3, 7])
        out += restorer.feed(text[position : position + size])
        position += size
    assert out + restorer.close() == restore_text(text, vault)
