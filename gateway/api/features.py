"""One route for each feature.yaml; plain JSON, or Server-Sent Events where the feature streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.types import ASGIApp

from gateway.api.asking import read_ask
from gateway.api.bulk import bulk_routes
from gateway.api.edge import header
from gateway.api.jobs import answer_later, wants_later
from gateway.api.problems import problem
from gateway.api.replies import Ready
from gateway.api.site import Site
from gateway.errors import GatewayError
from gateway.library.catalog import Feature
from gateway.pipeline.answer import answer
from gateway.pipeline.ask import Answered, Ask
from gateway.pipeline.punctual import answer_in_time

HEARTBEAT_S = 15.0
CLIENT_CLOSED_REQUEST = 499
"""What servers commonly log for an answer that nobody waited for."""
_encode = msgspec.json.Encoder().encode
_Event = str | Answered | BaseException


def feature_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return the handlers of every feature in the catalogue."""
    plain = [_route(site, feature, m) for feature in site.kit.catalog.features.values() for m in feature.methods]
    return [*plain, *bulk_routes(site)]


def _route(site: Site, feature: Feature, method: str) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        ask, records = await read_ask(site, feature, request)
        if method == "POST" and wants_later(request):
            return (await answer_later(site, ask, records)).to_asgi_response(None, request)
        if feature.stream is not None and "text/event-stream" in (header(request, b"accept") or ""):
            return (await _event_stream(site, ask, request)).to_asgi_response(None, request)
        answered = await answer_in_time(site.kit, ask)
        return Ready(answered.status, answered.body, answered.headers)

    route = post if method == "POST" else get
    name = feature.name if method == feature.method else f"{feature.name}_post"
    paths = [litestar_path(path) for path in (feature.path, *feature.aliases)]
    opt = {"access": f"scope:{feature.group}"}
    # Called as the hook before itself: the framework hands a hook the request as it is and takes what it gives for the
    # answer, so that no arguments are looked for, converted and checked in each call.
    return route(paths, status_code=200, name=name, opt=opt, before_request=handle)(handle)


def litestar_path(path: str) -> str:
    """Return a contract path such as `/x/{customer_id}/` in the framework's form."""
    return path.replace("}", ":str}")


async def _event_stream(site: Site, ask: Ask, request: Request[Any, Any, Any]) -> Response[Any]:
    """Return the stream once it has begun; a refusal before that is an ordinary problem response."""
    events: asyncio.Queue[_Event] = asyncio.Queue()
    work = asyncio.create_task(_produce(site, ask, events))
    try:
        first = await _first_event(events, request)
    except asyncio.CancelledError:
        await _end(work)
        raise
    if first is None:
        await _end(work)
        return Response(b"", status_code=CLIENT_CLOSED_REQUEST)
    if isinstance(first, BaseException):
        raise first
    return Stream(
        _events(first, events, work, ask, request.scope["path"]),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


async def _first_event(events: asyncio.Queue[_Event], request: Request[Any, Any, Any]) -> _Event | None:
    """Return the first event, None when the reader leaves before it: only a begun stream notices that by itself."""
    first, left = asyncio.ensure_future(events.get()), asyncio.ensure_future(_reader_left(request))
    try:
        await asyncio.wait((first, left), return_when=asyncio.FIRST_COMPLETED)
        return first.result() if first.done() else None
    finally:
        first.cancel()
        await _end(left)


async def _reader_left(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _end(task: asyncio.Future[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _produce(site: Site, ask: Ask, events: asyncio.Queue[_Event]) -> None:
    try:
        events.put_nowait(await answer(site.kit, ask, show=events.put))
    except Exception as error:
        events.put_nowait(error)


async def _events(
    first: _Event, events: asyncio.Queue[_Event], work: asyncio.Task[None], ask: Ask, instance: str
) -> AsyncIterator[bytes]:
    event: _Event | None = first
    try:
        while True:
            if isinstance(event, str):
                yield _sse("delta", _encode({"text": event}))
            elif isinstance(event, Answered):
                yield _sse("final", event.body)
                return
            elif isinstance(event, BaseException):
                yield _sse("error", _encode(problem(_as_problem(event), instance, ask.request_id)))
                return
            else:
                yield b": keep-alive\n\n"
            event = None
            with suppress(TimeoutError):
                event = await asyncio.wait_for(events.get(), HEARTBEAT_S)
    finally:
        await _end(work)


def _sse(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


def _as_problem(error: BaseException) -> GatewayError:
    if isinstance(error, GatewayError):
        return error
    return GatewayError("Something went wrong here. Ask again.")
