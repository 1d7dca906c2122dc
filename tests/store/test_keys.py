"""Keys are shown once, kept as a hash, and end when they are revoked."""

import re

import pytest

from gateway.domain.caller import Business
from gateway.errors import NotFound
from gateway.store.businesses import Businesses
from gateway.store.database import ConstraintViolation
from gateway.store.keys import Keys, hash_of
from tests.store.making import BUSINESS, NOW, SetClock


@pytest.fixture
async def keys(database):
    await Businesses(database, SetClock()).put(Business(BUSINESS, "Makola Trading", "STARTER"))
    return Keys(database, SetClock())


async def test_a_key_has_at_least_192_random_bits_and_tells_its_prefix(keys):
    plain, key = await keys.create("till", BUSINESS)
    assert re.fullmatch(r"gw_[0-9a-f]{8}_[A-Za-z0-9_-]{43,}", plain)
    assert plain.startswith(f"gw_{key.prefix}_")
    assert plain != (await keys.create("till", BUSINESS))[0]


async def test_the_database_holds_the_hash_and_never_the_key(database, keys):
    plain, _ = await keys.create("till", BUSINESS)
    row = (await database.fetch("SELECT * FROM api_key"))[0]
    assert hash_of(plain) in row
    assert not any(plain[12:] in str(value) for value in row)


async def test_a_business_lists_its_own_keys(keys):
    _, mine = await keys.create("till", BUSINESS, scopes=["credit", "sales"])
    _, service = await keys.create("pos backend")
    assert await keys.list(BUSINESS) == [mine]
    assert {key.id for key in await keys.list()} == {mine.id, service.id}
    assert mine.scopes == {"credit", "sales"}
    assert service.business_id is None


async def test_a_revoked_key_keeps_the_instant_of_its_first_revocation(database, keys):
    _, key = await keys.create("till", BUSINESS)
    assert (await keys.revoke(key.prefix)).revoked_at == NOW
    assert (await Keys(database, SetClock(NOW + 5)).revoke(key.id)).revoked_at == NOW


async def test_an_unknown_key_cannot_be_revoked(keys):
    with pytest.raises(NotFound):
        await keys.revoke("ffffffff")


async def test_a_key_belongs_to_a_business_that_exists(keys):
    with pytest.raises(ConstraintViolation):
        await keys.create("till", "no such business")
