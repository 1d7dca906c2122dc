"""What /metrics tells of requests, calls and money; the dashboard and the alerts ask for what is there."""

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.adapters.metrics import Metrics, Several
from gateway.domain.answer import Source
from gateway.domain.reply import Attempt
from gateway.domain.usage import NO_USAGE, Usage
from gateway.library.yamlfile import read_yaml
from gateway.pipeline.metering import Spend, usage_row
from gateway.settings import ROOT
from tests.pipeline.making import make_ask

USAGE = Usage(input_tokens=900, output_tokens=300)
GOOD = Attempt("gpt-6.1-sol", "responses", 0, 0.8, USAGE, 4_800_000, "", "gpt-6.1-sol", "stop")
BAD = Attempt("gpt-6.1-sol", "responses", 0, 0.2, NO_USAGE, 0, "server_error")


def row(source=Source.MODEL, degraded=""):
    spend = Spend(usage=USAGE, attempts=2, model="gpt-6.1-sol")
    found = {"ok": True, "checked": 7, "corrected": 1, "dropped": 2}
    return usage_row(
        make_ask(),
        spend,
        cost=4_800_000,
        source=source,
        status=200,
        degraded=degraded,
        latency_ms=1200,
        grounding=found,
    )


def told(metrics):
    """Return sample name and labels → value."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_a_request_is_counted_with_its_calls_tokens_and_money():
    metrics = Metrics()
    metrics.answered(row(), [BAD, GOOD], {})
    seen = told(metrics)
    feature = ("feature", "credit_risk")
    assert seen["gateway_answers_total", (("degraded", ""), feature, ("source", "model"))] == 1
    assert seen["gateway_answer_duration_seconds_sum", (feature, ("source", "model"))] == 1.2
    assert seen["gateway_answer_tokens_sum", (feature,)] == 1200
    assert seen["gateway_attempts_total", (feature,)] == 2
    assert seen["gateway_cost_usd_total", (feature, ("model", "gpt-6.1-sol"))] == pytest.approx(0.0048)
    assert seen["gateway_grounding_total", (feature, ("outcome", "dropped"))] == 2
    call = (("gen_ai_operation_name", "chat"), ("gen_ai_provider_name", "openai"), ("gen_ai_request_model", GOOD.model))
    assert seen["gen_ai_client_operation_duration_seconds_sum", (("error_type", ""), *call)] == 0.8
    assert seen["gen_ai_client_operation_duration_seconds_sum", (("error_type", "server_error"), *call)] == 0.2


def test_an_answer_without_a_model_costs_nothing_and_has_no_tokens():
    metrics = Metrics()
    metrics.answered(row(Source.RULES, "budget"), (), {})
    names = {name for name, _ in told(metrics)}
    assert not any(name.startswith(("gateway_cost_usd", "gateway_answer_tokens_", "gen_ai")) for name in names)


def test_breakers_are_told_as_they_are_when_asked():
    metrics = Metrics()
    metrics.breakers = lambda: {"a": "closed", "b": "open"}
    assert [told(metrics)["gateway_breaker_state", (("model", name),)] for name in "ab"] == [0, 2]


def test_no_label_names_a_business_or_a_person():
    metrics = Metrics()
    metrics.answered(row(), [GOOD], {})
    ask = make_ask(user_id="kofi")
    assert not any(
        word in metrics.text().decode() for word in (ask.caller.business.id, ask.caller.business.name, "kofi")
    )


def test_several_sinks_are_all_told():
    sinks = [Metrics(), Metrics()]
    both = Several(*sinks)
    both.answered(row(), [GOOD], {})
    both.looked_up("credit_risk", "hit")
    both.served("GET", "/docs", 200, 0.01)
    both.close()
    without_times = [re.sub(r"(?m)^.*_created.*$", "", sink.text().decode()) for sink in (*sinks, Metrics())]
    assert without_times[0] == without_times[1] != without_times[2]


def every_metric():
    """Return the names of all samples that can occur."""
    metrics = Metrics()
    metrics.answered(row(), [BAD, GOOD], {})
    metrics.looked_up("credit_risk", "hit")
    metrics.served("GET", "/docs", 200, 0.01)
    metrics.cost_to_price.labels("STARTER").set(0.1)
    metrics.breakers = lambda: {"a": "closed"}
    return {name for name, _ in told(metrics)}


def rules():
    document = read_yaml((ROOT / "deploy/prometheus/rules.yaml").read_text(), "rules.yaml").data
    return [rule for group in document["groups"] for rule in group["rules"]]


def asked_for(expression):
    without_labels = re.sub(r"\([a-z_, ]+\)", "", expression)
    return set(re.findall(r"\b(?:gateway|gen_ai)[_:][a-z0-9_:]+", without_labels))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("record") or rule.get("alert"))
def test_a_rule_asks_for_what_is_there(rule):
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    labels = {"gen_ai_request_model"}
    assert asked_for(rule["expr"]) - labels <= every_metric() | recorded


def test_the_dashboard_asks_for_what_is_there():
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    panels = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())["panels"]
    wanted = {name for panel in panels for target in panel["targets"] for name in asked_for(target["expr"])}
    assert len(panels) > 10
    assert wanted - {"gen_ai_request_model"} <= every_metric() | recorded


def test_every_metric_is_documented():
    page = (ROOT / "docs/observability.md").read_text()
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in every_metric() if not name.endswith("_created")}
    assert {name for name in families if f"`{name}`" not in page} == set()
