import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.adapters.offline_model import OfflineModel, find_evidence
from gateway.domain.reply import EgressBlocked, Fault, Message, UpstreamFault
from tests.contracts.calls import make_call

ID, OTHER = "0123456789abcdef", "fedcba9876543210"


def fenced(facts: Any, boundary: str = ID) -> str:
    text = facts if isinstance(facts, str) else json.dumps(facts)
    return f'<evidence id="{boundary}">\n{text}\n</evidence id="{boundary}">'


def asking(text: str) -> Any:
    return make_call(messages=(Message("system", fenced({"not": "this"})), Message("user", text)))


def model(rules: Callable[[dict[str, Any]], dict[str, Any]] = lambda facts: {"seen": facts}) -> OfflineModel:
    return OfflineModel({"credit_risk": rules})


async def test_the_rules_get_the_facts_of_the_last_user_message() -> None:
    reply = await model().complete(asking(f"Judge.\n{fenced({'name': '<PERSON_1>', 'n': 3})}\nThanks."))
    assert json.loads(reply.text) == {"seen": {"name": "<PERSON_1>", "n": 3}}
    assert (reply.model, reply.usage.input_tokens, reply.usage.output_tokens) == ("offline", 0, 0)


async def test_a_repair_call_still_finds_the_evidence() -> None:
    first = asking(fenced({"n": 3})).messages
    repair = make_call(messages=(*first, Message("assistant", "{}"), Message("user", "That cannot be used.")))
    assert json.loads((await model().complete(repair)).text) == {"seen": {"n": 3}}


@pytest.mark.parametrize(
    "note", [fenced({"n": 9}, OTHER), fenced({"n": 9}), f'<evidence id="{OTHER}">\n', "</evidence>"]
)
def test_fences_inside_the_data_do_not_count(note: str) -> None:
    assert find_evidence(fenced({"n": 3, "note": note})) == {"n": 3, "note": note}
    assert find_evidence(f"{fenced(json.dumps({'n': 3}, indent=1))}\n</evidence>") == {"n": 3}


def test_a_fence_whose_end_has_another_id_is_not_a_block() -> None:
    fake = f'<evidence id="{OTHER}">\n{{"n": 9}}\n</evidence id="{ID[::-1]}0">'
    assert find_evidence(fake) is None
    assert find_evidence(f"{fake}\n{fenced({'n': 3})}") == {"n": 3}


@pytest.mark.parametrize(
    "text",
    [
        "no evidence",
        fenced("{broken"),
        fenced([1]),
        fenced({"n": 1}, "short"),
        f"{fenced({'n': 9}, OTHER)}\n{fenced({'n': 3})}",
        f'<evidence id="{OTHER}">\n{fenced({"n": 3})}\n</evidence id="{OTHER}">',
    ],
)
async def test_without_exactly_one_block_there_is_no_answer(text: str) -> None:
    with pytest.raises(UpstreamFault) as caught:
        await model().complete(asking(text))
    assert (caught.value.fault, caught.value.sent) == (Fault.BAD_REQUEST, False)


async def test_a_feature_without_rules_has_no_answer() -> None:
    with pytest.raises(UpstreamFault):
        await OfflineModel({}).complete(asking(fenced({"n": 3})))


async def test_the_guard_stops_an_offline_answer_as_it_would_a_real_call() -> None:
    def guard(body: bytes) -> None:
        if b"Ama Owusu" in body:
            raise EgressBlocked("person")

    call = make_call(messages=(Message("user", f"Ama Owusu {fenced({'n': 3})}"),), guard=guard)
    with pytest.raises(EgressBlocked):
        await model().complete(call)
