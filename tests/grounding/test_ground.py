"""What happens to a whole answer: sentences fall, lists are filled, essential fields fall back to the rules."""

from datetime import date

from gateway.domain.evidence import Evidence
from gateway.grounding.ground import ground, overwrite

EVIDENCE = Evidence(
    facts={"balance": "5200.00", "days_overdue": 45, "customer": "<PERSON_1>"},
    computed={"risk_score": 64},
    as_of=date(2026, 11, 20),
)
RULES = {
    "explanation": "The balance of GHS 5,200 is 45 days overdue.",
    "factors": ["Balance of GHS 5,200", "45 days overdue", "Score of 64"],
    "plan": {"note": "Ask for a plan."},
}


def run(answer, **options):
    return ground(answer, EVIDENCE, rules_answer=lambda: RULES, **options)


def test_a_grounded_answer_is_returned_as_it_was():
    answer = {
        "explanation": "The balance is GHS 5,200.\n\n• 45 days overdue.",
        "action": "APPROVE_PARTIAL",
        "done": True,
        "none": None,
    }
    result = run(answer)
    assert (result.answer, result.ok, result.checked, result.findings) == (answer, True, 2, ())


def test_only_the_sentence_with_the_invention_falls_and_is_named_with_its_field():
    result = run({"explanation": "The balance is GHS 5,200. It grew by 40%. Please call."})
    assert result.answer == {"explanation": "The balance is GHS 5,200. Please call."}
    assert [(f.pointer, f.text, f.start) for f in result.findings] == [("/explanation", "40%", 37)]
    assert not result.ok


def test_a_list_item_that_loses_its_only_sentence_disappears():
    result = run({"factors": ["45 days overdue", "Ignored 7 reminders"]})
    assert (result.answer, result.dropped) == ({"factors": ["45 days overdue"]}, 1)


def test_a_list_that_becomes_too_short_is_filled_from_the_rules_without_repeating_an_item():
    result = run({"factors": ["45 days overdue.", "Ignored 7 reminders", "Owes GHS 9,999"]}, min_items={"/factors": 3})
    assert result.answer["factors"] == ["45 days overdue.", "Balance of GHS 5,200", "Score of 64"]


def test_a_list_that_was_short_before_is_left_alone():
    assert run({"factors": ["45 days overdue"]}, min_items={"/factors": 3}).answer == {"factors": ["45 days overdue"]}


def test_an_essential_field_that_loses_more_than_half_takes_the_text_of_the_rules():
    result = run({"explanation": "It grew by 40%. It fell by 30%. Please call."}, essential=["/explanation"])
    assert (result.answer["explanation"], result.essential_replaced) == (RULES["explanation"], True)


def test_an_essential_field_that_keeps_half_stays():
    result = run({"explanation": "The balance is GHS 5,200. It grew by 40%."}, essential=["/explanation"])
    assert (result.answer["explanation"], result.essential_replaced) == ("The balance is GHS 5,200.", False)


def test_plain_sentences_count_towards_the_half_that_an_essential_field_may_lose():
    text = "Please call. It grew by 40%. We value the relationship."
    assert run({"explanation": text}, essential=["/explanation"]).essential_replaced is False


def test_an_emptied_plain_field_takes_the_text_of_the_rules():
    result = run({"plan": {"note": "Pay GHS 70 weekly."}})
    assert (result.answer, result.essential_replaced) == ({"plan": {"note": "Ask for a plan."}}, False)


def test_an_object_in_a_list_falls_when_all_its_text_falls():
    answer = {"risks": [{"risk": "GHS 9,999 at risk", "level": "HIGH"}, {"risk": "GHS 5,200 at risk", "level": "LOW"}]}
    assert run(answer).answer == {"risks": [{"risk": "GHS 5,200 at risk", "level": "LOW"}]}


def test_a_number_the_model_wrote_as_such_must_be_evidence_or_gives_way():
    result = ground({"score": 64, "limit": 7000, "rank": 3}, EVIDENCE, rules_answer=lambda: {"limit": 5200})
    assert (result.answer, result.corrected, result.dropped) == ({"score": 64, "limit": 5200}, 1, 1)


def test_fields_to_skip_are_not_read():
    assert run({"code": ["A-99", "B-77"]}, skip={"/code/*"}).answer == {"code": ["A-99", "B-77"]}


def test_a_placeholder_of_another_request_falls_and_one_of_this_request_stays():
    result = run(
        {"explanation": "Ask <PERSON_1>. Ask <PERSON_2>. Ask <BUSINESS_3>."}, known_placeholders={"<BUSINESS_3>"}
    )
    assert result.answer["explanation"] == "Ask <PERSON_1>. Ask <BUSINESS_3>."


def test_figures_of_the_request_may_be_repeated():
    assert run({"explanation": "You asked for TVs under GHS 3,000."}, request_text="TVs below GHS 3000?").ok


def test_the_rules_run_only_when_they_are_needed():
    def forbidden():
        raise AssertionError("the rules were asked")

    assert ground({"explanation": "The balance is GHS 5,200."}, EVIDENCE, rules_answer=forbidden).ok


def test_a_feature_check_of_its_own_drops_plain_sentences_too():
    result = run(
        {"explanation": "It is waterproof. It is light."},
        unsupported=lambda s: ["waterproof"] if "waterproof" in s else [],
    )
    assert result.answer["explanation"] == "It is light."


def test_computed_fields_win_and_each_differing_leaf_is_counted():
    answer = {"score": 72, "words": "Hello", "limits": {"suggested": "5200.00", "terms": 45}, "list": [1, 2]}
    computed = {"score": 64, "limits": {"suggested": 5200, "terms": 30}, "list": [1, 3], "level": "LOW"}
    merged, corrected = overwrite(answer, computed)
    assert merged == {
        "score": 64,
        "words": "Hello",
        "limits": {"suggested": 5200, "terms": 30},
        "list": [1, 3],
        "level": "LOW",
    }
    assert corrected == 3
    assert answer["score"] == 72


def test_equal_numbers_in_another_spelling_are_no_correction():
    assert overwrite({"a": "25,000.00", "b": 0.1 + 0.2, "c": True}, {"a": 25000, "b": 0.3, "c": True})[1] == 0
    assert overwrite({"a": 1}, {"a": True})[1] == 1
