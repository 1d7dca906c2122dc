"""A key has one outcome, whoever asks and however often."""

import asyncio

import pytest

from gateway.domain.ledger import StoredAnswer
from gateway.errors import IdempotencyConflict, IdempotencyMismatch, NotReady
from gateway.store.crypto import Sealer
from gateway.store.idempotency import KEPT, LEASE, IdempotencyKeys
from tests.store.making import BUSINESS, NOW, SetClock, claim, ledger_on, sealer, settlement

CALL = (BUSINESS, "key-1", "credit_risk", "a" * 64)


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def keys(database, clock):
    return IdempotencyKeys(database, sealer(), clock)


async def settled(database, body=b'{"risk_score": 71}'):
    ledger = ledger_on(database)
    hold = await ledger.reserve(claim())
    await ledger.settle(hold, settlement(hold.claim, cost=1, stored=StoredAnswer(BUSINESS, "key-1", 200, body)))


async def test_the_answer_is_replayed_byte_for_byte(database, keys):
    assert await keys.begin(*CALL) is None
    await settled(database)
    assert await keys.begin(*CALL) == await keys.begin(*CALL) == (200, b'{"risk_score": 71}')


async def test_one_of_many_callers_is_the_first(database, keys):
    others = IdempotencyKeys(database, sealer(), SetClock())
    tries = [keys.begin(*CALL) if number % 2 else others.begin(*CALL) for number in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, IdempotencyConflict) for outcome in outcomes) == 19


async def test_another_payload_is_refused_while_running_and_when_done(database, keys):
    await keys.begin(*CALL)
    with pytest.raises(IdempotencyMismatch):
        await keys.begin(*CALL[:3], "b" * 64)
    await settled(database)
    with pytest.raises(IdempotencyMismatch):
        await keys.begin(*CALL[:3], "b" * 64)


async def test_an_abandoned_run_may_be_tried_again(keys):
    await keys.begin(*CALL)
    await keys.abandon(*CALL[:2])
    assert await keys.begin(*CALL) is None


async def test_abandoning_does_not_take_an_answer_away(database, keys):
    await keys.begin(*CALL)
    await settled(database)
    await keys.abandon(*CALL[:2])
    assert (await keys.begin(*CALL))[0] == 200


async def test_the_key_of_a_crashed_run_is_free_when_its_lease_has_run_out(keys, clock):
    await keys.begin(*CALL)
    clock.at = NOW + LEASE - 1
    with pytest.raises(IdempotencyConflict):
        await keys.begin(*CALL)
    clock.at = NOW + LEASE
    with pytest.raises(IdempotencyMismatch):
        await keys.begin(*CALL[:3], "b" * 64)
    assert await keys.begin(*CALL) is None


async def test_after_a_day_the_key_serves_a_new_request(database, keys, clock):
    await keys.begin(*CALL)
    await settled(database)
    clock.at = NOW + KEPT - 1
    assert await keys.begin(*CALL) is not None
    clock.at = NOW + KEPT
    assert await keys.begin(*CALL[:3], "b" * 64) is None


async def test_businesses_do_not_share_keys(keys):
    await keys.begin(*CALL)
    assert await keys.begin("another", *CALL[1:]) is None


async def test_the_body_rests_encrypted(database, keys):
    await keys.begin(*CALL)
    await settled(database, b"Ama Mensah owes GHS 25,000")
    kept = (await database.fetch("SELECT body FROM idempotency"))[0][0]
    assert b"Ama" not in kept


async def test_an_answer_under_a_forgotten_secret_is_neither_replayed_nor_paid_again(database, keys):
    await keys.begin(*CALL)
    await settled(database)
    with pytest.raises(NotReady):
        await IdempotencyKeys(database, Sealer(["another secret of 32 characters or more"]), SetClock()).begin(*CALL)
