import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import InsufficientData
from gateway.features import customer_segmentation as feature
from gateway.features.segment_advice import KINDS, kind_of
from gateway.grounding.ground import ground
from gateway.library.tokens import estimate_tokens
from tests.features.answering import CATALOG, broken_rules, thawed, whole
from tests.features.fakes import DEMO_DAY, DEMO_DIR, SANKOFA, InlinePos

NAME = "customer_segmentation"
DEMO = InlinePos.from_dir(DEMO_DIR, SANKOFA)


async def advised(report: dict[str, Any], pos: InlinePos = DEMO, words: dict[str, Any] | None = None) -> dict[str, Any]:
    evidence = await feature.gather(pos, report, DEMO_DAY)
    body = whole(feature, evidence, words)
    assert broken_rules(NAME, body, evidence, report) == []
    return body


def segment(name: str = "Champions", **more: Any) -> dict[str, Any]:
    return {"segment_name": name, "customer_count": 50, "avg_revenue": "8000.00", **more}


async def test_the_example_of_the_documentation_is_the_real_answer() -> None:
    documented = CATALOG.features[NAME]
    assert await advised(thawed(documented.example_request)) == thawed(documented.example_response)


async def test_the_best_category_is_not_said_to_every_segment() -> None:
    names = ("Champions", "Loyal Customers", "New Customers", "At Risk", "Hibernating")
    report = await advised({"rfm_segments": [segment(name) for name in names]})
    offers = [offer for one in report["rfm_segments"] for offer in one["ai_recommendations"]["upsell_opportunities"]]
    assert len(set(offers)) == len(offers)


async def test_every_key_of_the_report_stays() -> None:
    report = {"rfm_segments": [segment(colour="blue")], "made_by": "POS", "totals": {"n": 50}}
    body = await advised(report)
    row = body["rfm_segments"][0]
    assert row.pop("ai_recommendations")
    assert body == report
    assert "ai_recommendations" not in report["rfm_segments"][0]


async def test_the_pos_report_is_enriched_where_its_segments_are() -> None:
    body = await advised(
        {"success": True, "data": {"method": "rfm", "segments": [segment("At Risk", segment_code="AR")]}}
    )
    assert len(body["data"]["segments"][0]["ai_recommendations"]["retention_tactics"]) == 3
    assert "rfm_segments" not in body


async def test_without_a_report_the_segments_are_worked_out_from_the_sales() -> None:
    body = await advised({})
    assert [row["segment_name"] for row in body["rfm_segments"]][:2] == ["Champions", "Loyal Customers"]
    assert sum(row["customer_count"] for row in body["rfm_segments"]) == 72


@pytest.mark.parametrize("members", [0, 1, 17])
async def test_no_sentence_of_the_rules_falls_to_the_check_of_figures(members: int) -> None:
    names = [" ".join(kind.words[:1]) for kind in KINDS] + ["Market women"]
    report = {"rfm_segments": [segment(name, customer_count=members) for name in names]}
    evidence = await feature.gather(DEMO, report, DEMO_DAY)
    checked = ground(feature.fallback(evidence.facts), evidence)
    assert (checked.dropped, checked.findings) == (0, ())


async def test_neither_report_nor_sales_is_refused() -> None:
    with pytest.raises(InsufficientData):
        await advised({}, InlinePos())


async def test_a_report_that_counts_otherwise_than_the_records_is_told_so() -> None:
    evidence = await feature.gather(DEMO, {"rfm_segments": [segment()]}, DEMO_DAY)
    assert evidence.warnings == ("The report counts 50 in Champions, the records 16.",)
    assert evidence.facts["from_the_records"][0]["customers"] == 16


def test_each_known_name_of_a_segment_has_its_own_advice() -> None:
    names = [kind.words[0] for kind in KINDS]
    assert {kind_of(name).how for name in names} == {kind.how for kind in KINDS}


async def test_one_prompt_holds_all_segments_and_stays_small() -> None:
    report = {
        "rfm_segments": [
            segment(name, description="Buys every week in small packs. " * 9)
            for name in ("A", "B", "C", "D", "E", "F", "G", "H")
        ]
    }
    evidence = await feature.gather(DEMO, report, DEMO_DAY)
    assert len(evidence.facts["segments"]) == 8
    usual = await feature.gather(DEMO, {}, DEMO_DAY)
    for facts in (evidence.facts, usual.facts):
        assert estimate_tokens(json.dumps(facts, separators=(",", ":"))) <= 900


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6,
)  # fmt: skip
SEGMENTS = st.lists(
    st.dictionaries(
        st.sampled_from(["segment_name", "customer_count", "avg_revenue", "description", "x"]), ANY_JSON, max_size=5
    ), min_size=1, max_size=16,
)  # fmt: skip
WORDS = st.lists(
    st.fixed_dictionaries(
        {
            "segment": st.sampled_from(["S1", "S2", "S99"]), "marketing_strategy": TEXT,
            "communication_frequency": TEXT, "retention_tactics": st.lists(TEXT, max_size=6),
            "upsell_opportunities": st.lists(TEXT, max_size=4),
        }
    ), max_size=4,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(SEGMENTS, WORDS)
async def test_whatever_is_sent_and_written_each_segment_has_three_tactics_and_two_offers(
    rows: list[dict[str, Any]], written: list[dict[str, Any]]
) -> None:
    rows = [row for row in rows if "ai_recommendations" not in row]
    body = await advised({"rfm_segments": rows}, words={"recommendations": written})
    assert len(body["rfm_segments"]) == len(rows)
    for row in body["rfm_segments"]:
        assert len(row["ai_recommendations"]["retention_tactics"]) == 3
        assert len(row["ai_recommendations"]["upsell_opportunities"]) == 2
