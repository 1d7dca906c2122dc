"""The user guides as pages: where the sources of support answers lead to. Read once at start; they hold no HTML."""

from html import escape
from itertools import pairwise
from pathlib import Path

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gateway.api.docs import doc_page
from gateway.errors import NotFound
from gateway.library.markdown_chunks import anchor_of

HOME = "/docs/guides"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def guide_routes(folder: Path) -> list[HTTPRouteHandler]:
    """Return the list of guides and a page for each Markdown file of the folder."""
    guides = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.md"))}
    titles = {name: title_of(text, name) for name, text in guides.items()}
    by_title = sorted(titles.items(), key=lambda each: each[1].casefold().removeprefix("the "))

    @get(HOME, name="guides", opt={"access": "public"}, sync_to_thread=False)
    def listing() -> Response[str]:
        links = "".join(f'<li><a href="{HOME}/{name}">{escape(title)}</a></li>' for name, title in by_title)
        return doc_page(HOME, "guides", _main(f"<h1>Guides</h1><ul>{links}</ul>"))

    @get(f"{HOME}/{{name:str}}", name="guide", opt={"access": "public"}, sync_to_thread=False)
    def guide(name: FromPath[str]) -> Response[str]:
        if name not in guides:
            raise NotFound("There is no guide of this name. See /docs/guides for all of them.")
        return doc_page(HOME, "guides", _main(as_html(guides[name])), title=titles[name])

    return [listing, guide]


def title_of(markdown: str, name: str) -> str:
    """Return the first heading of a guide, its name without one."""
    first = next((line for line in markdown.splitlines() if line.startswith("# ")), "")
    return first.removeprefix("# ").strip() or name


def as_html(markdown: str) -> str:
    """Return a guide as HTML; every heading carries the anchor under which sources name it."""
    tokens = _MARKDOWN.parse(markdown)
    for opening, text in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", anchor_of(_plain(text)))
    rendered: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return rendered


def _plain(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


def _main(body: str) -> str:
    return f'<main class="page" id="content" tabindex="-1">{body}</main>'
