"""Models behind the OpenAI API and servers compatible with it, through the official SDK's cheap path.

The SDK gives authentication, errors and connections; bodies are encoded and decoded here, which halves its cost.
Its retries and redirects are off: every attempt is priced, logged and bounded by the pipeline.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import httpx2
import msgspec
from openai import APIError, APIStatusError, AsyncOpenAI, AsyncStream, DefaultAioHttpClient

from gateway.adapters.dialects.chat import ChatDialect
from gateway.adapters.dialects.outcome import Dialect, StreamReader, estimate
from gateway.adapters.dialects.responses import ResponsesDialect
from gateway.adapters.egress import guard_client, passing
from gateway.adapters.faults import CONNECTION_ERRORS, connection_fault, is_missing_route, status_fault
from gateway.adapters.sse import EventDecoder, EventTooLarge
from gateway.domain.reply import Delta, EgressBlocked, Fault, ModelCall, Reply, UpstreamFault

OPENAI_HOST = "api.openai.com"
MAX_CONNECT_SECONDS = 5.0
LISTING_SECONDS = 10.0
TAIL_SECONDS = 0.5
LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=200, keepalive_expiry=60.0)


class BaseUrlRefused(ValueError):
    """The upstream's address may not be used; the text says what to write instead."""


class OpenAIModel:
    """One connection pool to one upstream, for all calls of the process.

    `dialect` "auto" follows each call and falls back to Chat Completions for good when a compatible server turns out
    not to know `/responses`; "responses" and "chat" force one. `http_client` replaces the aiohttp one, in tests.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str,
        *,
        organization: str = "",
        dialect: Literal["auto", "responses", "chat"] = "auto",
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        host, secure = _checked(base_url)
        # A proxy of the environment is for the outside world: plain text to loopback must not travel through one.
        http_client = http_client or DefaultAioHttpClient(follow_redirects=False, limits=LIMITS, trust_env=secure)
        self.client = AsyncOpenAI(
            api_key=api_key, base_url=base_url, max_retries=0, http_client=guard_client(http_client)
        )
        # Set after construction: for None the SDK would read its own environment variables.
        self.client.organization, self.client.project = organization or None, None
        self._responses, self._chat = ResponsesDialect(), ChatDialect()
        # Whole addresses: joining a path to the base costs the SDK as much as building the rest of the request.
        self._address = {d.path: base_url.rstrip("/") + d.path for d in (self._responses, self._chat)}
        forced: dict[str, Dialect] = {"responses": self._responses, "chat": self._chat}
        self._forced = forced.get(dialect)
        self._may_fall_back = dialect == "auto" and not f".{host}".endswith(f".{OPENAI_HOST}")

    async def complete(self, call: ModelCall) -> Reply:
        """Return the whole answer. Raises `UpstreamFault`, or `EgressBlocked` before anything is sent."""
        deadline = asyncio.get_running_loop().time() + call.timeout
        dialect, response = await self._send(call, stream=False, deadline=deadline)
        try:
            outcome = dialect.decode(response.content)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            outcome = None
        if outcome is None:
            raise UpstreamFault(Fault.INVALID, upstream_id=response.headers.get("x-request-id", ""))
        return outcome.reply(call)

    async def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        """Yield the answer's JSON text piece by piece, then one `Reply`. Raises as `complete` does.

        Closing the generator closes the upstream's connection, so that no more tokens are bought.
        """
        deadline = asyncio.get_running_loop().time() + call.timeout
        dialect, response = await self._send(call, stream=True, deadline=deadline)
        reader = dialect.reader()
        fault: UpstreamFault | None = None
        try:
            async with aclosing(_events(response, reader, deadline)) as events:
                async for event in events:
                    if text := reader.feed(event):
                        yield Delta(text)
        except (*CONNECTION_ERRORS, msgspec.MsgspecError, UnicodeDecodeError, EventTooLarge) as error:
            fault = _broken_off(error)
        finally:
            await response.aclose()
        yield _last(call, reader, fault)

    async def available(self) -> frozenset[str]:
        """Return the ids of the models that the upstream lists; nothing of anybody is sent. Raises `UpstreamFault`."""
        try:
            with passing(_nothing):
                page = await self.client.models.list(timeout=LISTING_SECONDS)
        except (APIError, *CONNECTION_ERRORS) as error:
            raise UpstreamFault(Fault.SERVER_ERROR) from error
        return frozenset(model.id for model in page.data)

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self.client.close()

    async def _send(self, call: ModelCall, *, stream: bool, deadline: float) -> tuple[Dialect, httpx2.Response]:
        dialect = self._forced or (self._chat if call.dialect == "chat" else self._responses)
        answered = await self._post(call, dialect, stream=stream, deadline=deadline)
        if self._may_fall_back and dialect is self._responses and _lacks_route(answered):
            again = await self._post(call, self._chat, stream=stream, deadline=deadline)
            if not _lacks_route(again):
                self._forced = self._chat
                dialect, answered = self._chat, again
        if isinstance(answered, APIStatusError):
            raise status_fault(answered, dialect)
        return dialect, answered

    async def _post(
        self, call: ModelCall, dialect: Dialect, *, stream: bool, deadline: float
    ) -> httpx2.Response | APIStatusError:
        body = dialect.encode(call, stream=stream)
        connect = min(MAX_CONNECT_SECONDS, call.timeout * 0.8)
        # A key of our own, which is not sent, saves the SDK from making one for retries that it never does.
        options: Any = {
            "headers": call.headers,
            "timeout": httpx2.Timeout(None, connect=connect, pool=connect),
            "idempotency_key": call.request_id,
        }
        with passing(call.guard) as passage:
            try:
                async with asyncio.timeout_at(deadline):
                    # With an HTTP response to cast to, the SDK hands over the raw response, streamed or not.
                    response: object = await self.client.post(
                        self._address[dialect.path],
                        content=body,
                        cast_to=httpx2.Response,
                        options=options,
                        stream=stream,
                        stream_cls=AsyncStream[Any],
                    )
                    return cast(httpx2.Response, response)
            except APIStatusError as error:
                return error
            except CONNECTION_ERRORS as error:
                fault = connection_fault(error)
        fault.sent = fault.sent and passage.opened
        # Raised outside the handler, as everywhere here: the SDK's errors quote the upstream and hold the request.
        raise fault


async def _events(response: httpx2.Response, reader: StreamReader, deadline: float) -> AsyncGenerator[bytes, None]:
    decoder, chunks, time = EventDecoder(), response.aiter_bytes(), asyncio.get_running_loop().time
    while True:
        # After the last word only the usage and the end are due; a server that forgets to end must not hold us up.
        limit = min(deadline, time() + TAIL_SECONDS) if reader.finished else deadline
        try:
            async with asyncio.timeout_at(limit):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            break
        for event in decoder.feed(chunk):
            yield event
    for event in decoder.close():
        yield event


def _last(call: ModelCall, reader: StreamReader, fault: UpstreamFault | None) -> Reply:
    if fault is None and not reader.finished:
        fault = UpstreamFault(Fault.CONNECTION)
    if fault is None or reader.finished:
        return reader.outcome.reply(call)
    fault.usage = reader.outcome.usage or estimate(call, reader.outcome.text)
    fault.upstream_id = reader.outcome.upstream_id
    raise fault


def _broken_off(error: Exception) -> UpstreamFault:
    if isinstance(error, CONNECTION_ERRORS):
        fault = connection_fault(error)
        fault.sent = True
        return fault
    return UpstreamFault(Fault.INVALID)


def _lacks_route(answered: httpx2.Response | APIStatusError) -> bool:
    return isinstance(answered, APIStatusError) and is_missing_route(answered)


def _checked(base_url: str) -> tuple[str, bool]:
    """Return the host and whether TLS is used. Raises `BaseUrlRefused`."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").rstrip(".")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BaseUrlRefused("The base URL of the model server may hold no user name, query or fragment.")
    loopback = host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())
    if host and (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        return host, parts.scheme == "https"
    raise BaseUrlRefused(
        "The base URL of the model server must be an https:// address; http:// is allowed on loopback only."
    )


def _nothing(body: bytes) -> None:
    """Let a request leave that has no body."""
    if body:
        raise EgressBlocked("a listing sends nothing")
