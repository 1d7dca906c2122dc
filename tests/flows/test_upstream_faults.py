"""Everything that can go wrong on the wire: the caller still gets an answer in time, and the books are right."""

import itertools
import json
import time

import pytest

from tests.flows.asking import ASSISTANT, CREDIT, assistant, credit
from tests.flows.processes import running
from tests.flows.upstream import cut, drop, hang, honest, in_turn, raw, responses_body, says, status, streams, whole

DEADLINE_S, SLACK_S = 0.9, 0.3
LIMITS = itertools.count(12_000)
QUOTA = {"code": "insufficient_quota", "type": "insufficient_quota"}
GONE = {"code": "model_not_found", "param": "model"}


@pytest.fixture(scope="module")
def service(site, upstream):
    with running(site, upstream.url, AI_DEADLINE_MS=str(int(DEADLINE_S * 1000))) as started:
        client = started.client()
        upstream.reset()
        assert client.post(CREDIT, question(started)).meta["source"] == "model"  # the first call warms up
        yield started


@pytest.fixture(autouse=True)
def clean(upstream):
    upstream.reset()


def question(service):
    return credit(service.site.tenant("PROFESSIONAL").customer_id, next(LIMITS))


def ask(service, upstream, behave):
    """Return the answer while the models behave so."""
    upstream.reset(behave)
    answer = service.client().post(CREDIT, question(service))
    assert answer.status == 200, answer.body
    assert "UPSTREAM-SAYS" not in answer.body.decode() + str(answer.headers)
    return answer


