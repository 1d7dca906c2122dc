"""Takes the pictures of docs/screens.md: the main screens, light and dark, on a desk and on a phone.

    python -m tests.browser.screens [--into docs/screens] [--url ADDRESS --link SIGN_IN_LINK] [--png]

Without an address it starts the service as `make run` does and lets the demo businesses live through their month.
The pictures are WebP of the window's height, as Chromium writes it: small, and nothing else is needed to make them.
"""

import argparse
import asyncio
import base64
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from gateway.settings import ROOT
from tests.browser.chromium import FLAGS, chromium
from tests.browser.looking import set_up
from tests.browser.running import quickstarted

SCREENS = {
    "home": "/admin/",
    "prompts": "/admin/prompts",
    "prompt": "/admin/prompts/credit_risk",
    "editor": "/admin/drafts/{draft}",
    "try": "/admin/drafts/{draft}/try?case=0",
    "examples": "/admin/prompts/credit_risk/examples",
    "run": "/admin/evals/{run}",
    "review": "/admin/drafts/{review}/review",
    "requests": "/admin/requests?range=30",
    "usage": "/admin/usage",
}
"""Name of the picture and address of the screen."""
SIZES = {"desk": (1280, 900), "phone": (390, 900)}
SCHEMES = ("light", "dark")
QUALITY = 55


def main() -> None:
    """Take all pictures and say how large they are."""
    options = _options()
    with _service(options) as (url, link):
        total = asyncio.run(take(url, link, options.into, png=options.png))
    print(f"{len(SCREENS) * len(SIZES) * len(SCHEMES)} pictures in {options.into}, {total / 1e6:.2f} MB")


async def take(url: str, link: str, into: Path, *, png: bool = False) -> int:
    """Sign in, take every screen in every size and scheme; returns the bytes written."""
    into.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        state, addresses = await _found(browser, url, link)
        total = 0
        for scheme in SCHEMES:
            for size, (width, height) in SIZES.items():
                context = await browser.new_context(
                    base_url=url,
                    storage_state=state,
                    color_scheme=scheme,
                    locale="en-GB",
                    viewport={"width": width, "height": height},
                )
                for name, address in addresses.items():
                    shot = await _shot(context, address, png=png)
                    (into / f"{name}-{size}-{scheme}.{'png' if png else 'webp'}").write_bytes(shot)
                    total += len(shot)
                await context.close()
        await browser.close()
    return total


async def _found(browser: Browser, url: str, link: str) -> tuple[Any, dict[str, str]]:
    """Sign in and return the session's cookie and where each screen is: drafts and runs have ids of their own."""
    context = await browser.new_context(base_url=url)
    page = await context.new_page()
    await set_up(page, link)
    known = {
        "draft": await _id(page, "/admin/prompts/credit_risk", "/admin/drafts/"),
        "review": await _id(page, "/admin/prompts/sales_assistant", "/admin/drafts/"),
        "run": await _id(page, "/admin/evals", "/admin/evals/"),
    }
    state = await context.storage_state()
    await context.close()
    return state, {name: address.format(**known) for name, address in SCREENS.items()}


async def _id(page: Page, address: str, start: str) -> str:
    await page.goto(address)
    href = await page.locator(f'main a[href^="{start}"]').first.get_attribute("href")
    return str(href).removeprefix(start).split("/")[0].split("?")[0]


async def _shot(context: BrowserContext, address: str, *, png: bool) -> bytes:
    page = await context.new_page()
    answer = await page.goto(address)
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{address} answered {answer.status if answer else 'nothing'}")
    if await page.locator("#preview").count():  # it is filled after the page has come
        await expect(page.locator("#preview")).to_contain_text("The answer", timeout=60_000)
    if png:
        shot = await page.screenshot(full_page=True)
    else:
        devtools = await context.new_cdp_session(page)
        taken = await devtools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        shot = base64.b64decode(taken["data"])
    await page.close()
    return shot


@contextmanager
def _service(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    if options.url:
        yield options.url, options.link
        return
    with tempfile.TemporaryDirectory() as folder, quickstarted(Path(folder)) as running:
        print("The demo lives through its month: about a minute.", flush=True)
        subprocess.run(
            [sys.executable, "-m", "gateway", "furnish"], env=running.environment, cwd=ROOT, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        yield running.url, running.link


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take the pictures of docs/screens.md.")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "screens", help="folder of the pictures")
    parser.add_argument("--url", default="", help="a service that runs already; needs --link")
    parser.add_argument("--link", default="", help="a sign-in link that nobody used")
    parser.add_argument("--png", action="store_true", help="whole pages as PNG, to look at")
    return parser.parse_args()


if __name__ == "__main__":
    main()
