"""What is sealed opens for its own row only, with any listed secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.store.crypto import Sealer, Unreadable

OLD, NEW = "the old secret of thirty-two characters", "the new secret of thirty-two characters"
SEALED_BY_OLD = Sealer([OLD])


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_again(plain, business, row):
    assert SEALED_BY_OLD.open("cache", business, row, SEALED_BY_OLD.seal("cache", business, row, plain)) == plain


@pytest.mark.parametrize("elsewhere", [("cache", "b", "2"), ("cache", "c", "1"), ("other", "b", "1")])
def test_it_opens_for_no_other_row_business_or_purpose(elsewhere):
    with pytest.raises(Unreadable):
        SEALED_BY_OLD.open(*elsewhere, SEALED_BY_OLD.seal("cache", "b", "1", b"secret"))


@given(st.integers(min_value=0, max_value=38))
def test_a_changed_byte_is_noticed(position):
    sealed = bytearray(SEALED_BY_OLD.seal("cache", "b", "1", b"secret"))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        SEALED_BY_OLD.open("cache", "b", "1", bytes(sealed))


def test_an_earlier_secret_still_opens_and_the_new_one_seals():
    rotated = Sealer([NEW, OLD])
    assert rotated.open("cache", "b", "1", SEALED_BY_OLD.seal("cache", "b", "1", b"secret")) == b"secret"
    with pytest.raises(Unreadable):
        SEALED_BY_OLD.open("cache", "b", "1", rotated.seal("cache", "b", "1", b"secret"))


def test_equal_texts_are_sealed_differently():
    assert SEALED_BY_OLD.seal("cache", "b", "1", b"secret") != SEALED_BY_OLD.seal("cache", "b", "1", b"secret")


def test_a_signature_depends_on_secret_and_purpose():
    signatures = {Sealer([OLD]).sign("user", "7"), Sealer([NEW]).sign("user", "7"), Sealer([OLD]).sign("key", "7")}
    assert len(signatures) == 3


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32"):
        Sealer([NEW, "short"])
