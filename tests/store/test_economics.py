"""Unit economics and projections agree with what the ledger wrote."""

from datetime import date
from decimal import Decimal

from gateway.domain.caller import Business
from gateway.domain.ledger import UNLIMITED
from gateway.domain.money import ExchangeRate
from gateway.library.policy import load_policy
from gateway.settings import ROOT
from gateway.store.businesses import Businesses
from gateway.store.economics import Economics, project
from tests.store.making import BUSINESS, SetClock, claim, ledger_on, settlement

PLANS = load_policy(ROOT / "gateway" / "policy").plans
RATE = ExchangeRate(Decimal(16), date(2024, 1, 1))
TODAY = date(2026, 11, 22)
DOLLAR = 1_000_000_000


async def spend(database, business_id, cost):
    wanted = claim(business_id=business_id, amount=cost, budget_cap=10**12, quota_limit=UNLIMITED)
    ledger = ledger_on(database)
    await ledger.settle(await ledger.reserve(wanted), settlement(wanted, cost=cost))


async def test_the_dearest_come_first_and_those_above_thirty_percent_warn(database):
    businesses = Businesses(database, SetClock())
    for name, plan in (("a", "STARTER"), ("b", "ENTERPRISE"), ("c", "gone")):
        await businesses.put(Business(name, f"Shop {name}", plan))
    await spend(database, "a", 2 * DOLLAR)
    await spend(database, "b", 1 * DOLLAR)
    rows = await Economics(database).per_business("2026-11", PLANS, RATE)
    shown = [(row.business_id, row.cost_ghs, row.warning) for row in rows]
    assert shown == [("a", 32, True), ("b", 16, False), ("c", 0, False)]
    assert [row.margin_ghs for row in rows] == [67, 383, 0]
    assert rows[0].share == Decimal(32) / 99 and rows[2].share is None
    assert all(row.cost_nano_usd == 0 for row in await Economics(database).per_business("2026-12", PLANS, RATE))


async def test_a_projection_goes_on_at_the_pace_of_the_last_days(database):
    await spend(database, BUSINESS, 7 * DOLLAR)
    found = await Economics(database).projection(BUSINESS, TODAY, "Africa/Accra", 100 * DOLLAR)
    assert (found.period, found.spent, found.per_day) == ("2026-11", 7 * DOLLAR, DOLLAR)
    assert (found.projected, found.exhausted_on) == (15 * DOLLAR, None)
    tight = await Economics(database).projection(BUSINESS, TODAY, "Africa/Accra", 10 * DOLLAR)
    assert (tight.projected, tight.exhausted_on) == (10 * DOLLAR, date(2026, 11, 25))
    nobody = await Economics(database).projection("nobody", TODAY, "Africa/Accra", 1)
    assert (nobody.spent, nobody.projected, nobody.exhausted_on) == (0, 0, None)


def test_a_month_that_is_used_up_is_used_up_today_and_its_last_day_projects_nothing_more():
    assert project("2026-11", TODAY, 5, 1, 5).exhausted_on == TODAY
    assert project("2026-11", date(2026, 11, 30), 5, 3, 50).projected == 5
    assert project("2026-02", date(2026, 2, 27), 5, 3, 50).projected == 8
