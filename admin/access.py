"""Who may open the admin: people with a password and a role; a one-time link lets the first person set theirs.

Every admin route declares `public` or `role:<name>` and has `Access.guard`. What changes something must come from a
page of ours (Origin) and carry the session's token, or present an API token instead of a cookie.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers.base import BaseRouteHandler

from admin.passwords import Passwords, refuse_weak, totp_step
from gateway.api.body import read_bytes
from gateway.app import Store
from gateway.domain.names import one_line
from gateway.domain.staff import Person
from gateway.errors import FieldError, Malformed, ValidationFailed
from gateway.ports import Clock
from gateway.store.admin_access import AdminAccess, AdminSession, Invitation
from gateway.store.database import ConstraintViolation
from gateway.store.people import People, Secrets
from gateway.store.scope import OPERATOR, enter

# Browsers keep a `__Host-` cookie only when it is Secure, for this host alone and for all its paths. They count
# http://127.0.0.1 as secure; Safari does not, and the signed-out page says what to do then.
COOKIE = "__Host-session"
FORM_TOKEN = "form_token"  # noqa: S105 - a field's name
TOKEN_HEADER = "x-form-token"  # noqa: S105 - a header's name
MAX_FORM = 16 * 1024
MINUTE = 60_000_000
ACCOUNT_TRIES, ACCOUNT_SPAN = 5, 15 * MINUTE
PEER_TRIES, PEER_SPAN = 20, 5 * MINUTE
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)*\Z")
AnyRequest = Request[Any, Any, Any]


class Refused(Exception):
    """The admin says no: a status, what happened in a few words, and the next step; `data` is for scripts."""

    def __init__(self, status: int, heading: str, advice: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(heading)
        self.status, self.heading, self.advice, self.data = status, heading, advice, data or {}


class SignedOut(Exception):
    """There is no live session; the answer is the page that lets people in."""


async def new_sign_in_link(store: Store, base_url: str, email: str = "") -> str:
    """Return an address that works once within 30 minutes. `base_url` is like `http://127.0.0.1:8000`.

    Without `email` it makes a new administrator's account, with it a new password for an account that exists.
    Raises ValidationFailed when nobody has that address.
    """
    person_id = None
    if email:
        found = await People(store.database, store.clock, store.sealer).secrets(clean_email(email))
        if found is None:
            raise ValidationFailed(f"Nobody has the address {email}.", [FieldError("/email", "is not known")])
        person_id = found.person.id
    secret = await AdminAccess(store.database, store.clock).new_link(person_id=person_id)
    return link_address(base_url, secret)


def link_address(base_url: str, secret: str) -> str:
    """Return the address of a one-time link."""
    return f"{base_url.rstrip('/')}/admin/sign-in?token={quote(secret)}"


def clean_email(given: str) -> str:
    """Return an address as it is kept: trimmed, in small letters. Raises ValidationFailed."""
    email = given.strip().lower()
    if len(email) > 200 or not _EMAIL.match(email):
        raise ValidationFailed(
            "Write an e-mail address such as ama@example.com.", [FieldError("/email", "is no address")]
        )
    return email


def clean_name(given: str) -> str:
    """Return a person's name as it is kept. Raises ValidationFailed."""
    name = one_line(given)
    if not 1 <= len(name) <= 80:
        raise ValidationFailed("Write a name of 1 to 80 characters.", [FieldError("/name", "has 1 to 80 characters")])
    return name


