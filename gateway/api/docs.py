"""The API's own pages: the reference at /docs, error codes at /docs/errors, guides at /docs/guides, /openapi.json.

Everything is served from here; the pages call no other host.
"""

import re
from html import escape
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gateway.errors import GatewayError, NotFound, all_errors

_STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}
_FILES = ("docs.js", "docs.css", "vendor/swagger-ui/swagger-ui-bundle.js", "vendor/swagger-ui/swagger-ui.css")
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · POS AI gateway</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/docs.css">{head}</head>
<body class="{name}"><a class="skip" href="#content">Skip to the content</a>
<header><p>POS AI gateway</p><nav aria-label="Documentation">{links}</nav></header>
{body}</body></html>
"""
_LINKS = (
    ("/docs", "API reference"), ("/docs/errors", "Error codes"), ("/docs/guides", "Guides"),
    ("/openapi.json", "OpenAPI document"),
)  # fmt: skip
# Swagger UI brings its own `main`; the stylesheet of ours comes second where the two meet.
_REFERENCE_HEAD = (
    '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">'
    '<script src="/docs/assets/swagger-ui-bundle.js" defer></script><script src="/docs/assets/docs.js" defer></script>'
)
_REFERENCE = (
    '<div id="content" tabindex="-1"><div id="swagger-ui"></div><noscript><main class="page"><h1>API reference</h1>'
    '<p>This page needs JavaScript. The same is in the <a href="/openapi.json">OpenAPI document</a>.</p>'
    "</main></noscript></div>"
)


def docs_routes(document: dict[str, Any]) -> list[HTTPRouteHandler]:
    """Return the handlers; `document` is the OpenAPI object."""
    encoded = msgspec.json.encode(document, enc_hook=dict)
    # Read when asked for: few people open the page, and its scripts take 2 MiB.
    assets = {Path(name).name: _STATIC / name for name in _FILES}

    @get("/openapi.json", name="openapi", opt={"access": "public"}, sync_to_thread=False)
    def openapi() -> Response[bytes]:
        return Response(encoded, media_type="application/json")

    @get("/docs", name="docs", opt={"access": "public"}, sync_to_thread=False)
    def reference() -> Response[str]:
        return doc_page("/docs", "reference", _REFERENCE, _REFERENCE_HEAD)

    @get("/docs/errors", name="docs_errors", opt={"access": "public"}, sync_to_thread=False)
    def errors() -> Response[str]:
        return doc_page("/docs/errors", "errors", _errors())

    @get("/docs/assets/{name:str}", name="docs_assets", opt={"access": "public"}, sync_to_thread=True)
    def asset(name: FromPath[str]) -> Response[bytes]:
        if name not in assets:
            raise NotFound("There is no such file.")
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(assets[name].read_bytes(), media_type=_TYPES[Path(name).suffix], headers=headers)

    return [openapi, reference, errors, asset]


def doc_page(here: str, name: str, body: str, head: str = "", title: str = "") -> Response[str]:
    """Return a page of the documentation; `here` is the address in the menu that it belongs to."""
    links = "".join(
        f'<a href="{address}"{" aria-current=page" if address == here else ""}>{text}</a>' for address, text in _LINKS
    )
    html = _PAGE.format(title=escape(title) or dict(_LINKS)[here], name=name, head=head, links=links, body=body)
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": _CSP})


def _errors() -> str:
    rows = "".join(
        f'<tr id="{error.code}"><td><code>{error.code}</code></td><td>{error.status}</td>'
        f"<td>{'yes' if error.retryable else 'no'}</td><td>{_meaning(error)}</td></tr>"
        for error in all_errors()
    )
    return (
        '<main class="page" id="content" tabindex="-1"><h1>Error codes</h1>'
        "<p>Every failure is an RFC 9457 problem. Branch on <code>code</code>; "
        "show <code>detail</code> to a person.</p>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Error codes"><table><thead><tr>'
        '<th scope="col">Code</th><th scope="col">Status</th><th scope="col">Try again</th>'
        '<th scope="col">Meaning</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></main>"
    )


def _meaning(error: type[GatewayError]) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape((error.__doc__ or "").strip()))
