import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.masking.masker import Masker
from gateway.masking.restoring import restore_text, restore_tree
from gateway.masking.vault import Vault

MASKER = Masker.default()
PII = {"/customer/name": "person-or-business", "/customer/phone": "phone", "/customer/email": "email",
       "/customer/address": "address", "/people/*/name": "person"}  # fmt: skip


def mask(value: object, **options: object) -> tuple[object, Vault]:
    vault = Vault()
    return MASKER.mask_tree(value, vault, pii=PII, plain=options.pop("plain", frozenset()), **options), vault  # type: ignore[arg-type]


def test_marked_values_are_found_in_every_other_string() -> None:
    request = {
        "message": "ask Asare; kwabena is ok, call 244-11-23-45, mail K.ASARE+POS@mail.example, K. Asare",
        "customer": {"name": "Kwabena Asare", "phone": "+233 24 411 2345", "email": "k.asare+pos@mail.example"},
    }
    masked, _ = mask(request)
    assert masked == {
        "message": "ask <PERSON_L_1>; <PERSON_F_1> is ok, call <PHONE_1>, mail <EMAIL_1>, <PERSON_L2_1>",
        "customer": {"name": "<PERSON_1>", "phone": "<PHONE_V_1>", "email": "<EMAIL_V_1>"},
    }


def test_numbers_follow_document_order_over_the_whole_request() -> None:
    masked, _ = mask({"people": [{"name": "Zu Bortey"}, {"name": "Abla Zigah"}], "note": "Zigah and Bortey"})
    assert masked == {
        "people": [{"name": "<PERSON_1>"}, {"name": "<PERSON_2>"}],
        "note": "<PERSON_L_2> and <PERSON_L_1>",
    }


def test_equal_requests_about_different_people_become_equal() -> None:
    one, _ = mask({"customer": {"name": "Kofi Tagoe", "phone": "0244112345"}, "note": "Tagoe paid GHS 20"})
    two, _ = mask({"customer": {"name": "Esi Dogbe", "phone": "0209998887"}, "note": "Dogbe paid GHS 20"})
    assert one == two


def test_shape_numbers_and_plain_leaves_stay() -> None:
    request = {"items": [{"sku": "QX-Zorbi", "qty": 3, "ok": True, "none": None}], "rate": 0.5}
    masked, _ = mask(request, plain=frozenset({"/items/*/sku"}))
    assert masked == request


def test_a_known_name_is_masked_even_in_a_plain_leaf_and_in_a_key() -> None:
    masked, vault = mask(
        {"customer": {"name": "Selorm Kpodo"}, "label": "Kpodo list", "Selorm Kpodo": 1}, plain={"/label"}
    )
    assert "Kpodo" not in json.dumps(masked)
    assert restore_tree(masked, vault)["Selorm Kpodo"] == 1


def test_words_of_the_program_stay_whoever_is_called_like_them() -> None:
    names = [{"name": "Final Touch"}, {"name": "High Street"}, {"name": "Firm Foundation Ent."}]
    facts = {"kind": "final_notice", "level": "HIGH", "tone": "firm"}
    masked, _ = mask({"people": names, **facts}, plain={"/kind", "/level", "/tone"})
    assert isinstance(masked, dict) and {key: masked[key] for key in facts} == facts


@pytest.mark.parametrize("text", ["kpodo", "KPODO", "Kpodo", "selorm_kpodo"])
def test_a_name_that_is_no_ordinary_word_is_masked_in_a_plain_leaf_however_written(text: str) -> None:
    masked, _ = mask({"customer": {"name": "Selorm Kpodo"}, "label": text}, plain={"/label"})
    assert "kpodo" not in json.dumps(masked).lower()


def test_a_marked_number_becomes_a_placeholder() -> None:
    masked, _ = mask({"customer": {"phone": 244112345}})
    assert masked == {"customer": {"phone": "<PHONE_1>"}}


