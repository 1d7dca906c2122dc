"""Switches: each feature for everyone or one business, and one that pauses every model at once."""

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from admin.noting import line
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.errors import FieldError, ValidationFailed
from gateway.pipeline.admission import PAUSE
from gateway.store.businesses import EVERY_BUSINESS
from gateway.store.flags import Flags, SetFlag

PAGE = Page("Flags and pause", "/admin/flags", "Platform", 20, "switch")
HERE = "/admin/flags"
WORD = "pause"
PAUSED, RESUMED = "models.paused", "models.resumed"
STATES = {"on": True, "off": False, "default": None}


@dataclass(frozen=True, slots=True)
class Flag:
    """A switch of one or more features: what holds for everyone, why, and for whom it was set otherwise."""

    name: str
    features: list[str]
    on: bool
    default: bool
    set_at: int | None
    exceptions: list[tuple[str, SetFlag]]


@dataclass(frozen=True, slots=True)
class Pause:
    """Whether the models are paused, by whom and since when (microseconds, UTC)."""

    on: bool
    by: str
    since: int | None


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page, its switches and the pause."""
    return [
        *view(office, "/flags", "flags.html", load),
        *action(office, "/flags/set", switch, role="admin"),
        *action(office, "/flags/pause", pause, role="releaser"),
        *action(office, "/flags/resume", resume, role="releaser"),
    ]


async def load(visit: Visit) -> Context:
    """Return every switch with what was set, and whether the models are paused."""
    office, everything = visit.office, await Flags(visit.office.site.database).all()
    return {
        "pause": await pause_of(office, everything),
        "flags": _flags(office, everything),
        "businesses": sorted(
            ((each.id, each.name) for each in office.site.snapshots.current.businesses.values()),
            key=lambda pair: pair[1].lower(),
        ),
        "word": WORD,
    }


async def pause_of(office: Office, everything: list[SetFlag]) -> Pause:
    """Return whether the models are paused, according to what is set now."""
    found = next((each for each in everything if (each.business_id, each.name) == (EVERY_BUSINESS, PAUSE)), None)
    if found is None or not found.enabled:
        return Pause(False, "", None)
    by = await Flags(office.site.database).last_actor(PAUSED)
    return Pause(True, by or "somebody with access to the server", found.changed_at)


async def pause(visit: Visit) -> Done:
    """Pause every model: from now on the rules answer. Needs the word typed."""
    if visit.text("confirm").lower() != WORD:
        error = FieldError("/confirm", f"must be the word {WORD}")
        raise ValidationFailed(f"Nothing was paused: type the word `{WORD}` to confirm.", [error])
    reason = visit.text("reason")[:200]
    noted = line(visit, PAUSED, PAUSE, {"reason": reason})
    await visit.office.store.businesses.switch(PAUSE, True, line=noted)
    return Done("All models are paused. The rules answer from the next request on.", HERE, {"paused": True})


async def resume(visit: Visit) -> Done:
    """Let models answer again."""
    await visit.office.store.businesses.switch(PAUSE, None, line=line(visit, RESUMED, PAUSE))
    return Done("Models answer again.", HERE, {"paused": False})


async def switch(visit: Visit) -> Done:
    """Set a switch for everyone or for one business."""
    office, flag, state = visit.office, visit.text("flag"), visit.text("state")
    business = visit.text("business") or EVERY_BUSINESS
    if flag not in {each.flag for each in office.site.kit.catalog.features.values()}:
        raise ValidationFailed("There is no such switch.", [FieldError("/flag", "is not known")])
    if state not in STATES:
        raise ValidationFailed("Choose on, off or default.", [FieldError("/state", "must be on, off or default")])
    everyone = office.site.snapshots.current.businesses
    if business != EVERY_BUSINESS and business not in everyone:
        raise ValidationFailed("There is no such business.", [FieldError("/business", "is not known")])
    details = {"state": state, "business": business}
    noted = line(visit, "flag.set", flag, details, "" if business == EVERY_BUSINESS else business)
    await office.store.businesses.switch(flag, STATES[state], business, line=noted)
    whom = "everyone" if business == EVERY_BUSINESS else everyone[business].name
    words = {"on": "on", "off": "off", "default": "back at what the server's settings say"}[state]
    titles = [each.title for each in office.site.kit.catalog.features.values() if each.flag == flag]
    return Done(f"{', '.join(sorted(titles))}: {words} for {whom}.", HERE, {"flag": flag, **details})


def _flags(office: Office, everything: list[SetFlag]) -> list[Flag]:
    kit, everyone = office.site.kit, office.site.snapshots.current.businesses
    titles: dict[str, list[str]] = {}
    for feature in sorted(kit.catalog.features.values(), key=lambda each: each.title):
        titles.setdefault(feature.flag, []).append(feature.title)
    found = []
    for name, features in sorted(titles.items(), key=lambda pair: pair[1]):
        mine = [each for each in everything if each.name == name]
        whole = next((each for each in mine if each.business_id == EVERY_BUSINESS), None)
        default = kit.flag_default(name)
        exceptions = [
            (everyone[each.business_id].name if each.business_id in everyone else each.business_id, each)
            for each in mine
            if each.business_id != EVERY_BUSINESS
        ]
        on, since = (whole.enabled, whole.changed_at) if whole else (default, None)
        found.append(Flag(name, features, on, default, since, exceptions))
    return found
