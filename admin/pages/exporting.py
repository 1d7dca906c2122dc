"""Export: a version as the file that the repository keeps, and its commit to a branch where a remote is set."""

from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from admin.access import Refused
from admin.committing import Remote
from admin.web.faces import Context, Done, Visit, action, found, view
from admin.web.office import Office
from admin.wording import text_of
from gateway.domain.jobs import NewJob
from gateway.domain.verdict import Verdict
from gateway.errors import NotFound
from gateway.store.admin_access import THE_SERVICE
from gateway.store.prompt_commits import PromptCommits

WORDS = {"waiting": "under way", "done": "committed", "failed": "failed"}


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page of a version's file and the button that commits it."""
    here = "/prompts/{feature:str}/export/{content:str}"
    return [
        *view(office, here, "export.html", load),
        *action(office, f"{here}/commit", commit, role="releaser"),
    ]


async def load(visit: Visit) -> Context:
    """Return the file, its proof, and what was committed of it."""
    office, content = visit.office, visit.path["content"]
    data = await _version(visit)
    proof, remote = await _proof(visit), remote_of(office)
    commits = await PromptCommits(office.site.database, office.life.clock).of(content)
    return {
        "feature": visit.path["feature"], "title": office.life.feature(visit.path["feature"]).title,
        "version": data["version"], "content": content, "text": text_of(data),
        "proof": {"model": proof.model, "passed": proof.figures.get("passed"), "cases": proof.figures.get("cases")}
        if proof else None,
        "remote": remote.shown if remote else "", "branch": remote.branch(data["feature"], data["version"]) if remote
        else "", "commits": [(each, WORDS[each.state]) for each in commits],
        "waiting": any(each.state == "waiting" for each in commits),
    }  # fmt: skip


async def commit(visit: Visit) -> Done:
    """Commit the version and its verdict to its branch, in the background."""
    office, content = visit.office, visit.path["content"]
    data, remote = await _version(visit), remote_of(office)
    if remote is None:
        raise Refused(409, "No Git remote is set", "An operator sets PROMPTS_GIT_URL; until then, download the file.")
    if await _proof(visit) is None:
        raise Refused(409, "This version is not proven", "Only a version with a passed verdict is committed.")
    branch = remote.branch(data["feature"], data["version"])
    asked = await PromptCommits(office.site.database, office.life.clock).ask(content, branch, visit.who.email)
    payload = {"commit": asked, "name": visit.who.name, "note": visit.text("note")[:500]}
    await office.store.jobs.add(THE_SERVICE, NewJob("prompt_commit", payload, dedupe_key=asked))
    to = f"/admin/prompts/{visit.path['feature']}/export/{content}"
    return Done(f"The commit to {branch} is under way.", to, {"commit": asked, "branch": branch})


def remote_of(office: Office) -> Remote | None:
    """Return where commits are pushed to, None where nothing is set."""
    settings = office.settings
    return Remote(settings.prompts_git_url, settings.prompts_git_prefix) if settings.prompts_git_url else None


async def _version(visit: Visit) -> dict[str, Any]:
    feature = visit.office.life.feature(visit.path["feature"])
    body = found(await visit.office.life.releases.body(visit.path["content"]), "version")
    data: dict[str, Any] = msgspec.json.decode(body)
    if data["feature"] != feature.name:
        raise NotFound("There is no such version of this prompt.")
    return data


async def _proof(visit: Visit) -> Verdict | None:
    verdicts = await visit.office.life.releases.verdicts(visit.path["content"])
    return next((each for each in verdicts if each.outcome == "passed"), None)
