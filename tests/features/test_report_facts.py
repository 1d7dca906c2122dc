"""Report narrative: which facts are found in a report, and what the rules say of them."""

import json

import pytest

from gateway.errors import InsufficientData
from gateway.features import report_narrative
from gateway.features.report_scan import scan
from tests.features.fakes import DEMO_DAY, InlinePos

MONTHS = [{"month": f"2026-{m:02d}", "sales": s} for m, s in ((7, 90_000), (8, 95_000), (9, 99_000), (10, 110_000))]


async def gather(data, report_type="financial_summary"):
    return await report_narrative.gather(InlinePos(), {"report_type": report_type, "data": data}, DEMO_DAY)


async def facts_of(data):
    return json.loads(json.dumps((await gather(data)).facts))["facts"]


async def one(data, kind, **wanted):
    """Return the only fact of a kind that has these values."""
    found = [f for f in await facts_of(data) if f["kind"] == kind and wanted.items() <= f.items()]
    assert len(found) == 1, found
    return found[0]


def narrative(evidence):
    return report_narrative.fallback(json.loads(json.dumps(evidence.facts)))["ai_narrative"]


@pytest.mark.parametrize("data", [{}, {"note": "all well"}, {"rows": [], "id": 7, "ok": True}, {"phone": "0244123456"}])
async def test_a_report_without_any_figure_is_refused_with_what_to_send(data):
    with pytest.raises(InsufficientData) as refused:
        await gather(data)
    assert "previous_revenue" in refused.value.detail


@pytest.mark.parametrize(
    "data",
    [
        {"revenue": "150,000.00", "previous_revenue": "125,000.00"},
        {"revenue": 150000, "revenue_last_month": 125000},
        {"current": {"revenue": 150000}, "previous": {"revenue": 125000}},
        {"this_month": {"revenue": "150000.00"}, "last_month": {"revenue": "125000.00"}},
        {"revenue": {"current": 150000, "previous": 125000}},
        {"currentRevenue": 150000, "previousRevenue": 125000},
        {"data": {"summary": {"revenue_this_period": 150000, "revenue_prior_period": 125000}}},
        {"revenue": {"total": 150000, "last_month": 125000}},
    ],
)
async def test_now_and_before_are_paired_however_they_are_named(data):
    fact = await one(data, "change")
    assert (fact["value"], fact["before"], fact["change"]) == ("GHS 150,000", "GHS 125,000", "20%")
    assert (fact["direction"], fact["reading"]) == ("up", "good")


async def test_a_rise_from_nothing_has_no_percentage():
    fact = await one({"revenue": 500, "previous_revenue": 0}, "change")
    assert "change" not in fact
    assert fact["difference"] == "GHS 500"
    assert (
        narrative(await gather({"revenue": 500, "previous_revenue": 0}))["summary"]
        == "Revenue rose from GHS 0 to GHS 500."
    )


async def test_percentages_change_by_points():
    fact = await one({"margin_percent": "25%", "previous_margin_percent": "22.5%"}, "change")
    assert fact["change"] == "2.5 points"


async def test_a_rise_in_what_is_owed_is_bad():
    data = {"overdue_amount": 120, "previous_overdue_amount": 100}
    assert (await one(data, "change"))["reading"] == "bad"
    told = narrative(await gather(data))
    assert told["risk_factors"] == ["Overdue amount rose by 20% to GHS 120, from GHS 100."]
    assert "unpaid invoices" in told["recommendations"][0]


async def test_contributions_are_shares_of_the_whole_change():
    rows = [
        {"category": name, "revenue": now, "previous_revenue": before}
        for name, now, before in (("Rice", 160, 100), ("Oil", 90, 100), ("Soap", 150, 100))
    ]
    parts = {
        f["of"]: f["contribution"] for f in await facts_of({"categories": rows}) if f["kind"] == "change" and "of" in f
    }
    assert parts == {"Rice": "60%", "Soap": "50%", "Oil": "-10%"}


