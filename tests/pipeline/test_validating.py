"""What a reply is worth: schema, figures, rules; and what only code may say is never a model's."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.library.schemas import Schema
from gateway.pipeline.gathering import gather
from gateway.pipeline.masking import mask
from gateway.pipeline.validating import MAX_REQUEST_TEXT, Judge, request_text, rules_from_schema, shape
from tests.pipeline.making import DESCRIBE, RISK, make_ask, make_kit, prompt_of


async def judging(feature="credit_risk", body=RISK):
    """Return a function that judges an object, the masked evidence, and a reply that is good."""
    kit, ask = make_kit(), make_ask(feature, body)
    evidence = (await gather(kit, ask)).evidence
    masked = mask(kit.masker, ask, evidence)
    judge = kit.judge(ask.feature, prompt_of(feature))
    good = kit.features[feature].fallback(masked.facts)
    return judge, masked, good


async def test_a_good_reply_is_usable_as_it_is():
    judge, masked, good = await judging()
    judged = judge.judge(json.dumps(good), masked)
    assert (judged.usable, judged.words, judged.corrected) == (True, good, 0)
    assert judged.grounded.checked > 5


@pytest.mark.parametrize(
    "text", ["", "Sure! Here it is:", "[]", "null", '"text"', "{", '{"a": 1} {"b": 2}', "[" * 9000, "\ud800"]
)
async def test_a_reply_that_is_not_one_object_is_refused_with_words_for_the_model(text):
    judge, masked, _ = await judging()
    judged = judge.judge(text, masked)
    assert (judged.usable, judged.words) == (False, None)
    assert len(judged.problems) >= 1


async def test_fields_of_code_are_taken_from_code_and_the_difference_is_counted():
    judge, masked, good = await judging()
    lying = {**deepcopy(good), "risk_score": 12, "risk_level": "VERY_HIGH"}
    judged = judge.judge(json.dumps(lying), masked)
    body, _ = judge.compose(judged.words, masked.evidence)
    assert judged.usable
    assert judged.corrected == 2
    assert (body["risk_score"], body["risk_level"]) == (96, "LOW")


async def test_a_field_of_code_that_is_right_is_no_correction():
    judge, masked, good = await judging()
    assert judge.judge(json.dumps({**good, "risk_score": 96}), masked).corrected == 0


async def test_a_field_that_nobody_knows_is_refused_by_name():
    judge, masked, good = await judging()
    for extra in ({**good, "bonus": 1}, {**good, "analysis": {**good["analysis"], "bonus": 1}}):
        judged = judge.judge(json.dumps(extra), masked)
        assert not judged.usable
        assert any("bonus" in problem for problem in judged.problems)


async def test_a_missing_field_is_named():
    judge, masked, good = await judging()
    judged = judge.judge(json.dumps({k: v for k, v in good.items() if k != "explanation"}), masked)
    assert any("explanation" in problem for problem in judged.problems)


async def test_an_essential_text_with_invented_figures_makes_the_reply_unusable():
    judge, masked, good = await judging()
    judged = judge.judge(json.dumps({**good, "explanation": "The score is 12 and GHS 987,654 is owed."}), masked)
    assert not judged.usable
    assert judged.grounded.essential_replaced
    assert "987,654" not in json.dumps(judged.words)


async def test_an_invented_sentence_among_true_ones_is_dropped():
    judge, masked, good = await judging()
    judged = judge.judge(json.dumps({**good, "explanation": f"{good['explanation']} Sales rose by 77.7%."}), masked)
    assert judged.usable
    assert judged.words["explanation"] == good["explanation"]
    assert judged.grounded.dropped == 1


class MustMentionRain:
    message = "Say something about the rain."

    def holds(self, answer, facts, request):
        return "rain" in answer["explanation"]


async def test_a_broken_rule_of_the_prompt_is_told_in_its_own_words():
    _, masked, good = await judging()
    feature, module = make_ask().feature, make_kit().features["credit_risk"]
    judge = Judge(feature, replace(prompt_of(), rules=(MustMentionRain(),)), module)
    dry = judge.judge(json.dumps(good), masked)
    wet = judge.judge(json.dumps({**good, "explanation": f"{good['explanation']} Mind the rain."}), masked)
    assert (dry.usable, dry.problems) == (False, ("Say something about the rain.",))
    assert wet.usable


async def test_the_rules_own_words_pass_their_own_judge():
    for feature, body in (("credit_risk", RISK), ("product_description", DESCRIBE)):
        judge, masked, _ = await judging(feature, body)
        grounded = judge.rules_judged(masked.facts, masked)
        assert (grounded.dropped, grounded.essential_replaced) == (0, False)


def test_the_text_of_a_request_ends_somewhere():
    assert len(request_text({"a": ["word " * 100] * 1000, "b": "x" * 10**6})) <= MAX_REQUEST_TEXT + 1
    assert set(request_text({"a": ["one", 2, True, None], "b": {"c": "three"}}).split("\n")) == {"one", "2", "three"}


schemas = st.recursive(
    st.sampled_from([
        {"type": "string", "minLength": 1}, {"type": "string", "minLength": 1, "maxLength": 30},
        {"type": "integer", "minimum": 3}, {"type": "number"}, {"type": "boolean"},
        {"type": "string", "enum": ["A", "B"]}, {"const": "only"},
    ]),
    lambda inner: st.one_of(
        st.builds(lambda item, n: {"type": "array", "items": item, "minItems": n}, inner, st.integers(0, 3)),
        st.dictionaries(st.sampled_from("abcd"), inner, min_size=1).map(
            lambda fields: {"type": "object", "properties": fields, "required": sorted(fields)[::2]}
        ),
    ),
    max_leaves=6,
)  # fmt: skip
requests = st.dictionaries(st.sampled_from(["product", "price"]), st.text(max_size=20) | st.integers() | st.none())


@given(st.dictionaries(st.sampled_from("xyz"), schemas, min_size=1), requests)
def test_the_rules_of_a_feature_without_a_module_fit_whatever_schema_it_has(fields, request):
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    assert Schema.compile(schema).check(rules_from_schema(schema, request)) == []


def test_shape_finds_minimum_lengths_and_codes_through_references():
    fields = {"id": {"type": "string", "pattern": "^P"}, "why": {"type": "string"}}
    schema = {
        "type": "object",
        "properties": {
            "list": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/item"}},
            "day": {"type": "string", "format": "date"},
        },
        "$defs": {"item": {"type": "object", "properties": fields}},
    }
    assert shape(schema, schema["$defs"]) == ({"/list": 2}, frozenset({"/list/*/id", "/day"}))
