"""What the outermost layer reads of a request and adds to an answer."""

import pytest
from litestar import Request

from gateway.api.body import read_bytes
from gateway.api.edge import Edge, header
from gateway.errors import PayloadTooLarge


async def exchange(handle, headers=(), parts=({"type": "http.request", "body": b""},)):
    """Let `handle` answer a request that came through the edge; return its result and the answer's headers."""
    sent, waiting, results = [], list(parts), []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    async def app(scope, receive, send):
        results.append(await handle(Request(scope, receive, send)))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"private")]})

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": list(headers)}
    await Edge(app)(scope, receive, send)
    return results[0], sent[0]["headers"]


async def test_of_two_headers_of_one_name_the_first_counts():
    async def read(request):
        return [header(request, name) for name in (b"x-user-id", b"prefer", b"absent")]

    given = [(b"x-user-id", b"ama"), (b"x-user-id", b"kofi"), (b"prefer", b"caf\xe9")]
    assert (await exchange(read, given))[0] == ["ama", "café", None]


async def test_an_answer_keeps_its_own_headers_and_gets_the_missing_ones():
    async def read(request):
        return None

    headers = (await exchange(read, [(b"x-request-id", b"mine")]))[1]
    assert dict(headers) == {
        b"cache-control": b"private",
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        b"x-request-id": b"mine",
    }
    assert len(headers) == len(dict(headers))


PIECES = [
    {"type": "http.request", "body": b'{"a"', "more_body": True},
    {"type": "http.request", "more_body": True},
    {"type": "http.request", "body": b": 1}", "more_body": False},
]
JSON = [(b"content-type", b"application/json")]


async def test_a_body_in_pieces_is_whole_again():
    async def read(request):
        return await read_bytes(request, 8, ("application/json",))

    assert (await exchange(read, JSON, PIECES))[0] == b'{"a": 1}'


async def test_a_body_without_a_length_is_refused_where_it_grows_too_large():
    async def read(request):
        with pytest.raises(PayloadTooLarge):
            await read_bytes(request, 7, ("application/json",))

    await exchange(read, JSON, PIECES)
