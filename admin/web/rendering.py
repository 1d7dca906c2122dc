"""HTML out: the admin's own template environment, always escaping, and the headers of every page."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from markupsafe import Markup, escape

from admin.access import AnyRequest, form_token, no_cookie, session_of
from admin.web.assets import HERE, address
from admin.web.page import entries, navigation
from admin.wording import flowing
from gateway.api.problems import request_id_of
from gateway.library.policy_types import OFFLINE

SAID = "__Host-said"
"""The cookie in which the page after an action finds what to say."""

_SECRET = re.compile(r"https?://\S+[?&]token=\S+|(?<=shown once: )\S{20,}")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# `no-referrer` would also hide the Origin of our own forms, by which foreign ones are told apart.
REFERRER = "same-origin"


def page(
    request: AnyRequest, name: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
) -> Response[str]:
    """Return the response of a template; signed-in visitors get the navigation with it."""
    # Only the code editor needs to add styles, and only on its own pages.
    nonce = secrets.token_urlsafe(16) if context.get("with_editor") else ""
    said = unquote(request.cookies.get(SAID, ""))[:500]
    session = session_of(request)
    html = ENVIRONMENT.get_template(name).render(
        **{"with_editor": False, **context},
        **_common(request),
        nonce=nonce,
        said=said,
        navigation=navigation(session.person, _entries()) if session else [],
    )
    response = Response(
        html, status_code=status, media_type="text/html", headers={**_headers(nonce), **(headers or {})}
    )
    if said:
        response.set_cookie(no_cookie(SAID))
    return response


def fragment(request: AnyRequest, name: str, /, *, status: int = 200, **context: object) -> Response[str]:
    """Return the block `piece` of a template, for htmx to put into a page."""
    template = ENVIRONMENT.get_template(name)
    values = template.new_context({"with_editor": False, **context, **_common(request), "nonce": "", "said": ""})
    html = "".join(template.blocks["piece"](values)) if "piece" in template.blocks else template.render(values)
    return Response(html, status_code=status, media_type="text/html", headers=_headers(""))


def code_ticks(text: str) -> Markup:
    """Return `text` escaped, with what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 and n < len(parts) - 1 else escape(part)
        for n, part in enumerate(parts)
    )


def moment(micros: int | None) -> str:
    """Return an instant (microseconds, UTC) as `22 Nov 2026, 10:42 UTC`; a dash for none."""
    if micros is None:
        return "–"
    at = datetime.fromtimestamp(micros // 1_000_000, UTC)
    return f"{shown_day(at.date())}, {at:%H:%M} UTC"


def clock_time(micros: int) -> str:
    """Return an instant as `10:42`, UTC."""
    return f"{datetime.fromtimestamp(micros // 1_000_000, UTC):%H:%M}"


def shown_day(day: date) -> str:
    """Return a day as `22 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def field_in_words(pointer: str) -> str:
    """Return where a field stands as `analysis › positive factors`."""
    steps = pointer.strip("/").replace(".", "/").split("/")
    return " › ".join(step.replace("_", " ") for step in steps if step != "*")


def secret_apart(said: str) -> Markup:
    """Return a sentence escaped, with the link or secret in it as something that can be copied."""
    found = _SECRET.search(said)
    if not found:
        return escape(said)
    before, after = said[: found.start()], said[found.end() :]
    copy = Markup('<button type="button" data-copies="said-secret" data-script hidden>Copy</button>')
    return Markup('{}<code id="said-secret">{}</code> {}{}').format(before, found[0], copy, after)


def breaking(words: str) -> Markup:
    """Return a long name, path or address escaped, with the places at which a line may end."""
    return Markup("<wbr>").join(escape(part) for part in re.findall(r"[^_/.,@:=]*[_/.,@:=]+|[^_/.,@:=]+", words))


def model_in_words(name: str) -> str:
    """Return a model's name; the one that is none is called what it is."""
    return "the offline rules" if name == OFFLINE else name


def plural(count: int, word: str, many: str = "") -> str:
    """Return `1 example`, `2 examples`, `1,200 examples`."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"


def _common(request: AnyRequest) -> dict[str, Any]:
    session = session_of(request)
    theme = request.cookies.get("__Host-theme", "")
    return {
        "here": request.scope["path"].rstrip("/") or "/admin",
        "session": session,
        "me": session.person if session else None,
        "form_token": form_token(request),
        "request_id": request_id_of(request),
        "theme": theme if theme in ("light", "dark") else "",
    }


def _headers(nonce: str) -> dict[str, str]:
    policy = POLICY.format(nonce=f" 'nonce-{nonce}'" if nonce else "")
    return {"Content-Security-Policy": policy, "Referrer-Policy": REFERRER}


# Read late: the pages themselves import this module.
_entries = cache(entries)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "code_ticks": code_ticks, "moment": moment, "clock": clock_time, "day": shown_day,
        "number": "{:,}".format, "amount": "{:,.2f}".format, "field": field_in_words, "plural": plural,
        "flowing": flowing, "breaking": breaking, "model_words": model_in_words, "secret_apart": secret_apart,
    }  # fmt: skip
    return environment


ENVIRONMENT: Any = _environment()
ENVIRONMENT.globals["asset"] = address
ENVIRONMENT.globals["ui"] = ENVIRONMENT.get_template("parts.html").module
