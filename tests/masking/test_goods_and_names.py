"""One word in a product name and in free text: either both leave as they are, or both are masked; the guard agrees."""

import json

import pytest

from gateway.masking.egress import guard
from gateway.masking.masker import Masker
from gateway.masking.restoring import restore_tree
from gateway.masking.vault import Vault

MASKER = Masker.default()
PLAIN = frozenset({"/facts/product", "/facts/candidates/*"})


def masked_for(value: object, **pii: str) -> tuple[object, Vault]:
    """Mask, let the guard look at the outcome, and see that it comes back whole."""
    vault = Vault()
    masked = MASKER.mask_tree({"facts": value}, vault, pii={f"/facts/{name}": kind for name, kind in pii.items()},
                              plain=PLAIN)  # fmt: skip
    guard(json.dumps({"messages": [{"role": "user", "content": json.dumps(masked)}]}).encode(), vault)
    assert restore_tree(masked, vault) == {"facts": value}
    assert isinstance(masked, dict)
    return masked["facts"], vault


@pytest.mark.parametrize(
    ("product", "said"),
    [
        ("Zentel Albendazole 400mg", "Zentel"),
        ("Amoxicillin/Clavulanate 625 mg 14s (Augmentin)", "Augmentin"),
        ("Artemether-Lumefantrine 20/120 (Coartem) x24", "Customer wants Artemether-Lumefantrine, how much?"),
        ("Riz parfumé 25kg", "Do you have Riz parfumé 25kg?"),
        ("Dangote Sugar 50kg", "I want 500 of Dangote Sugar at wholesale"),
    ],
)
def test_a_word_of_a_product_name_that_no_list_knows_is_not_taken_for_a_name(product: str, said: str) -> None:
    facts = {"product": product, "candidates": [product], "message": said}
    assert masked_for(facts)[0] == facts


def test_beside_a_title_it_is_a_name_and_masked_in_the_product_too() -> None:
    facts = {"product": "Dangote Sugar 50kg", "message": "Mr Dangote wants two bags"}
    masked, _ = masked_for(facts)
    assert "Dangote" not in json.dumps(masked)


def test_a_name_that_only_the_text_gives_away_is_masked_in_the_product_too() -> None:
    masked, _ = masked_for({"product": "Kpodo Shito 500g", "attributes": {"made by": "Selorm Kpodo"}})
    assert "Kpodo" not in json.dumps(masked)


def test_words_of_sentences_that_leave_as_they_are_make_no_name_ordinary() -> None:
    facts = {"candidates": ["Kofi Brokeman Bitters is sold", "Kofi is out"], "message": "Kofi is late again"}
    masked, _ = masked_for(facts)
    assert "Kofi" not in str(masked)
