import json

import pytest

from gateway.domain.reply import EgressBlocked
from gateway.masking import egress
from gateway.masking.clean_texts import CleanTexts
from gateway.masking.egress import guard
from gateway.masking.folding import fold
from gateway.masking.vault import Vault

PROMPT = "You write short notes for a shop in Ghana. Name Kpodo Stores and no one else, and keep to the facts given."


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> CleanTexts:
    texts = CleanTexts()
    monkeypatch.setattr(egress, "_CLEAN", texts)
    return texts


def send(text: str, vault: Vault | None = None) -> None:
    guard(json.dumps([text]).encode(), Vault() if vault is None else vault)


def test_a_text_is_kept_when_it_passes_a_second_time(clean: CleanTexts) -> None:
    send(PROMPT)
    assert clean.find(PROMPT) is None
    send(PROMPT)
    assert clean.find(PROMPT) is not None


def test_values_of_the_vault_are_found_in_a_kept_text(clean: CleanTexts) -> None:
    send(PROMPT)
    send(PROMPT)
    vault = Vault()
    vault.mark("PERSON", "Selorm Kpodo")
    with pytest.raises(EgressBlocked, match="PERSON"):
        send(PROMPT, vault)


@pytest.mark.parametrize("extra", [" Call 0244112345.", " &#75;podo", " cmljZSBhbmQgb2ls", " C:\\names"])
def test_a_text_with_a_form_or_a_disguise_is_never_kept(clean: CleanTexts, extra: str) -> None:
    for _ in range(3):
        guard(json.dumps([PROMPT + extra]).encode(), Vault(), allowed={"0244112345"})
    assert clean.find(PROMPT + extra) is None


def test_a_blocked_body_leaves_nothing_behind(clean: CleanTexts) -> None:
    for _ in range(3):
        with pytest.raises(EgressBlocked):
            guard(json.dumps([PROMPT, "0244112345"]).encode(), Vault())
    assert len(clean) == 0


def test_the_texts_that_are_not_asked_for_make_room() -> None:
    clean = CleanTexts(max_characters=250)
    texts = [letter * 100 for letter in "abc"]
    clean.keep(texts[0], fold(texts[0]))
    clean.keep(texts[1], fold(texts[1]))
    assert clean.find(texts[0]) is not None
    clean.keep(texts[2], fold(texts[2]))
    assert [clean.find(text) is not None for text in texts] == [True, False, True]


def test_a_text_that_had_to_make_room_can_come_back() -> None:
    clean = CleanTexts(max_characters=150)
    texts = [letter * 100 for letter in "ab"]
    for text in texts:
        assert [clean.is_worth_keeping(text) for _ in range(3)] == [False, True, False]
        clean.keep(text, fold(text))
    assert [clean.is_worth_keeping(texts[0]) for _ in range(2)] == [False, True]
