"""Whatever a model writes, the caller reads code's figures, true names, and no sentence that the data do not carry."""

import itertools
import json

import pytest

from tests.flows.asking import ASSISTANT, CREDIT, DESCRIPTION, assistant, credit, description
from tests.flows.processes import running
from tests.flows.upstream import changed, honest, in_turn, raw, responses_body, says

LIMITS = itertools.count(12_000)
SEED_FIGURES = {
    "customer": {"name": "Nobody Known Ltd", "current_limit": 5000.0, "requested_limit": 10000.0},
    "risk_score": 78,
    "risk_level": "LOW",
    "recommendation": {
        "action": "APPROVE_FULL",
        "suggested_limit": 99_999.0,
        "suggested_terms_days": 45,
        "confidence": 0.87,
    },
}
PEERS = {"similar_approved_limit_avg": 9500.0, "default_rate_for_similar_profile": "8%"}


@pytest.fixture(scope="module")
def service(site, upstream):
    with running(site, upstream.url) as started:
        yield started


@pytest.fixture(autouse=True)
def clean(upstream):
    upstream.reset()


@pytest.fixture
def ask(service, upstream):
    """Return the answer to a question of its own, after setting how the model behaves."""
    client, customer = service.client(), service.site.tenant("PROFESSIONAL").customer_id

    def asked(behave, path=CREDIT):
        upstream.reset(behave)
        limit = next(LIMITS)
        bodies = {CREDIT: credit(customer, limit), DESCRIPTION: description(code=str(limit)), ASSISTANT: assistant()}
        answer = client.post(path, bodies[path])
        assert answer.status == 200, answer.body
        return answer

    return asked


def also(text):
    """Return a model that adds a sentence to an honest explanation or reply."""

    def words(call):
        written = json.loads(honest(call))
        field = next(name for name in ("explanation", "reply", "description") if name in written)
        return json.dumps({**written, field: f"{written[field]} {text}"})

    return says(words)


def seed_shaped(call):
    """Return the seed's whole example answer around honest words."""
    words = json.loads(honest(call))
    return json.dumps({**SEED_FIGURES, **words, "analysis": {**words["analysis"], "comparable_customers": PEERS}})


def test_figures_of_the_model_are_replaced_by_computed_ones_and_counted(ask):
    truth, answer = ask(says(honest)), ask(says(seed_shaped))
    assert answer.meta["source"] == "model"
    assert answer.meta["grounding"]["corrected"] >= 9
    assert truth.meta["grounding"]["corrected"] == 0
    for field in ("risk_score", "risk_level"):
        assert answer.json[field] == truth.json[field]
    assert answer.json["customer"]["name"] == truth.json["customer"]["name"]
    assert answer.json["recommendation"]["suggested_limit"] <= answer.json["customer"]["requested_limit"]
    assert answer.json["analysis"]["comparable_customers"] == truth.json["analysis"]["comparable_customers"]


@pytest.mark.parametrize(
    ("before", "invented", "after", "path"),
    [
        ("They also owe ", "GHS 77,123.45", " to a bank.", CREDIT),
        ("Ask ", "<PERSON_7>", " about it.", CREDIT),
        ("Regards, ", "[Your Name]", "", CREDIT),
        ("Sales rose by ", "412%", " since.", CREDIT),
        ("Delivery to the shop costs ", "GHS 45", ".", ASSISTANT),
        ("Call ", "<PHONE_3>", " to order.", ASSISTANT),
        ("It has ", "4096 pixels", ".", DESCRIPTION),
        ("It comes with a ", "lifetime warranty", ".", DESCRIPTION),
        ("It is a ", "premium product", ".", DESCRIPTION),
        ("We may say: the ", "margin on it", " is good.", ASSISTANT),
    ],
)
def test_a_sentence_that_the_data_do_not_carry_is_dropped_and_the_rest_stays(ask, before, invented, after, path):
    answer = ask(also(before + invented + after), path)
    assert answer.meta["source"] == "model"
    assert answer.meta["grounding"] == answer.meta["grounding"] | {"ok": False, "dropped": 1}
    assert before + invented not in answer.body.decode()
    assert invented not in answer.body.decode()


