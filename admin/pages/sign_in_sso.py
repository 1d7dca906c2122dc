"""Signing in through the OpenID Connect provider of the settings; without one there are no such addresses.

Whoever the provider vouches for gets in as the person with that verified address who was invited here. Only where the
settings map groups to roles does somebody unknown get an account, with the role of their groups.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from typing import Any

import structlog
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from admin.access import COOKIE as SESSION
from admin.access import (
    AnyRequest,
    Refused,
    account_of,
    clean_email,
    clean_name,
    no_cookie,
    peer_of,
    read_form,
    session_cookie,
)
from admin.oidc import CALLBACK, Distrusted, Identity, Provider, Round, Unreachable, role_of
from admin.web.errors import SSO, is_ours, sign_in_page
from admin.web.faces import Done, leading_on
from admin.web.office import Office
from admin.web.rendering import page
from gateway.domain.staff import ROLES, Person
from gateway.errors import ValidationFailed
from gateway.store.admin_access import THE_SERVICE
from gateway.store.crypto import Unreadable
from gateway.store.database import ConstraintViolation
from gateway.store.sso import SingleSignOn

ROUND = "__Host-sso"
"""The cookie of a sign-in under way; it is sealed, and worth nothing after ten minutes or once it was used."""
LIFE = 600_000_000
START = "/admin/sign-in/sso"
_log = structlog.get_logger("admin.sso")
AnyResponse = Response[Any]


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the way to the provider, the way back, the one-time code and signing out there."""
    if not office.settings.oidc_issuer:
        return []
    desk = Desk(office, Provider(office.settings, office.site.kit.clock))
    public = {"access": "public"}

    # A link and not a form: a form's redirect may not leave this host, as the pages' policy has it.
    @get(START, name=SSO, opt={**public, "label": desk.provider.name}, **office.fence)
    async def start(request: Request[Any, Any, Any]) -> AnyResponse:
        return await desk.start(request)

    @get(CALLBACK, name="admin_sso_back", opt=public, **office.fence)
    async def back(request: Request[Any, Any, Any]) -> AnyResponse:
        return await desk.back(request)

    @post(f"{START}/code", name="admin_sso_code", opt=public, **office.fence)
    async def code(request: Request[Any, Any, Any]) -> AnyResponse:
        return await desk.code(request)

    @get(f"{START}/end", name="admin_sso_end", opt=public, **office.fence)
    async def end(request: Request[Any, Any, Any]) -> AnyResponse:
        return await desk.end(request)

    return [start, back, code, end]


