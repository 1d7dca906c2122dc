"""Proof of care for people's data: try the masking, see what is kept how long, who opted out, and who was forgotten."""

import json
import re
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from admin.access import TOKEN_HEADER
from admin.web.faces import Context, Visit, as_json, view
from admin.web.office import Office
from admin.web.page import Page
from admin.web.rendering import page
from gateway.api.body import read_object
from gateway.errors import FieldError, ValidationFailed
from gateway.masking.vault import Vault
from gateway.store.businesses import EVERY_FEATURE
from gateway.store.retention import overdue, policies
from gateway.store.work import Work

PAGE = Page("Privacy", "/admin/privacy", "Care", 25, "shield")
MOST = 2_000
RECEIPTS = 50
_MASKED = re.compile(r"(<[A-Z_]+(?:_[FLV][0-9]*)?_[0-9]+>)")
_KIND = re.compile(r"<([A-Z]+(?:_[A-Z]+)*?)(?:_[FLV][0-9]*)?_[0-9]+>")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a masked text; `kind` is empty for words that stay."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure: its state and, once it has ended, what was taken out of which table."""

    business: str
    id: str
    state: str
    created_at: int
    finished_at: int | None
    counts: list[tuple[str, int]]
    receipt: str


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page and the test box; what is tried is kept nowhere and stands in no address."""

    @post("/admin/privacy/test", name="form privacy test", opt={"access": "role:viewer"}, **office.fence)
    async def form(request: Request[Any, Any, Any]) -> Response[str]:
        fields = await office.access.form(request)
        tried = fields.get("text", "")
        context = await load(Visit(office, request, {}))
        return page(request, "privacy.html", **{**context, "tried": tried, "parts": masked(office, tried)})

    @post("/admin/api/privacy/test", name="api privacy test", opt={"access": "role:viewer"}, **office.api_fence)
    async def call(request: Request[Any, Any, Any]) -> Response[bytes]:
        office.access.check_token(request, request.headers.get(TOKEN_HEADER, ""))
        given, _ = await read_object(request, 16 * 1024)
        return as_json({"parts": masked(office, str(given.get("text", "")))})

    return [*view(office, "/privacy", "privacy.html", load), form, call]


async def load(visit: Visit) -> Context:
    """Return what is kept how long, what is overdue, the opt-outs and the erasures."""
    office = visit.office
    late = await overdue(office.site.database, office.now())
    return {
        "tried": "", "parts": [], "most": MOST,
        "policies": [(table, words, late.get(table, 0)) for table, words in policies()],
        "late": sum(late.values()), "opt_outs": _opt_outs(office), "erasures": await _erasures(office),
    }  # fmt: skip


def masked(office: Office, text: str) -> list[Part]:
    """Return a text as a model would see it, in pieces. Raises ValidationFailed for one that is too long."""
    if len(text) > MOST:
        raise ValidationFailed("The text is too long.", [FieldError("/text", f"has at most {MOST} characters")])
    shown = office.site.kit.masker.mask_text(text, Vault())
    parts = []
    for piece in _MASKED.split(shown):
        kind = _KIND.fullmatch(piece)
        if piece:
            parts.append(Part(piece, kind[1].lower().replace("_", " ") if kind else ""))
    return parts


def _opt_outs(office: Office) -> list[tuple[str, str, str]]:
    """Return (id, business, from what) of everybody who opted out, by name."""
    snapshot, features = office.site.snapshots.current, office.site.kit.catalog.features
    found: dict[str, list[str]] = {}
    for owner, name in snapshot.opt_outs:
        found.setdefault(owner, []).append(features[name].title if name in features else "all models")
    for business in snapshot.businesses.values():
        if business.ai_opt_out or (business.id, EVERY_FEATURE) in snapshot.opt_outs:
            found[business.id] = ["all models"]
    everyone = snapshot.businesses
    rows = [
        (owner, everyone[owner].name, ", ".join(sorted(names))) for owner, names in found.items() if owner in everyone
    ]
    return sorted(rows, key=lambda row: row[1].lower())


async def _erasures(office: Office) -> list[Erasure]:
    everyone = office.site.snapshots.current.businesses
    found = []
    for job in await Work(office.site.database).newest("", "erasure", RECEIPTS):
        done = await office.store.jobs.get(job.business_id, job.id) if job.state == "completed" else None
        result = (json.loads(done.outcome).get("result") or {}) if done and done.outcome else {}
        erased = result.get("tables") or {}
        counts = [(table, number) for table, number in sorted(erased.items()) if isinstance(number, int) and number]
        name = everyone[job.business_id].name if job.business_id in everyone else job.business_id
        receipt = str(result.get("signature", ""))
        found.append(Erasure(name, job.id, job.state, job.created_at, job.finished_at, counts, receipt))
    return found
