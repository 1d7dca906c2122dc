"""Who may open the admin: a one-time link becomes a session in a cookie; there is no default account and no password.

Every admin route declares `public` or `role:<name>` and has `Access.guard`; forms come in through `Access.form` or,
before sign-in, `read_form`.
"""

import hmac
from collections import deque
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers.base import BaseRouteHandler

from gateway.api.body import read_bytes
from gateway.app import Store
from gateway.errors import Malformed
from gateway.ports import Clock
from gateway.store.admin_access import AdminAccess, AdminSession

# Browsers keep a `__Host-` cookie only when it is Secure, for this host alone and for all its paths. They count
# http://127.0.0.1 as secure; Safari does not, and the signed-out page says what to do then.
COOKIE = "__Host-session"
FORM_TOKEN = "form_token"  # noqa: S105 - a field's name
MAX_FORM = 16 * 1024
WRONG_TRIES = 20
WRONG_TRIES_S = 300.0
MAX_PEERS = 10_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
AnyRequest = Request[Any, Any, Any]


class Refused(Exception):
    """The admin says no: a status, what happened in a few words, and the next step."""

    def __init__(self, status: int, heading: str, advice: str) -> None:
        super().__init__(heading)
        self.status, self.heading, self.advice = status, heading, advice


class SignedOut(Exception):
    """There is no live session; the answer is the page that says how to get in."""


async def new_sign_in_link(store: Store, base_url: str) -> str:
    """Return an address that signs one person in once within 30 minutes. `base_url` is like `http://127.0.0.1:8000`."""
    secret = await AdminAccess(store.database, store.clock).new_link()
    return f"{base_url.rstrip('/')}/admin/sign-in?token={quote(secret)}"


class Access:
    """Lets in whoever has a session, and nobody through a page of another site."""

    def __init__(self, sessions: AdminAccess, clock: Clock) -> None:
        self.sessions = sessions
        self._tries = WrongTries(clock)

    async def guard(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Check the request against the route's declared access. Raises SignedOut or Refused."""
        if connection.scope.get("method") not in _SAFE:
            refuse_cross_site(connection)
        kind, _, role = str(handler.opt["access"]).partition(":")
        if kind == "public":
            return
        secret = connection.cookies.get(COOKIE, "")
        session = await self.sessions.session(secret) if secret else None
        if session is None:
            raise SignedOut
        if kind != "role" or session.role != role:
            raise Refused(403, "You may not open this page", "Ask an operator for a link with another role.")
        state: Any = connection.scope["state"]
        state["admin_session"] = session

    async def form(self, request: AnyRequest) -> dict[str, str]:
        """Return the fields of a signed-in visitor's form. Raises Refused when it does not belong to the session."""
        fields = await read_form(request)
        given = fields.pop(FORM_TOKEN, "")
        if not hmac.compare_digest(given.encode(), form_token(request).encode()):
            raise Refused(403, "This form is out of date", "Go back, reload the page and send it again.")
        return fields

    async def sign_in(self, request: AnyRequest, token: str) -> str:
        """Turn a link's token into a session and return its secret. Raises Refused."""
        self._tries.check(_peer(request))
        secret = await self.sessions.sign_in(token, replacing=request.cookies.get(COOKIE, "")) if token else None
        if secret is None:
            self._wrong(request)
        return secret or ""

    async def check_link(self, request: AnyRequest, token: str) -> None:
        """Look whether a link still works, without using it up. Raises Refused."""
        self._tries.check(_peer(request))
        if not await self.sessions.link_works(token):
            self._wrong(request)

    def _wrong(self, request: AnyRequest) -> None:
        self._tries.note(_peer(request))
        raise Refused(
            401, "This link no longer works", "A link signs in once, within 30 minutes. Make a new one on the server:"
        )


class WrongTries:
    """Counts wrong tokens per peer in this process: 20 within five minutes, then the peer has to wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_peer: dict[str, deque[float]] = {}

    def check(self, peer: str) -> None:
        """Raise Refused while the peer has too many wrong tries."""
        tries = self._by_peer.get(peer)
        while tries and tries[0] <= self._clock.monotonic() - WRONG_TRIES_S:
            tries.popleft()
        if tries is not None and not tries:
            del self._by_peer[peer]
        if tries and len(tries) >= WRONG_TRIES:
            raise Refused(429, "Too many links that do not work", "Wait five minutes, then open a new link.")

    def note(self, peer: str) -> None:
        """Count a wrong try; beyond 10,000 peers the one that began first is forgotten."""
        if peer not in self._by_peer and len(self._by_peer) >= MAX_PEERS:
            del self._by_peer[next(iter(self._by_peer))]
        self._by_peer.setdefault(peer, deque()).append(self._clock.monotonic())


def session_of(request: AnyRequest) -> AdminSession | None:
    """Return the session that the guard found, None on public pages and for signed-out visitors."""
    state: Any = request.scope.get("state", {})
    found: AdminSession | None = state.get("admin_session")
    return found


def form_token(request: AnyRequest) -> str:
    """Return what every form of this session carries; it does not give the session away."""
    return hmac.digest(request.cookies.get(COOKIE, "").encode(), b"admin form", sha256).hex()


def session_cookie(secret: str) -> Cookie:
    """Return the cookie of a session; it ends with the browser, and on the server before that."""
    return Cookie(key=COOKIE, value=secret, path="/", secure=True, httponly=True, samesite="lax")


def no_cookie() -> Cookie:
    """Return what takes the session's cookie out of the browser."""
    return Cookie(key=COOKIE, value="", path="/", secure=True, httponly=True, samesite="lax", max_age=0)


def refuse_cross_site(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Raise Refused unless the browser says that this request was made by a page of ours."""
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin", "")
    ours = site == "same-origin" if site else urlsplit(origin).netloc == connection.headers.get("host", "-")
    if not ours:
        raise Refused(403, "This request came from another site", "Open the admin itself and try it there.")


async def read_form(request: AnyRequest) -> dict[str, str]:
    """Return the fields of a form. Raises UnsupportedMediaType, PayloadTooLarge or Malformed."""
    body = await read_bytes(request, MAX_FORM, ("application/x-www-form-urlencoded",))
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20, errors="strict"))
    except ValueError:
        raise Malformed("The form cannot be read. Reload the page and send it again.") from None


def _peer(request: AnyRequest) -> str:
    return request.client.host if request.client else ""
