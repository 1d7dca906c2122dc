import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.evidence import Evidence
from gateway.features import product_description as feature
from gateway.features.description_words import shortened
from tests.features.fakes import InlinePos

DAY = date(2026, 11, 20)
TONES = ["professional", "casual", "technical", "marketing", "marketing-focused"]
TV = {
    "product_name": 'Samsung 55" QLED TV',
    "category": "Electronics",
    "attributes": {"brand": "Samsung", "size": "55 inches", "type": "QLED"},
    "tone": "professional",
}


async def gather(**changes: Any) -> Evidence:
    return await feature.gather(InlinePos(as_of=DAY), TV | changes, DAY)


async def describe(**changes: Any) -> dict[str, Any]:
    evidence = await gather(**changes)
    return feature.merge(feature.fallback(json.loads(json.dumps(evidence.facts))), evidence)


@pytest.mark.parametrize("tone", TONES)
async def test_each_tone_states_every_attribute_in_two_or_three_paragraphs(tone: str) -> None:
    text = (await describe(tone=tone))["description"]
    assert 2 <= len(text.split("\n\n")) <= 3
    assert all(value in text for value in ("Samsung", "55 inches", "QLED"))


async def test_the_four_tones_read_differently() -> None:
    texts = {(await describe(tone=tone))["description"] for tone in TONES}
    assert len(texts) == 4  # marketing-focused is marketing


@pytest.mark.parametrize("tone", TONES)
async def test_no_attributes_still_give_a_text_that_admits_it(tone: str) -> None:
    answer = await describe(tone=tone, attributes={})
    assert "No further details" in answer["description"]
    assert len(answer["seo_keywords"]) >= 3


async def test_keys_of_a_catalogue_become_words() -> None:
    attributes = {"weight_kg": 2.5, "is_organic": True, "hasHandle": False, "warranty_months": 12, "days": 3}
    answer = await describe(tone="casual", attributes=attributes)
    assert "The weight is 2.5 kg, the warranty 12 months and the days 3." in answer["description"]
    assert "Features on record: organic. Not among its features: handle." in answer["description"]
    assert "organic" in answer["seo_keywords"] and "is organic" not in answer["description"]


async def test_without_attributes_nothing_is_said_of_details() -> None:
    text = (await describe(attributes={}))["description"]
    assert "Use them" not in text and "details that are recorded" not in text


async def test_words_are_counted_from_the_final_description() -> None:
    answer = feature.merge({"description": "One two.\n\nThree."}, await gather())
    assert answer["word_count"] == 3


async def test_a_long_meta_description_is_cut_between_words() -> None:
    answer = feature.merge({"meta_description": "word " * 60}, await gather())
    assert len(answer["meta_description"]) <= 160
    assert answer["meta_description"].endswith("word…")


async def test_a_keyword_stands_once_whatever_its_case() -> None:
    answer = feature.merge({"seo_keywords": ["TV", "QLED", " tv "]}, await gather())
    assert answer["seo_keywords"] == ["TV", "QLED"]


async def test_keys_of_programs_become_words_and_lists_are_joined() -> None:
    facts = (await gather(attributes={"screen_size": 55, "colourOptions": ["red", "blue"], "empty": None})).facts
    assert facts["attributes"] == [
        {"name": "screen size", "value": "55"},
        {"name": "colour options", "value": "red and blue"},
    ]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("A waterproof 4K TV.", ["4k", "waterproof"]),
        ("The best in Ghana, with free delivery.", ["best", "delivery"]),
        ("It comes with a two-year warranty.", ["warranty"]),
        ("An original, imported, organic product.", ["imported", "organic", "original"]),
        ("The brand is Samsung and the type QLED.", []),
    ],
)
async def test_properties_outside_the_input_are_unsupported(text: str, claims: list[str]) -> None:
    assert feature.unsupported(text, (await gather()).facts) == claims


async def test_a_stated_property_may_be_claimed_in_any_spelling() -> None:
    facts = (await gather(attributes={"finish": "water resistant", "warranty": "2 years", "wireless": True})).facts
    assert feature.unsupported("Wireless and water-resistant, with a warranty of 2 years.", facts) == []


async def test_a_denied_property_may_only_be_named_as_missing() -> None:
    facts = (await gather(attributes={"waterproof": False, "bluetooth": "No"})).facts
    assert feature.unsupported("Waterproof and ready. It has Bluetooth.", facts) == ["bluetooth", "waterproof"]
    assert feature.unsupported("It is not waterproof.", facts) == []


async def test_the_fallback_keeps_placeholders_of_masked_facts() -> None:
    facts = (await gather()).facts | {"attributes": [{"name": "maker", "value": "<PERSON_1>"}]}
    assert "<PERSON_1>" in feature.fallback(facts)["description"]


async def test_attributes_beyond_the_room_of_a_prompt_are_left_out_with_a_warning() -> None:
    evidence = await gather(attributes={f"property {number}": "x" * 280 for number in range(40)})
    assert evidence.warnings == ("attributes_left_out",)
    assert len(json.dumps(evidence.facts)) < 2_800


def test_a_word_longer_than_the_room_is_cut_hard() -> None:
    assert shortened("x" * 50, 10) == "x" * 9 + "…"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
VALUES = st.one_of(
    WORDS, st.integers(), st.booleans(), st.none(), st.lists(st.one_of(WORDS, st.integers()), max_size=5)
)
REQUESTS = st.fixed_dictionaries(
    {
        "product_name": WORDS.filter(str.strip),
        "category": WORDS.filter(str.strip),
        "attributes": st.dictionaries(WORDS, VALUES, max_size=12),
        "tone": st.sampled_from(TONES),
    }
)


@given(REQUESTS)
async def test_any_input_gets_texts_that_fit_and_claim_nothing_of_their_own(request: dict[str, Any]) -> None:
    evidence = await feature.gather(InlinePos(as_of=DAY), request, DAY)
    answer = feature.merge(feature.fallback(evidence.facts), evidence)
    assert answer["word_count"] == len(answer["description"].split()) > 0
    assert 0 < len(answer["meta_description"]) <= 160
    assert 2 <= len(answer["description"].split("\n\n")) <= 3
    assert answer["short_description"].strip() and answer["seo_keywords"]


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("attributes", [{}, {"colour": "red", "wireless": True, "waterproof": False, "weight": 12.5}])
async def test_the_fallback_stands_its_own_check(tone: str, attributes: dict[str, Any]) -> None:
    evidence = await gather(tone=tone, attributes=attributes)
    for text in feature.fallback(evidence.facts).values():
        for line in [text] if isinstance(text, str) else text:
            assert feature.unsupported(line, evidence.facts) == []
