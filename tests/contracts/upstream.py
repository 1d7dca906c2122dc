"""A model server on loopback whose every byte the test decides."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Upstream:
    """What arrived (`heads`, `bodies`), on how many connections, and whether the caller hung up early."""

    url: str = ""
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def serving(*answers: Answering) -> AsyncIterator[Upstream]:
    """Serve the answers one after another, the last one again and again."""
    seen = Upstream()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        seen.connections += 1
        try:
            while head := await _head(reader):
                lengths = [line[16:] for line in head.lower().split("\r\n") if line.startswith("content-length")]
                length = int(lengths[0]) if lengths else 0
                seen.heads.append(head)
                seen.bodies.append(await reader.readexactly(length))
                await answers[min(len(seen.bodies), len(answers)) - 1](writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            seen.hung_up.set()
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    seen.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield seen
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return ""


def plain(body: bytes, status: str = "200 OK", kind: str = "application/json", headers: str = "") -> Answering:
    """Answer with a whole body."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{headers}content-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return answer


def chunked(pieces: list[bytes], *, pause: float = 0.0, then: str = "end") -> Answering:
    """Stream pieces as they are; `then` is `end`, `cut` (no end), `hang` (say no more) or `ping` for ever."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for piece in pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(pause)
        if then == "cut":
            writer.close()
        elif then == "hang":
            await asyncio.sleep(3600)
        elif then == "ping":
            while True:
                writer.write(b"3\r\n:\n\n\r\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        else:
            writer.write(b"0\r\n\r\n")

    return answer


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the connection without a word."""
    writer.close()


async def say_nothing(_: asyncio.StreamWriter) -> None:
    """Keep the connection open and never answer."""
    await asyncio.sleep(3600)
