"""What happened to single requests: found by any filter, page after page, each with its steps."""

import pytest

from tests.admin.visiting import text, used
from tests.service import SANKOFA, VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def listed(visitor, query=""):
    return (await visitor.api("GET", f"/admin/api/requests?{query}")).json()


async def test_before_any_request_the_page_offers_a_wider_range(place):
    page = text(await (await place.signed_in("viewer")).get("/admin/requests"))
    assert "No requests in these days with these filters." in page and "Look through the last 90 days" in page


async def test_requests_are_found_by_every_filter(place):
    await used(place, 1, cost=250_000_000)
    await used(place, 2, cost=250_000_000, degraded="deadline", owner=VOLTA)
    await used(place, 3, cost=1_000_000_000, days_ago=20)
    visitor = await place.signed_in("viewer")
    for query, wanted in [
        ("", {"request-1", "request-2"}),
        ("range=30", {"request-1", "request-2", "request-3"}),
        (f"business={VOLTA}", {"request-2"}),
        ("degraded=any", {"request-2"}),
        ("degraded=deadline", {"request-2"}),
        ("degraded=budget", set()),
        ("source=cache", set()),
        ("outcome=failed", set()),
        ("model=gpt-6.1-sol&feature=credit_risk", {"request-1", "request-2"}),
        ("since=2026-10-30&until=2026-11-02", {"request-3"}),
        ("id=request-3", {"request-3"}),
        ("id=nothing", set()),
    ]:
        found = {line["request"]["request_id"] for line in (await listed(visitor, query))["lines"]}
        assert found == wanted, query
    page = text(await visitor.get("/admin/requests"))
    assert "Volta Fresh Foods Credit risk assessment a model no answer in time" in page
    assert "GHS 4.00 USD 0.25" in page


async def test_pages_follow_each_other_without_losing_or_repeating_one(place):
    for number in range(100, 220):
        await used(place, number, cost=1000, owner=VOLTA)
    visitor, seen, address = await place.signed_in("viewer"), [], f"business={VOLTA}&id="
    while address:
        page = await listed(visitor, address)
        seen += [line["request"]["request_id"] for line in page["lines"]]
        address = page["next"].partition("?")[2]
    assert len(seen) == len(set(seen)) == 121


async def test_one_request_shows_its_steps_its_audit_line_and_a_command_to_repeat_it(place):
    await used(place, 300, cost=250_000_000, owner=SANKOFA)
    page = text(await (await place.signed_in("viewer")).get(f"/admin/requests/{SANKOFA}/request-300"))
    assert "done Limits quota and budget were reserved" in page
    assert "done Prompt credit_risk, version 1, by the route model" in page or "credit_risk, version 1" in page
    assert "HTTP status 200 after 5 ms" in page
    assert "ai.credit_risk by key-1" in page
    assert "The content of this request was not kept" in page
    assert f"-H 'X-Business-Id: {SANKOFA}'" in page


async def test_a_request_of_another_business_or_none_is_not_found(place):
    visitor = await place.signed_in("viewer")
    assert (await visitor.get(f"/admin/requests/{VOLTA}/request-300")).status == 404
    assert (await visitor.get("/admin/requests/nobody/nothing")).status == 404


@pytest.mark.parametrize(
    "query", ["after=x.y", "after=9", "since=2026-99-99", "until=%00", "business=%27%22", "id=%27%00"]
)
async def test_an_address_that_makes_no_sense_is_no_error(place, query):
    assert (await (await place.signed_in()).get(f"/admin/requests?{query}")).status in {200, 400}
