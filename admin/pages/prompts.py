"""Every prompt of the product: what is live, what is being changed, how good it is and what it costs."""

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from admin.web.faces import Context, Visit, view
from admin.web.money import Cost, cost
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.drafts import IN_WORDS
from gateway.store.overview import Traffic

PAGE = Page("Prompts", "/admin/prompts", "Prompts", 10, "prompt", key="p")
DAYS = 7


@dataclass(frozen=True, slots=True)
class PromptLine:
    """One prompt of the list. `passed` and `cases` are those of the live version's verdict."""

    name: str
    title: str
    group: str
    live: int | None
    cases: int
    passed: int
    draft_id: str | None
    draft: str
    calls: int
    cost: Cost
    owner: str


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the list."""
    return view(office, "/prompts", "prompts.html", load)


async def load(visit: Visit) -> Context:
    """Return every prompt that fits the search and the chip."""
    office, search, chip = visit.office, visit.query("q").strip().lower(), visit.query("show")
    words = search.split()
    lines = [line for line in await _lines(office) if all(word in _about(office, line.name) for word in words)]
    shown = [line for line in lines if _fits(line, chip)]
    groups = sorted({line.group for line in shown})
    return {
        "groups": [(group, [line for line in shown if line.group == group]) for group in groups],
        "total": len(lines),
        "search": visit.query("q")[:100],
        "chip": chip,
        "chips": [
            (name, title, sum(_fits(line, name) for line in lines))
            for name, title in (("", "All"), ("draft", "With a draft"), ("review", "In review"), ("off", "Not live"))
        ],
    }


def _about(office: Office, name: str) -> str:
    """Return title, area, purpose, address and live words of a prompt, in small letters."""
    feature, live = office.life.feature(name), office.life.live(name)
    told = [str(message["content"]) for message in live.document["messages"]] if live else []
    return " ".join((feature.title, name, feature.group, feature.summary, feature.path, *told)).lower()


def _fits(line: PromptLine, chip: str) -> bool:
    wanted = {"draft": bool(line.draft), "review": line.draft == IN_WORDS["in_review"], "off": line.live is None}
    return wanted.get(chip, True)


async def _lines(office: Office) -> list[PromptLine]:
    released = await office.overview.released()
    traffic = await office.overview.by_feature(office.today(), DAYS)
    drafts = {draft.feature: draft for draft in reversed(await office.life.drafts.open())}
    lines = []
    for feature in office.site.kit.catalog.features.values():
        live, draft = released.get(feature.name), drafts.get(feature.name)
        used = traffic.get(feature.name, Traffic())
        lines.append(
            PromptLine(
                name=feature.name, title=feature.title, group=feature.group, live=live.version if live else None,
                cases=live.cases if live else 0, passed=live.passed if live else 0,
                draft_id=draft.id if draft else None, draft=IN_WORDS[draft.state] if draft else "",
                calls=used.calls, cost=cost(used.cost, office.rate(office.today())),
                owner=draft.author if draft else (live.released_by if live else ""),
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: (line.group, line.title))
