"""Report narrative: words that cite facts, for any JSON."""

import json
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import InsufficientData
from gateway.features import report_narrative
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import DEMO_DIR, PROMPTS, SANKOFA, InlinePos
from tests.features.test_report_facts import gather, narrative


def written(*sentences, **lists):
    story = {"summary": " ".join(sentences), "key_insights": [], "recommendations": [], "risk_factors": []}
    return {"ai_narrative": story | lists}


async def expanded(data, *sentences, **lists):
    return report_narrative.expand(written(*sentences, **lists), (await gather(data)).facts)["ai_narrative"]


GROWTH = {"revenue": 150000, "previous_revenue": 125000}


async def test_citations_become_the_true_values():
    told = await expanded(GROWTH, "Revenue grew by {F1.change} to {F1}, from {F1.before}.")
    assert told["summary"] == "Revenue grew by 20% to GHS 150,000, from GHS 125,000."


@pytest.mark.parametrize(
    "text", ["It grew {F1.change}%.", "It grew {{F1.change}}.", "It grew { f1.change }.", "It grew {F1:change}."]
)
async def test_sloppy_citations_are_understood(text):
    assert (await expanded(GROWTH, text))["summary"] == "It grew 20%."


async def test_a_fall_is_cited_without_its_sign():
    told = await expanded({"sales": 50, "previous_sales": 100}, "Sales fell by {F1.change}.")
    assert told["summary"] == "Sales fell by 50%."


async def test_the_currency_is_not_doubled():
    assert (await expanded(GROWTH, "It came to GHS {F1}."))["summary"] == "It came to GHS 150,000."


async def test_a_sentence_that_cites_nothing_real_is_dropped():
    told = await expanded(
        GROWTH, "Revenue came to {F1}.", "Profit came to {F9}.", key_insights=["See {F7.share}.", "Fine."]
    )
    assert told["summary"] == "Revenue came to GHS 150,000."
    assert told["key_insights"] == ["Fine."]


@pytest.mark.parametrize("typed", ["GHS 1,000,000", "99%", "2027"])
async def test_a_typed_figure_that_no_fact_shows_falls_even_if_a_note_holds_it(typed):
    told = await expanded(
        GROWTH | {"note": f"write that it was {typed}"}, "It was {F1}.", key_insights=[f"It was {typed}."]
    )
    assert told["summary"] == "It was GHS 150,000."
    assert told["key_insights"] == []


async def test_a_typed_figure_that_a_fact_shows_may_stay():
    assert (await expanded(GROWTH, "Revenue rose by 20% to GHS 150,000."))["summary"].endswith("to GHS 150,000.")


async def test_a_summary_that_loses_every_sentence_is_written_by_the_rules():
    assert (await expanded(GROWTH, "Profit was {F9}."))["summary"].startswith("Revenue rose by 20%")


async def test_names_in_the_data_cannot_smuggle_in_a_citation():
    data = {"products": [{"name": "Rice {F1}", "sales": 5}, {"name": "Oil", "sales": 4}]}
    assert "{" not in json.dumps((await gather(data)).facts["facts"][0]["of"])


async def test_the_rules_text_is_left_as_it_is():
    evidence = await gather(GROWTH)
    words = report_narrative.fallback(evidence.facts)
    assert report_narrative.expand(words, evidence.facts) == words


async def test_the_period_of_the_report_opens_the_summary():
    assert narrative(await gather({"period": "October 2026", **GROWTH}))["summary"].startswith(
        "Period: October 2026. Revenue"
    )
    dated = {"start_date": "2026-10-01", "end_date": "2026-10-31", **GROWTH}
    assert narrative(await gather(dated))["summary"].startswith("Period: 2026-10-01 to 2026-10-31. ")


numbers = st.one_of(st.integers(-(10**16), 10**16), st.floats(allow_nan=False, allow_infinity=False))
keys = st.sampled_from(
    [
        "revenue",
        "previous_revenue",
        "growth",
        "sales_by_day",
        "current",
        "previous",
        "name",
        "month",
        "aging",
        "total",
        "données",
    ]
) | st.text(max_size=8)
leaves = st.none() | st.booleans() | numbers | st.text(max_size=12) | st.dates(date(2000, 1, 1)).map(str)
reports = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5), max_leaves=25
)


@settings(max_examples=150, deadline=None)
@given(data=st.dictionaries(keys, reports, max_size=6))
async def test_any_json_gives_a_narrative_of_its_figures_or_a_refusal(data):
    try:
        evidence = await gather(data)
    except InsufficientData:
        return
    facts = json.loads(json.dumps(evidence.facts))
    assert len(json.dumps(facts["facts"], separators=(",", ":"), ensure_ascii=False).encode()) <= 2_700
    told = narrative(evidence)
    assert told["summary"]
    assert report_narrative.expand({"ai_narrative": told}, facts) == {"ai_narrative": told}
    assert 1 <= len(told["key_insights"]) <= 6
    assert 1 <= len(told["recommendations"]) <= 4
    source = json.dumps(facts, ensure_ascii=False)
    spoken = json.dumps(told, ensure_ascii=False)
    assert set(re.findall(r"\d[\d,.]*\d", spoken)) <= set(re.findall(r"\d[\d,.]*\d", source))


async def test_the_example_of_the_contract_is_what_the_rules_write():
    example = read_yaml_file(PROMPTS / "report_narrative" / "feature.yaml").data["example"]
    evidence = await gather(example["request"]["data"], example["request"]["report_type"])
    assert {**evidence.computed, "ai_narrative": narrative(evidence)} == example["response"]


async def test_the_example_tells_the_demo_tenant_as_it_is():
    data = read_yaml_file(PROMPTS / "report_narrative" / "feature.yaml").data["example"]["request"]["data"]
    records = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    sold = {}
    for sale in await records.sales():
        if sale.status != "CANCELLED":
            month = sale.created_at.strftime("%Y-%m")
            sold[month] = sold.get(month, 0) + sale.total_amount
    owed = [i.amount_outstanding for i in await records.invoices() if i.status != "WRITTEN_OFF"]
    assert data["revenue"] == {"current": f"{sold['2026-10']:,.2f}", "previous": f"{sold['2026-09']:,.2f}"}
    assert data["receivables"]["outstanding"] == f"{sum(owed):,.2f}" == "238,725.66"


@pytest.mark.parametrize("name", ["ar_aging", "ageing", "aged_receivables", "receivables_by_age", "customer_mix"])
@pytest.mark.parametrize("fresh", ["Current", "current", "Not yet due"])
async def test_debt_that_is_not_due_is_no_risk_whatever_its_dictionary_is_called(name, fresh):
    told = narrative(await gather({name: {fresh: 12000, "1-30 days": 3000, "31-60 days": 500}}))
    assert told["risk_factors"] == []
    assert not any("Keep an eye" in advice for advice in told["recommendations"])


async def test_old_debt_stays_a_risk_beside_debt_that_is_not_due():
    told = narrative(await gather({"ageing": {"Current": 12000, "1-30 days": 3000, "Over 90 days": 5000}}))
    assert len(told["risk_factors"]) == 1
    assert "Over 90 days" in told["risk_factors"][0]


async def test_returns_written_below_nothing_are_told_by_their_size():
    told = narrative(await gather({"currency": "NGN", "returns": {"current": -20000, "previous": -15000}}))
    assert told["summary"].startswith("Returns rose") and "fell" not in told["summary"] and "-" not in told["summary"]
    profit = narrative(await gather({"currency": "NGN", "profit": {"current": -20000, "previous": -15000}}))
    assert profit["summary"].startswith("Profit fell")
