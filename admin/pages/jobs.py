"""Background work: how far it is, what was given up and why, trying again, stopping."""

from litestar.handlers import HTTPRouteHandler

from admin.access import Refused
from admin.jobs import kinds as own_kinds
from admin.noting import line
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.jobs.kinds import Every, job_kinds
from gateway.store.admin_access import THE_SERVICE
from gateway.store.work import Work

PAGE = Page("Jobs", "/admin/jobs", "Care", 10, "jobs", key="j")
HERE = "/admin/jobs"
SERVICE = "service"
"""In a form: the business of a job that belongs to none."""
STATES = {
    "": "all", "queued": "waiting", "running": "running", "completed": "done", "failed": "refused", "dead": "given up",
    "cancelled": "stopped",
}  # fmt: skip


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the list and what can be done with a job."""
    return [
        *view(office, "/jobs", "jobs.html", load),
        *action(office, "/jobs/retry", retry, role="admin"),
        *action(office, "/jobs/cancel", cancel, role="admin"),
    ]


async def load(visit: Visit) -> Context:
    """Return the newest jobs, and how many there are of each kind and state."""
    office = visit.office
    state = visit.query("state") if visit.query("state") in STATES else ""
    kind = visit.query("kind")[:80]
    counts: dict[str, int] = {}
    kinds: set[str] = set()
    for name, each, number, _ in await office.store.jobs.counts():
        counts[each] = counts.get(each, 0) + number
        counts[""] = counts.get("", 0) + number
        kinds.add(name)
    due = await Work(office.site.database).oldest_due(office.now())
    known = [*job_kinds().values(), *own_kinds(office.bench)]
    routine = sorted(each.name for each in known if isinstance(each.schedule, Every))
    everything = bool(state or kind or visit.query("routine"))
    everyone = office.site.snapshots.current.businesses
    lines = [
        (job, everyone[job.business_id].name if job.business_id in everyone else "the service")
        for job in await Work(office.site.database).newest(state, kind, without=() if everything else routine)
    ]
    return {
        "lines": lines, "state": state, "kind": kind, "kinds": sorted(kinds),
        "states": [(name, words, counts.get(name, 0)) for name, words in STATES.items()],
        "everything": everything, "words": STATES, "service": SERVICE, "now": office.now(),
        "oldest_minutes": (office.now() - due) // 60_000_000 if due else 0,
        "in_process": office.settings.jobs_in_process == "on",
    }  # fmt: skip


async def retry(visit: Visit) -> Done:
    """Start a job again that was given up."""
    business, job = _which(visit)
    if not await visit.office.store.jobs.restart(business, job, line=line(visit, "job.retry", job, business=business)):
        raise Refused(
            409, "This job cannot be started again", "Only jobs that were given up and still know what to do."
        )
    return Done("The job waits for a free hand again, with all its attempts.", HERE, {"id": job})


async def cancel(visit: Visit) -> Done:
    """Stop a job that has not ended."""
    business, job = _which(visit)
    if not await visit.office.store.jobs.cancel(business, job, line=line(visit, "job.cancel", job, business=business)):
        raise Refused(409, "This job has ended already", "Go back to the list.")
    return Done("The job is stopped; a running one at its next step.", HERE, {"id": job})


def _which(visit: Visit) -> tuple[str, str]:
    business = visit.text("business")
    return (THE_SERVICE if business == SERVICE else business)[:80], visit.text("job")[:80]
