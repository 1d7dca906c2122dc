import pytest

from gateway.masking.vault import Vault


def test_spellings_of_one_person_share_a_number_and_keep_their_own_placeholder() -> None:
    vault = Vault()
    spellings = ["Kofi Mensah", "Mensah", "Kofi", "KOFI MENSAH", "Mensah, Kofi"]
    tokens = [vault.placeholder("PERSON", s) for s in spellings]
    assert tokens == ["<PERSON_1>", "<PERSON_L_1>", "<PERSON_F_1>", "<PERSON_V_1>", "<PERSON_V2_1>"]


def test_a_shared_surname_belongs_to_nobody() -> None:
    vault = Vault()
    for name in ("Kofi Mensah", "Ama Mensah"):
        vault.placeholder("PERSON", name)
    assert vault.placeholder("PERSON", "Mensah") == "<PERSON_3>"


def test_one_number_in_two_formats_is_one_phone() -> None:
    vault = Vault()
    assert vault.placeholder("PHONE", "0244 123 456") == "<PHONE_1>"
    assert vault.placeholder("PHONE", "+233244123456") == "<PHONE_V_1>"


def test_a_number_that_the_text_already_uses_is_not_given_away() -> None:
    vault = Vault()
    vault.reserve("keep <PERSON_1> and person_2 as they are")
    assert vault.placeholder("PERSON", "Efua Tagoe") == "<PERSON_3>"


def test_a_secret_is_never_given_back() -> None:
    vault = Vault()
    vault.placeholder("SECRET", "hunter22")
    assert vault.surface("SECRET", "", 1) is None
    assert vault.surface("SECRET", "", 1, secrets=True) == "hunter22"


def test_a_stored_vault_goes_on_where_it_stopped() -> None:
    vault = Vault()
    vault.mark("PHONE", "0244123456")
    vault.reserve("<PERSON_2>")
    vault.placeholder("PERSON", "Efua Tagoe")
    loaded = Vault.from_dict(vault.to_dict())
    assert loaded.placeholder("PERSON", "Tagoe") == "<PERSON_L_1>"
    assert loaded.placeholder("PERSON", "Edem Kpodo") == "<PERSON_3>"
    assert ("PHONE", "0244123456") in loaded.known()


def test_a_stored_vault_of_unknown_types_is_refused() -> None:
    with pytest.raises(ValueError, match="no known type"):
        Vault.from_dict({"placeholders": {"<PLANET_1>": "x"}, "marked": [], "reserved": []})


def test_counts_tell_how_many_values_not_which() -> None:
    vault = Vault()
    for name in ("Efua Tagoe", "Tagoe", "Edem Kpodo"):
        vault.placeholder("PERSON", name)
    assert vault.counts() == {"PERSON": 2}
