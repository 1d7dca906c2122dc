"""Sends a webhook to an address that a customer has named: to the public internet only, whatever the name says.

A name is resolved once per connection, every address it has must be public, and the connection goes to the address that
was checked; so a name that changes its mind between check and use gains nothing. TLS still asks for the name. Redirects
are not followed, an answer is read to 64 KiB at most, and all of it takes 10 seconds at most.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore2

from gateway.errors import FieldError, ValidationFailed

TIMEOUT_S = 10.0
MAX_RESPONSE = 65_536
MAX_URL = 2_000
PORTS = frozenset({443, 8443})
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Forbidden(Exception):
    """The address is not on the public internet."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of an attempt: the status, or 0 and a fault: `forbidden_address`, `timeout`, `tls`, `unreachable`."""

    status: int
    fault: str
    milliseconds: int

    @property
    def ok(self) -> bool:
        """True when the address has accepted the event."""
        return 200 <= self.status < 300


class WebhookSender:
    """Posts to addresses. With `loopback`, which development alone may set, this machine is allowed too."""

    def __init__(
        self,
        *,
        loopback: bool = False,
        ports: frozenset[int] = PORTS,
        resolve: Resolve | None = None,
        ssl_context: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.loopback = loopback
        self._ports = ports
        self._resolve = resolve or resolve_name
        self._ssl_context = ssl_context
        self._timeout_s = timeout_s

    def check(self, url: str) -> None:
        """Look at an address before it is kept, without resolving it. Raises ValidationFailed."""
        parts = self._parts(url)
        if problem := self._problem(url, parts):
            raise ValidationFailed("Correct `url`.", errors=[FieldError("/url", problem)])

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Send once and return what came of it; never raises for what the other side does."""
        started = time.monotonic()
        status, fault = 0, ""
        try:
            if self._problem(url, self._parts(url)):
                raise Forbidden
            async with asyncio.timeout(self._timeout_s):
                status = await self._post(url, headers, body)
        except Forbidden:
            fault = "forbidden_address"
        except TimeoutError:
            fault = "timeout"
        except (ssl.SSLError, httpcore2.ConnectError) as error:
            tls = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
            fault = "tls" if tls else "unreachable"
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            fault = "timeout" if isinstance(error, httpcore2.TimeoutException) else "unreachable"
        return Sent(status, fault, round((time.monotonic() - started) * 1000))

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        backend = _PublicOnly(self._resolve, loopback=self.loopback)
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        host = urlsplit(url).netloc.rpartition("@")[2].encode()
        async with httpcore2.AsyncConnectionPool(
            ssl_context=self._ssl_context, network_backend=backend, retries=0
        ) as pool:
            given = [(b"host", host), (b"content-length", str(len(body)).encode()), *sent]
            async with pool.stream("POST", url, headers=given, content=body) as response:
                size = 0
                async for chunk in response.aiter_stream():
                    size += len(chunk)
                    if size > MAX_RESPONSE:  # what it says matters to nobody; only that it has answered
                        break
                return int(response.status)

    @staticmethod
    def _parts(url: str) -> SplitResult | None:
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - raises when it is no number
        except ValueError:
            return None
        return parts

    def _problem(self, url: str, parts: SplitResult | None) -> str:
        """Return what is wrong with an address as it is written; "" when nothing is."""
        if parts is None or not parts.hostname or len(url) > MAX_URL or any(c <= " " or c > "~" for c in url):
            return "must be a whole https:// address in visible ASCII characters"
        if ":" not in parts.hostname and not all(map(_LABEL.fullmatch, parts.hostname.removesuffix(".").split("."))):
            return "must name a host: parts of at most 63 letters, digits and hyphens, divided by dots"
        if parts.username is not None or parts.password is not None or parts.fragment:
            return "must hold no user, password or fragment"
        here = self.loopback and (parts.hostname == "localhost" or _is_loopback(parts.hostname))
        if here:
            return "" if parts.scheme in ("http", "https") else "must begin with https:// or http://"
        if parts.scheme != "https":
            return (
                "must begin with https://; to deliver to this machine while developing, start the service with "
                "APP_ENV=development and WEBHOOK_LOOPBACK=on"
            )
        if (parts.port or 443) not in self._ports:
            return f"must use port {' or '.join(map(str, sorted(self._ports)))}"
        literal = _literal(parts.hostname)
        if parts.hostname == "localhost" or (literal is not None and not is_public(literal)):
            return "must be reachable on the public internet"
        return ""


class _PublicOnly(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only."""

    def __init__(self, resolve: Resolve, *, loopback: bool) -> None:
        self._inner = httpcore2.AnyIOBackend()
        self._resolve = resolve
        self._loopback = loopback

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of `host` that answers, once all have been found public. Raises Forbidden."""
        literal = _literal(host)
        found = [str(literal)] if literal is not None else await self._resolve(host, port)
        addresses = [ipaddress.ip_address(address.partition("%")[0]) for address in found]
        if not addresses or not all(is_public(a) or (self._loopback and a.is_loopback) for a in addresses):
            raise Forbidden
        for address in addresses[:-1]:
            with suppress(httpcore2.ConnectError):
                return await self._inner.connect_tcp(str(address), port, *args, **options)
        return await self._inner.connect_tcp(str(addresses[-1]), port, *args, **options)

    async def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        """Refuse. Raises Forbidden."""
        raise Forbidden

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet; one that only wraps another is judged by what it wraps."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and (address in _NAT64 or int(address) >> 32 == 0):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """Return every address of a name. Raises OSError when it has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # no name that DNS could hold
        raise OSError("no such name") from error
    return [str(entry[4][0]) for entry in found]


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return literal is not None and literal.is_loopback
