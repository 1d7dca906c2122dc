"""Every process sees a change soon, its own at once, and each request only what was true at one instant."""

from dataclasses import replace

import pytest

from gateway.domain.caller import Business
from gateway.errors import NotFound
from gateway.store import snapshot
from gateway.store.businesses import Businesses
from gateway.store.keys import Keys, hash_of
from gateway.store.snapshot import Snapshots
from tests.store.making import BUSINESS, NOW, SetClock
from tests.waiting import eventually

MAKOLA = Business(BUSINESS, "Makola Trading", "STARTER", trial_ends_at=NOW)


@pytest.fixture
def snapshots(database):
    return Snapshots(database, Keys(database, SetClock()))


@pytest.fixture
async def businesses(database, snapshots):
    made = Businesses(database, SetClock(), snapshots.refresh)
    await made.put(MAKOLA)
    return made


async def test_a_business_comes_back_as_it_was_put(businesses, snapshots):
    assert snapshots.current.business(BUSINESS) == await businesses.get(BUSINESS) == MAKOLA
    await businesses.put(replace(MAKOLA, plan="ENTERPRISE"))
    assert await businesses.list() == [replace(MAKOLA, plan="ENTERPRISE")]
    assert snapshots.current.business("another") is None


async def test_a_key_is_known_by_its_hash_until_it_is_revoked(database, businesses, snapshots):
    keys = Keys(database, SetClock(), snapshots.refresh)
    plain, key = await keys.create("till", BUSINESS, ["credit"])
    found = snapshots.current.key(hash_of(plain))
    assert (found.id, found.business_id, found.scopes) == (key.id, BUSINESS, {"credit"})
    await keys.revoke(key.id)
    assert snapshots.current.key(hash_of(plain)) is None


async def test_another_process_sees_the_change_at_its_next_poll(database, businesses, monkeypatch):
    monkeypatch.setattr(snapshot, "POLL_SECONDS", 0.02)
    other = Snapshots(database)
    await other.start()
    await businesses.set_plan(BUSINESS, "PROFESSIONAL")
    await eventually(lambda: other.current.business(BUSINESS).plan == "PROFESSIONAL")
    await other.stop()


async def test_nothing_is_loaded_again_while_nothing_changes(businesses, snapshots):
    before = snapshots.current
    await snapshots.refresh()
    assert snapshots.current is before


async def test_a_flag_is_overridden_for_one_business_or_for_all(businesses, snapshots):
    assert snapshots.enabled(BUSINESS, "AI_CREDIT_ENABLED") is None
    await businesses.switch("AI_CREDIT_ENABLED", False, BUSINESS)
    assert snapshots.enabled(BUSINESS, "AI_CREDIT_ENABLED") is False
    assert snapshots.enabled("another", "AI_CREDIT_ENABLED") is None
    await businesses.switch("AI_CREDIT_ENABLED", None, BUSINESS)
    await businesses.switch("AI_CREDIT_ENABLED", True)
    assert snapshots.enabled(BUSINESS, "AI_CREDIT_ENABLED") is True


async def test_what_is_off_for_all_no_business_can_switch_on(businesses, snapshots):
    await businesses.switch("AI_CREDIT_ENABLED", True, BUSINESS)
    await businesses.switch("AI_CREDIT_ENABLED", False)
    assert snapshots.enabled(BUSINESS, "AI_CREDIT_ENABLED") is False


async def test_a_business_opts_out_of_one_feature_or_of_all(businesses, snapshots):
    await businesses.opt_out(BUSINESS, feature="credit_risk")
    assert snapshots.opted_out(BUSINESS, "credit_risk")
    assert not snapshots.opted_out(BUSINESS, "support_chat")
    await businesses.opt_out(BUSINESS)
    assert snapshots.opted_out(BUSINESS, "support_chat")
    await businesses.opt_out(BUSINESS, out=False)
    assert not snapshots.opted_out(BUSINESS, "support_chat")


async def test_what_is_not_there_cannot_be_changed(businesses):
    with pytest.raises(NotFound):
        await businesses.set_plan("another", "STARTER")
    with pytest.raises(NotFound):
        await businesses.opt_out("another")
    with pytest.raises(NotFound):
        await businesses.get("another")


async def test_the_use_of_a_key_is_noted_when_the_process_stops(database, businesses, snapshots):
    keys = Keys(database, SetClock(), snapshots.refresh)
    plain, _ = await keys.create("till", BUSINESS)
    await keys.create("unused", BUSINESS)
    snapshots.current.key(hash_of(plain))
    await snapshots.stop()
    assert {key.name: key.last_used_at for key in await keys.list()} == {"till": NOW, "unused": None}
