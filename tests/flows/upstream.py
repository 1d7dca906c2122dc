"""An OpenAI-compatible server on loopback that keeps every byte it gets and answers as the test says.

It speaks both dialects, whole and streamed, in a thread of its own, so that it serves service processes while a test
does something else. `upstream.behave` decides about each call; it may be changed at any time.
"""

import asyncio
import importlib
import itertools
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.contracts.calls import chat_body, event, responses_body

EVIDENCE = re.compile(r'<evidence id="([a-z0-9]{16})">\n(.*?)\n</evidence id="\1">', re.DOTALL)
USAGE = (1200, 80)
"""Input and output tokens that an answer costs unless the test says otherwise."""


@dataclass
class Call:
    """One request as it arrived."""

    path: str
    head: str
    body: bytes
    at: float
    usage: tuple[int, int] | None = None

    @cached_property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def dialect(self) -> str:
        return "chat" if self.path.endswith("/chat/completions") else "responses"

    @property
    def streams(self) -> bool:
        return bool(self.json.get("stream"))

    @property
    def model(self) -> str:
        return self.json["model"]

    @property
    def feature(self) -> str:
        return self._format["name"]

    @property
    def schema(self) -> dict[str, Any]:
        return self._format["schema"]

    @property
    def _format(self) -> dict[str, Any]:
        body = self.json
        return body["response_format"]["json_schema"] if self.dialect == "chat" else body["text"]["format"]

    @property
    def messages(self) -> list[dict[str, str]]:
        """Return the messages, the system's first, whatever the dialect calls it."""
        body = self.json
        if self.dialect == "chat":
            return body["messages"]
        return [{"role": "system", "content": body.get("instructions", "")}, *body["input"]]

    @property
    def facts(self) -> dict[str, Any]:
        """Return the masked evidence."""
        texts = (EVIDENCE.search(message["content"]) for message in self.messages if message["role"] == "user")
        return json.loads(next(found for found in texts if found)[2])


