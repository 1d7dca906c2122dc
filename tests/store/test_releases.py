"""Nothing goes live without a passed verdict, whoever tries, and with whatever tool."""

import sqlite3
from contextlib import closing

import pytest

from gateway.domain.verdict import Verdict
from gateway.errors import NotFound
from gateway.store.database import ConstraintViolation
from gateway.store.releases import ImportedVersion, NotPassed, Releases, VersionChanged
from gateway.store.snapshot import Snapshots
from gateway.store.sqlite import sqlite_path
from tests.store.making import SetClock

HASH = {number: str(number) * 64 for number in (1, 2, 3)}
SUITE = "e" * 64
INSERT = (
    "INSERT INTO release (id, feature, label, target, content_hash, model, suite_hash, outcome, released_by, note, "
    "created_at) VALUES ('r', 'credit_risk', 'production', '*', $1, 'gpt-6.1-sol', $2, $3, 'x', '', 1)"
)


def version(number, content_hash=None):
    return ImportedVersion("credit_risk", number, content_hash or HASH[number], "{}")


def verdict(number=1, outcome="passed", model="gpt-6.1-sol"):
    return Verdict("credit_risk", number, HASH[number], model, SUITE, outcome, {"cases": 40})


@pytest.fixture
def snapshots(database):
    return Snapshots(database)


@pytest.fixture
async def releases(database, snapshots):
    made = Releases(database, SetClock(), snapshots.refresh)
    await made.import_versions([version(1), version(2)])
    return made


async def test_a_passed_version_goes_live(releases, snapshots):
    await releases.record_verdicts([verdict()], "ci")
    assert snapshots.live("credit_risk") is await releases.live("credit_risk") is None
    await releases.release(verdict(), released_by="ci")
    assert snapshots.live("credit_risk") == await releases.live("credit_risk") == HASH[1]


@pytest.mark.parametrize("outcome", ["failed", "not_enough_evidence"])
async def test_a_version_that_has_not_passed_is_refused(releases, outcome):
    await releases.record_verdicts([verdict(outcome=outcome)], "ci")
    with pytest.raises(NotPassed):
        await releases.release(verdict(outcome=outcome), released_by="x")
    with pytest.raises(NotPassed):  # what the caller holds is not what is stored
        await releases.release(verdict(), released_by="x")
    assert await releases.live("credit_risk") is None


@pytest.mark.parametrize("stored", [None, "failed", "not_enough_evidence"])
@pytest.mark.parametrize("claimed", ["passed", "failed"])
async def test_direct_sql_cannot_release_without_a_passed_verdict(database, releases, stored, claimed):
    if stored:
        await releases.record_verdicts([verdict(outcome=stored)], "ci")
    with pytest.raises(ConstraintViolation):
        await database.execute(INSERT, HASH[1], SUITE, claimed)


async def test_direct_sql_cannot_move_a_release_onto_an_unproven_version(database, releases):
    await releases.record_verdicts([verdict(), verdict(2, "failed")], "ci")
    await releases.release(verdict(), released_by="ci")
    for change in (f"content_hash = '{HASH[2]}'", "model = 'other'", "outcome = 'failed'", "feature = 'support_chat'"):
        with pytest.raises(ConstraintViolation):
            await database.execute(f"UPDATE release SET {change}")


async def test_a_verdict_that_carries_a_release_stays_passed(database, releases):
    await releases.record_verdicts([verdict()], "ci")
    await releases.release(verdict(), released_by="ci")
    with pytest.raises(ConstraintViolation):
        await releases.record_verdicts([verdict(outcome="failed")], "ci")
    with pytest.raises(ConstraintViolation):
        await database.execute("DELETE FROM verdict")
    await releases.record_verdicts([verdict()], "ci again")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL checks them on every connection
async def test_a_connection_that_checks_no_foreign_keys_is_refused_too(database, releases):
    await releases.record_verdicts([verdict(), verdict(2, "failed")], "ci")
    await releases.release(verdict(), released_by="ci")
    with closing(sqlite3.connect(sqlite_path(database.url))) as stray:
        assert stray.execute("PRAGMA foreign_keys").fetchone() == (0,)
        stray.execute("CREATE TEMP TABLE copy AS SELECT * FROM release")
        stray.execute("UPDATE temp.copy SET id = 'r', content_hash = ?", (HASH[2],))
        for sql in (
            "INSERT INTO release SELECT * FROM temp.copy",
            f"UPDATE release SET content_hash = '{HASH[2]}'",
            "UPDATE verdict SET outcome = 'failed'",
            "DELETE FROM verdict",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                stray.execute(sql)


async def test_rolling_back_returns_to_the_version_before(releases, snapshots):
    await releases.record_verdicts([verdict(), verdict(2)], "ci")
    await releases.release(verdict(1), released_by="ci")
    with pytest.raises(NotFound):
        await releases.roll_back("credit_risk", released_by="x")
    await releases.release(verdict(2), released_by="ci")
    assert snapshots.live("credit_risk") == HASH[2]
    assert await releases.roll_back("credit_risk", released_by="x") == HASH[1]
    assert snapshots.live("credit_risk") == HASH[1]


async def test_the_last_release_is_live_though_the_clock_was_set_back(database, releases):
    await releases.record_verdicts([verdict(), verdict(2)], "ci")
    await releases.release(verdict(2), released_by="ci")
    await Releases(database, SetClock(1)).release(verdict(1), released_by="ci")
    assert await releases.live("credit_risk") == HASH[1]


async def test_labels_and_targets_do_not_touch_production(releases):
    await releases.record_verdicts([verdict(), verdict(2)], "ci")
    await releases.release(verdict(1), released_by="ci")
    await releases.release(verdict(2), released_by="ci", label="canary")
    await releases.release(verdict(2), released_by="ci", target="STARTER")
    assert await releases.live("credit_risk") == HASH[1]
    assert await releases.live("credit_risk", label="canary") == HASH[2]


async def test_a_model_is_proven_for_the_very_content(releases, snapshots):
    await releases.record_verdicts([verdict(), verdict(2, "failed")], "ci")
    assert snapshots.proven(HASH[1], "gpt-6.1-sol")
    assert not snapshots.proven(HASH[1], "gpt-6-luna")
    assert not snapshots.proven(HASH[2], "gpt-6.1-sol")


async def test_importing_again_changes_nothing(releases):
    assert await releases.import_versions([version(1), version(2)]) == 0
    assert await releases.import_versions([version(1), version(3)]) == 1


async def test_a_changed_version_is_refused_with_both_hashes_and_takes_nothing_in(database, releases):
    with pytest.raises(VersionChanged) as refused:
        await releases.import_versions([version(3), version(1, "f" * 64)])
    assert HASH[1] in str(refused.value)
    assert "f" * 64 in str(refused.value)
    assert len(await database.fetch("SELECT version FROM prompt_version")) == 2


async def test_a_verdict_needs_a_known_content(releases):
    with pytest.raises(ConstraintViolation):
        await releases.record_verdicts([verdict(3)], "ci")