async def test_only_the_five_largest_contributions_are_told():
    rows = [{"name": f"Category {c}", "sales": 100 + i, "previous_sales": 100} for i, c in enumerate("ABCDEFGH")]
    told = [f["of"] for f in await facts_of({"categories": rows}) if "contribution" in f]
    assert told == [f"Category {c}" for c in "HGFED"]


async def test_the_overdue_part_of_what_is_outstanding_is_told():
    fact = await one({"receivables": {"outstanding": "400.00", "overdue": "100.00"}}, "part")
    assert (fact["share"], fact["reading"]) == ("25%", "bad")


async def test_two_lists_of_entries_are_matched_by_name_not_by_place():
    now, before = [("Oil", 5), ("Rice", 8)], [("Rice", 4), ("Oil", 10)]
    data = {
        "current": {"products": [{"name": n, "sales": s} for n, s in now]},
        "previous": {"products": [{"name": n, "sales": s} for n, s in before]},
    }
    assert (await one(data, "change", of="Rice"))["change"] == "100%"
    assert (await one(data, "change", of="Oil"))["change"] == "-50%"


async def test_a_margin_is_split_into_quantity_mix_and_price_and_the_parts_add_up():
    rows = [
        {"name": "Rice", "quantity": 120, "previous_quantity": 100, "profit": 1500, "previous_profit": 1000},
        {"name": "Oil", "quantity": 50, "previous_quantity": 50, "profit": 900, "previous_profit": 1000},
    ]
    found = [f for f in await facts_of({"products": rows}) if f["kind"] == "effect"]
    effects = {f["cause"]: float(f["value"].replace("GHS ", "").replace(",", "")) for f in found}
    assert set(effects) == {"quantity sold", "mix of products", "price and cost per unit"}
    assert sum(effects.values()) == pytest.approx(400)
    assert effects["price and cost per unit"] == pytest.approx(200)


@pytest.mark.parametrize(
    ("values", "trend"),
    [([100, 104, 108, 113], "growing"), ([100, 99, 101, 100], "stable"), ([100, 90, 80, 70], "declining")],
)
async def test_four_periods_make_a_trend(values, trend):
    rows = [{"month": f"2026-0{i + 1}", "sales": v} for i, v in enumerate(values)]
    assert (await one({"monthly": rows}, "trend"))["trend"] == trend


async def test_three_periods_make_no_trend_but_a_last_step():
    facts = await facts_of({"monthly": MONTHS[:3]})
    assert [f["kind"] for f in facts] == ["last_step"]
    assert facts[0]["period"] == "2026-09"


async def test_periods_listed_newest_first_are_put_in_order():
    assert (await one({"monthly": MONTHS[::-1]}, "last_step"))["period"] == "2026-10"


async def test_a_value_far_from_all_others_is_told_as_unusual():
    rows = [{"date": f"2026-11-{d:02d}", "sales": 1000 + d} for d in range(1, 15)]
    rows[5]["sales"] = 9_000
    assert (await one({"daily": rows}, "unusual"))["period"] == "2026-11-06"


async def test_a_stated_growth_that_the_figures_contradict_is_a_risk():
    data = {"revenue": 150000, "previous_revenue": 125000, "revenue_growth": "25%"}
    fact = await one(data, "mismatch")
    assert (fact["value"], fact["computed"]) == ("25%", "20%")
    assert any("its own figures give 20%" in risk for risk in narrative(await gather(data))["risk_factors"])


async def test_a_stated_growth_that_is_right_is_not_repeated():
    facts = await facts_of({"revenue": 150000, "previous_revenue": 125000, "revenue_growth": 20})
    assert [f["kind"] for f in facts] == ["change"]


async def test_parts_that_exceed_the_stated_total_are_a_risk():
    rows = [{"category": "Rice", "sales": 700}, {"category": "Oil", "sales": 600}]
    fact = await one({"total_sales": 1000, "categories": rows}, "mismatch")
    assert (fact["value"], fact["computed"]) == ("GHS 1,000", "GHS 1,300")


async def test_a_breakdown_by_name_gives_shares():
    fact = await one({"sales_by_method": {"cash": "60.00", "momo": "30.00", "card": "10.00"}}, "share", of="cash")
    assert (fact["share"], fact["reading"]) == ("60%", "bad")


