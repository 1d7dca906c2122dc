"""Sums of a prompt's hours are the same before they are made, after, and when they are made again."""

from datetime import timedelta

from msgspec.structs import replace

from gateway.store.holdings import DAY
from gateway.store.prompt_hours import HOUR, Kind, PromptHours
from gateway.store.requests import Filter, Mark, Requests
from gateway.store.usage_days import EPOCH
from tests.store.making import NOW, claim, ledger_on, settlement

TODAY = EPOCH + timedelta(days=NOW // DAY)
FEATURE = "credit_risk"
CLEAN = {"ok": True, "checked": 4, "corrected": 0, "dropped": 0}


async def settled(ledger, *, hours_ago: float = 0, **changed) -> None:
    wish = claim(budget_cap=10**12, quota_limit=-1)
    done = settlement(wish, changed.pop("cost", 0))
    given = {"feature": FEATURE, "prompt": "credit_risk@1", "grounding": CLEAN, **changed}
    row = replace(done.row, created_at=NOW - int(hours_ago * HOUR), **given)
    await ledger.settle(await ledger.reserve(wish), replace(done, row=row))


async def shown(hours):
    found = await hours.by_day(FEATURE, TODAY - timedelta(days=9), TODAY)
    return sorted((row.day, row.prompt, row.source, row.calls, row.repaired, row.cost, row.latency_ms) for row in found)


async def test_sums_are_the_same_before_they_are_made_and_after_and_again(database):
    ledger, hours = ledger_on(database), PromptHours(database)
    await settled(ledger, hours_ago=0, cost=1)
    await settled(ledger, hours_ago=30, cost=10, prompt="credit_risk@2")
    await settled(ledger, hours_ago=30.2, cost=100, source="cache")
    await settled(ledger, hours_ago=100, cost=1000)
    await settled(ledger, hours_ago=300, cost=7)
    await settled(ledger, hours_ago=30, cost=7, feature="support_chat")
    before = await shown(hours)
    assert sum(line[5] for line in before) == 1111 and len({line[1] for line in before}) == 2
    for _ in range(2):
        assert await hours.sum_up(NOW) > 0
        assert await shown(hours) == before


async def test_what_is_written_late_is_taken_in_by_the_next_run(database):
    ledger, hours = ledger_on(database), PromptHours(database)
    await settled(ledger, hours_ago=5, cost=1)
    await hours.sum_up(NOW)
    await settled(ledger, hours_ago=6, cost=10)
    await settled(ledger, cost=100)
    await hours.sum_up(NOW)
    assert sum(line[5] for line in await shown(hours)) == 111


async def test_an_answer_counts_as_repaired_when_code_or_a_second_call_put_it_right(database):
    ledger, hours = ledger_on(database), PromptHours(database)
    await settled(ledger, grounding=CLEAN)
    await settled(ledger, grounding={})
    await settled(ledger, grounding={**CLEAN, "corrected": 1})
    await settled(ledger, grounding={**CLEAN, "dropped": 10})
    await settled(ledger, grounding=CLEAN, attempts=2)
    assert sum(line[4] for line in await shown(hours)) == 3


async def test_rare_requests_are_found_wherever_they_are_and_page_by_page(database):
    ledger, hours, requests = ledger_on(database), PromptHours(database), Requests(database)
    for hours_ago in (0, 0.5, 3, 26, 26.1, 90):
        await settled(ledger, hours_ago=hours_ago)
    for hours_ago in (0.2, 3.1, 26.2, 90.1, 200):
        await settled(ledger, hours_ago=hours_ago, model="rare", status=500, degraded="ungrounded")
    whole = (NOW - 20 * DAY, NOW + 1)
    rare = [
        Filter(*whole, model="rare"), Filter(*whole, degraded="any"), Filter(*whole, degraded="ungrounded"),
        Filter(*whole, outcome="failed"), Filter(*whole, feature=FEATURE, model="rare", outcome="failed"),
    ]  # fmt: skip
    for summed in (False, True):
        if summed:
            await hours.sum_up(NOW)
        for which in rare:
            found = await requests.page(which, 50)
            assert [row.model for row in found] == ["rare"] * 5, (which, summed)
            assert [row.created_at for row in found] == sorted((row.created_at for row in found), reverse=True)
            first = await requests.page(which, 2)
            rest = await requests.page(which, 50, Mark(first[-1].created_at, first[-1].request_id))
            assert [*first, *rest] == found
        assert await requests.page(Filter(*whole, model="none"), 50) == []
        assert len(await requests.page(Filter(*whole, feature=FEATURE), 50)) == 11
        assert len(await requests.page(Filter(*whole, feature=FEATURE, outcome="ok"), 50)) == 6


async def test_hours_without_such_a_request_are_left_out(database):
    ledger, hours = ledger_on(database), PromptHours(database)
    for hours_ago in (5, 50, 51, 100):
        await settled(ledger, hours_ago=hours_ago, model="rare")
    await hours.sum_up(NOW)
    found = await hours.hours_of(Kind(model="rare"), NOW - 10 * DAY, NOW)
    assert sum(until - since for since, until in found) < 12 * HOUR
    assert [since for since, _ in found] == sorted((since for since, _ in found), reverse=True)


async def test_without_any_request_there_is_nothing_to_sum(database):
    hours = PromptHours(database)
    assert await hours.sum_up(NOW) == 0
    assert await shown(hours) == []