class Access:
    """Lets in whoever has a session, and nobody through a page of another site."""

    def __init__(self, sessions: AdminAccess, people: People, clock: Clock) -> None:
        self.sessions = sessions
        self.people = people
        self.passwords = Passwords()
        self._clock = clock

    async def guard(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Check the request against the route's declared access. Raises SignedOut or Refused.

        What an admin route reads and writes may be any business's.
        """
        enter(OPERATOR)
        bearer = bearer_of(connection.headers)
        if connection.scope.get("method") not in _SAFE and not bearer:
            refuse_cross_site(connection)
        kind, _, role = str(handler.opt["access"]).partition(":")
        if kind == "public":
            return
        secret = bearer or connection.cookies.get(COOKIE, "")
        session = await self.sessions.session(secret) if secret else None
        # A token of scripts is no cookie and a cookie no token: neither may be used in the other's place.
        if session is None or (session.kind == "api") != bool(bearer):
            raise SignedOut
        if kind != "role" or not session.person.may(role):
            needed = f"This needs the role “{role}”; yours is “{session.person.role}”."
            raise Refused(403, "Your role does not allow this", f"{needed} Ask an administrator.")
        state: Any = connection.scope["state"]
        state["admin_session"] = session

    async def form(self, request: AnyRequest, limit: int = MAX_FORM) -> dict[str, str]:
        """Return the fields of a signed-in visitor's form. Raises Refused when it does not belong to the session."""
        fields = await read_form(request, limit)
        self.check_token(request, fields.pop(FORM_TOKEN, "") or request.headers.get(TOKEN_HEADER, ""))
        return fields

    def check_token(self, request: AnyRequest, given: str) -> None:
        """Raise Refused unless `given` is the token of the session that this request belongs to."""
        if bearer_of(request.headers):
            return
        if not hmac.compare_digest(given.encode(), form_token(request).encode()):
            raise Refused(403, "This form is out of date", "Go back, reload the page and send it again.")

    async def sign_in(self, request: AnyRequest, email: str, password: str, code: str) -> str:
        """Check address, password and, where one is asked for, one-time code; returns a session. Raises Refused."""
        account, peer = account_of(email), peer_of(request)
        await self.refuse_hasty(account, peer)
        found = await self.people.secrets(email.strip().lower())
        right = await self.passwords.right(found.password if found else None, password)
        if not (right and found and found.person.active and await self._right_code(found, code)):
            await self.people.note_wrong_try(account, peer)
            raise Refused(
                401, "That did not match", "Check the address, the password and, if you use one, the one-time code."
            )
        await self.people.forgive(account)
        return await self.sessions.open_session(found.person, replacing=request.cookies.get(COOKIE, ""))

    async def accept(self, request: AnyRequest, token: str, fields: Mapping[str, str]) -> str:
        """Use up a one-time link: make the account or set the new password; returns a session. Raises Refused."""
        invitation = await self.check_link(request, token)
        email = invitation.email or clean_email(fields.get("email", ""))
        name = invitation.name or clean_name(fields.get("name", ""))
        password = fields.get("password", "")
        refuse_weak(password, email.partition("@")[0], name)
        hashed = await self.passwords.hashed(password)
        replacing = request.cookies.get(COOKIE, "")
        try:
            secret = await self.sessions.accept(token, email, name, hashed, replacing)
        except ConstraintViolation:
            raise ValidationFailed(
                "This address has an account. Sign in with it.", [FieldError("/email", "is taken")]
            ) from None
        if secret is None:
            await self._wrong_link(request)
        return secret or ""

    async def check_link(self, request: AnyRequest, token: str) -> Invitation:
        """Return what a link is for, without using it up. Raises Refused."""
        await self.refuse_hasty("", peer_of(request))
        invitation = await self.sessions.invitation(token) if token else None
        if invitation is None:
            await self._wrong_link(request)
        assert invitation
        return invitation

    async def right_code(self, person: Person, secret: str, code: str) -> bool:
        """Tell whether a code is right and was not used before; it is used then."""
        step = totp_step(secret, code, self._clock.now() // 1_000_000)
        return step is not None and await self.people.use_step(person.id, step)

    async def _right_code(self, found: Secrets, code: str) -> bool:
        return found.totp is None or await self.right_code(found.person, found.totp, code)

    async def refuse_hasty(self, account: str, peer: str) -> None:
        """Raise Refused after too many tries that did not match, of an account or of a peer."""
        now = self._clock.now()
        since = (now - ACCOUNT_SPAN, now - PEER_SPAN)
        (mine, first), (theirs, earliest) = await self.people.wrong_tries(account, peer, since)
        waits = [first + ACCOUNT_SPAN - now] if account and mine >= ACCOUNT_TRIES else []
        waits += [earliest + PEER_SPAN - now] if theirs >= PEER_TRIES else []
        if waits:
            minutes = max(1, -(-max(waits) // MINUTE))
            advice = f"Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."
            raise Refused(429, "Too many tries that did not match", advice)

    async def _wrong_link(self, request: AnyRequest) -> None:
        await self.people.note_wrong_try("", peer_of(request))
        raise Refused(
            401,
            "This link no longer works",
            "A link works once and not for ever. Ask whoever sent it for a new one, or make one on the server:",
        )


def session_of(request: AnyRequest) -> AdminSession | None:
    """Return the session that the guard found, None on public pages and for signed-out visitors."""
    state: Any = request.scope.get("state", {})
    found: AdminSession | None = state.get("admin_session")
    return found


def person_of(request: AnyRequest) -> Person:
    """Return who is signed in; only for routes that ask for a role."""
    session = session_of(request)
    assert session, "the route is public"
    return session.person


def bearer_of(headers: Mapping[str, str]) -> str:
    """Return the API token of a request, empty where it has none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def form_token(request: AnyRequest) -> str:
    """Return what every form of this session carries; it does not give the session away."""
    return hmac.digest(request.cookies.get(COOKIE, "").encode(), b"admin form", sha256).hex()


def session_derived(request: AnyRequest, purpose: str) -> bytes:
    """Return bytes that only this browser session leads to, the same each time; empty without one."""
    cookie = request.cookies.get(COOKIE, "")
    return hmac.digest(cookie.encode(), purpose.encode(), sha256) if cookie else b""


def session_cookie(secret: str) -> Cookie:
    """Return the cookie of a session; it ends with the browser, and on the server before that."""
    return Cookie(key=COOKIE, value=secret, path="/", secure=True, httponly=True, samesite="lax")


def no_cookie(name: str = COOKIE) -> Cookie:
    """Return what takes a cookie out of the browser."""
    return Cookie(key=name, value="", path="/", secure=True, httponly=True, samesite="lax", max_age=0)


def refuse_cross_site(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Raise Refused unless the browser says that this request was made by a page of ours."""
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin", "")
    ours = site == "same-origin" if site else urlsplit(origin).netloc == connection.headers.get("host", "-")
    if not ours:
        raise Refused(403, "This request came from another site", "Open the admin itself and try it there.")


async def read_form(request: AnyRequest, limit: int = MAX_FORM) -> dict[str, str]:
    """Return the fields of a form. Raises UnsupportedMediaType, PayloadTooLarge or Malformed."""
    body = await read_bytes(request, limit, ("application/x-www-form-urlencoded",))
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=500, errors="strict")
    except ValueError:
        raise Malformed("The form cannot be read. Reload the page and send it again.") from None
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


def account_of(email: str) -> str:
    """Return what wrong tries of an address are counted under; it does not give the address away."""
    return sha256(email.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()


def peer_of(request: AnyRequest) -> str:
    """Return the address that the connection comes from; no header can change it."""
    return request.client.host if request.client else ""
