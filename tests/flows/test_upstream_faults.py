"""Everything that can go wrong on the wire: the caller still gets an answer in time, and the books are right."""

import itertools
import json

import pytest

from tests.flows.asking import ASSISTANT, CREDIT, assistant, credit
from tests.flows.processes import running
from tests.flows.upstream import cut, drop, hang, honest, in_turn, raw, responses_body, says, status, streams, whole

SHORT_MS, LONGER_MS = "2000", "8000"
"""Deadlines for models that never end; everything else has all the time that a busy machine may need."""
LIMITS = itertools.count(12_000)
QUOTA = {"code": "insufficient_quota", "type": "insufficient_quota"}
GONE = {"code": "model_not_found", "param": "model"}


@pytest.fixture(scope="module")
def service(site, upstream):
    with running(site, upstream.url) as started:
        yield started


@pytest.fixture(scope="module")
def streaming(site, upstream):
    """A process of its own, so that no breaker opens over all the faults of this file together."""
    with running(site, upstream.url) as started:
        yield started


@pytest.fixture(scope="module")
def hurried(site, upstream):
    """A process that gives a request two seconds."""
    with running(site, upstream.url, AI_DEADLINE_MS=SHORT_MS) as started:
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
    "too many requests": (
        status(429, {"code": "rate_limit_exceeded"}, Retry_After="600"),
        "upstream_unavailable",
        "rate_limited",
    ),
    "a bad request": (status(400), "upstream_unavailable", "bad_request"),
    "an internal error": (status(500), "upstream_unavailable", "server_error"),
    "an overloaded server": (status(503, Retry_After="600"), "upstream_unavailable", "server_error"),
    "a redirect": (status(307, Location="http://127.0.0.1:9/v1/responses"), "upstream_unavailable", "bad_request"),
    "a dropped connection": (drop, "upstream_unavailable", "connection"),
    "half a body": (half, "upstream_unavailable", "connection"),
    "no JSON": (raw(b"<html>UPSTREAM-SAYS sorry</html>"), "output_invalid", "invalid"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_the_rules_answer_in_time_when_every_model_shows(service, upstream, kind):
    behave, reason, fault = FAULTS[kind]
    answer, attempts = ask(service, upstream, behave), 3
    assert (answer.meta["source"], answer.reason) == ("rules", reason)
    assert answer.json["explanation"].startswith(answer.json["customer"]["name"])
    row = service.site.usage(answer.meta["request_id"])
    assert row == row | {"source": "rules", "degraded": reason, "status": 200, "attempts": attempts, "cost": 0}
    assert len(upstream.calls) == attempts
    assert service.site.open_holds() == (0, 0)
    assert answer.meta["quota"]["used"] == count_of_model_answers(service)
    told = lines_of(service, answer.meta["request_id"])
    assert [(line["event"], line["fault"], line["attempt"]) for line in told] == [
        ("model_call_failed", fault, attempt) for attempt in (1, 2, 3)
    ]
    assert {line["feature"] for line in told} == {"credit_risk"}
    assert [line["model"] for line in told] == [call.model for call in upstream.calls]


def lines_of(service, request_id):
    """Return the log's warnings about a request."""
    lines = (json.loads(line) for line in service.log.splitlines() if f'"{request_id}"' in line)
    return [line for line in lines if line["level"] == "warning"]


@pytest.mark.parametrize("behave", [hang, says(honest, after=3600)], ids=["silence", "a slow first byte"])
def test_the_rules_answer_when_no_model_says_anything_before_the_deadline(hurried, upstream, behave):
    answer = ask(hurried, upstream, behave)
    row = hurried.site.usage(answer.meta["request_id"])
    assert row == row | {"source": "rules", "degraded": "deadline", "status": 200, "cost": 0}
    assert len(upstream.calls) <= row["attempts"] <= 3
    assert hurried.site.open_holds() == (0, 0)


def test_the_next_model_answers_when_the_first_says_nothing(fresh_site, upstream):
    with running(fresh_site, upstream.url, AI_DEADLINE_MS=LONGER_MS) as service:
        answer = ask(service, upstream, in_turn(hang, says(honest)))
        assert answer.meta["source"] == "model"
        assert answer.meta["route"]["model"] == upstream.calls[1].model != upstream.calls[0].model
        assert fresh_site.usage(answer.meta["request_id"])["attempts"] == 2


def count_of_model_answers(service):
    found = service.site.rows("SELECT COUNT(*) FROM usage WHERE source = 'model' AND feature = 'credit_risk'")
    return found[0][0]


@pytest.mark.parametrize("first", [status(429, Retry_After="600"), status(500), drop, status(400)])
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
    told = service.client().stream(ASSISTANT, assistant())
    assert "UPSTREAM-SAYS" not in json.dumps(told)
    return told


def pieces(call):
    return cut(honest(call))


def process_for(then, request):
    """Return a process with a short deadline for what would hang for ever, one with a long deadline for the rest."""
    return request.getfixturevalue("hurried" if then == "hang" else "streaming")


def test_a_slow_stream_is_shown_as_it_comes(streaming, upstream):
    told = told_by(streaming, upstream, streams(pieces, pause=0.002))
    assert told[-1][0] == "final"
    assert told[-1][1]["meta"]["source"] == "model"


@pytest.mark.parametrize(("then", "reason"), [("cut", "upstream_unavailable"), ("hang", "deadline")])
def test_a_stream_that_ends_before_the_first_sentence_gives_the_rules_answer(request, upstream, then, reason):
    service = process_for(then, request)
    told = told_by(service, upstream, streams(pieces, pause=0, keep=3, then=then))
    assert [kind for kind, _ in told] == ["delta", "final"]
    final = told[-1][1]
    assert (final["meta"]["source"], final["meta"]["degraded"]["reason"]) == ("rules", reason)
    assert told[0][1]["text"] == final["reply"]
    row = service.site.usage(final["meta"]["request_id"])
    assert row["cost"] > 0, "tokens had arrived"
    assert service.site.open_holds() == (0, 0)


@pytest.mark.parametrize("then", ["cut", "hang"])
def test_a_stream_that_ends_after_a_sentence_was_shown_ends_with_an_error_and_is_charged(request, upstream, then):
    service = process_for(then, request)
    told = told_by(service, upstream, streams(pieces, pause=0, keep=30, then=then))
    assert [kind for kind, _ in told] == ["delta", "error"]
    problem = told[-1][1]
    assert (problem["code"], problem["status"], problem["retryable"]) == ("upstream_unavailable", 503, True)
    row = service.site.usage(problem["request_id"])
    assert row == row | {"degraded": "upstream_unavailable", "status": 503, "attempts": 1}
    assert row["cost"] > 0
    assert len(upstream.calls) == 1
    assert service.site.open_holds() == (0, 0)


NEVER_BEGINS = {"500": status(500), "429": status(429), "hang": hang, "drop": drop}


@pytest.mark.parametrize("kind", NEVER_BEGINS)
def test_a_stream_that_never_begins_gives_the_rules_answer(request, upstream, kind):
    told = told_by(process_for(kind, request), upstream, NEVER_BEGINS[kind])
    assert told[-1][1]["meta"]["source"] == "rules"
    assert "".join(data["text"] for name, data in told if name == "delta") == told[-1][1]["reply"]


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
        assert fresh_site.usage(second.meta["request_id"])["attempts"] == 0
        states = service.client().get("/health/ready").json["breakers"]
    assert states == dict.fromkeys(("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna"), "open")


def test_models_that_fail_twenty_times_are_left_alone(fresh_site, upstream):
    with running(fresh_site, upstream.url) as service:
        for _ in range(60):  # one model after the other, as further attempts are rationed
            ask(service, upstream, status(500))
        answers = [ask(service, upstream, status(500)) for _ in range(10)]
    assert upstream.calls == []
    assert {answer.reason for answer in answers} == {"upstream_unavailable"}
    assert fresh_site.open_holds() == (0, 0)
