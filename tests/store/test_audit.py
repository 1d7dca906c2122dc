"""Whatever is done to a line, the chain tells from where on."""

import asyncio

import pytest

from gateway.domain.ledger import AuditEntry
from gateway.store.audit import AuditLog
from gateway.store.audit_months import file_lines
from gateway.store.database import open_database
from gateway.store.holdings import DAY
from gateway.store.overview import Overview
from tests.store.making import BUSINESS, NOW


@pytest.fixture
async def chain(database):
    """A log with five lines."""
    log = AuditLog(database)
    for number in range(5):
        await log.append(AuditEntry(BUSINESS, "key-1", "release", f"v{number}", NOW, {"b": number, "a": "ä"}))
    return log


async def test_an_untouched_chain_verifies(chain):
    assert await chain.verify(BUSINESS) is None
    assert await chain.verify("a business without lines") is None


@pytest.mark.parametrize(
    ("tampering", "first_broken"),
    [
        ("UPDATE audit SET actor = 'someone else' WHERE seq = 3", 3),
        ("UPDATE audit SET details = '{}' WHERE seq = 1", 1),
        ("UPDATE audit SET at = at + 1 WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit_head SET hash = 'x'", 6),
        ("UPDATE audit SET seq = 9 WHERE seq = 4", 4),
    ],
)
async def test_tampering_is_found_where_it_happened(database, chain, tampering, first_broken):
    owner = open_database(database.url, as_owner=True)  # the service itself may not
    await owner.open()
    await owner.execute(tampering)
    await owner.close()
    assert await chain.verify(BUSINESS) == first_broken
    assert await chain.verify_all() == {BUSINESS: first_broken}


async def test_writers_at_once_build_one_chain(database):
    log = AuditLog(database)
    entries = [AuditEntry(BUSINESS, "key-1", "release", str(number), NOW, {}) for number in range(40)]
    await asyncio.gather(*(log.append(entry) for entry in entries))
    assert await log.verify(BUSINESS) is None
    assert len(await database.fetch("SELECT seq FROM audit")) == 40


async def test_businesses_have_chains_of_their_own(chain):
    await chain.append(AuditEntry("another", "key-2", "release", "v1", NOW, {}))
    assert await chain.verify("another") is None
    assert await chain.verify_all() == {}


async def month_by_month(database, months=8) -> AuditLog:
    """Return a log with a line of each of the last months, the oldest first."""
    log = AuditLog(database)
    for ago in range(months, 0, -1):
        await log.append(AuditEntry(BUSINESS, "key-1", "release", f"{ago} ago", NOW - ago * 31 * DAY, {}))
    return log


async def test_the_chain_goes_on_through_the_months_that_were_filed_away(database):
    log = await month_by_month(database)
    before = await Overview(database).audit_lines(BUSINESS, 20)
    assert await file_lines(database, NOW) == (0 if database.dialect == "sqlite" else 6)
    assert await file_lines(database, NOW) == 0
    assert await Overview(database).audit_lines(BUSINESS, 20) == before
    await log.append(AuditEntry(BUSINESS, "key-1", "release", "today", NOW, {}))
    assert await log.verify_all() == {}
    assert len(await database.fetch("SELECT seq FROM audit_all")) == 9


@pytest.mark.parametrize(
    ("tampering", "first_broken"),
    [
        ("UPDATE {} SET actor = 'someone else' WHERE seq = 3", 3),
        ("DELETE FROM {} WHERE seq = 2", 2),
        ("DELETE FROM {}", 1),
    ],
)
async def test_tampering_with_a_month_filed_away_is_found(database, tampering, first_broken):
    log = await month_by_month(database)
    await file_lines(database, NOW)
    owner = open_database(database.url, as_owner=True)
    await owner.open()
    await owner.execute(tampering.format("audit" if database.dialect == "sqlite" else "audit_past"))
    await owner.close()
    assert await log.verify_all() == {BUSINESS: first_broken}
