"""A plan, a business or a share of businesses may have a version of their own; the nearest one wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.released import Live, bucket
from gateway.errors import NotFound
from gateway.store.audit import AuditLog
from gateway.store.releases import CANARY, PRODUCTION, Releases
from gateway.store.snapshot import Snapshots
from tests.store.making import SetClock
from tests.store.test_releases import HASH, verdict, version

FEATURE = "credit_risk"


@pytest.fixture
def snapshots(database):
    return Snapshots(database)


@pytest.fixture
async def releases(database, snapshots):
    made = Releases(database, SetClock(), snapshots.refresh)
    await made.import_versions([version(n) for n in HASH])
    await made.record_verdicts([verdict(n) for n in HASH], "ci")
    await made.release(verdict(1), released_by="ci")
    return made


async def test_a_plan_s_version_is_for_that_plan_alone(releases, snapshots):
    await releases.release(verdict(2), released_by="x", target="plan:STARTER")
    assert snapshots.live(FEATURE, "b1", "STARTER") == HASH[2]
    assert snapshots.live(FEATURE, "b1", "ENTERPRISE") == snapshots.live(FEATURE) == HASH[1]


async def test_a_business_s_own_version_beats_its_plan_s(releases, snapshots):
    await releases.release(verdict(2), released_by="x", target="plan:STARTER")
    await releases.release(verdict(3), released_by="x", target="business:b1")
    assert snapshots.live(FEATURE, "b1", "STARTER") == HASH[3]
    assert snapshots.live(FEATURE, "b2", "STARTER") == HASH[2]


async def test_a_share_of_businesses_is_always_the_same_businesses(releases, snapshots):
    await releases.release(verdict(2), released_by="x", label=CANARY, target="share:30")
    got = [snapshots.live(FEATURE, f"business-{n}", "STARTER") for n in range(1000)]
    assert 230 <= got.count(HASH[2]) <= 370 and set(got) == {HASH[1], HASH[2]}
    assert got == [snapshots.live(FEATURE, f"business-{n}", "ENTERPRISE") for n in range(1000)]
    assert snapshots.live(FEATURE) == HASH[1]


@pytest.mark.parametrize(
    ("label", "target"), [(PRODUCTION, "plan:STARTER"), (PRODUCTION, "business:b1"), (CANARY, "share:100")]
)
async def test_what_was_ended_gets_what_everybody_gets(releases, snapshots, label, target):
    await releases.release(verdict(2), released_by="x", label=label, target=target)
    assert snapshots.live(FEATURE, "b1", "STARTER") == HASH[2]
    await releases.end(FEATURE, label=label, target=target, ended_by="y")
    assert snapshots.live(FEATURE, "b1", "STARTER") == HASH[1]
    await releases.release(verdict(3), released_by="x", label=label, target=target)
    assert snapshots.live(FEATURE, "b1", "STARTER") == HASH[3]


async def test_what_was_never_released_for_a_target_cannot_be_ended(releases):
    for target in ("plan:STARTER", "*"):
        with pytest.raises(NotFound):
            await releases.end(FEATURE, label=PRODUCTION, target=target, ended_by="x")


async def test_another_process_knows_within_a_look(releases, database):
    other = Snapshots(database)
    await releases.release(verdict(2), released_by="x", target="plan:STARTER")
    await other.refresh()
    assert other.live(FEATURE, "b1", "STARTER") == HASH[2]


@given(st.text(min_size=1, max_size=40), st.integers(1, 99))
def test_a_growing_share_takes_nobody_out_again(business_id, percent):
    smaller, larger = (Live("old", shares=[(p, "new")]) for p in (percent, percent + 1))
    assert 0 <= bucket(FEATURE, business_id) <= 99
    if smaller.of(FEATURE, business_id, "P") == "new":
        assert larger.of(FEATURE, business_id, "P") == "new"


async def test_every_move_of_a_label_is_in_the_audit_chain_with_what_was_before(releases, database):
    await releases.release(verdict(2), released_by="ama@example.com", note="kinder")
    await releases.release(verdict(3), released_by="ama@example.com", target="plan:STARTER")
    await releases.end(FEATURE, label=PRODUCTION, target="plan:STARTER", ended_by="kofi@example.com")
    rows = await database.fetch("SELECT actor, action, details FROM audit WHERE business_id = '' ORDER BY seq")
    assert [row[1] for row in rows[-3:]] == ["prompt.released", "prompt.released", "prompt.ended"]
    assert HASH[1] in rows[-3][2] and HASH[2] in rows[-3][2] and rows[-1][0] == "kofi@example.com"
    assert await AuditLog(database).verify_all() == {}
