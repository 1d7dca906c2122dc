"""HTML out: the admin's own template environment, always escaping, and the headers of every page."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from markupsafe import Markup, escape

from admin.access import AnyRequest, form_token, session_of
from gateway.api.problems import request_id_of

HERE = Path(__file__).parent.parent
STYLE = (HERE / "static" / "admin.css").read_bytes()
STYLE_ADDRESS = f"/admin/assets/admin.css?v={sha256(STYLE).hexdigest()[:12]}"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    # `no-referrer` would also hide the Origin of our own forms, by which foreign ones are told apart.
    "Referrer-Policy": "same-origin",
}
PAGES = (("/admin", "Overview"), ("/admin/businesses", "Businesses"), ("/admin/audit", "Audit log"))


def page(
    request: AnyRequest, name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
) -> Response[str]:
    """Return the response of a template; signed-in visitors get the navigation with it."""
    html = ENVIRONMENT.get_template(name).render(
        **context,
        here=request.scope["path"].rstrip("/"),
        pages=PAGES,
        style=STYLE_ADDRESS,
        session=session_of(request),
        form_token=form_token(request),
        request_id=request_id_of(request),
    )
    return Response(html, status_code=status, media_type="text/html", headers={**HEADERS, **(headers or {})})


def code_ticks(text: str) -> Markup:
    """Return `text` escaped, with what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 and n < len(parts) - 1 else escape(part)
        for n, part in enumerate(parts)
    )


def moment(micros: int) -> str:
    """Return an instant (microseconds, UTC) as `22 Nov 2026, 10:42 UTC`."""
    at = datetime.fromtimestamp(micros // 1_000_000, UTC)
    return f"{shown_day(at.date())}, {at:%H:%M} UTC"


def shown_day(day: date) -> str:
    """Return a day as `22 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"code_ticks": code_ticks, "moment": moment, "day": shown_day, "number": "{:,}".format}
    return environment


ENVIRONMENT: Any = _environment()
