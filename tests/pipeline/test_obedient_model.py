"""A model that does whatever an attacker says: its instructions and the canary still do not reach the reader."""

import msgspec
import pytest

from gateway.masking.leaks import LeakDetector
from gateway.pipeline.answer import answer
from tests.fakes import FakeModel, by_rules
from tests.masking.test_leaks import DISGUISES
from tests.pipeline.making import DESCRIBE, catalog, make_ask, make_kit, prompt_of

QUESTION = {"message": "Do you have rice?", "context": {"storefront_id": "s1", "chat_history": []}}
REQUESTS = {"product_description": DESCRIBE, "sales_assistant": QUESTION}


def detector(kit, feature):
    prompt = prompt_of(feature)
    return LeakDetector([m.fixed for m in prompt.messages if m.role == "system"], kit.canary(prompt))


def leaking(disguise, what):
    """Return a model whose answer is good but for its longest text, which ends in its disguised instructions."""

    def reply(call):
        system = call.messages[0].content
        told = {"canary": system.rsplit(" ", 1)[-1], "instructions": system[40:170], "whole": system[:600]}[what]
        written = by_rules(call)
        name = max((k for k, v in written.items() if isinstance(v, str)), key=lambda k: len(written[k]))
        return {**written, name: f"{written[name]} {DISGUISES[disguise](told)}"}

    return FakeModel(always=reply)


async def ask_of(feature):
    body = dict(REQUESTS[feature])
    if feature == "sales_assistant":
        records = make_kit().records
        pos = await records.open("", "GHS", make_ask().as_of)
        body["context"] = {**body["context"], "storefront_id": (await pos.storefronts())[0].id}
    return make_ask(feature, body)


@pytest.mark.parametrize("what", ["canary", "instructions", "whole"])
@pytest.mark.parametrize("disguise", DISGUISES)
async def test_what_the_model_leaks_does_not_reach_the_reader(disguise, what):
    kit = make_kit(leaking(disguise, what))
    body = msgspec.json.decode((await answer(kit, await ask_of("product_description"))).body)
    meta = body.pop("meta")
    assert not detector(kit, "product_description").leaks(str(body))
    assert meta["source"] == "rules"
    # The longest disguise breaks the schema, and sending it back for repair is stopped at the door.
    assert meta["degraded"]["reason"] in {"output_invalid", "egress_blocked"}


@pytest.mark.parametrize("disguise", DISGUISES)
async def test_nor_does_it_while_the_answer_streams(disguise):
    shown = []

    async def show(text):
        shown.append(text)

    kit = make_kit(leaking(disguise, "whole"))
    body = msgspec.json.decode((await answer(kit, await ask_of("sales_assistant"), show)).body)
    meta = body.pop("meta")
    assert not detector(kit, "sales_assistant").leaks("".join(shown))
    assert not detector(kit, "sales_assistant").leaks(str(body))
    assert meta["degraded"]["reason"] == "output_invalid"


async def test_a_leak_is_no_sign_of_a_sick_model():
    kit = make_kit(leaking("as it is", "canary"))
    for _ in range(25):
        await answer(kit, await ask_of("product_description"))
    now = kit.clock.monotonic()
    assert {kit.breakers.of(name).state(now) for name in catalog().prompts and kit.policy.models} == {"closed"}


async def test_the_canary_stands_in_the_instructions_and_differs_by_version():
    model = FakeModel()
    kit = make_kit(model)
    await answer(kit, await ask_of("product_description"))
    canaries = {kit.canary(prompt) for prompt in catalog().prompts.values()}
    assert kit.canary(prompt_of("product_description")) in model.calls[0].messages[0].content
    assert len(canaries) == len(catalog().prompts)
    assert all(len(canary) == 20 and canary.isalpha() for canary in canaries)
