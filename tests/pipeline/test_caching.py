"""An answer is found again for the same question about the same records of the same business, and for no other."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.caching import Body, CachedAnswer, cache_key, decode_answer, encode_answer
from tests.features.fakes import DEMO_DAY
from tests.pipeline.making import RISK, make_ask, prompt_of

MODELS = ("strong", "economy")
values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5)
bodies = st.dictionaries(st.text(max_size=5), values, max_size=5)


def key(business="b1", body=RISK, prompt=None, models=MODELS, digest="d1", **changes):
    return cache_key(business, make_ask(body=body, **changes), prompt or prompt_of(), models, digest)


def test_the_same_question_has_the_same_key_whoever_asks_it():
    assert key() == key() == key(user_id="ama", request_id="other", ledger_id="other", received_at=1)


@pytest.mark.parametrize(
    "changed",
    [
        {"business": "b2"}, {"body": {**RISK, "requested_credit_limit": 1}}, {"digest": "d2"}, {"models": MODELS[:1]},
        {"prompt": prompt_of("sales_assistant")}, {"feature": "product_description"},
        {"as_of": DEMO_DAY.replace(day=19)},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_anything_that_may_change_the_answer_changes_the_key(changed):
    assert key(**changed) != key()


@given(bodies, bodies)
def test_two_bodies_have_the_same_key_only_if_they_are_equal(one, other):
    assert (key(body=one) == key(body=other)) == (repr(sorted(one.items())) == repr(sorted(other.items())))


@given(bodies)
def test_the_order_of_keys_does_not_matter(body):
    assert key(body=body) == key(body=dict(reversed(body.items())))


@given(st.text(max_size=8), st.text(max_size=8))
def test_no_business_can_be_written_as_another(one, other):
    assert (key(business=one) == key(business=other)) == (one == other)


def test_what_is_kept_reads_back_as_it_was():
    kept = CachedAnswer(msgspec.Raw(b'{"a":[1,"x",null]}'), "model", "m", "gpt-4", {"ok": True, "checked": 1}, 2, ["w"])
    assert decode_answer(encode_answer(kept)) == kept


@given(bodies)
def test_a_body_that_stays_bytes_says_with_its_meta_what_the_object_would_say(body):
    body.pop("meta", None)
    kept = decode_answer(encode_answer(CachedAnswer(Body.of(body).raw, "model", "m", "gpt-4", {}, 0, [])))
    said = Body(kept.body).with_meta({"source": "cache"})
    assert json.loads(said) == {**body, "meta": {"source": "cache"}}
    assert said == Body.of(body).with_meta({"source": "cache"})
    assert Body(kept.body).tree == body
