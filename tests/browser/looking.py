"""What the tests ask a page for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


PASSWORD = "seven quiet lorries"


async def set_up(page: Page, link: str, *, name: str = "Ama Owusu", email: str = "ama@example.com") -> None:
    """Open a one-time link and make the account that it is for."""
    await page.goto(link)
    if await page.get_by_label("Your name").count():
        await page.get_by_label("Your name").fill(name)
        await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.locator("button.main").click()
    await page.get_by_role("heading", name="Overview").wait_for()


async def barriers(page: Page, leaving_out: Sequence[str] = ()) -> list[str]:
    """Return what axe objects to, as `rule: first place`."""
    if await page.evaluate("typeof axe") == "undefined":
        # A script tag would be stopped by the pages' own policy; `evaluate` is not.
        await page.evaluate(AXE)
    context = {"include": [["html"]], "exclude": [[selector] for selector in leaving_out]}
    found: dict[str, Any] = await page.evaluate(
        # Without `resultTypes` most of the time goes into naming what is right.
        "([context, tags]) => axe.run(context, {runOnly: tags, resultTypes: ['violations']})",
        [context, TAGS],
    )
    assert found["passes"], "axe checked nothing"
    return [f"{broken['id']}: {broken['nodes'][0]['target']}" for broken in found["violations"]]


async def too_wide(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@dataclass
class Watch:
    """Notes every request and every complaint of a page."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def elsewhere(self, origin: str) -> list[str]:
        """Return the requests that went to another host."""
        return [url for url in self.requests if not url.startswith((f"{origin}/", "data:", "blob:"))]