async def test_old_debt_in_an_aging_table_is_bad_and_fresh_debt_is_not():
    aging = {"current": "600.00", "1_30_days": "200.00", "over_90_days": "200.00"}
    assert (await one({"ar_aging": aging}, "share", of="over 90 days"))["reading"] == "bad"
    assert "reading" not in await one({"ar_aging": aging}, "share", of="current")


async def test_a_mere_top_list_gives_no_shares():
    rows = [{"name": "Rice", "sales": 60}, {"name": "Oil", "sales": 40}]
    assert {f["kind"] for f in await facts_of({"top_products": rows})} == {"highest", "lowest"}
    with_total = await facts_of({"total_sales": 1000, "top_products": rows})
    assert "6%" in {f.get("share") for f in with_total}


async def test_ids_years_phones_and_flags_are_no_figures():
    data = {
        "sales": 10,
        "id": 99,
        "invoice_number": "12",
        "year": 2026,
        "phone": "233244123456",
        "ok": True,
        "sku": "77",
    }
    assert [(f["about"], f["value"]) for f in await facts_of(data)] == [("sales", "GHS 10")]


async def test_names_of_customers_are_marked_for_masking():
    evidence = await gather(
        {"top_customers": [{"name": "Yaa Quarcoo", "sales": 60}, {"name": "Kojo Tetteh", "sales": 40}]}
    )
    marked = {pointer for pointer, kind in evidence.pii.items() if kind == "person-or-business"}
    assert marked == {"/facts/0/of", "/facts/1/of"}
    assert not any(pointer.endswith(("/of", "/about")) for pointer in evidence.plain)


async def test_the_data_come_back_untouched():
    data = {"revenue": "150,000.00", "rows": [{"a": [1, {"b": None}]}], "note": "{F1}"}
    assert (await gather(data)).computed == {"report_type": "financial_summary", "data": data}


async def test_a_huge_report_is_cut_to_what_a_prompt_can_hold_and_says_so():
    rows = [{"name": f"Product {i}", **{f"sales_{k}": i * k for k in range(10)}} for i in range(500)]
    evidence = await gather({"products": rows})
    assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 2_800
    assert any("left out" in text for text in evidence.warnings)
    assert any("beyond the limit" in text for text in evidence.warnings)


async def test_a_very_deep_report_is_read_down_to_a_bound():
    data = {"revenue": 5}
    for _ in range(60):
        data = {"sales": 5, "more": data}
    assert any("beyond the limit" in text for text in (await gather(data)).warnings)


def test_figures_of_different_things_are_never_added_up():
    data = {"revenue": {"current": 900, "previous": 1000}, "orders": {"current": 55, "previous": 50}}
    texts = " ".join(str(change.spot.about) for change in scan(data).changes)
    assert "revenue" in texts
    assert "orders" in texts
    assert all(not change.spot.group for change in scan(data).changes)


async def test_a_count_of_sales_is_not_told_as_money():
    beside = await facts_of({"sales": 312, "revenue": "41,200.00"})
    assert {f["about"]: f["value"] for f in beside} == {"sales": "312", "revenue": "GHS 41,200"}
    assert [f["value"] for f in await facts_of({"sales": 1})] == ["1"]
    assert [f["value"] for f in await facts_of({"sales": 41_200})] == ["GHS 41,200"]
    goods = {"product": "Rice", "sales": 700, "cost": 500}
    assert {f["about"]: f["value"] for f in await facts_of(goods)}["sales"] == "GHS 700"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("overdue_customers", 9, "9"),
        ("outstanding_invoices", 14, "14"),
        ("credit_sales_orders", 120, "120"),
        ("outstanding_invoices", 1420.5, "GHS 1,420.50"),
        ("receivables_from_customers", 1420, "GHS 1,420"),
        ("cost_of_items", 1420, "GHS 1,420"),
    ],
)
async def test_what_a_key_ends_in_is_counted_unless_it_says_what_it_is_worth(key, value, told):
    assert (await one({"summary": {key: value}}, "level"))["value"] == told