Behaviour = Callable[[Call, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Upstream:
    """What arrived so far, and how the next call is answered."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    behave: Behaviour = None  # type: ignore[assignment]
    hung_up: int = 0

    def reset(self, behave: Behaviour | None = None) -> None:
        """Forget what arrived; answer honestly, or as told."""
        self.calls.clear()
        self.hung_up = 0
        self.behave = behave or says(honest)


@contextmanager
def serving() -> Iterator[Upstream]:
    """Serve on a free port until the end of the block."""
    upstream, loop = Upstream(), asyncio.new_event_loop()
    upstream.reset()
    thread = threading.Thread(target=loop.run_forever, name="upstream", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listen(upstream), loop).result()
    try:
        yield upstream
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(upstream: Upstream) -> asyncio.Server:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = re.search(r"(?im)^content-length: (\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                call = Call(head.split(" ", 2)[1], head, body, time.monotonic())
                upstream.calls.append(call)
                await _watched(upstream, call, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=2**22, backlog=512)
    upstream.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    return server


async def _watched(upstream: Upstream, call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one call, and notice when the caller goes away before the end."""
    answering = asyncio.ensure_future(upstream.behave(call, writer))
    while not answering.done():
        await asyncio.wait([answering], timeout=0.05)
        if reader.at_eof() and not answering.done():
            upstream.hung_up += 1
            answering.cancel()
            raise ConnectionResetError
    try:
        await answering
    except ConnectionError:  # the caller went away while it was written to
        upstream.hung_up += reader.at_eof() or reader.exception() is not None
        raise


async def _end(server: asyncio.Server) -> None:
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


# What a model says: from a call to the text of its answer.

Words = Callable[[Call], str]


def honest(call: Call) -> str:
    """Return what a good model would write: the feature's own rules applied to the masked evidence."""
    rules = importlib.import_module(f"gateway.features.{call.feature}").fallback
    return json.dumps(_only(rules(call.facts), call.schema), ensure_ascii=False)


def changed(**fields: Any) -> Words:
    """Return an honest answer with other top-level fields."""
    return lambda call: json.dumps({**json.loads(honest(call)), **fields}, ensure_ascii=False)


def _only(value: Any, schema: dict[str, Any]) -> Any:
    if isinstance(value, dict) and "properties" in schema:
        wanted = schema["properties"]
        return {name: _only(part, wanted[name]) for name, part in value.items() if name in wanted}
    return value


# How it is sent.


def says(words: Words, *, usage: Callable[[Call], tuple[int, int]] = lambda _: USAGE, after: float = 0.0) -> Behaviour:
    """Answer with these words, whole or streamed as the call asks, after so many seconds."""

    async def answer(call: Call, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after)
        call.usage = usage(call)
        text = words(call)
        if call.streams:
            await send_events(writer, events(call, cut(text), call.usage))
        else:
            await send(writer, 200, whole(call, text, call.usage))

    return answer


def streams(
    pieces: Callable[[Call], list[str]], *, pause: float, keep: int | None = None, then: str = "end"
) -> Behaviour:
    """Stream pieces slowly; after `keep` of them `then` do as told: `end`, `cut` the connection or `hang`."""

    async def answer(call: Call, writer: asyncio.StreamWriter) -> None:
        call.usage = USAGE
        told = events(call, pieces(call), call.usage)
        await send_events(writer, told[: None if keep is None else keep + 1], pause=pause, then=then)

    return answer


def status(code: int, error: dict[str, Any] | None = None, **headers: str) -> Behaviour:
    """Refuse with a status and an error object whose message repeats the prompt, as some servers do."""

    async def answer(call: Call, writer: asyncio.StreamWriter) -> None:
        told = {"message": f"UPSTREAM-SAYS {call.messages[-1]['content'][:200]}", "type": "error", "code": None}
        await send(writer, code, json.dumps({"error": {**told, **(error or {})}}).encode(), **headers)

    return answer


def raw(body: bytes, *, length: int | None = None) -> Behaviour:
    """Answer 200 with these bytes; a `length` above theirs cuts the body off."""

    async def answer(_: Call, writer: asyncio.StreamWriter) -> None:
        await send(writer, 200, body, length=length)
        if length is not None:
            raise ConnectionResetError

    return answer


def when(opened: threading.Event, behave: Behaviour) -> Behaviour:
    """Behave so once the test has opened the gate, however long that takes."""

    async def answer(call: Call, writer: asyncio.StreamWriter) -> None:
        while not opened.is_set():
            await asyncio.sleep(0.01)
        await behave(call, writer)

    return answer


async def hang(_: Call, __: asyncio.StreamWriter) -> None:
    """Say nothing."""
    await asyncio.sleep(3600)


async def drop(_: Call, writer: asyncio.StreamWriter) -> None:
    """Reset the connection."""
    writer.transport.abort()
    raise ConnectionResetError


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave in this order, as the last one from then on."""
    turns = itertools.chain(behaviours, itertools.repeat(behaviours[-1]))

    async def answer(call: Call, writer: asyncio.StreamWriter) -> None:
        await next(turns)(call, writer)

    return answer


def by_dialect(**behaviours: Behaviour) -> Behaviour:
    """Behave as told for `responses` and `chat`."""

    async def answer(call: Call, writer: asyncio.StreamWriter) -> None:
        await behaviours[call.dialect](call, writer)

    return answer


# The wire.


def whole(call: Call, text: str, usage: tuple[int, int]) -> bytes:
    """Return a finished answer of the call's dialect."""
    told = _usage(call.dialect, usage)
    make = chat_body if call.dialect == "chat" else responses_body
    return json.dumps(make(text, model=call.model, usage=told), ensure_ascii=False).encode()


def events(call: Call, pieces: list[str], usage: tuple[int, int]) -> list[bytes]:
    """Return the events of a streamed answer: one that opens it, one for each piece, then the end with the usage."""
    told, text = _usage(call.dialect, usage), "".join(pieces)
    if call.dialect == "responses":
        begun = responses_body("", status="in_progress", output=[], usage=None)
        opened = {"type": "response.created", "response": begun}
        deltas = ({"type": "response.output_text.delta", "delta": piece} for piece in pieces)
        ended = {"type": "response.completed", "response": responses_body(text, model=call.model, usage=told)}
        return [event(one) for one in (opened, *deltas, ended)]

    def chunk(choices: list[dict[str, Any]], **extra: Any) -> bytes:
        return event({"id": "chatcmpl-1", "model": call.model, "choices": choices, **extra})

    told_pieces = [chunk([{"index": 0, "delta": {"content": piece}, "finish_reason": None}]) for piece in pieces]
    ended = chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]) + chunk([], usage=told) + event("[DONE]")
    return [chunk([{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]), *told_pieces, ended]


def cut(text: str, size: int = 7) -> list[str]:
    """Return a text in small pieces, so that placeholders and figures lie across them."""
    return [text[start : start + size] for start in range(0, len(text), size)]


async def send(
    writer: asyncio.StreamWriter, code: int, body: bytes, *, length: int | None = None, **headers: str
) -> None:
    """Send a whole response."""
    lines = [f"HTTP/1.1 {code} X", "content-type: application/json", f"content-length: {length or len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()


async def send_events(
    writer: asyncio.StreamWriter, told: list[bytes], *, pause: float = 0.0, then: str = "end"
) -> None:
    """Send server-sent events in chunks."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for one in told:
        writer.write(b"%x\r\n%s\r\n" % (len(one), one))
        await writer.drain()
        await asyncio.sleep(pause)
    if then == "hang":
        await asyncio.sleep(3600)
    if then == "cut":
        writer.transport.abort()
        raise ConnectionResetError
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _usage(dialect: str, usage: tuple[int, int]) -> dict[str, int]:
    given, written = usage
    if dialect == "chat":
        return {"prompt_tokens": given, "completion_tokens": written, "total_tokens": given + written}
    return {"input_tokens": given, "output_tokens": written, "total_tokens": given + written}
