"""Unusual patterns from records to neutral words."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.alert_outcome import AlertOutcome
from gateway.errors import ValidationFailed
from gateway.features import fraud_alerts
from gateway.features.anomalies import alert_id, found, weighed
from gateway.features.anomaly_rules import SEVERITIES
from gateway.features.fraud_alerts import ACTIONS, CHECKS, NOT_A_FINDING, Recalled
from gateway.grounding.ground import overwrite
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos

EMPLOYEES = [{"id": "e1", "name": "Efua Quansah", "till": "TILL-1"}]
PRODUCTS = [{"id": "p1", "name": "Gari 1kg", "unit_cost": "50.00", "retail_price": "80.00", "current_stock": 10}]


def sale(number=1, back=3, hour=11, price="80.00", quantity=2, **columns):
    total = str(float(price) * quantity)
    item = {"product": "p1", "quantity": quantity, "unit_price": price, "cost_price": "50.00"}
    moment = f"{DEMO_DAY - timedelta(days=back)}T{hour:02}:05:00Z"
    return {"id": f"s{number}", "created_at": moment, "user": "e1", "subtotal": total, "total_amount": total,
            "items": [item], **columns}  # fmt: skip


def shop(**tables):
    return InlinePos.of(**{"employees": EMPLOYEES, "products": PRODUCTS} | tables)


async def ask(pos, names=False, outcomes=(), **request):
    return await fraud_alerts.gather(pos, request, pos.as_of, Recalled(names, tuple(outcomes)))


def answer(evidence):
    words = fraud_alerts.fallback(json.loads(json.dumps(evidence.facts)))
    return overwrite(fraud_alerts.merge(words, evidence), evidence.computed)[0]["alerts"]


async def types(pos, **request):
    return [alert["type"] for alert in answer(await ask(pos, **request))]


@pytest.mark.parametrize(
    ("tables", "wanted"),
    [
        ({"sales": [sale(price="35.00")]}, "BELOW_COST"),
        ({"sales": [sale(discount_amount="40.00")]}, "EXCESSIVE_DISCOUNT"),
        ({"sales": [sale(status="CANCELLED", cancelled_at="2026-11-17T12:00:00Z")]}, "VOID_AFTER_TENDER"),
        ({"refunds": [{"id": "r", "amount": "300", "created_at": "2026-11-18T10:00:00Z"}]}, "UNLINKED_REFUND"),
        ({"sales": [sale(n, n % 50) for n in range(60)] + [sale(99, quantity=90)]}, "UNUSUAL_TRANSACTION"),
        ({"sales": [sale(n, n % 90) for n in range(400)] + [sale(999, hour=2)]}, "OFF_HOURS"),
        ({"stock_movements": [{"product": "p1", "date": "2026-11-01", "type": "OPENING", "quantity": 40}]},
         "INVENTORY_DISCREPANCY"),
    ],
)  # fmt: skip
async def test_each_rule_finds_its_pattern(tables, wanted: str):
    spread = [{**row, "total_amount": str(150 + n % 7)} for n, row in enumerate(tables.get("sales", []))]
    if wanted == "UNUSUAL_TRANSACTION":
        tables = {"sales": [*spread[:-1], tables["sales"][-1]]}
    assert wanted in await types(shop(**tables))


@pytest.mark.parametrize(
    "tables",
    [
        {"sales": [sale(price="35.00", override_by="e1")]},
        {"sales": [sale(discount_amount="40.00", override_by="e1")]},
        {"sales": [sale(discount_amount="16.00")]},
        {"sales": [sale(status="CANCELLED", cancelled_at="2026-11-17T11:15:00Z")]},
        {"refunds": [{"id": "r", "amount": "300", "sale": "s1", "created_at": "2026-11-18T10:00:00Z"}]},
        {"sales": [sale(n, n % 90) for n in range(400)]},
        {},
    ],
)
async def test_honest_exceptions_are_left_alone(tables):
    assert await types(shop(**tables)) == []


async def test_one_till_that_differs_from_its_peers_is_shown_with_a_harmless_explanation():
    staff = [{"id": f"e{n}", "name": f"Person {n}", "till": f"TILL-{n}"} for n in range(1, 4)]
    sales = [sale(n, n % 60, user=f"e{n % 3 + 1}") for n in range(180)]
    sales += [sale(900 + n, n, user="e2", discount_amount="40.00") for n in range(8)]
    alerts = answer(await ask(shop(employees=staff, sales=sales), severity="HIGH"))
    assert [alert["type"] for alert in alerts] == ["EMPLOYEE_PATTERN"]
    assert "training" in alerts[0]["ai_analysis"]["explanation"]


async def test_only_keys_with_the_staff_scope_see_employees_by_name():
    pos = shop(sales=[sale(price="35.00")])
    hidden, shown = await ask(pos), await ask(pos, names=True)
    assert "Efua" not in json.dumps([dict(hidden.facts), dict(hidden.around)])
    assert answer(hidden)[0]["ai_analysis"]["context"] == "Till: TILL-1, Product: Gari 1kg"
    assert answer(shown)[0]["ai_analysis"]["context"].startswith("Employee: Efua Quansah (TILL-1)")
    assert shown.pii["/alerts/*/employee"] == "person"


async def test_a_dismissed_alert_is_gone_and_its_pattern_counts_less():
    pos = shop(sales=[sale(1, price="35.00"), sale(2, back=4, price="35.00")])
    hits = await found(pos, DEMO_DAY - timedelta(days=30), DEMO_DAY)
    no = AlertOutcome(alert_id(pos.business_id, hits[0]), hits[0].pattern, "false_positive")
    left = answer(await ask(pos, outcomes=[no]))
    assert [alert["severity"] for alert in left] == ["MEDIUM"]
    yes = AlertOutcome("another", hits[0].pattern, "true_positive")
    assert [one.severity for one in weighed(hits, [no, yes], pos.business_id)] == ["HIGH"]


async def test_three_dismissals_silence_a_pattern():
    pos = shop(sales=[sale(n, price="35.00") for n in range(4)])
    hits = await found(pos, DEMO_DAY - timedelta(days=30), DEMO_DAY)
    said = [AlertOutcome(alert_id(pos.business_id, hit), hit.pattern, "false_positive") for hit in hits[:3]]
    assert weighed(hits, said, pos.business_id) == []


async def test_only_what_was_asked_for_is_listed():
    pos = shop(sales=[sale(1, back=3, price="35.00"), sale(2, back=20, discount_amount="40.00")])
    assert await types(pos) == ["BELOW_COST", "EXCESSIVE_DISCOUNT"]
    assert await types(pos, severity="MEDIUM") == ["EXCESSIVE_DISCOUNT"]
    assert await types(pos, since="2026-11-10") == ["BELOW_COST"]


@pytest.mark.parametrize("since", ["2026-11-21", "2025-01-01"])
async def test_a_span_that_cannot_be_looked_at_is_refused(since: str):
    with pytest.raises(ValidationFailed):
        await ask(shop(), since=since)


@pytest.mark.parametrize(
    "text",
    ["He stole the goods.", "This looks like fraud.", "The cashier is a suspect.", "Call the police.", "Clear theft."],
)
def test_a_sentence_that_accuses_is_not_supported(text: str):
    assert fraud_alerts.unsupported(text, {})


def test_the_words_of_the_rules_accuse_nobody():
    for text in (*CHECKS.values(), NOT_A_FINDING):
        assert fraud_alerts.unsupported(text, {}) == []


async def test_an_alert_keeps_its_id_from_day_to_day():
    ids = []
    for day in (DEMO_DAY, DEMO_DAY + timedelta(days=1)):
        pos = InlinePos.of(day, employees=EMPLOYEES, products=PRODUCTS, sales=[sale(price="35.00")])
        ids.append([alert["alert_id"] for alert in answer(await ask(pos))])
    assert ids[0] == ids[1]


async def test_the_demo_shop_has_its_planted_patterns_on_top_and_the_small_one_few():
    alerts = answer(await ask(InlinePos.from_dir(DEMO_DIR, SANKOFA)))
    assert alerts[0]["type"] == "EMPLOYEE_PATTERN"
    assert {"UNUSUAL_TRANSACTION", "BELOW_COST", "RAPID_CREDIT_UTILISATION"} <= {alert["type"] for alert in alerts}
    assert len(answer(await ask(InlinePos.from_dir(DEMO_DIR, AKWAABA)))) <= 5


async def test_the_same_records_give_the_same_bytes():
    first, second = [await ask(InlinePos.from_dir(DEMO_DIR, SANKOFA)) for _ in range(2)]
    assert json.dumps([dict(first.facts), dict(first.around)]) == json.dumps([dict(second.facts), dict(second.around)])


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "fraud_alerts" / "feature.yaml").data["example"]
    evidence = await ask(InlinePos.from_dir(DEMO_DIR, SANKOFA), names=True, **example["request"])
    assert answer(evidence) == example["response"]["alerts"]


rows = st.lists(
    st.fixed_dictionaries(
        {
            "back": st.integers(0, 119), "hour": st.integers(0, 23), "price": st.sampled_from(["20.00", "900.00"]),
            "quantity": st.integers(1, 60), "discount_amount": st.sampled_from(["0", "5.00", "60.00"]),
            "status": st.sampled_from(["COMPLETED", "CANCELLED"]), "override_by": st.sampled_from([None, "e1"]),
        }
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(sales=rows, names=st.booleans())
async def test_any_records_give_a_consistent_and_sourced_answer(sales, names):
    given_rows = [
        sale(n, **one) | ({"cancelled_at": f"{date(2026, 11, 20)}T23:59:00Z"} if one["status"] == "CANCELLED" else {})
        for n, one in enumerate(sales)
    ]
    evidence = await ask(shop(sales=given_rows), names=names)
    alerts = answer(evidence)
    severities = [SEVERITIES.index(alert["severity"]) for alert in alerts]
    assert severities == sorted(severities)
    assert len({alert["alert_id"] for alert in alerts}) == len(alerts) == evidence.facts["alert_count"]
    for alert in alerts:
        analysis = alert["ai_analysis"]
        assert analysis["recommended_action"] == ACTIONS[alert["severity"]]
        assert analysis["risk_factors"]
        assert fraud_alerts.unsupported(analysis["explanation"], {}) == []
    assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 3_200


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"sales": [sale(price="35.00", quantity=1)]}, "1 unit went at GHS 35, below its cost of GHS 50."),
        ({"sales": [sale(price="35.00")]}, "2 units went at GHS 35 each, below their cost of GHS 50."),
        (
            {"sales": [sale(n, n % 90) for n in range(400)] + [sale(999, hour=2)]},
            "The sale was rung up at 02:05, when hardly any other sale is made.",
        ),
        (
            {"sales": [sale(n, n % 90) for n in range(999)] + [sale(n, n % 9, hour=2) for n in (1000, 1001)]},
            "The sale was rung up at 02:05, when 0.1% of other sales are made.",
        ),
    ],
)
async def test_a_finding_reads_well_whatever_its_figures(tables, said):
    assert said in [alert["ai_analysis"]["summary"] for alert in answer(await ask(shop(**tables)))]