class Desk:
    """Leads people to the provider and back."""

    def __init__(self, office: Office, provider: Provider) -> None:
        self.provider = provider
        self._office = office
        self._used = SingleSignOn(office.site.database, office.site.kit.clock)

    async def start(self, request: AnyRequest) -> AnyResponse:
        """Send the browser to the provider, with the secrets of this round in a sealed cookie."""
        one, to = Round.new(), str(request.query_params.get("back", ""))
        try:
            address = await self.provider.address(one)
        except Unreachable as error:
            return self._unreachable(request, error)
        return _away(address, self._cookie({**asdict(one), "back": to if is_ours(to) else "/admin/"}))

    async def back(self, request: AnyRequest) -> AnyResponse:
        """Let in whom the provider vouches for."""
        given = {name: str(request.query_params.get(name, "")) for name in ("state", "code", "iss", "error")}
        try:
            await self._office.access.refuse_hasty("", peer_of(request))
            kept = await self._round(request, given["state"])
            if given["error"] == "access_denied":
                raise Refused(401, f"{self.provider.name} did not let you in", "It was cancelled or refused there.")
            if given["error"] or not given["code"]:
                raise Distrusted("the provider let nobody in")
            one = Round(kept["state"], kept["nonce"], kept["verifier"])
            identity = await self.provider.identity(one, given["code"], given["iss"])
            person = await self._person(identity)
        except Unreachable as error:
            return self._unreachable(request, error)
        except Distrusted as error:
            return await self._distrusted(request, error)
        except Refused as error:
            return self._refused(request, error)
        if person.has_totp and "mfa" not in identity.methods:
            return self._ask_code(request, {"person": person.email, "id": kept["nonce"], "back": kept["back"]})
        return await self._in(request, person, kept["back"])

    async def code(self, request: AnyRequest) -> AnyResponse:
        """Let in somebody who is known already and now shows their one-time code."""
        access, fields = self._office.access, await read_form(request)
        try:
            kept = self._opened(request)
            if "person" not in kept:
                raise Distrusted("no sign-in waits for a code")
            account = account_of(kept["person"])
            await access.refuse_hasty(account, peer_of(request))
            found = await access.people.secrets(kept["person"])
            if found is None or not found.person.active or found.totp is None:
                raise Distrusted("the account has changed meanwhile")
            if not await access.right_code(found.person, found.totp, fields.get("code", "")):
                await access.people.note_wrong_try(account, peer_of(request))
                return self._ask_code(request, kept, "That code did not match. Try the one that is shown now.")
            if not await self._used.use(kept["id"]):
                raise Distrusted("used before")
        except Distrusted as error:
            return await self._distrusted(request, error)
        except Refused as error:
            return self._refused(request, error)
        return await self._in(request, found.person, kept["back"])

    async def end(self, request: AnyRequest) -> AnyResponse:
        """Lead to the page on which one signs out at the provider."""
        try:
            address = await self.provider.end_address()
        except Unreachable as error:
            return self._unreachable(request, error)
        if not address:
            return sign_in_page(request, 200, wrong=f"{self.provider.name} has no page to sign out on; do it there.")
        return _away(address, no_cookie(ROUND))

    async def _person(self, identity: Identity) -> Person:
        """Return whom an identity is of here. Raises Refused for somebody who was not invited."""
        people = self._office.access.people
        try:
            email = clean_email(identity.email)
        except ValidationFailed:
            raise Distrusted("no e-mail address") from None
        found = await people.secrets(email)
        if found is None and (role := role_of(identity, self._office.settings.roles_of_groups)) in ROLES:
            name = " ".join(identity.name.split())[:80] or email.partition("@")[0]
            try:
                await people.invite(email, clean_name(name), role, f"single sign-on ({identity.issuer})")
            except ConstraintViolation:
                _log.info("sso_two_at_once")
            found = await people.secrets(email)
        if found is None or not found.person.active:
            advice = f"{email} has no account here. Ask an administrator to invite this address, then try again."
            raise Refused(403, "You are not invited yet", advice)
        if not await self._used.bind(found.person, identity.issuer, identity.subject):
            raise Distrusted("another account of the provider has this address")
        return found.person

    async def _in(self, request: AnyRequest, person: Person, back: str) -> AnyResponse:
        sessions = self._office.access.sessions
        secret = await sessions.open_session(person, replacing=request.cookies.get(SESSION, ""))
        to = back if is_ours(back) else "/admin/"
        return leading_on(request, Done("", to, cookies=(no_cookie(ROUND), session_cookie(secret))))

    async def _round(self, request: AnyRequest, state: str) -> dict[str, str]:
        """Return the secrets of the round that this browser began, and use it up."""
        kept = self._opened(request)
        if not hmac.compare_digest(kept.get("state", "").encode(), state.encode()) or not state:
            raise Distrusted("another sign-in's state")
        if not await self._used.use(state):
            raise Distrusted("used before")
        return kept

    def _opened(self, request: AnyRequest) -> dict[str, str]:
        sealer, cookie = self._office.store.sealer, request.cookies.get(ROUND, "")
        try:
            plain = sealer.open("sso", THE_SERVICE, "round", urlsafe_b64decode(cookie.encode() + b"=="))
        except (Unreadable, ValueError):
            raise Distrusted("no sign-in was begun in this browser") from None
        kept: dict[str, Any] = json.loads(plain)
        if not 0 <= self._office.now() - kept.pop("at") < LIFE:
            raise Distrusted("begun too long ago")
        return kept

    def _cookie(self, kept: dict[str, str]) -> Cookie:
        plain = json.dumps({**kept, "at": self._office.now()}).encode()
        sealed = self._office.store.sealer.seal("sso", THE_SERVICE, "round", plain)
        value = urlsafe_b64encode(sealed).rstrip(b"=").decode()
        return Cookie(key=ROUND, value=value, path="/", secure=True, httponly=True, samesite="lax", max_age=600)

    def _ask_code(self, request: AnyRequest, kept: dict[str, str], wrong: str = "") -> AnyResponse:
        response = page(request, "sign_in_code.html", status=401 if wrong else 200, wrong=wrong, email=kept["person"])
        response.set_cookie(self._cookie(kept))
        return response

    def _unreachable(self, request: AnyRequest, error: Unreachable) -> AnyResponse:
        _log.warning("sso_unreachable", said=str(error))
        said = f"{self.provider.name} cannot be reached now. Try again, or sign in with your password."
        return sign_in_page(request, 503, wrong=said)

    async def _distrusted(self, request: AnyRequest, error: Distrusted) -> AnyResponse:
        await self._office.access.people.note_wrong_try("", peer_of(request))
        _log.warning("sso_distrusted", said=str(error))
        return self._refused(request, Refused(401, f"Signing in with {self.provider.name} did not work", "Try again."))

    def _refused(self, request: AnyRequest, error: Refused) -> AnyResponse:
        response = sign_in_page(request, error.status, wrong=f"{error.heading}. {error.advice}")
        response.set_cookie(no_cookie(ROUND))
        return response


def _away(address: str, cookie: Cookie) -> AnyResponse:
    response: AnyResponse = Response(b"", status_code=303, headers={"Location": address, "Cache-Control": "no-store"})
    response.set_cookie(cookie)
    return response
