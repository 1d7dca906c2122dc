"""Two versions of a prompt side by side: what changed in words, and word by word."""

from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from admin.comparing import in_words, messages
from admin.web.faces import Context, Visit, found, view
from admin.web.office import Office
from gateway.store.releases import VersionLine


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page; without a choice a version is compared with the one before it."""
    return view(office, "/prompts/{feature:str}/compare/{content:str}", "versions.html", load)


async def load(visit: Visit) -> Context:
    """Return what changed from one version to the other."""
    life = visit.office.life
    feature = life.feature(visit.path["feature"])
    lines = await life.releases.versions(feature.name)
    known = {line.content_hash: line for line in lines}
    line: VersionLine = found(known.get(visit.path["content"]), "version")
    earlier = next((each for each in lines if each.version < line.version), None)
    other = known.get(visit.query("with")) or earlier
    new, old = await _body(visit, line), await _body(visit, other) if other else {}
    return {
        "feature": {"name": feature.name, "title": feature.title}, "line": line, "other": other,
        "choices": [each for each in lines if each.content_hash != line.content_hash],
        "why": str(new.get("description") or ""), "told": in_words(old, new) if other else [],
        "messages": [row for row in messages(old, new) if row.changed],
    }  # fmt: skip


async def _body(visit: Visit, line: VersionLine) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(
        found(await visit.office.life.releases.body(line.content_hash), "version")
    )
    return body
