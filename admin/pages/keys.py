"""Service keys: make one (shown once), see what it may do and when it was last used, rotate it with overlap, end it."""

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from admin.access import Refused
from admin.noting import line
from admin.web.faces import Context, Done, Visit, action, found, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.jobs import NewJob
from gateway.domain.names import one_line
from gateway.errors import FieldError, ValidationFailed
from gateway.jobs.end_key import END_KEY
from gateway.store.admin_access import THE_SERVICE
from gateway.store.key_ends import planned_ends
from gateway.store.keys import ApiKey

PAGE = Page("Keys", "/admin/keys", "Platform", 10, "key", key="k")
HERE = "/admin/keys"
HOUR = 3_600_000_000
OVERLAPS = {"1": "one hour", "24": "one day", "168": "one week"}
PLATFORM_SCOPES = ("decisions", "privacy", "records", "webhooks")
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key as the table shows it; `ends_at` is set while a rotated one still works."""

    key: ApiKey
    business: str
    scopes: list[str]
    ends_at: int | None

    @property
    def live(self) -> bool:
        """True while it is accepted."""
        return self.key.revoked_at is None


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page and what can be done with keys."""
    return [
        *view(office, "/keys", "keys.html", load),
        *action(office, "/keys/create", create, role="admin"),
        *action(office, "/keys/{key:str}/rotate", rotate, role="admin"),
        *action(office, "/keys/{key:str}/revoke", revoke, role="admin"),
    ]


async def load(visit: Visit) -> Context:
    """Return the keys, live ones first, and what a new one may be for."""
    office, number = visit.office, visit.number("page")
    everyone = office.site.snapshots.current.businesses
    ends = await planned_ends(office.site.database, END_KEY)
    business = visit.query("business")
    lines = [
        KeyLine(
            key, _owner(office, key.business_id), sorted(key.scopes), ends.get(key.id) if not key.revoked_at else None
        )
        for key in await office.store.keys.list(business or None)
    ]
    lines.sort(key=lambda line: (not line.live, -line.key.created_at))
    return {
        "lines": lines[(number - 1) * PER_PAGE : number * PER_PAGE],
        "total": len(lines), "live": sum(line.live for line in lines),
        "number": number, "last": max(1, -(-len(lines) // PER_PAGE)),
        "business": business,
        "businesses": sorted(((each.id, each.name) for each in everyone.values()), key=lambda pair: pair[1].lower()),
        "scopes": _scopes(office), "overlaps": list(OVERLAPS.items()),
    }  # fmt: skip


async def create(visit: Visit) -> Done:
    """Make a key; the answer shows it for the only time."""
    office, name, business = visit.office, one_line(visit.text("name")), visit.text("business")
    if not 1 <= len(name) <= 80:
        raise ValidationFailed("Give the key a name.", [FieldError("/name", "has 1 to 80 characters")])
    if business and business not in office.site.snapshots.current.businesses:
        raise ValidationFailed("There is no such business.", [FieldError("/business", "is not known")])
    scopes = [scope for scope in _scopes(office) if visit.text(f"scope-{scope}")] or ["*"]
    noted = line(visit, "key.create", name, {"scopes": scopes, "business": business}, business or THE_SERVICE)
    plain, key = await office.store.keys.create(name, business or None, scopes, line=noted)
    return Done(f"The key “{name}”, shown once: {plain}", HERE, {"key": plain, "id": key.id})


async def rotate(visit: Visit) -> Done:
    """Make a new key that may do the same; the old one goes on for as long as was chosen."""
    office, old = visit.office, await _key(visit)
    if old.revoked_at is not None:
        raise Refused(409, "This key has ended", "Make a new one instead.")
    hours = visit.text("hours", "24")
    if hours not in OVERLAPS:
        raise ValidationFailed("Choose how long both work.", [FieldError("/hours", f"one of {', '.join(OVERLAPS)}")])
    noted = line(visit, "key.rotate", old.id, {"name": old.name, "hours": int(hours)}, old.business_id or THE_SERVICE)
    ends_at = office.now() + int(hours) * HOUR
    end = NewJob(END_KEY, {"key": old.id}, dedupe_key=old.id, run_at=ends_at)
    plain, key = await office.store.keys.create(
        old.name, old.business_id, old.scopes, line=noted, then=lambda: office.store.jobs.enqueue(THE_SERVICE, end)
    )
    office.store.jobs.nudge()
    said = f"The new key “{old.name}”, shown once: {plain} – the old one works for {OVERLAPS[hours]} more."
    return Done(said, HERE, {"key": plain, "id": key.id, "old_ends_at": ends_at})


async def revoke(visit: Visit) -> Done:
    """End a key now. Needs its first letters typed."""
    key = await _key(visit)
    if visit.text("confirm") != key.prefix:
        error = FieldError("/confirm", "must be the key's eight letters")
        raise ValidationFailed(f"Nothing was ended: type `{key.prefix}` to confirm.", [error])
    noted = line(visit, "key.revoke", key.id, {"name": key.name}, key.business_id or THE_SERVICE)
    await visit.office.store.keys.revoke(key.id, line=noted)
    return Done(f"The key “{key.name}” is refused from now on.", HERE, {"id": key.id})


async def _key(visit: Visit) -> ApiKey:
    wanted = visit.path["key"]
    keys = await visit.office.store.keys.list()
    key: ApiKey = found(next((key for key in keys if key.id == wanted), None), "key")
    return key


def _owner(office: Office, business_id: str | None) -> str:
    if business_id is None:
        return "every business"
    business = office.site.snapshots.current.business(business_id)
    return business.name if business else business_id


def _scopes(office: Office) -> list[str]:
    groups = {feature.group for feature in office.site.kit.catalog.features.values()}
    return sorted(groups | set(PLATFORM_SCOPES))
