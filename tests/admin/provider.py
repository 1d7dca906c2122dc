"""An OpenID Connect provider on loopback that vouches for whomever the test says, rightly or wrongly."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT = "gateway-admin"
SECRET = "the client's secret"
Claims = dict[str, Any]
PERSON: Claims = {"sub": "1", "email": "kofi@example.com", "email_verified": True}


@dataclass
class FakeProvider:
    """`person` is who signs in next; `twist` changes the claims, `sign` makes the token, instead of the right ones."""

    url: str = ""
    person: Claims = field(default_factory=PERSON.copy)
    twist: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[["FakeProvider", Claims], str] | None = None
    now: Callable[[], float] = time.time
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))
    described_as: str = ""
    refuses: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorize(self, address: str) -> str:
        """Return where the browser is sent after it has signed in here."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256", asked
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = {
            "state": asked["state"],
            "iss": self.url,
            **({"error": self.refuses} if self.refuses else {"code": code}),
        }
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, fields: dict[str, str], head: str) -> tuple[int, Claims]:
        asked = self.codes.pop(fields.get("code", ""), None)
        if asked is None or "authorization: basic " not in head.lower():
            return 400, {"error": "invalid_grant"}
        challenge = urlsafe_b64encode(sha256(fields["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if challenge != asked["code_challenge"] or fields["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.now())
        claims = {
            "iss": self.url, "aud": asked["client_id"], "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            **self.person,
        }  # fmt: skip
        sign = self.sign or FakeProvider.signed
        return 200, {"id_token": sign(self, self.twist(claims)), "token_type": "Bearer", "access_token": "x"}

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def unsigned(self, claims: Claims) -> str:
        """Return a token that says it needs no signature."""
        parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
        return ".".join([*(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])

    def signed_with_public_key(self, claims: Claims) -> str:
        """Return a token whose shared secret is the public key, which everybody knows."""
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": self.key.kid}, claims)]
        head = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
        mark = hmac.digest(self.key.as_pem(private=False), head.encode(), sha256)
        return f"{head}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"

    def signed_by_another(self, claims: Claims) -> str:
        """Return a token of somebody who only knows the key's name."""
        other = RSAKey.generate_key(2048, {"kid": self.key.kid})
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, other)

    def answer(self, method: str, target: str, head: str, body: str) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(target).path
        self.asked.append(path)
        if path == "/authorize":
            return 302, {"Location": self.authorize(target)}, b""
        if path == "/end":
            return 200, {}, b"<!doctype html><title>Signed out there</title><h1>Signed out there</h1>"
        status, found = 200, {}
        if path == "/.well-known/openid-configuration":
            found = {
                "issuer": self.described_as or self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/end",
            }  # fmt: skip
        elif path == "/keys":
            found = KeySet([self.key]).as_dict(private=False)
        elif path == "/token":
            status, found = self.token({name: values[0] for name, values in parse_qs(body).items()}, head)
        else:
            status = 404
        return status, {"Content-Type": "application/json"}, json.dumps(found).encode()


@asynccontextmanager
async def provider(**given: Any) -> AsyncIterator[FakeProvider]:
    """Serve a provider on a free port."""
    fake = FakeProvider(**given)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lengths = [line[16:] for line in head.lower().split("\r\n") if line.startswith("content-length: ")]
            body = (await reader.readexactly(int(lengths[0]) if lengths else 0)).decode()
            method, target, _ = head.split(" ", 2)
            status, headers, sent = fake.answer(method, target, head, body)
            lines = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(sent)}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode() + sent)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.close()
