"""Messages to customers who owe: four kinds, three tones, three channels."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.sms import segments, to_gsm
from gateway.errors import InsufficientData, NotFound
from gateway.features import collection_message
from gateway.features.collection_message import FOLLOW_UP, follow_up, unsupported
from gateway.features.message_letters import NOTES
from gateway.features.message_words import parts_allowed
from gateway.features.working_days import is_working_day
from gateway.grounding.ground import ground, overwrite
from gateway.library.tokens import estimate_tokens
from gateway.library.yamlfile import read_yaml_file
from tests.features.debts import any_shop, customer, invoice, reminder, settled, shop
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos
from tests.service import catalog_of

FEATURE = catalog_of().features["collection_message"]
PROMPT = catalog_of().versions("collection_message")[-1]
KINDS = tuple(FOLLOW_UP)
TONES = ("professional_friendly", "firm", "formal_legal")
BOTH = list(product(KINDS, TONES))


def request(kind="first_reminder", tone="professional_friendly", customer_id="k1", **more):
    return {"customer_id": customer_id, "message_type": kind, "tone": tone, **more}


async def gathered(pos, **changes):
    return await collection_message.gather(pos, request(**changes), pos.as_of)


def answer_of(evidence, words=None):
    words = collection_message.expand(words or collection_message.fallback(evidence.facts), evidence.facts)
    return overwrite(collection_message.merge(words, evidence), evidence.computed)[0]


def owing(*people, amount="900.00", late=20, **tables):
    return shop(*people, invoices=[invoice("a", late, amount)], **tables)


@pytest.mark.parametrize(("kind", "tone"), BOTH)
async def test_every_kind_in_every_tone_is_a_whole_respectful_letter(kind, tone):
    evidence = await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA), kind=kind, tone=tone,
                              customer_id="c1d35783-854a-4127-88fc-60c2d0f5cc78")  # fmt: skip
    message = answer_of(evidence)["message"]
    assert 80 <= len(message["body"].split()) <= 220
    assert (
        segments(message["sms_version"]) <= parts_allowed(kind)
        and to_gsm(message["sms_version"]) == message["sms_version"]
    )
    for name in ("subject", "body", "sms_version", "whatsapp_version"):
        sentences = re.split(r"(?<=[.!?])\s+", message[name])
        assert not [found for text in sentences for found in unsupported(text, evidence.facts)]
        assert "{" not in message[name] and "[" not in message[name]
    assert ("formal recovery" in message["body"]) is ((kind, tone) == ("final_notice", "formal_legal"))
    money = "GHS 39,822.50" if kind == "payment_plan_offer" else "GHS 20,348.50"
    assert all(money in message[name] for name in ("body", "sms_version", "whatsapp_version"))


@settings(max_examples=60, deadline=None)
@given(any_shop(), st.sampled_from(BOTH), st.sampled_from([None, True, False]), st.integers(0, 400))
async def test_any_records_give_a_message_within_all_bounds_or_say_what_is_missing(pos, both, plan, later):
    pos.as_of += timedelta(days=later)
    wanted = {} if plan is None else {"include_payment_plan": plan}
    for one in (await pos.customers())[:3]:
        asked = request(*both, customer_id=one.id, **wanted)
        try:
            evidence = await collection_message.gather(pos, asked, pos.as_of)
        except InsufficientData:
            continue
        answer = answer_of(evidence)
        assert FEATURE.response.check(answer) == []
        assert [rule.id for rule in PROMPT.rules if not rule.holds(answer, evidence.facts, asked)] == []
        assert estimate_tokens(json.dumps(evidence.facts, separators=(",", ":"))) <= 900
        if plan := answer.get("payment_plan"):
            parts = [Decimal(str(plan[name])) for name in ("down_payment", "installments", "installment_amount")]
            assert parts[0] + parts[1] * parts[2] == Decimal(str(plan["total"]))
            assert all(is_working_day(date.fromisoformat(day)) for day in plan["due_dates"])


@given(st.sampled_from(KINDS), st.dates(date(2020, 1, 1), date(2090, 12, 1)))
def test_follow_up_days_are_working_days_that_strictly_rise(kind, as_of):
    days = follow_up(kind, as_of)
    assert as_of < days[0] < days[1] < days[2]
    assert all(is_working_day(day) for day in days)
    assert all(day >= as_of + timedelta(days=n) for day, n in zip(days, FOLLOW_UP[kind], strict=True))


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)


@settings(max_examples=60, deadline=None)
@given(names, names, st.sampled_from(BOTH), names)
async def test_whatever_people_and_invoices_are_called_every_channel_keeps_its_bounds(name, contact, both, number):
    pos = shop(
        customer(name=name, contact_person=contact), invoices=[invoice("a", 20, "900.00", invoice_number=number)]
    )
    pos.business_name = name
    message = answer_of(await gathered(pos, kind=both[0], tone=both[1]))["message"]
    assert 1 <= segments(message["sms_version"]) <= parts_allowed(both[0])
    assert len(message["sms_version"]) <= 306 and to_gsm(message["sms_version"]) == message["sms_version"]
    assert len(message["whatsapp_version"]) <= 1024 and len(message["subject"]) <= 150


async def test_an_unknown_customer_and_one_of_another_business_are_not_found():
    theirs = (await InlinePos.from_dir(DEMO_DIR, AKWAABA).customers())[0].id
    for who in ("nobody", theirs):
        with pytest.raises(NotFound):
            await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA), customer_id=who)


async def test_nobody_is_reminded_of_what_is_not_due():
    pos = shop(invoices=[invoice("a", -5, "900.00")])
    with pytest.raises(InsufficientData):
        await gathered(pos)
    assert (await gathered(pos, kind="payment_plan_offer")).computed["payment_plan"]["total"] == 900
    with pytest.raises(InsufficientData):
        await gathered(shop(), kind="payment_plan_offer")


@pytest.mark.parametrize(
    ("kind", "wanted", "offered"),
    [
        ("first_reminder", None, True), ("first_reminder", False, False), ("second_reminder", None, True),
        ("final_notice", None, False), ("final_notice", True, True), ("payment_plan_offer", False, True),
    ],
)  # fmt: skip
async def test_a_plan_is_offered_when_wanted_and_with_gentle_reminders_unasked(kind, wanted, offered):
    more = {} if wanted is None else {"include_payment_plan": wanted}
    assert ("payment_plan" in (await gathered(owing(), kind=kind, **more)).computed) is offered


async def test_at_most_three_invoices_are_named_oldest_first_and_the_rest_counted():
    rows = [invoice(f"n{n}", 10 * n, "100.00") for n in range(1, 6)]
    evidence = await gathered(shop(invoices=rows))
    body = answer_of(evidence)["message"]["body"]
    assert re.findall(r"INV-n\d", body) == ["INV-n5", "INV-n4", "INV-n3"]
    assert "- 2 more invoices" in body and "In all, GHS 500 is overdue." in body


async def test_no_invoice_number_and_no_contact_detail_enters_the_facts():
    private = {"phone": "0244000111", "email": "y@example.com", "address": "Ring Rd"}
    evidence = await gathered(owing(customer(**private)))
    assert not [value for value in (*private.values(), "INV-a") if value in json.dumps(evidence.facts)]
    assert "INV-a" in answer_of(evidence)["message"]["body"]


@pytest.mark.parametrize("written", ["{INV_1}", "invoice {INV_1}", "Invoice no. {INV_1}", "invoice #{INV_1}"])
async def test_a_reference_becomes_its_invoice_however_a_model_puts_it(written):
    evidence = await gathered(owing())
    words = collection_message.fallback(evidence.facts)
    words["message"]["body"] = f"It is about {written} of GHS 900."
    assert answer_of(evidence, words)["message"]["body"] == "It is about invoice INV-a of GHS 900."


@pytest.mark.parametrize("title", ["Mr.", "Mrs", "Madam", "Ms."])
async def test_a_title_that_nobody_told_is_left_out(title):
    evidence = await gathered(owing())
    words = collection_message.fallback(evidence.facts)
    words["message"]["body"] = f"Dear {title} <PERSON_1>, GHS 900 is overdue."
    assert answer_of(evidence, words)["message"]["body"] == "Dear <PERSON_1>, GHS 900 is overdue."


async def test_a_title_on_record_is_kept():
    evidence = await gathered(owing(customer(contact_person="Nana Yaa Quarcoo")))
    assert answer_of(evidence)["message"]["body"].startswith("Dear Nana Yaa Quarcoo,")


async def test_an_sms_of_many_parts_gives_way_to_one_that_fits():
    evidence = await gathered(owing())
    words = collection_message.fallback(evidence.facts)
    words["message"]["sms_version"] = "GHS 900 is overdue. " * 20
    answer = answer_of(evidence, words)
    assert answer["contact"]["sms_segments"] == 1 and "GHS 900 is overdue" in answer["message"]["sms_version"]


@pytest.mark.parametrize(
    "text", ["We grant a discount of that.", "We will waive it.", "The balance can be reduced.", "It can be forgiven."]
)
def test_gifts_that_nobody_granted_are_not_promised(text):
    assert unsupported(text, {"formal_steps_may_be_named": True})


async def test_a_message_after_a_fresh_contact_warns_and_names_the_next_day():
    evidence = await gathered(owing(reminders=[reminder(1)]))
    assert evidence.computed["contact"]["allowed_today"] is False
    assert any(
        text.startswith("contact: not today, the last contact was on 19 November 2026") for text in evidence.warnings
    )


async def test_speaking_of_an_earlier_reminder_that_is_not_on_record_is_remarked_on():
    spoken = "No earlier reminder is on record, but this message speaks of one."
    assert spoken in (await gathered(owing(), kind="second_reminder")).warnings
    assert spoken not in (await gathered(owing(reminders=[reminder(9)]), kind="second_reminder")).warnings


async def test_praise_needs_a_good_record():
    invoices, payments = settled(4, 0)
    praised = await gathered(shop(invoices=[*invoices, invoice("a", 20, "900.00")], payments=payments))
    assert praised.facts["habit"] == "usually pays on time"
    assert "habit" not in (await gathered(owing())).facts


async def test_the_same_records_give_the_same_bytes():
    one, other = [await gathered(owing()) for _ in range(2)]
    assert one == other and json.dumps(one.facts) == json.dumps(other.facts)


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "collection_message" / "feature.yaml").data["example"]
    pos = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    pos.business_name = "Sankofa Stores Ltd"
    evidence = await collection_message.gather(pos, example["request"], DEMO_DAY)
    assert answer_of(evidence) == example["response"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("GH₵ 5,200 – “now”…", 'GHS 5,200 - "now"...'), ("₵5", "GHS 5"), ("Ɔkɔmfo Anɔkye", "Okomfo Anokye"),
        ("Hello 🙏 you", "Hello you"), ("naïve café", "naive café"), ("Łódź", "odz"), ("a\u00a0b", "a b"),
    ],
)  # fmt: skip
def test_any_text_can_be_written_in_letters_that_every_phone_knows(text, plain):
    assert to_gsm(text) == plain


@given(st.text())
def test_respelled_text_never_turns_an_sms_into_the_larger_alphabet(text):
    spelled = to_gsm(text)
    assert segments(spelled) <= -(-2 * len(spelled) // 152) + 1
    assert to_gsm(spelled) == spelled


@pytest.mark.parametrize("name", ["متجر النور", "商店", "🎉"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_name_that_an_sms_cannot_spell_leaves_no_hole(kind, name):
    evidence = await gathered(owing(customer(name="Nour", contact_person=name)), kind=kind)
    message = answer_of(evidence)["message"]
    assert name in message["body"] and name in message["whatsapp_version"]
    assert not message["sms_version"].startswith("Dear") and "900" in message["sms_version"]


async def test_a_name_that_loses_only_its_picture_keeps_its_greeting():
    evidence = await gathered(owing(customer(name="Ama 🎉 Boutique")))
    assert answer_of(evidence)["message"]["sms_version"].startswith("Dear Ama Boutique, ")


@pytest.mark.parametrize(("kind", "tone"), BOTH)
@pytest.mark.parametrize("amount", ["400.00", "9000.00", "30000.00"])
async def test_every_sentence_of_the_rules_is_grounded_however_many_instalments(kind, tone, amount):
    evidence = await gathered(owing(amount=amount), kind=kind, tone=tone, include_payment_plan=True)
    words = collection_message.fallback(evidence.facts)
    grounded = ground(words, evidence, unsupported=lambda text: unsupported(text, evidence.facts))
    assert (grounded.dropped, grounded.findings) == (0, ())


async def test_the_short_message_says_that_its_amount_covers_more_invoices_than_it_names():
    late = [invoice(name, 40 - at, "900.00") for at, name in enumerate("abcd")]
    for rows, said in ((late[:2], "INV-a and invoice INV-b."), (late, "INV-a, invoice INV-b and others.")):
        evidence = await gathered(shop(invoices=rows))
        assert f"It is about invoice {said}" in answer_of(evidence)["message"]["whatsapp_version"]


def test_a_name_in_two_scripts_leaves_no_dash_behind():
    assert to_gsm("Thank you. Kano Textiles — كانو للأقمشة") == "Thank you. Kano Textiles"
    assert to_gsm("Open 8 -") == "Open 8 -"


def test_no_fixed_note_names_a_country():
    assert not any("Ghana" in note for notes in NOTES.values() for note in notes)
