"""One prompt: what it is for, what is live for whom, its versions and releases, and the way to change or undo it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from admin import lifecycle
from admin.life import Where
from admin.trends import trends
from admin.web.faces import Context, Done, Visit, action, found, view
from admin.web.office import Office
from admin.wording import fields_of, text_of, thawed
from gateway.domain.caller import Business
from gateway.domain.drafts import IN_WORDS, Draft
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import Feature
from gateway.store.canaries import Canary, Figures
from gateway.store.examples import Examples
from gateway.store.releases import BUSINESS, CANARY, EVERYONE, PLAN, PRODUCTION, SHARE, ReleaseLine


@dataclass(frozen=True, slots=True)
class Standing:
    """A release in force: for whom, which version, and how to end it."""

    words: str
    version: int
    label: str
    target: str
    content: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A share on trial: what both versions did since it began, and where it is widened."""

    canary: Canary
    ours: Figures
    theirs: Figures
    version: int
    usual: int
    review: str

    @property
    def bad(self) -> tuple[int, int]:
        """How many calls of each version gave what can end the trial."""
        mine, others = (f.ungrounded + f.invalid + f.repaired + f.errors for f in (self.ours, self.theirs))
        return mine, others


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page of one prompt, its actions and the export of a version."""

    @get(
        "/admin/prompts/{feature:str}/versions/{content:str}", name="prompt export", opt={"access": "role:viewer"},
        **office.fence,
    )  # fmt: skip
    async def export(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = found(await office.life.releases.body(request.path_params["content"]), "version")
        data = msgspec.json.decode(body)
        name = f"{data['feature']}-v{data['version']}.yaml"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text_of(data).encode(), media_type="application/yaml", headers=headers)

    return [
        *view(office, "/prompts/{feature:str}", "prompt.html", load),
        *action(office, "/prompts/{feature:str}/draft", start, role="editor"),
        *action(office, "/prompts/{feature:str}/rollback", roll_back, role="releaser"),
        *action(office, "/prompts/{feature:str}/end", end, role="releaser"),
        export,
    ]


async def load(visit: Visit) -> Context:
    """Return everything about a prompt."""
    office, life = visit.office, visit.office.life
    feature = life.feature(visit.path["feature"])
    live = life.live(feature.name)
    released = (await office.overview.released()).get(feature.name)
    versions = await life.releases.versions(feature.name)
    numbers = {line.content_hash: line.version for line in versions}
    # Before what stands: where a trial ends in between, the page says that it goes on, never that it stands ended.
    trials = await life.canaries.of(feature.name)
    standing = [
        Standing(words_of(office, target), numbers.get(content, 0), label, target, content)
        for label, target, content in await life.releases.standing(feature.name)
    ]
    history = await life.releases.history(feature.name)
    back_to = _back_to(history)
    return {
        "feature": _about(feature),
        "live": {"version": live.version, "hash": live.content_hash, "description": live.description,
                 "messages": [dict(m) for m in live.document["messages"]], "route": live.route,
                 "budget": live.token_budget} if live else None,
        "proof": {"passed": released.passed, "cases": released.cases, "by": released.released_by,
                  "at": released.released_at} if released else None,
        "standing": [each for each in standing if each.target != EVERYONE],
        "versions": versions,
        "places": {line.content_hash: [each.words for each in standing if each.content == line.content_hash]
                   for line in versions},
        "history": [(line, words_of(office, line.target)) for line in history],
        "returns": [line.id for line in history if _is_return(line, history)],
        "can_roll_back": bool(back_to), "back_to": back_to,
        "drafts": [(draft, IN_WORDS[draft.state]) for draft in await life.drafts.of(feature.name)],
        "mine": await _mine(visit, feature.name),
        "canaries": trials,
        "trial": await _trial(visit, trials, numbers),
        "examples": len(await _examples(visit, feature.name)),
        "runs": await life.runs.of_feature(feature.name, 5),
        "trends": await trends(office, feature.name, history),
    }  # fmt: skip


async def _mine(visit: Visit, feature: str) -> Draft | None:
    """Return the draft of this prompt that the person worked on last and has not finished, if there is one."""
    drafts = await visit.office.life.drafts.of(feature)
    return next((each for each in drafts if each.open and each.author == visit.who.email), None)


async def _trial(visit: Visit, canaries: list[Canary], numbers: Mapping[str, int]) -> Trial | None:
    """Return the share that is on trial now with its figures, if there is one."""
    canary = next((each for each in canaries if each.state == "watched"), None)
    if canary is None:
        return None
    life = visit.office.life
    draft = await life.drafts.by_hash(canary.content_hash)
    versions = numbers.get(canary.content_hash, 0), numbers.get(canary.baseline_hash, 0)
    review = f"/admin/drafts/{draft.id}/review" if draft else ""
    return Trial(canary, *await life.canaries.figures(canary), *versions, review)


def _is_return(line: ReleaseLine, history: list[ReleaseLine]) -> bool:
    """Tell whether a release brought back what had been there for the same target before another version."""
    before = history[history.index(line) + 1 :]
    earlier = [each for each in before if (each.label, each.target) == (line.label, line.target)]
    return bool(earlier) and earlier[0].content_hash != line.content_hash and any(
        each.content_hash == line.content_hash for each in earlier)  # fmt: skip


def _back_to(history: list[ReleaseLine]) -> int | None:
    """Return the number of the version that rolling back would make live, None where there is none."""
    ours = [line for line in history if (line.label, line.target) == (PRODUCTION, EVERYONE)]
    return next((line.version for line in ours if line.content_hash != ours[0].content_hash), None)


async def start(visit: Visit) -> Done:
    """Begin a draft."""
    draft_id = await lifecycle.start_draft(
        visit.office.life, visit.who, visit.path["feature"], visit.text("title")[:120]
    )
    return Done("", f"/admin/drafts/{draft_id}", {"id": draft_id})


async def roll_back(visit: Visit) -> Done:
    """Make the version live again that was live before."""
    feature = visit.path["feature"]
    visit.office.life.feature(feature)
    note, known = visit.text("note")[:500], visit.text("known")
    content_hash = await lifecycle.roll_back(visit.office.life, visit.who.email, feature, note, known)
    version = visit.office.life.number(content_hash)
    return Done(f"Version {version} is live again for everyone.", f"/admin/prompts/{feature}", {"version": version})


async def end(visit: Visit) -> Done:
    """Let a plan, a business or a share get what everybody gets."""
    life, feature = visit.office.life, visit.path["feature"]
    where = where_of(visit.office, visit.text("label"), visit.text("target"))
    if where.label == CANARY:
        await lifecycle.end_canary(life, visit.who.email, feature, "ended by hand")
    else:
        await lifecycle.end_target(life, visit.who.email, feature, where, visit.text("note")[:500])
    return Done(
        f"From now on {words_of(visit.office, where.target)} gets what everybody gets.", f"/admin/prompts/{feature}"
    )


def words_of(office: Office, target: str) -> str:
    """Say whom a release is for, a business by its name."""
    business = office.site.snapshots.current.business(target.removeprefix(BUSINESS)) if target.startswith(
        BUSINESS) else None  # fmt: skip
    return business.name if business else Where("", target).words


def where_of(office: Office, label: str, target: str) -> Where:
    """Return whom a release is for, if there is such a plan, business or share. Raises ValidationFailed."""
    snapshot = office.site.snapshots.current
    kind, _, name = target.partition(":")
    if kind == BUSINESS[:-1] and name not in snapshot.businesses:
        name = _named(snapshot.businesses.values(), name)
    known = {
        EVERYONE: not name,
        PLAN[:-1]: name in office.site.kit.policy.plans,
        BUSINESS[:-1]: name in snapshot.businesses,
        SHARE[:-1]: name.isascii() and name.isdigit() and 1 <= int(name or 0) <= 99,
    }
    if not known.get(kind, False):
        said = "must be everyone, a plan, a business, or a share from 1 to 99 percent"
        raise ValidationFailed(f"The release {said}.", [FieldError("/target", said)])
    wanted = CANARY if kind == SHARE[:-1] else PRODUCTION
    if label and label != wanted:
        raise ValidationFailed("This target has another label.", [FieldError("/label", f"must be {wanted}")])
    if kind == SHARE[:-1]:
        name = str(int(name))
    return Where(wanted, f"{kind}:{name}" if name else kind)


def _named(businesses: Iterable[Business], name: str) -> str:
    """Return the id of the one business that is called so, else the name. Raises ValidationFailed for several."""
    ids = [each.id for each in businesses if each.name.casefold() == name.strip().casefold()]
    if len(ids) > 1:
        said = f"is the name of {len(ids)} businesses; give the id of one"
        raise ValidationFailed(f"This {said}.", [FieldError("/business", said)])
    return ids[0] if ids else name


def _about(feature: Feature) -> Mapping[str, Any]:
    return {
        "name": feature.name, "title": feature.title, "summary": feature.summary, "group": feature.group,
        "route": feature.route, "path": f"{feature.method} {feature.path}", "flag": feature.flag,
        "inputs": [row for row in fields_of(thawed(feature.input.raw)) if row["pointer"] not in ("/records", "/as_of")],
        "outputs": fields_of(thawed(feature.response.raw)),
        "plans": dict(feature.modes),
    }  # fmt: skip


async def _examples(visit: Visit, feature: str) -> list[Any]:
    return list(await Examples(visit.office.site.database, visit.office.life.clock).of(feature))
