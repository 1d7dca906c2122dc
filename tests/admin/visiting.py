"""A visitor of the admin: keeps the cookie, sends forms as a browser would, and reads pages as text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from admin.access import COOKIE, new_sign_in_link
from gateway.app import Service
from gateway.domain.ledger import AuditEntry, Claim, Settlement, UsageRow, Window
from gateway.domain.usage import Usage
from tests.fakes import FakeClock
from tests.service import SANKOFA, Answer, Client

HOST = "gateway.test"
OURS = {"sec-fetch-site": "same-origin", "origin": f"https://{HOST}"}
FORM = "application/x-www-form-urlencoded"
DAY = 86_400_000_000
MONTH = "2026-11"


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

    async def sign_in(self, link: str) -> Answer:
        """Open a link and press its button."""
        token = link.partition("token=")[2]
        answer = await self.post("/admin/sign-in", {"token": token})
        if "set-cookie" in answer.headers:
            self.cookie = SimpleCookie(answer.headers["set-cookie"])[COOKIE].value
        return answer

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

    async def signed_in(self) -> Visitor:
        visitor = self.visitor()
        answer = await visitor.sign_in(await self.link())
        assert answer.status == 303, text(answer)
        return visitor


def form_token(page: Answer | None) -> str:
    assert page is not None
    found = re.search(rb'name="form_token" value="([0-9a-f]{64})"', page.body)
    assert found, "the page has no form"
    return found[1].decode()


def text(answer: Answer) -> str:
    """Return what a page says, without its tags, in single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.body.decode())).split())


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
