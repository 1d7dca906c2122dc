"""Demand forecast and reorder from records to words."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import NotFound
from gateway.features import inventory_forecast
from gateway.features.demand import Series, forecast, read_series, weekday_profile
from gateway.features.demand_events import (
    CHRISTMAS,
    EVE,
    HOLIDAY,
    PAY_DAY,
    SEASONS,
    EventFactors,
    events_of,
    learn_events,
)
from gateway.features.restock import REORDER, Stock, restock, stockout
from gateway.grounding.ground import overwrite
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos

PRODUCT = {"id": "p1", "name": "Gari 1kg", "category": "Groceries", "current_stock": 20, "supplier": "s1"}
SUPPLIER = {"id": "s1", "name": "Tema Depot", "lead_time_days": 4, "lead_time_sd_days": 1}


def sale(back, quantity, kind="RETAIL", **columns):
    item = {"product": "p1", "quantity": quantity, "unit_price": "5.00"}
    moment = f"{DEMO_DAY - timedelta(days=back)}T10:00:00Z"
    return {"id": f"{kind}{back}", "created_at": moment, "type": kind, "total_amount": "5", "items": [item], **columns}


def shop(sales, **changes):
    return InlinePos.of(products=[PRODUCT | changes], suppliers=[SUPPLIER], sales=sales)


async def ask(pos, **request):
    return await inventory_forecast.gather(pos, {"product_id": "p1", **request}, pos.as_of)


def answer(evidence):
    words = inventory_forecast.fallback(json.loads(json.dumps(evidence.facts)))
    return overwrite(inventory_forecast.merge(words, evidence), evidence.computed)[0]


async def test_an_unknown_product_is_not_found():
    with pytest.raises(NotFound):
        await ask(InlinePos.of())


async def test_a_product_of_another_business_is_not_found():
    theirs = (await InlinePos.from_dir(DEMO_DIR, SANKOFA).products())[0].id
    with pytest.raises(NotFound):
        await ask(InlinePos.from_dir(DEMO_DIR, AKWAABA), product_id=theirs)


async def test_steady_sales_go_on():
    evidence = await ask(shop([sale(back, 3) for back in range(60)]))
    assert evidence.computed["forecast"]["next_7_days"]["predicted_units"] == 21
    assert evidence.computed["forecast"]["next_30_days"]["predicted_units"] == 90
    assert evidence.computed["forecast"]["predicted_stockout_date"] == "2026-11-27"


async def test_counter_and_wholesale_sales_are_forecast_apart_and_added_up():
    sales = [sale(back, 3) for back in range(60)] + [sale(back, 2, "WHOLESALE") for back in range(60)]
    assert (await ask(shop(sales))).computed["forecast"]["next_7_days"]["predicted_units"] == 35


@pytest.mark.parametrize(("days", "there"), [(7, False), (30, False), (14, True), (1, True), (90, True)])
async def test_another_horizon_comes_on_top_of_the_usual_ones(days: int, there: bool):
    shown = (await ask(shop([sale(back, 3) for back in range(60)]), forecast_days=days)).computed["forecast"]
    assert ("next_n_days" in shown) is there
    if there:
        assert shown["next_n_days"]["days"] == days
        assert shown["next_n_days"]["predicted_units"] == 3 * days


async def test_without_recommendations_there_are_none():
    assert set(answer(await ask(shop([sale(3, 1)]), include_recommendations=False))) == {"product", "forecast"}


async def test_saturdays_are_busier_where_they_were():
    sales = [sale(back, 9 if (DEMO_DAY - timedelta(days=back)).weekday() == 5 else 3) for back in range(84)]
    one_day = [await ask(shop(sales), forecast_days=1, include_seasonality=on) for on in (True, False)]
    assert [one.computed["forecast"]["next_n_days"]["predicted_units"] for one in one_day] == [8, 4]


async def test_no_sale_in_ninety_days_is_no_demand_and_little_confidence():
    shown = (await ask(shop([sale(back, 3) for back in range(120, 200)]))).computed["forecast"]
    assert (shown["next_30_days"]["predicted_units"], shown["predicted_stockout_date"]) == (0, None)
    assert shown["next_30_days"]["confidence"] <= 0.3


async def test_one_sale_ever_gives_its_rate_and_little_confidence():
    shown = (await ask(shop([sale(49, 5)]))).computed["forecast"]["next_30_days"]
    assert shown["predicted_units"] == 3
    assert shown["confidence"] <= 0.3


async def test_one_of_a_thing_is_said_in_the_singular_and_a_stock_for_years_as_such():
    told = answer(await ask(shop([sale(3, 1)])))["recommendations"]["reasoning"]
    assert "In the last 4 days, all that are on record, 1 unit was sold." in told and "1 units" not in told
    years = answer(await ask(shop([sale(3, 1)], current_stock=90_000)))["recommendations"]["reasoning"]
    assert "enough for years" in years and "999" not in years


async def test_a_weighed_stock_is_told_as_it_is_on_record():
    evidence = await ask(shop([sale(back, 3) for back in range(60)], current_stock=37.375, on_order=4.125))
    told = answer(evidence)
    assert evidence.facts["stock"]["current_units"] == told["product"]["current_stock"] == 37.375
    assert "37.375 units are in stock and 4.125 on order" in told["recommendations"]["reasoning"]


async def test_cancelled_sales_are_no_demand():
    sales = [sale(back, 3, status="CANCELLED") for back in range(60)]
    assert (await ask(shop(sales))).computed["forecast"]["next_30_days"]["predicted_units"] == 0


async def test_days_without_stock_are_missing_and_not_zero():
    moved = [{"product": "p1", "date": str(DEMO_DAY - timedelta(days=59)), "type": "OPENING", "quantity": 90}]
    moved.append({"product": "p1", "date": str(DEMO_DAY - timedelta(days=19)), "type": "RECEIPT", "quantity": 70})
    sales = [sale(back, 3) for back in range(30, 60)] + [sale(back, 3) for back in range(20)]
    records = {"products": [PRODUCT | {"current_stock": 10}], "suppliers": [SUPPLIER], "sales": sales}
    known = await ask(InlinePos.of(**records, stock_movements=moved))
    unknown = await ask(InlinePos.of(**records))
    assert known.computed["forecast"]["next_30_days"]["predicted_units"] == 90
    assert unknown.computed["forecast"]["next_30_days"]["predicted_units"] < 85


async def test_an_empty_shelf_is_ordered_at_once():
    advice = (await ask(shop([sale(back, 3) for back in range(60)], current_stock=0))).computed["recommendations"]
    assert (advice["action"], advice["urgency"]) == ("REORDER", "HIGH")
    assert advice["suggested_quantity"] >= 3 * (4 + 14)


async def test_no_supplier_name_enters_the_facts():
    assert "Tema Depot" not in json.dumps((await ask(shop([sale(3, 1)]))).facts)


async def test_a_lead_time_that_nobody_knows_is_told():
    evidence = await ask(shop([sale(back, 3) for back in range(60)], supplier=None))
    assert "7 days are assumed" in evidence.warnings[0]
    assert "no lead time on record" in answer(evidence)["recommendations"]["reasoning"].lower()


async def test_the_same_records_give_the_same_bytes():
    first, second = [await ask(shop([sale(back, back % 4) for back in range(90)])) for _ in range(2)]
    assert json.dumps(first.facts) == json.dumps(second.facts)


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "inventory_forecast" / "feature.yaml").data["example"]
    evidence = await inventory_forecast.gather(InlinePos.from_dir(DEMO_DIR, SANKOFA), example["request"], DEMO_DAY)
    assert answer(evidence) == example["response"]


@pytest.mark.parametrize(
    ("day", "events"),
    [
        ("2026-12-15", (CHRISTMAS,)), ("2026-12-25", (PAY_DAY, HOLIDAY)), ("2026-12-24", (CHRISTMAS, EVE)),
        ("2026-11-27", (PAY_DAY,)), ("2026-11-12", ()), ("2026-07-01", (PAY_DAY, HOLIDAY)),
    ],
)  # fmt: skip
def test_the_days_of_events(day: str, events: tuple[str, ...]):
    assert events_of(date.fromisoformat(day)) == events


def test_a_busy_december_is_expected_again_and_chance_is_not():
    day, last = date(2025, 10, 1), date(2026, 11, 20)
    units = {}
    while day <= last:
        units[day] = 30.0 if CHRISTMAS in events_of(day) else 10.0 + (day.toordinal() * 7 % 5)
        day += timedelta(days=1)
    factors = learn_events(read_series(units, date(2025, 10, 1), last, frozenset()))
    assert 1.3 < factors(date(2026, 12, 15)) < 2.6
    assert factors(date(2026, 11, 27)) == pytest.approx(1, abs=0.05)


def year(usual, december, last=date(2026, 11, 20), first=date(2025, 10, 1)):
    """Return a series whose ordinary days differ a little, with Christmas shopping of its own."""
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return Series(
        last, tuple((december if CHRISTMAS in events_of(day) else usual) + day.toordinal() * 7 % 5 for day in days)
    )


def test_a_season_that_chance_might_have_made_counts_for_a_little():
    uneven = [0.0, 0.0, 0.0, 9.0]
    days = [date(2025, 10, 1) + timedelta(days=at) for at in range(416)]
    units = [uneven[at % 4] * (1.5 if CHRISTMAS in events_of(day) else 1) for at, day in enumerate(days)]
    assert 1.0 < learn_events(Series(days[-1], tuple(units)), None, SEASONS)(date(2026, 12, 15)) < 1.3


def test_a_product_has_its_own_season_where_it_was_sold_last_year_and_its_categorys_where_not():
    day = date(2026, 12, 15)
    category = learn_events(year(40.0, 60.0))
    gift, staple = (learn_events(year(8.0, december), category, SEASONS)(day) for december in (24.0, 8.0))
    assert staple < category(day) < gift
    young = learn_events(year(8.0, 24.0, first=date(2026, 3, 1)), category, SEASONS)
    assert young(day) == category(day)


async def test_the_forecast_before_christmas_knows_the_products_own_last_christmas():
    def busy(quantity):
        days = [(back, DEMO_DAY - timedelta(days=back)) for back in range(400)]
        return [sale(back, quantity if CHRISTMAS in events_of(day) else 5) for back, day in days]

    quiet, gift = [(await ask(shop(busy(quantity)))).computed["forecast"]["next_30_days"] for quantity in (5, 20)]
    assert quiet["predicted_units"] == 150
    assert gift["predicted_units"] > 160


def test_two_months_say_nothing_about_events():
    assert learn_events(Series(DEMO_DAY, (5.0,) * 60)).factors == {}


def test_weekday_factors_average_one():
    profile = weekday_profile(Series(DEMO_DAY, tuple(float(at % 7) for at in range(84))), EventFactors())
    assert sum(profile) == pytest.approx(7)


def test_stock_of_fifteen_at_eight_a_week_lasts_about_thirteen_days():
    assert stockout(Stock(15, 0), [8 / 7] * 181) == 14


def test_a_delivery_on_its_way_counts_from_its_day():
    assert stockout(Stock(4, 100, lead_days=10), [1.0] * 181) == 5
    assert stockout(Stock(12, 100, lead_days=10), [1.0] * 181) == 113


series = st.lists(st.none() | st.integers(0, 60).map(float), min_size=1, max_size=150)


@settings(max_examples=60, deadline=None)
@given(units=series, stock=st.integers(0, 500), coming=st.integers(0, 200), lead=st.floats(0, 60))
def test_any_series_gives_a_consistent_decision(units, stock, coming, lead):
    ahead = forecast(Series(DEMO_DAY, tuple(units)), EventFactors(), True)
    assert all(0 <= units < 1e4 for units in ahead.daily)
    assert ahead.units(7) <= ahead.units(30)
    there = Stock(stock, coming, lead, 2.0, True)
    done = restock(there, ahead.daily, ahead.deviation)
    assert (done.quantity > 0) == (done.action == REORDER)
    assert done.safety_stock <= done.reorder_point + 1
    assert done.reorder_point <= done.order_up_to
    if done.action == REORDER:
        assert there.position <= done.reorder_point
        assert there.position + done.quantity >= done.order_up_to
    assert done.urgency == "LOW" or done.stockout_days is not None


@settings(max_examples=25, deadline=None)
@given(
    sales=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40), st.sampled_from(["RETAIL", "WHOLESALE"]))),
    stock=st.integers(0, 300),
    days=st.integers(1, 90),
)
async def test_any_records_give_a_consistent_and_sourced_answer(sales, stock, days):
    rows = [sale(back, n, kind, id=str(at)) for at, (back, n, kind) in enumerate(sales)]
    evidence = await ask(shop(rows, current_stock=stock), forecast_days=days)
    shown = evidence.computed["forecast"]
    assert shown["next_7_days"]["predicted_units"] <= shown["next_30_days"]["predicted_units"]
    assert (shown["predicted_stockout_date"] is None) == (evidence.facts["days_until_stockout"] is None)
    assert 0.2 <= shown["next_30_days"]["confidence"] <= 0.95
    assert answer(evidence)["recommendations"]["reasoning"]
    assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 2_800


async def test_days_before_the_first_sale_on_record_are_unknown_and_not_days_without_demand():
    first = DEMO_DAY - timedelta(days=20)
    sales = [
        {"id": f"s{n}", "created_at": f"{first + timedelta(days=n)}T09:00:00Z", "total_amount": "20.00",
         "items": [{"product": "p1", "quantity": 2 + n % 3, "unit_price": "10.00"}]}
        for n in range(21)
    ]  # fmt: skip
    old = {
        "id": "p1",
        "name": "Waakye",
        "created_at": "2025-09-01T08:00:00Z",
        "retail_price": "10.00",
        "current_stock": 9,
    }
    pos = InlinePos.of(products=[old], sales=sales)
    evidence = await inventory_forecast.gather(pos, {"product_id": "p1"}, DEMO_DAY)
    month = evidence.computed["forecast"]["next_30_days"]
    assert month["predicted_units"] == pytest.approx(90, abs=6) and month["confidence"] <= 0.3
    said = " ".join(evidence.facts["statements"])
    assert "In the last 21 days, all that are on record, 63 units were sold." in said and "before 0" not in said
