"""Sign-in through an OpenID Connect provider: authorization code with PKCE, and an ID token that is checked whole.

`Provider.address` is where the browser goes, `Provider.identity` turns the code that it comes back with into who it is.
OpenID Connect Core 1.0 §3.1, Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
"""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx2

from gateway.domain.staff import ROLES
from gateway.ports import Clock
from gateway.settings import Settings, is_loopback_http

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

CALLBACK = "/admin/sign-in/sso/back"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures with a public key only: `none` and those with a shared secret are no proof of who signed."""
TIMEOUT_S, MAX_ANSWER = 10.0, 512 * 1024
KEEP_S, REFETCH_S = 600.0, 30.0
LEEWAY_S = 60
MAX_AGE_S = 600
"""How long before now an ID token may have been made: it is asked for and used at once."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Unreachable(Exception):
    """The provider does not answer as one; the text says what of it failed and holds nothing of its answer."""


class Distrusted(Exception):
    """What came back proves nobody; the text says which check failed, in a few words for the log."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody the provider vouches for. `groups` is what the role claim holds, `methods` how they proved it."""

    issuer: str
    subject: str
    email: str
    name: str
    groups: tuple[str, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """The secrets of one sign-in, which only this browser and this service know."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Round":
        """Return fresh ones, 256 random bits each."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """What the provider compares the verifier with: its SHA-256."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class Provider:
    """The provider that the settings name. Its description and keys are fetched when needed and kept ten minutes."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.name = settings.oidc_name
        self.issuer = settings.oidc_issuer
        self._settings = settings
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    @property
    def callback(self) -> str:
        """The address that the provider sends browsers back to."""
        return self._settings.admin_url.rstrip("/") + CALLBACK

    async def address(self, one: Round) -> str:
        """Return where to send the browser. Raises Unreachable."""
        asked = {
            "response_type": "code", "client_id": self._settings.oidc_client_id, "redirect_uri": self.callback,
            "scope": self._settings.oidc_scope, "state": one.state, "nonce": one.nonce,
            "code_challenge": one.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return _with_query((await self._described())["authorization_endpoint"], asked)

    async def end_address(self) -> str:
        """Return where one signs out at the provider, empty when it has no such page. Raises Unreachable."""
        end = (await self._described()).get("end_session_endpoint")
        back = self._settings.admin_url.rstrip("/") + "/admin/"
        asked = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back}
        return _with_query(end, asked) if isinstance(end, str) and _usable(end) else ""

    async def identity(self, one: Round, code: str, answered_by: str = "") -> Identity:
        """Return who a code stands for. Raises Unreachable and Distrusted.

        `answered_by` is the `iss` that came with the code, where one did: another provider's answer is refused.
        """
        if answered_by and answered_by != self.issuer:
            raise Distrusted("answer of another issuer")
        return self._checked(await self._claims(await self._token(one, code)), one.nonce)

    async def _token(self, one: Round, code: str) -> str:
        described, settings = await self._described(), self._settings
        fields = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.callback,
            "client_id": settings.oidc_client_id, "code_verifier": one.verifier,
        }  # fmt: skip
        auth = None
        if settings.oidc_client_secret:
            methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in methods:
                auth = httpx2.BasicAuth(settings.oidc_client_id, settings.oidc_client_secret)
            else:
                fields["client_secret"] = settings.oidc_client_secret
        status, answer = await _fetch("POST", described["token_endpoint"], data=fields, auth=auth)
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise Distrusted("code not accepted")
        return token

    async def _claims(self, token: str) -> dict[str, Any]:
        # Imported here: most set-ups have no provider.
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError

        for fresh in (False, True):
            try:
                return jwt.decode(token, await self._keys(fresh), algorithms=ALGORITHMS).claims
            except InvalidKeyIdError:
                if fresh:
                    raise Distrusted("signed with an unknown key") from None
            except (JoseError, ValueError, TypeError) as error:
                raise Distrusted(f"token not accepted ({type(error).__name__})") from None
        raise Distrusted("signed with an unknown key")

    def _checked(self, claims: Mapping[str, Any], nonce: str) -> Identity:
        now, client = self._clock.now() // 1_000_000, self._settings.oidc_client_id
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.issuer:
            raise Distrusted("token of another issuer")
        if client not in audiences or ((len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client):
            raise Distrusted("token for another audience")
        expires, made = _instant(claims.get("exp")), _instant(claims.get("iat"))
        if expires is None or now >= expires + LEEWAY_S:
            raise Distrusted("token expired")
        if made is None or not now - MAX_AGE_S <= made <= now + LEEWAY_S:
            raise Distrusted("token not made just now")
        given = claims.get("nonce")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
            raise Distrusted("token of another sign-in")
        subject, email = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise Distrusted("token without a subject")
        if not isinstance(email, str) or claims.get("email_verified") not in (True, "true"):
            raise Distrusted("e-mail address not verified")
        name = claims.get("name")
        return Identity(
            self.issuer, subject, email, name if isinstance(name, str) else "",
            _texts(claims.get(self._settings.oidc_role_claim)), _texts(claims.get("amr")),
        )  # fmt: skip

    async def _described(self) -> dict[str, Any]:
        at, described = self._kept.get("description", (0.0, None))
        if described is None or time.monotonic() - at > KEEP_S:
            address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            status, described = await _fetch("GET", address)
            right = status == 200 and described.get("issuer") == self.issuer
            if not right or not all(_usable(described.get(name)) for name in ENDPOINTS):
                raise Unreachable("its description is not that of the issuer in the settings")
            self._kept["description"] = (time.monotonic(), described)
        found: dict[str, Any] = described
        return found

    async def _keys(self, fresh: bool) -> "KeySet":
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        at, keys = self._kept.get("keys", (0.0, None))
        age = time.monotonic() - at
        # A key that is not known may be new; a stranger's tokens must not make us ask each time.
        if keys is None or age > KEEP_S or (fresh and age > REFETCH_S):
            status, answer = await _fetch("GET", (await self._described())["jwks_uri"])
            try:
                listed = [key for key in answer["keys"] if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
                keys = KeySet.import_key_set({"keys": listed})
            except (JoseError, LookupError, TypeError, ValueError, AttributeError):
                raise Unreachable(f"its keys cannot be read (status {status})") from None
            self._kept["keys"] = (time.monotonic(), keys)
        found: KeySet = keys
        return found


def role_of(identity: Identity, roles: Mapping[str, str]) -> str:
    """Return the highest role that somebody's groups give, empty for none; `roles` maps a group to a role."""
    given = [role for group, role in roles.items() if group in identity.groups]
    return max((role for role in ROLES if role in given), key=ROLES.index, default="")


async def _fetch(method: str, address: str, **options: Any) -> tuple[int, dict[str, Any]]:
    try:
        async with (
            httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream(method, address, headers={"accept": "application/json"}, **options) as response,
        ):
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MAX_ANSWER:
                    raise Unreachable("it answers with too much")
        found = json.loads(body)
    except httpx2.HTTPError as error:
        raise Unreachable(f"no answer ({type(error).__name__})") from None
    except ValueError:
        raise Unreachable("it answers with something that is not JSON") from None
    if not isinstance(found, dict):
        raise Unreachable("it answers with something else")
    return response.status_code, found


def _with_query(address: str, fields: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(fields)}"


def _usable(address: object) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return (parts.scheme == "https" and bool(parts.hostname)) or is_loopback_http(address)


def _instant(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