def half(call, writer):
    body = whole(call, honest(call), (1200, 80))
    return raw(body[: len(body) // 2], length=len(body))(call, writer)


FAULTS = {
    "too many requests": (status(429, {"code": "rate_limit_exceeded"}, Retry_After="60"), "upstream_unavailable", 3),
    "a bad request": (status(400), "upstream_unavailable", 3),
    "an internal error": (status(500), "upstream_unavailable", 3),
    "an overloaded server": (status(503, Retry_After="1"), "upstream_unavailable", 3),
    "a redirect": (status(307, Location="http://127.0.0.1:9/v1/responses"), "upstream_unavailable", 3),
    "a dropped connection": (drop, "upstream_unavailable", 3),
    "half a body": (half, "upstream_unavailable", 3),
    "no JSON": (raw(b"<html>UPSTREAM-SAYS sorry</html>"), "output_invalid", 3),
    "silence": (hang, "deadline", 3),
    "a slow first byte": (says(honest, after=5), "deadline", 3),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_the_rules_answer_in_time_when_every_model_shows(service, upstream, kind):
    behave, reason, attempts = FAULTS[kind]
    answer = ask(service, upstream, behave)
    assert (answer.meta["source"], answer.reason) == ("rules", reason)
    assert answer.seconds < DEADLINE_S + SLACK_S
    assert answer.json["explanation"].startswith(answer.json["customer"]["name"])
    row = service.site.usage(answer.meta["request_id"])
    assert row == row | {"source": "rules", "degraded": reason, "status": 200, "attempts": attempts, "cost": 0}
    assert len(upstream.calls) == attempts
    assert service.site.open_holds() == (0, 0)
    assert answer.meta["quota"]["used"] == count_of_model_answers(service)


def count_of_model_answers(service):
    found = service.site.rows("SELECT COUNT(*) FROM usage WHERE source = 'model' AND feature = 'credit_risk'")
    return found[0][0]


@pytest.mark.parametrize("first", [status(429, Retry_After="60"), status(500), drop, hang, status(400)])
def test_the_next_model_answers_when_the_first_fails(service, upstream, first):
    answer = ask(service, upstream, in_turn(first, says(honest)))
    assert answer.meta["source"] == "model"
    assert answer.meta["route"]["model"] == upstream.calls[1].model != upstream.calls[0].model
    row = service.site.usage(answer.meta["request_id"])
    assert row["attempts"] == 2
    assert row["cost"] == 1200 * 1000 + 80 * 5000  # nano-USD of the second model alone
    assert service.site.open_holds() == (0, 0)


def test_an_answer_that_comes_late_but_in_time_is_taken(service, upstream):
    answer = ask(service, upstream, says(honest, after=0.3))
    assert answer.meta["source"] == "model"


def test_usage_that_a_failed_answer_reports_is_charged(service, upstream):
    told = {"input_tokens": 500, "output_tokens": 20, "total_tokens": 520}
    failed = responses_body("", status="failed", error={"code": "server_error"}, output=[], usage=told)
    answer = ask(service, upstream, raw(json.dumps(failed).encode()))
    assert answer.reason == "upstream_unavailable"
    assert service.site.usage(answer.meta["request_id"])["output_tokens"] == 20 * len(upstream.calls) > 0
    assert float(answer.meta["usage"]["cost_usd"]) > 0


def test_usage_above_the_reserve_is_charged_in_full(service, upstream):
    answer = ask(service, upstream, says(honest, usage=lambda _: (200_000, 50_000)))
    assert service.site.usage(answer.meta["request_id"])["cost"] == 200_000 * 2000 + 50_000 * 10_000
    assert service.site.open_holds() == (0, 0)


def test_an_answer_of_another_kind_is_no_answer_and_charged_by_its_length(service, upstream):
    answer = ask(service, upstream, raw(b'{"object": "list", "data": "UPSTREAM-SAYS"}'))
    assert (answer.meta["source"], answer.reason) == ("rules", "upstream_unavailable")
    assert 0 < float(answer.meta["usage"]["cost_usd"]) < 0.01


def test_usage_that_is_not_reported_is_estimated(service, upstream):
    def without(call, writer):
        body = json.loads(whole(call, honest(call), (1, 1)))
        return raw(json.dumps({**body, "usage": None}).encode())(call, writer)

    answer = ask(service, upstream, without)
    assert answer.meta["source"] == "model"
    assert answer.meta["usage"]["input_tokens"] > 300
    assert answer.meta["usage"]["output_tokens"] > 100


# Streams.


def told_by(service, upstream, behave):
    upstream.reset(behave)
    began = time.monotonic()
    told = service.client().stream(ASSISTANT, assistant())
    assert "UPSTREAM-SAYS" not in json.dumps(told)
    return told, time.monotonic() - began


def pieces(call):
    return cut(honest(call))


def test_a_slow_stream_is_shown_as_it_comes(service, upstream):
    told, seconds = told_by(service, upstream, streams(pieces, pause=0.002))
    assert told[-1][0] == "final"
    assert told[-1][1]["meta"]["source"] == "model"
    assert seconds < DEADLINE_S + SLACK_S


@pytest.mark.parametrize(("then", "reason"), [("cut", "upstream_unavailable"), ("hang", "deadline")])
def test_a_stream_that_ends_before_the_first_sentence_gives_the_rules_answer(service, upstream, then, reason):
    told, seconds = told_by(service, upstream, streams(pieces, pause=0, keep=3, then=then))
    assert [kind for kind, _ in told] == ["delta", "final"]
    final = told[-1][1]
    assert (final["meta"]["source"], final["meta"]["degraded"]["reason"]) == ("rules", reason)
    assert told[0][1]["text"] == final["reply"]
    assert seconds < DEADLINE_S + SLACK_S
    row = service.site.usage(final["meta"]["request_id"])
    assert row["cost"] > 0, "tokens had arrived"
    assert service.site.open_holds() == (0, 0)


@pytest.mark.parametrize("then", ["cut", "hang"])
def test_a_stream_that_ends_after_a_sentence_was_shown_ends_with_an_error_and_is_charged(service, upstream, then):
    told, seconds = told_by(service, upstream, streams(pieces, pause=0, keep=30, then=then))
    assert [kind for kind, _ in told] == ["delta", "error"]
    problem = told[-1][1]
    assert (problem["code"], problem["status"], problem["retryable"]) == ("upstream_unavailable", 503, True)
    assert seconds < DEADLINE_S + SLACK_S
    row = service.site.usage(problem["request_id"])
    assert row == row | {"degraded": "upstream_unavailable", "status": 503, "attempts": 1}
    assert row["cost"] > 0
    assert len(upstream.calls) == 1
    assert service.site.open_holds() == (0, 0)


@pytest.mark.parametrize("behave", [status(500), status(429), hang, drop], ids=["500", "429", "hang", "drop"])
def test_a_stream_that_never_begins_gives_the_rules_answer(service, upstream, behave):
    told, seconds = told_by(service, upstream, behave)
    assert told[-1][1]["meta"]["source"] == "rules"
    assert "".join(data["text"] for kind, data in told if kind == "delta") == told[-1][1]["reply"]
    assert seconds < DEADLINE_S + SLACK_S


# Money.


@pytest.fixture(scope="module")
def rested(site, upstream):
    """A second process of the same site, in which no model has been found failing yet."""
    with running(site, upstream.url) as started:
        yield started


@pytest.fixture
def spent(service):
    """Return a function that sets how much of the month's budget of 10 US dollars is gone."""

    def set_to(nano):
        service.site.rows("UPDATE budget SET spent = ? WHERE business_id = ?", nano, business)

    business = service.site.tenant("PROFESSIONAL").id
    ((before,),) = service.site.rows("SELECT spent FROM budget WHERE business_id = ?", business)
    yield set_to
    set_to(before)


def test_the_cheapest_model_comes_first_once_four_fifths_of_the_budget_are_gone(rested, upstream, spent):
    spent(7_900_000_000)
    assert ask(rested, upstream, says(honest)).meta["route"]["model"] == "gpt-6.1-sol"
    spent(8_100_000_000)
    answer = ask(rested, upstream, says(honest))
    assert answer.meta["route"]["model"] == "gpt-6-luna"
    assert "81% of the month's budget" in answer.meta["route"]["reason"]


def test_a_budget_with_room_for_the_economy_model_alone_is_used_by_it(rested, upstream, spent):
    spent(9_995_000_000)
    assert ask(rested, upstream, says(honest)).meta["route"]["model"] == "gpt-6-luna"


def test_a_budget_that_is_used_up_leaves_the_rules(rested, upstream, spent):
    spent(9_999_999_000)
    answer = ask(rested, upstream, says(honest))
    assert (answer.meta["source"], answer.reason) == ("rules", "budget")
    assert upstream.calls == []
    assert answer.meta["usage"]["cost_usd"] == "0.000000000"


def test_no_further_attempt_is_made_that_the_budget_does_not_cover(rested, upstream, spent):
    spent(9_998_800_000)
    answer = ask(rested, upstream, in_turn(says(lambda _: "nonsense", usage=lambda _: (2000, 1500)), says(honest)))
    assert answer.reason == "budget"
    assert len(upstream.calls) == 1
    assert rested.site.open_holds() == (0, 0)


# Breakers.


def test_a_key_an_account_or_a_model_that_is_refused_rests_at_once(fresh_site, upstream):
    faults = iter([status(401, {"code": "invalid_api_key"}), status(429, QUOTA), status(404, GONE)])

    def each(call, writer):
        return next(faults)(call, writer)

    with running(fresh_site, upstream.url) as service:
        first = ask(service, upstream, each)
        assert (first.meta["source"], first.reason) == ("rules", "upstream_unavailable")
        assert len(upstream.calls) == 3
        second = ask(service, upstream, says(honest))
        assert (second.meta["source"], second.reason) == ("rules", "upstream_unavailable")
        assert upstream.calls == []
        assert second.seconds < 0.2
        assert fresh_site.usage(second.meta["request_id"])["attempts"] == 0
        states = service.client().get("/health/ready").json["breakers"]
    assert states == dict.fromkeys(("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna"), "open")


def test_models_that_fail_twenty_times_are_left_alone_and_answers_stay_fast(fresh_site, upstream):
    with running(fresh_site, upstream.url) as service:
        for _ in range(60):  # one model after the other, as further attempts are rationed
            ask(service, upstream, status(500))
        answers = [ask(service, upstream, status(500)) for _ in range(10)]
    assert upstream.calls == []
    assert {answer.reason for answer in answers} == {"upstream_unavailable"}
    assert sorted(answer.seconds for answer in answers)[5] < 0.1
    assert fresh_site.open_holds() == (0, 0)
