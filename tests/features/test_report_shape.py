"""Reports as a real POS sends them: nothing is added up, compared or called a person's that is not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.features.report_shape import shaped
from gateway.grounding.ground import ground
from tests.features.test_report_facts import gather, narrative

SUMMARY = {"total_sales": 196164.5, "total_transactions": 195, "growth_rate": -2.58}
PAST = {
    "start": "2026-09-01",
    "end": "2026-09-30",
    "total_sales": 201360.41,
    "total_transactions": 212,
    "growth": -2.58,
}


async def told(data: dict[str, Any]) -> str:
    return json.dumps(narrative(await gather(data)))


async def test_a_comparison_in_a_place_of_its_own_is_the_past_of_the_summary():
    text = await told({"success": True, "data": {"summary": SUMMARY, "comparison": {"previous_period": PAST}}})
    assert "Total sales fell by 2.6% to GHS 196,164.50, from GHS 201,360.41." in text
    assert "Total transactions fell by 8% to 195, from 212." in text
    assert "to GHS 201,360.41" not in text
    assert "revious period total" not in text


async def test_a_growth_that_the_figures_contradict_is_told():
    wrong = {**SUMMARY, "growth_rate": 12.0}
    text = await told({"data": {"summary": wrong, "comparison": {"previous_period": PAST}}})
    assert "The report states 12%" in text


async def test_rows_of_name_and_value_are_figures_of_different_things():
    text = await told(
        {
            "kpis": [
                {"name": "Revenue", "value": 41200, "previous": 39800, "unit": "GHS"},
                {"name": "Orders", "value": 52, "previous": 61},
                {"name": "Refund rate", "value": "1.2%", "previous": "0.8%"},
            ]
        }
    )
    assert "Revenue rose by 3.5% to GHS 41,200" in text
    assert "Orders fell by 14.8% to 52, from 61." in text
    assert "Refund rate rose by 0.4 points" in text
    assert "41,25" not in text, "revenue, orders and rates are never added up"


async def test_rows_of_products_stay_a_list():
    text = await told({"products": [{"name": "Rice", "value": 900}, {"name": "Oil", "value": 100}]})
    assert "Rice made up 90%" in text


async def test_the_day_of_a_customer_s_last_purchase_makes_no_series_of_customers():
    rows = [
        {"customer_name": "Ama Serwaa", "total_purchases": 15000.0, "last_purchase_date": "2026-10-30"},
        {"customer_name": "Kojo Antwi", "total_purchases": 9000.0, "last_purchase_date": "2026-09-02"},
    ]
    text = await told({"results": rows})
    assert "rose by" not in text and "fell by" not in text
    assert "Ama Serwaa" in text


async def test_rows_without_a_name_are_no_totals():
    hours = [{"hour": 11, "sales": 40210.0}, {"hour": 15, "sales": 31002.5}, {"hour": 10, "sales": 22110.0}]
    text = await told({"summary": {"total_sales": 196164.5}, "top_selling_hours": hours})
    assert "report states" not in text
    assert "the hour from 11:00" in text.lower()


AGED = {
    "total_balance": 18000.0, "current": 0.0, "1_30_days": 0.0, "31_60_days": 0.0, "61_90_days": 10000.0,
    "over_90_days": 8000.0,
}  # fmt: skip


async def test_a_page_of_debtors_is_not_all_of_them():
    page = [
        {"customer_name": "Adom Mini Mart", **AGED, "total_balance": 42000.0},
        {"customer_name": "Kwaku Ltd", **AGED},
    ]
    report = {"summary": {"total_ar_outstanding": 238725.66}, "results": page, "pagination": {"total_count": 23}}
    text = await told({"success": True, "data": report})
    assert all(claim not in text for claim in ("made up", "more than", "highest", "lowest"))
    assert "Debt over 90 days overdue of Kwaku Ltd came to GHS 8,000." in text


async def test_customers_with_a_balance_are_counted_not_paid():
    assert "Total customers with balance came to 23." in await told({"total_customers_with_balance": 23})


async def test_empty_shelves_and_losses_are_bad_in_themselves():
    text = await told({"low_stock": 6, "out_of_stock": 2, "shrinkage": {"value": "1425.00", "units": 38}})
    assert "Reorder what is low or out of stock" in text
    assert "find out where goods are lost" in text


async def test_scores_are_not_added_up():
    rows = [{"segment_name": "Champions", "recency_score": 5}, {"segment_name": "Hibernating", "recency_score": 1}]
    assert "83.3%" not in await told({"segments": rows})


async def test_a_day_against_the_day_before_is_no_news():
    days = [{"date": f"2026-10-0{n}", "sales": value} for n, value in ((1, 6200), (2, 7400), (3, 5100), (5, 900))]
    assert "the period before" not in await told({"breakdown": days})


async def test_the_period_is_found_inside_the_envelope_and_is_not_the_one_before():
    summary = {**SUMMARY, "period": {"start": "2026-10-01", "end": "2026-10-31"}}
    text = await told({"success": True, "data": {"comparison": {"previous_period": PAST}, "summary": summary}})
    assert "Period: 2026-10-01 to 2026-10-31." in text


async def test_what_is_about_the_report_is_no_figure_of_it():
    text = await told({"data": {"sales": 100.0}, "metadata": {"min_balance": 77, "filters": {"max": 88}}})
    assert "77" not in text and "88" not in text


@pytest.mark.parametrize("data", [{"revenue": {"current": 5, "previous": 4}}, {"by_category": {"Rice": 5, "Oil": 3}}])
def test_what_is_in_the_scan_s_form_already_stays(data: dict[str, Any]):
    assert shaped(data) == data


VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
KEYS = st.sampled_from(
    ["summary", "comparison", "previous_period", "results", "name", "value", "previous", "hour", "pagination",
     "total_count", "current", "1_30_days", "31_60_days", "over_90_days", "in", "date", "locations", "unit"]
)  # fmt: skip
REPORTS = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)


@given(st.dictionaries(KEYS, REPORTS, max_size=6))
def test_any_report_is_shaped_and_left_as_it_was(report: dict[str, Any]):
    before = json.dumps(report)
    shaped(report)
    assert json.dumps(report) == before


async def test_a_table_of_plain_rows_is_read_by_its_head_in_the_list_or_beside_it():
    rows = [["2026-08", 90], ["2026-09", 100], ["2026-10", 70]]
    for report in ({"rows": [["month", "revenue"], *rows]}, {"columns": ["month", "revenue"], "data": rows}):
        assert "In 2026-10, revenue fell by 30% to GHS 70" in await told(report)


async def test_debts_by_their_age_at_the_top_of_a_report_are_parts_of_one_sum():
    aging = {"current": "600.00", "1_30_days": "200.00", "over_90_days": "200.00"}
    said = await told(aging)
    assert "Not due made up 60% of debt by age (GHS 600)" in said
    assert "Follow up on unpaid invoices" in said


async def test_codes_of_the_pos_become_words():
    buckets = [{"bucket": "CURRENT", "amount": "60.00"}, {"bucket": "30_DAYS", "amount": "40.00"}]
    said = await told({"buckets": buckets, "total_outstanding": "100.00"})
    assert "30 days old made up 40%" in said and "CURRENT" not in said and "states" not in said


async def test_shelves_are_judged_by_their_reorder_level_and_not_added_up():
    rows = [("Rice", 5, 10), ("Oil", 50, 10), ("Gas", 0, 3)]
    said = await told({"products": [{"name": n, "stock": s, "reorder_level": level} for n, s, level in rows]})
    assert "Products out of stock came to 1." in said and "at or below reorder level came to 2." in said
    assert "Gas had the lowest stock: 0." in said and "made up" not in said
    assert "Reorder what is low" in said


async def test_a_bare_growth_below_one_is_told_as_it_stands_and_given_to_nobody():
    said = await told({"margin": 0.25, "growth_rate": 0.153, "revenue": 100})
    assert "rose" not in said and "0.2%" not in said and "Growth rate came to 0.15." in said
    assert "Revenue rose by 15% to GHS 100" in await told({"margin": 0.25, "revenue": 100, "growth_rate": 15})


async def test_a_total_keeps_the_name_of_what_it_sums():
    said = await told({"expenses": {"total": {"current": 50, "previous": 40}}})
    assert "Expenses total rose by 25% to GHS 50, from GHS 40." in said


async def test_one_named_thing_keeps_its_name_and_a_person_stays_out_of_the_words():
    said = await told({"revenue": 100, "top_category": {"name": "Electronics", "growth_percent": 25}})
    assert "Top category electronics rose by 25%" in said
    assert "mensah" not in (await told({"top_customer": {"name": "Ama Mensah", "revenue": 25}})).lower()


async def test_amounts_are_told_in_the_reports_own_currency():
    assert "USD 100" in await told({"currency": "USD", "revenue": 100, "previous_revenue": 90})


async def test_words_say_no_unit_twice_and_pages_are_no_figures():
    report = {"gross_margin_percent": {"current": 12.5, "previous": 18}, "Revenue (GHS)": 100, "page_size": 20}
    said = await told(report)
    assert "Gross margin fell by 5.5 points to 12.5%, from 18%." in said
    assert "Revenue came to GHS 100." in said and "age size" not in said


async def test_a_weekday_against_the_day_before_is_no_news():
    days = [{"day": "Mon", "revenue": 100}, {"day": "Tue", "revenue": 200}, {"day": "Wed", "revenue": 50}]
    said = await told({"sales": days})
    assert "the period before." not in said
    assert "Tue had the highest sales revenue: GHS 200." in said and "Wed had the lowest sales revenue" in said


async def test_a_loss_that_shrinks_is_told_as_a_rise():
    """Signs count in `from … to …`: -5,000 is above -8,000."""
    evidence = await gather({"net_profit": {"current": -5000, "previous": -8000}})
    said = narrative(evidence)["summary"]
    assert said == "Net profit rose from -GHS 8,000 to -GHS 5,000."
    assert ground({"summary": said}, evidence, rules_answer=dict).ok
    assert not ground({"summary": said.replace("rose", "fell")}, evidence, rules_answer=dict).ok


async def test_a_figure_under_this_month_is_no_period_and_the_month_no_part_of_the_name():
    report = {"revenue": {"this_month": "150000.00", "last_month": "130000.00"}}
    story = narrative(await gather(report))
    assert story["summary"] == "Revenue rose by 15.4% to GHS 150,000, from GHS 130,000."
    assert narrative(await gather({"month": "2026", "revenue": 5}))["summary"].startswith("Period: 2026.")


async def test_days_that_are_overdue_are_days_and_a_cedi_sign_is_money():
    assert "Days overdue came to 1 day." in await told({"days_overdue": 1})
    assert "Revenue fell by 20% to GHS 1,000, from GHS 1,250." in await told(
        {"revenue": "\u00a21,000", "previous_revenue": "GHC 1,250"}
    )


async def test_shelves_that_the_report_counts_itself_are_not_counted_again():
    items = [{"name": "Rice", "quantity": 5, "reorder_point": 10}, {"name": "Oil", "quantity": 0, "reorder_point": 5}]
    said = await told({"summary": {"low_stock": 3, "out_of_stock": 1}, "items": items})
    assert "Low stock came to 3." in said and "reorder level" not in said
    assert "Oil had the lowest stock: 0." in said and "made up" not in said


async def test_a_busy_hour_is_no_risk():
    hours = [{"hour": hour, "revenue": money} for hour, money in ((9, 10.0), (10, 80.0), (11, 10.0))]
    assert narrative(await gather({"hourly": hours}))["risk_factors"] == []


async def test_a_small_level_is_not_taken_for_another_figures_movement():
    """Orders fell to 1 while customers rose by 1."""
    evidence = await gather({"orders": 1, "previous_orders": 2, "customers": {"current": 1, "previous": 0}})
    said = narrative(evidence)["summary"]
    assert "Orders fell by 50% to 1, from 2." in said
    assert ground({"summary": said}, evidence, rules_answer=dict).ok