def test_a_wrong_weekday_is_put_right(ask):
    answer = ask(also("Look at it again on Monday, 20 November 2026."))
    assert "on Friday, 20 November 2026" in answer.json["explanation"]
    assert answer.meta["grounding"]["corrected"] == 1


def test_a_claim_that_the_data_do_not_carry_is_not_even_shown_for_a_moment_in_a_stream(service, upstream):
    upstream.behave = also("The margin on it is good.")
    told = service.client().stream(ASSISTANT, assistant())
    assert "margin" not in json.dumps(told)
    assert "".join(data["text"] for kind, data in told if kind == "delta") == told[-1][1]["reply"]
    assert told[-1][1]["meta"]["grounding"]["dropped"] == 1


def unfinished(_):
    return '{"explanation": "They pay'


def test_a_repaired_answer_is_the_model_s(ask, upstream):
    answer = ask(in_turn(says(unfinished), says(honest)))
    assert answer.meta["source"] == "model"
    assert answer.meta["usage"]["input_tokens"] == 2 * 1200
    first, second = upstream.calls
    assert first.model == second.model
    assert second.messages[:-2] == first.messages
    assert second.messages[-2] == {"role": "assistant", "content": unfinished(None)}
    assert "not one JSON object" in second.messages[-1]["content"]


REFUSAL = [{"type": "message", "content": [{"type": "refusal", "refusal": "UPSTREAM-SAYS no"}]}]


@pytest.mark.parametrize(
    "body",
    [
        responses_body("", output=REFUSAL),
        responses_body('{"expl', status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
        responses_body("", status="incomplete", incomplete_details={"reason": "content_filter"}),
    ],
    ids=["refusal", "truncated", "filtered"],
)
def test_a_refused_or_truncated_answer_is_not_sent_back_but_paid_for(ask, upstream, body):
    answer = ask(raw(json.dumps(body).encode()))
    assert (answer.meta["source"], answer.reason) == ("rules", "output_invalid")
    assert "UPSTREAM-SAYS" not in answer.body.decode()
    assert len(upstream.calls) == len({call.model for call in upstream.calls})
    assert float(answer.meta["usage"]["cost_usd"]) > 0


def test_products_that_are_not_offered_are_not_recommended(ask):
    picks = [{"product_id": "P77", "reason": "nice"}]
    answer = ask(says(changed(recommendations=picks)), ASSISTANT)
    assert answer.meta["source"] == "model"
    assert all(item["product_id"] != "P77" for item in answer.json["recommendations"])
    assert answer.json["recommendations"]


def test_references_and_placeholders_never_reach_the_reader(ask):
    answer = ask(also("Offer P1 first."), ASSISTANT)
    assert "P1 " not in answer.json["reply"]
    assert "television" in answer.json["reply"].lower()


UNUSABLE = {
    "an extra key": says(changed(verdict="fine")),
    "missing keys": says(lambda call: '{"explanation": "They pay on time."}'),
    "no JSON": says(lambda call: "They are good customers."),
    "half an object": says(unfinished),
    "a list": says(lambda call: f"[{honest(call)}]"),
    "null": says(lambda call: "null"),
    "invented figures alone": says(changed(explanation="They owe GHS 77,123.45. It was GHS 1,234,567 last year.")),
    "deep nesting": says(lambda call: "[" * 50_000),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_unusable_answer_is_sent_back_exactly_once_then_other_models_are_asked_then_the_rules_answer(
    kind, upstream, ask
):
    answer = ask(UNUSABLE[kind])
    assert answer.meta["source"] == "rules"
    assert answer.reason == ("ungrounded" if kind.startswith("invented") else "output_invalid")
    assert answer.json["explanation"].startswith(answer.json["customer"]["name"])
    repairs = [call for call in upstream.calls if call.messages[-2]["role"] == "assistant"]
    assert len(repairs) <= 1
    assert len(upstream.calls) == len({call.model for call in upstream.calls}) + len(repairs)
    assert answer.meta["usage"]["output_tokens"] == 80 * len(upstream.calls)


@pytest.mark.parametrize("path", [CREDIT, ASSISTANT])
def test_a_sentence_in_another_language_is_dropped(ask, path):
    answer = ask(also("Votre entreprise vend bien et les clients sont heureux de vos prix."), path)
    assert "Votre" not in answer.body.decode()
    assert answer.meta["grounding"]["dropped"] == 1
