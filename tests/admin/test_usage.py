"""Usage and cost: every split adds up, beside the range before it, with and without the hourly sums."""

import csv
import io

import pytest

from gateway.store.usage_days import UsageDays
from tests.admin.visiting import text, used
from tests.service import VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def shown(visitor, query=""):
    return (await visitor.api("GET", f"/admin/api/usage?{query}")).json()


async def test_without_any_request_nothing_is_a_zero_that_looks_like_a_figure(place):
    page = text(await (await place.signed_in("viewer")).get("/admin/usage"))
    assert "Nothing was spent in these days." in page and "Refused or failed – no data" in page


@pytest.mark.parametrize("summed", [False, True])
async def test_every_split_adds_up_before_and_after_days_are_summed(place, summed):
    if summed:
        assert await UsageDays(place.service.store.database).sum_up(place.clock.now())
    else:
        await used(place, 1, cost=250_000_000)
        await used(place, 2, cost=500_000_000, owner=VOLTA, degraded="deadline")
        await used(place, 3, cost=250_000_000, days_ago=3)
        await used(place, 4, cost=2_000_000_000, days_ago=9)
    visitor = await place.signed_in("viewer")
    week = await shown(visitor, "range=7")
    assert week["cost"] == {"nano": 1_000_000_000, "ghs": "GHS 16.00", "usd": "USD 1.00"}
    assert week["cost_before"]["nano"] == 2_000_000_000 and week["change"] == -50
    for split in ("features", "businesses", "models"):
        assert sum(each["cost"]["nano"] for each in week[split]) == 1_000_000_000, split
    assert sum(sums["calls"] for _, sums, _ in week["days"]) == 3
    assert {each["title"]: each["percent"] for each in week["businesses"]} == {
        "Volta Fresh Foods": 50,
        "Sankofa Stores Ltd": 50,
    }
    # 3 dollars so far this month, 1 in the last seven days of which the tenth of the month is left.
    assert week["heading"]["spent"]["nano"] == 3_000_000_000
    assert week["heading"]["projected"]["nano"] == 3_000_000_000 + 10 * (1_000_000_000 // 7)


async def test_the_export_holds_every_day_feature_and_model(place):
    answer = await (await place.signed_in("viewer")).get("/admin/usage/export.csv?range=30")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert sum(int(row["requests"]) for row in rows) == 4
    assert rows[0]["cost_usd"] == "2.000000000" and rows[0]["cost_ghs"] == "32.000000"


async def test_the_export_needs_somebody_who_signed_in(place):
    assert (await place.visitor().get("/admin/usage/export.csv")).status == 401


@pytest.mark.parametrize("query", ["range=x", "since=x", "since=2027-01-01", "since=1900-01-01", "until=0001-01-01"])
async def test_a_range_that_makes_no_sense_is_no_error(place, query):
    assert (await (await place.signed_in()).get(f"/admin/usage?{query}")).status == 200
