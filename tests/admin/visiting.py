"""A visitor of the admin: keeps the cookie, sends forms as a browser would, and reads pages as text."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from http.cookies import SimpleCookie
from itertools import count
from urllib.parse import urlencode

from admin.access import COOKIE, link_address, new_sign_in_link
from gateway.app import Service
from gateway.domain.ledger import AuditEntry, Claim, Settlement, UsageRow, Window
from gateway.domain.staff import Role
from gateway.domain.usage import Usage
from gateway.store.admin_access import AdminAccess
from tests.fakes import FakeClock
from tests.service import SANKOFA, Answer, Client

HOST = "gateway.test"
OURS = {"sec-fetch-site": "same-origin", "origin": f"https://{HOST}"}
FORM = "application/x-www-form-urlencoded"
DAY = 86_400_000_000
MONTH = "2026-11"
PASSWORD = "seven quiet lorries"
_NUMBERS = count(1)


@dataclass
class Visitor:
    """One browser."""

    service: Service
    cookie: str = ""
    last: Answer | None = field(default=None, repr=False)

    async def get(self, target: str) -> Answer:
        return await self._send("GET", target, None, {})

    async def post(self, target: str, fields: Mapping[str, str], headers: Mapping[str, str] = OURS) -> Answer:
        return await self._send("POST", target, urlencode(fields).encode(), {"content-type": FORM, **headers})

    async def send_form(self, target: str, **fields: str) -> Answer:
        """Send a form of the page that was opened last."""
        return await self.post(target, {"form_token": form_token(self.last), **fields})

    async def sign_in(self, link: str, **fields: str) -> Answer:
        """Open a link, fill in its form and send it."""
        number = next(_NUMBERS)
        given = {"name": f"Person {number}", "email": f"person{number}@example.com", "password": PASSWORD, **fields}
        return await self.enter(token=link.partition("token=")[2], **given)

    async def enter(self, **fields: str) -> Answer:
        """Send the sign-in form."""
        answer = await self.post("/admin/sign-in", fields)
        if "set-cookie" in answer.headers:
            self.cookie = SimpleCookie(answer.headers["set-cookie"])[COOKIE].value
        return answer

    async def api(self, method: str, target: str, body: object = None, headers: Mapping[str, str] = OURS) -> Answer:
        """Call the JSON face with the session's token, as a script of a page would."""
        sent = None if body is None else json.dumps(body).encode()
        token = {"x-form-token": form_token_of(self.cookie), "content-type": "application/json"}
        return await self._send(method, target, sent, {**token, **headers})

    async def _send(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        given = {"host": HOST, **headers, **({"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {})}
        self.last = await Client(self.service.asgi, given).send(method, target, body)
        return self.last


@dataclass
class Place:
    """The running service with its admin."""

    service: Service
    clock: FakeClock

    def visitor(self) -> Visitor:
        return Visitor(self.service)

    async def link(self) -> str:
        return await new_sign_in_link(self.service.store, f"https://{HOST}/")

    async def signed_in(self, role: Role = "admin") -> Visitor:
        visitor = self.visitor()
        secret = await AdminAccess(self.service.store.database, self.clock).new_link(role)
        answer = await visitor.sign_in(link_address(f"https://{HOST}", secret))
        assert answer.status == 303, text(answer)
        return visitor


def form_token(page: Answer | None) -> str:
    assert page is not None
    found = re.search(rb'name="form_token" value="([0-9a-f]{64})"', page.body)
    assert found, "the page has no form"
    return found[1].decode()


def form_token_of(cookie: str) -> str:
    return hmac.digest(cookie.encode(), b"admin form", sha256).hex()


def text(answer: Answer) -> str:
    """Return what a page says, without its tags, in single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.body.decode().replace("<wbr>", ""))).split())


async def used(
    place: Place, number: int, *, cost: int, days_ago: int = 0, degraded: str = "", owner: str = SANKOFA
) -> None:
    """Let one credit assessment be answered and settled."""
    at, meter = place.clock.now() - days_ago * DAY, "credit_assessments_per_month"
    window = Window(MONTH, at + 40 * DAY)
    claim = Claim(
        f"request-{number}", owner, "credit_risk", meter, 1, -1, window, window, 10**12, cost, window.resets_at
    )
    row = UsageRow(
        claim.request_id, owner, "credit_risk", "credit_risk@1", "", "model", "gpt-4", "gpt-6.1-sol", degraded, 200,
        Usage(), cost, 1, 5, "", at,
    )  # fmt: skip
    hold = await place.service.store.ledger.reserve(claim)
    entry = AuditEntry(owner, "key-1", "ai.credit_risk", claim.request_id, at, {"status": 200})
    await place.service.store.ledger.settle(hold, Settlement(cost, 1, row, entry))