def test_nobody_is_nobody() -> None:
    masked, _ = mask({"customer": {"name": "Walk-in Customer"}, "note": "walk-in customer paid"})
    assert masked == {"customer": {"name": "Walk-in Customer"}, "note": "walk-in customer paid"}


def test_unmarked_fields_with_telling_keys_are_masked_whole() -> None:
    masked, _ = mask({"account_number": "12345678", "api_key": "abcdefgh"})
    assert masked == {"account_number": "<ACCOUNT_1>", "api_key": "<SECRET_1>"}


def test_json_inside_a_string_is_read_through_its_escapes() -> None:
    inner = json.dumps({"note": json.dumps({"who": "Kw\u0259ku", "tel": "0244\t112 345", "by": "Efua\nTagoe"})})
    masked, vault = mask({"raw": inner})
    assert "Tagoe" not in masked["raw"]  # type: ignore[index]
    assert "112 345" not in masked["raw"]  # type: ignore[index]
    assert restore_text(masked["raw"], vault) == inner  # type: ignore[index]


@pytest.mark.parametrize("name", ["Kwabena Asare", "0244 112 345", "GHA-123456789-0"])
def test_a_value_inside_base64_goes_with_its_blob(name: str) -> None:
    blob = base64.b64encode(base64.b64encode(f"note {name}".encode())).decode()
    masked, _ = mask({"raw": f"see {blob} please"})
    assert blob not in masked["raw"]  # type: ignore[index]


def test_placeholders_in_the_users_text_survive() -> None:
    text = "Tag <PERSON_1> stays; call Efua Tagoe"
    masked, vault = mask(text)
    assert masked == "Tag <PERSON_1> stays; call <PERSON_2>"
    assert restore_text(masked, vault) == text  # type: ignore[arg-type]


def test_angle_brackets_of_the_user_go_with_the_value() -> None:
    text = "Efua Tagoe <efua@mail.example>"
    masked, vault = mask(text)
    assert masked == "<PERSON_1> <EMAIL_1>"
    assert restore_text("<PERSON_1> EMAIL_1", vault) == text


def test_later_turns_of_a_conversation_know_the_earlier_ones() -> None:
    vault = Vault()
    MASKER.mask_text("Grace Tagoe called", vault)
    later = Vault.from_dict(vault.to_dict())
    assert MASKER.mask_text("so what about grace?", later) == "so what about <PERSON_F_1>?"


def test_collected_values_are_found_in_another_tree() -> None:
    vault = Vault()
    MASKER.collect({"customer": {"name": "Grace Brown"}}, vault, pii=PII)
    assert MASKER.mask_text("brown paid", vault) == "<PERSON_L_1> paid"


def test_an_unknown_pii_type_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="planet"):
        MASKER.mask_tree({"a": "b"}, Vault(), pii={"/a": "planet"}, plain=())


TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["Efua Tagoe", "0244112345", "<a@b.co>", "%41ma", "<PERSON_1>", "&lt;Kofi&gt;"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_what_is_masked_comes_back_exactly(texts: list[str]) -> None:
    vault = Vault()
    masked = MASKER.mask_tree({"texts": texts}, vault, pii={}, plain=())
    assert [restore_text(t, vault, secrets=True) for t in masked["texts"]] == texts


HOSTILE = {
    "backslashes": "\\" * 40_000,
    "percent escapes of one long word": "%41" * 20_000,
    "one number again and again": "0244112345 " * 3_000,
    "two thousand people": " ".join(f"Zuo{i:b}".replace("0", "o").replace("1", "i") + " Klu," for i in range(2_000)),
    "openers": "<" * 40_000,
    "numbers in a row": "1.2" * 10_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_takes_no_more_than_linear_time(text: str) -> None:
    vault = Vault()
    vault.mark("PHONE", "0244 112 345")
    masked = MASKER.mask_text(text, vault)
    assert restore_text(masked, vault) == text
