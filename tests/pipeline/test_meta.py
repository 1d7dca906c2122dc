"""`meta` and the rate headers say exactly what the ledger knows."""

import pytest
from msgspec.structs import replace

from gateway.domain.answer import LABELS, Degraded, DegradedReason, Source
from gateway.domain.ledger import UNLIMITED, Window
from gateway.domain.usage import Usage
from gateway.pipeline.admission import Admission
from gateway.pipeline.meta import Made, instant, meta, quota, rate_headers
from tests.fakes import NOON
from tests.pipeline.making import DESCRIBE, make_ask, make_kit, policy, prompt_of

HOUR = 3_600_000_000


def admission(limit=50, plan="PROFESSIONAL"):
    return Admission(
        policy().plans[plan], limit, Window("2026-11", NOON + 2 * HOUR), Window("2026-11", NOON + HOUR), 60
    )


def made(**changes):
    usual = Made(Source.MODEL, "gpt-6.1-sol", "gpt-4", "the prompt's route", usage=Usage(100, 20, 0, 7), cost=1_234_567)
    return replace(usual, **changes)


def about(**changes):
    return meta(make_kit(), make_ask(), admission(), prompt_of(), made(**changes), 3, 17)


def test_money_is_exact_decimal_text_in_both_currencies():
    usage = about()["usage"]
    assert usage["cost_usd"] == "0.001234567"
    rate = policy().rate(make_ask().as_of).ghs_per_usd
    assert usage["cost_ghs"] == f"{round(rate * 1_234_567 / 10**9, 6):.6f}"
    assert (usage["input_tokens"], usage["cached_tokens"], usage["output_tokens"]) == (100, 20, 7)


def test_the_label_tells_who_wrote_it():
    assert [about(source=source)["label"] for source in Source] == [LABELS[source] for source in Source]
    assert len(set(LABELS.values())) == len(Source)


def test_a_reason_is_shown_with_its_sentence_and_no_reason_is_null():
    degraded = Degraded(DegradedReason.BUDGET, "Used up.")
    assert about(degraded=degraded)["degraded"] == {"reason": "budget", "detail": "Used up."}
    assert about()["degraded"] is None


def test_without_a_released_prompt_there_is_none_to_name():
    assert meta(make_kit(), make_ask(), admission(), None, made(), 0, 0)["prompt"] is None
    assert about()["prompt"] == {"name": "credit_risk", "version": 1, "hash": prompt_of().content_hash}


@pytest.mark.parametrize(("limit", "used", "left"), [(50, 3, 47), (50, 50, 0), (50, 51, 0), (UNLIMITED, 9, UNLIMITED)])
def test_what_is_left_is_never_below_nothing(limit, used, left):
    state = quota(make_ask(), admission(limit), used)
    assert (state["limit"], state["used"], state["remaining"]) == (limit, used, left)
    assert state["resets_at"] == "2026-11-20T14:00:00Z"


def test_headers_name_calls_the_meter_and_the_budget_with_their_windows():
    headers = rate_headers(make_ask(), admission(), 3, 5_000_000)
    assert headers["RateLimit-Policy"] == (
        '"calls";q=60;w=60, "credit_assessments_per_month";q=50;w=2592000, "budget";q=10000000;qu="micro-usd";w=2592000'
    )
    assert headers["RateLimit"] == '"credit_assessments_per_month";r=47;t=7200, "budget";r=5000;t=3600'


@pytest.mark.parametrize(("left", "t"), [(59, 1), (45, 15), (0, 60)])
def test_calls_left_are_told_with_the_seconds_until_all_are_back(left, t):
    headers = rate_headers(make_ask(), replace(admission(), calls_left=left), 3, 5_000_000)
    assert headers["RateLimit"].split(", ")[0] == f'"calls";r={left};t={t}'


def test_an_unlimited_meter_is_no_policy():
    headers = rate_headers(make_ask("product_description", DESCRIBE), admission(UNLIMITED), 3, -5)
    assert "descriptions" not in headers["RateLimit-Policy"]
    assert headers["RateLimit"] == '"budget";r=0;t=3600'


def test_an_instant_is_written_in_utc_without_fractions():
    assert instant(NOON + 999_999) == "2026-11-20T12:00:00Z"
