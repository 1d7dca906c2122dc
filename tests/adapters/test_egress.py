"""The gate before the network, by itself."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.adapters.egress import GuardedTransport, guard_client, passing
from gateway.domain.reply import EgressBlocked


class Recorder(httpx2.AsyncBaseTransport):
    """A network that only takes notes of what would leave."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(b"".join([part async for part in request.stream]))  # type: ignore[union-attr]
        return httpx2.Response(200)


def client_of(recorder: Recorder) -> httpx2.AsyncClient:
    return guard_client(httpx2.AsyncClient(transport=recorder))


async def test_the_guards_bytes_are_the_bytes_sent() -> None:
    recorder = Recorder()
    seen: list[bytes] = []
    with passing(seen.append) as passage:
        await client_of(recorder).post("https://x/", content=b"body")
    assert seen == recorder.sent == [b"body"]
    assert passage.opened


async def test_a_body_changed_behind_the_guards_back_does_not_leave() -> None:
    recorder = Recorder()
    request = httpx2.Request("POST", "https://x/", content=b"clean")
    request.stream = httpx2.ByteStream(b"dirty")
    with passing(lambda _: None):
        await GuardedTransport(recorder).handle_async_request(request)
    assert recorder.sent == [b"clean"]


async def test_a_body_that_is_a_stream_is_refused() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"0244 123 456"

    recorder = Recorder()
    with passing(lambda _: None) as passage, pytest.raises(EgressBlocked, match="unseen_body"):
        await client_of(recorder).post("https://x/", content=parts())
    assert recorder.sent == []
    assert not passage.opened


async def test_leaving_the_block_closes_the_gate_again() -> None:
    recorder = Recorder()
    with passing(lambda _: None):
        pass
    with pytest.raises(EgressBlocked, match="no_guard"):
        await client_of(recorder).get("https://x/")
    assert recorder.sent == []


async def test_nested_blocks_restore_the_outer_guard() -> None:
    recorder = Recorder()
    outer: list[bytes] = []
    with passing(outer.append):
        with passing(lambda _: None):
            await client_of(recorder).post("https://x/", content=b"inner")
        await client_of(recorder).post("https://x/", content=b"outer")
    assert outer == [b"outer"]


async def test_the_way_through_a_proxy_is_guarded_too() -> None:
    recorder = Recorder()
    client = guard_client(httpx2.AsyncClient(mounts={"https://": recorder}))
    with pytest.raises(EgressBlocked, match="no_guard"):
        await client.post("https://x/", content=b"body")
    assert recorder.sent == []
