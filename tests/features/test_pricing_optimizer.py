"""Prices from records to words: hard limits, reckoned effects, thin data."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.domain.sold import DayUnits
from gateway.errors import ConstraintsInfeasible, InsufficientData, NotFound
from gateway.features import pricing_optimizer
from gateway.features.price_response import (
    USUAL_ELASTICITY,
    best_price,
    bounds,
    fit,
    grid,
    read_response,
    usual_of_category,
    wholesale_price,
)
from gateway.grounding.ground import overwrite
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos

TV = {"id": "p1", "name": "TV", "unit_cost": "3750.00", "retail_price": "5000.00", "wholesale_price": "4200.00"}


def sales(weeks=30, units=3, price="5000.00"):
    return [
        {
            "id": f"s{week}",
            "created_at": f"{DEMO_DAY - timedelta(days=7 * week)}T10:00:00Z",
            "total_amount": "1",
            "items": [{"product": "p1", "quantity": units, "unit_price": price}],
        }
        for week in range(weeks)
    ]


async def ask(rows=None, product=None, **request):
    pos = InlinePos.of(products=[TV | (product or {})], sales=sales() if rows is None else rows)
    wanted = {"product_id": "p1", "optimization_goal": "profit_maximization", **request}
    return await pricing_optimizer.gather(pos, wanted, DEMO_DAY)


def suggestion(evidence):
    return evidence.computed["recommendations"]


async def test_an_unknown_product_is_not_found():
    with pytest.raises(NotFound):
        await pricing_optimizer.gather(InlinePos.of(), {"product_id": "p1", "optimization_goal": "volume"}, DEMO_DAY)


@pytest.mark.parametrize("goal", ["profit_maximization", "volume"])
async def test_without_a_cost_no_other_price_is_suggested(goal):
    """A service without a cost: nobody can tell whether a lower price keeps any margin."""
    evidence = await ask(product={"unit_cost": "0"}, optimization_goal=goal, constraints={"min_margin_percent": 15})
    assert suggestion(evidence)["suggested_retail_price"] == "5000.00"
    assert evidence.warnings == ("The price is kept: no unit cost is on record.",)
    near = {"optimization_goal": "competitive", "competitor_prices": [4800]}
    limited = await ask(product={"unit_cost": "0"}, constraints={"min_margin_percent": 15}, **near)
    assert suggestion(limited)["suggested_retail_price"] == "5000.00"
    assert suggestion(await ask(product={"unit_cost": "0"}, **near))["suggested_retail_price"] == "4800.00"


async def test_a_price_that_stays_is_not_to_be_tried_and_no_sales_are_called_so():
    kept = pricing_optimizer.fallback((await ask(product={"unit_cost": "0"})).facts)["recommendations"]["reasoning"]
    assert "This rests on 30 weeks with sales." in kept and "try it" not in kept
    unsold = pricing_optimizer.fallback((await ask(rows=[])).facts)["recommendations"]["reasoning"]
    assert "No retail sales stand behind this" in unsold and "0 weeks" not in unsold


async def test_a_product_without_a_price_has_too_little_data():
    with pytest.raises(InsufficientData):
        await ask(product={"retail_price": "0"})


async def test_impossible_constraints_are_refused_with_both_numbers():
    with pytest.raises(ConstraintsInfeasible) as refused:
        await ask(constraints={"min_margin_percent": 50})
    assert "GHS 7,500" in refused.value.detail
    assert "GHS 5,500" in refused.value.detail


async def test_the_margin_is_a_share_of_the_price():
    assert (await ask()).computed["current_pricing"]["margin_percent"] == 25


async def test_a_small_reduction_at_a_quarter_margin_costs_profit():
    evidence = await ask(optimization_goal="competitive", competitor_prices=[4850])
    assert suggestion(evidence)["suggested_retail_price"] == "4850.00"
    assert suggestion(evidence)["expected_impact"]["volume_increase_percent"] == 4
    assert suggestion(evidence)["expected_impact"]["profit_impact"] == "-8.4%"


async def test_volume_takes_the_lowest_price_that_the_limits_allow():
    evidence = await ask(optimization_goal="volume", constraints={"max_discount_percent": 10})
    assert suggestion(evidence)["suggested_retail_price"] == "4500.00"


@pytest.mark.parametrize("rows", [[], sales(5), sales(20, units=0.5)])
async def test_thin_data_keep_the_price_and_say_so(rows):
    evidence = await ask(rows)
    assert suggestion(evidence)["suggested_retail_price"] == "5000.00"
    assert suggestion(evidence)["confidence"] == 0.2
    assert "too few sales" in evidence.warnings[0]
    assert evidence.facts["statements"][0].startswith("Keep the price at GHS 5,000")


async def test_without_competitor_prices_nothing_is_made_up():
    evidence = await ask(optimization_goal="competitive")
    assert suggestion(evidence)["suggested_retail_price"] == "5000.00"
    assert "no competitor prices" in evidence.facts["statements"][0]


async def test_a_loss_today_has_no_profit_to_compare_with():
    evidence = await ask(product={"unit_cost": "5100.00"}, constraints={"max_discount_percent": 5})
    assert suggestion(evidence)["expected_impact"]["profit_impact"] == "n/a"


async def test_a_price_that_moved_tells_more_than_one_that_did_not():
    rows = [
        row
        | {"items": [{"product": "p1", "quantity": 20 if at % 2 else 5, "unit_price": "4000" if at % 2 else "5500"}]}
        for at, row in enumerate(sales(40))
    ]
    rows += [row | {"id": f"x{at}", "items": [{"product": "p2", "quantity": 20, "unit_price": "1"}]}
             for at, row in enumerate(sales(40))]  # fmt: skip
    moved, still = await ask(rows), await ask()
    assert moved.facts["elasticity"] < USUAL_ELASTICITY
    assert suggestion(moved)["confidence"] > suggestion(still)["confidence"]


async def test_without_a_wholesale_price_there_is_none_suggested():
    assert suggestion(await ask(product={"wholesale_price": "0"}))["suggested_wholesale_price"] == "0.00"


async def test_the_same_records_give_the_same_bytes():
    first, second = [await ask() for _ in range(2)]
    assert json.dumps(first.facts) == json.dumps(second.facts)


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "pricing_optimizer" / "feature.yaml").data["example"]
    evidence = await pricing_optimizer.gather(InlinePos.from_dir(DEMO_DIR, SANKOFA), example["request"], DEMO_DAY)
    words = pricing_optimizer.fallback(json.loads(json.dumps(evidence.facts)))
    assert overwrite(words, evidence.computed)[0] == example["response"]


amounts = st.decimals("0.01", "20000", places=2)
percents = st.integers(0, 90)


@settings(max_examples=80, deadline=None)
@given(
    cost=st.just(Decimal(0)) | amounts, price=amounts, wholesale=st.just(Decimal(0)) | amounts, margin=percents,
    discount=percents, goal=st.sampled_from(["profit_maximization", "volume", "competitive"]),
    others=st.lists(amounts, max_size=4), weeks=st.integers(0, 30), units=st.integers(0, 20),
)  # fmt: skip
async def test_no_suggestion_breaks_a_limit(cost, price, wholesale, margin, discount, goal, others, weeks, units):
    assume(bounds(price, cost, Decimal(margin), Decimal(discount)).is_feasible)
    evidence = await ask(
        sales(weeks, units, str(price)),
        {"unit_cost": str(cost), "retail_price": str(price), "wholesale_price": str(wholesale)},
        optimization_goal=goal,
        constraints={"min_margin_percent": margin, "max_discount_percent": discount},
        competitor_prices=[str(one) for one in others],
    )
    shown = suggestion(evidence)
    new = Decimal(shown["suggested_retail_price"])
    assert (new - cost) * 100 >= margin * new
    assert new * 100 >= price * (100 - discount)
    assert new <= price * Decimal("1.1")
    assert Decimal(shown["suggested_wholesale_price"]) <= new
    assert 0.2 <= shown["confidence"] <= 0.8
    change = shown["expected_impact"]["volume_increase_percent"]
    assert change >= 0 if new <= price else change <= 0
    assert pricing_optimizer.fallback(evidence.facts)["recommendations"]["reasoning"]
    assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 2_800


@given(price=amounts, cost=amounts)
def test_every_price_of_the_grid_lies_within_the_bounds(price, cost):
    limits = bounds(price, cost, Decimal(0), Decimal(20))
    assume(limits.is_feasible)
    found = grid(price, limits)
    assert found
    assert all(limits.floor <= one <= limits.ceiling for one in found)
    assert best_price("volume", price, cost, -1.3, limits, ()) == found[0]


@given(retail=amounts, old_retail=amounts, old=amounts, cost=amounts)
def test_wholesale_is_never_above_retail(retail, old_retail, old, cost):
    assert wholesale_price(retail, old_retail, old, cost) <= retail


def test_no_sales_leave_the_usual_elasticity():
    assert read_response([], [], DEMO_DAY).elasticity == USUAL_ELASTICITY


def in_category(number, elasticity, weeks=40):
    """A product whose price changes half-way, answered by its units with this elasticity."""
    days = []
    for week in range(weeks):
        price = 100.0 if week < weeks // 2 else 80.0
        units = round(1000 * (price / 100) ** elasticity)
        day = DEMO_DAY - timedelta(days=7 * week)
        days.append(DayUnits(day, "RETAIL", units, Decimal(str(units * price))))
    return [f"p{number}", days]


def steady(weeks=40):
    return [DayUnits(DEMO_DAY - timedelta(days=7 * n), "RETAIL", 10**6, Decimal(10**7)) for n in range(weeks)]


@pytest.mark.parametrize("elasticity", [-2.6, -0.5])
def test_a_product_without_changed_prices_of_its_own_takes_its_categorys_elasticity(elasticity):
    shop = steady()
    fits = [fit(in_category(n, elasticity)[1], shop, DEMO_DAY) for n in range(20)]
    usual = usual_of_category(fits)
    assert abs(usual - elasticity) < 0.15
    flat = [DayUnits(DEMO_DAY - timedelta(days=7 * n), "RETAIL", 5, Decimal(500)) for n in range(30)]
    assert read_response(flat, shop, DEMO_DAY, usual).elasticity == pytest.approx(usual)
    assert read_response(flat, shop, DEMO_DAY).elasticity == USUAL_ELASTICITY


def test_a_category_below_20_products_says_nothing_of_its_own():
    fits = [fit(in_category(n, -2.6)[1], steady(), DEMO_DAY) for n in range(19)]
    assert usual_of_category(fits) == USUAL_ELASTICITY


async def test_the_suggestion_rests_on_the_category_where_it_is_large_enough():
    def shop(size):
        products = [TV | {"id": f"p{n}", "category": "TVs"} for n in range(size)]
        rows = [
            {
                "id": f"s{n}-{week}", "created_at": f"{DEMO_DAY - timedelta(days=7 * week)}T10:00:00Z",
                "total_amount": "1",
                "items": [{"product": f"p{n}", "quantity": 6 if week < 20 else 30,
                           "unit_price": "5000.00" if week < 20 else "3000.00"}],
            }
            for n in range(1, size) for week in range(40)
        ]  # fmt: skip
        return InlinePos.of(products=products, sales=rows + sales(weeks=30))

    wanted = {"product_id": "p1", "optimization_goal": "volume"}
    small = await pricing_optimizer.gather(shop(19), wanted, DEMO_DAY)
    large = await pricing_optimizer.gather(shop(20), wanted, DEMO_DAY)
    impact = [one.computed["recommendations"]["expected_impact"]["volume_increase_percent"] for one in (small, large)]
    assert impact[0] != impact[1]
