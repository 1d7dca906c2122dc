"""Styles and scripts, all our own or vendored: their addresses carry a hash, so browsers keep them for good."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from gateway.errors import NotFound

HERE = Path(__file__).parent.parent
FILES = {
    "admin.css": "admin.css",
    "admin.js": "admin.js",
    "editor.js": "editor.js",
    "plot.js": "plot.js",
    "htmx.js": "vendor/htmx/htmx.min.js",
    "codemirror.js": "vendor/codemirror/codemirror.js",
    "uplot.js": "vendor/uplot/uPlot.iife.min.js",
    "uplot.css": "vendor/uplot/uPlot.min.css",
}
"""Name in the address → file under `static/`."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served; `packed` is its body as gzip, the only form kept: every browser asks for that."""

    packed: bytes
    media_type: str
    digest: str


def _read(name: str) -> Asset:
    path = HERE / "static" / FILES[name]
    body = path.read_bytes()
    media_type = "text/css" if path.suffix == ".css" else "text/javascript"
    packed = gzip.compress(body, mtime=0)
    return Asset(packed, f"{media_type}; charset=utf-8", sha256(body).hexdigest()[:12])


ASSETS = {name: _read(name) for name in FILES}


def address(name: str) -> str:
    """Return where a file is served. Raises KeyError for one that is not."""
    return f"/admin/assets/{name}?v={ASSETS[name].digest}"


def asset_routes() -> list[HTTPRouteHandler]:
    """Return the one route that serves all of them."""

    @get("/admin/assets/{name:str}", name="admin_asset", opt={"access": "public"}, sync_to_thread=False)
    def asset(request: Request[Any, Any, Any]) -> Response[bytes]:
        name = str(request.path_params["name"])
        if name not in ASSETS:
            raise NotFound("There is no such file.")
        kept = request.query_params.get("v") == ASSETS[name].digest
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache",
            "Vary": "Accept-Encoding",
        }
        body = ASSETS[name].packed
        # Pages are not packed: they hold a token beside what people typed, and lengths would tell of it.
        if "gzip" in request.headers.get("accept-encoding", "").lower():
            headers["Content-Encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
        return Response(body, media_type=ASSETS[name].media_type, headers=headers)

    return [asset]
