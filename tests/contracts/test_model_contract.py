"""What the pipeline may expect of any model, whichever adapter stands behind the port."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.adapters.offline_model import OfflineModel
from gateway.adapters.openai_model import OpenAIModel
from gateway.domain.reply import Delta, EgressBlocked, Message, Reply, UpstreamFault
from gateway.ports import Model
from tests.contracts.calls import allow, body_of, events_of, make_call
from tests.contracts.upstream import Answering, chunked, plain, serving

TEXT = json.dumps({"explanation": "Pays on time."}, separators=(",", ":"))
EVIDENCE = '<evidence id="0123456789abcdef">\n{"n": 3}\n</evidence id="0123456789abcdef">'
MESSAGES = (Message("system", "You judge credit."), Message("user", EVIDENCE))


def either(dialect: str) -> Answering:
    """Answer the first request whole and the second as a stream."""
    whole = plain(json.dumps(body_of(dialect, TEXT)).encode())
    streamed = chunked(events_of(dialect, (TEXT[:9], TEXT[9:])))

    async def answer(writer: Any) -> None:
        await (streamed if asked.pop() else whole)(writer)

    asked: list[bool] = []
    answer.asked = asked  # type: ignore[attr-defined]
    return answer


class Subject:
    """A model, and how to get one whole or streamed answer from it."""

    def __init__(self, model: Model, dialect: str, answer: Any = None) -> None:
        self.model, self.dialect, self._answer = model, dialect, answer

    def _call(self, streaming: bool, **changes: Any) -> Any:
        if self._answer is not None:
            self._answer.asked.append(streaming)
        return make_call(self.dialect, messages=MESSAGES, **changes)

    async def complete(self, **changes: Any) -> Reply:
        return await self.model.complete(self._call(False, **changes))

    async def stream(self, **changes: Any) -> list[Delta | Reply]:
        return [piece async for piece in self.model.stream(self._call(True, **changes))]


@pytest.fixture(params=["offline", "responses", "chat"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "offline":
        yield Subject(OfflineModel({"credit_risk": lambda _: json.loads(TEXT)}), "responses")
        return
    answer = either(request.param)
    async with serving(answer) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        yield Subject(model, request.param, answer)
        await model.aclose()


async def test_a_whole_answer_is_json_text_with_the_model_that_gave_it(subject: Subject) -> None:
    reply = await subject.complete()
    assert (reply.text, bool(reply.model), reply.finish_reason) == (TEXT, True, "stop")


async def test_a_stream_is_text_pieces_and_then_one_reply_with_all_of_them(subject: Subject) -> None:
    *pieces, last = await subject.stream()
    assert isinstance(last, Reply) and all(isinstance(piece, Delta) for piece in pieces)
    assert "".join(piece.text for piece in pieces) == last.text == TEXT


async def test_both_ways_report_the_same_usage(subject: Subject) -> None:
    last = (await subject.stream())[-1]
    assert isinstance(last, Reply)
    assert (await subject.complete()).usage == last.usage


async def test_the_guard_is_asked_before_any_answer(subject: Subject) -> None:
    def guard(body: bytes) -> None:
        raise EgressBlocked("person" if b"0123456789abcdef" in body else "unseen")

    for asked in (subject.complete, subject.stream):
        with pytest.raises(EgressBlocked, match="person"):
            await asked(guard=guard)


async def test_a_failed_attempt_is_an_upstream_fault_without_the_prompts_words() -> None:
    model = OfflineModel({})
    with pytest.raises(UpstreamFault) as caught:
        await model.complete(make_call(messages=MESSAGES, guard=allow))
    assert "evidence" not in repr(caught.value)
