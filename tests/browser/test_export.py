"""The export of a version: reached from the prompt's page, without barriers, and committed without JavaScript."""

import subprocess

import pytest
import pytest_asyncio

from tests.browser.looking import barriers, set_up, too_wide
from tests.browser.running import quickstarted
from tests.browser.test_every_page import SCHEMES, WIDTHS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(browser, tmp_path_factory):
    """The service with a Git remote, and the state of a signed-in browser."""
    folder = tmp_path_factory.mktemp("export")
    remote = folder / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    with quickstarted(folder, PROMPTS_GIT_URL=str(remote)) as running:
        context = await browser.new_context(base_url=running.url)
        await set_up(await context.new_page(), running.link)
        state = await context.storage_state()
        await context.close()
        yield running, state, remote


async def opened(page):
    await page.goto("/admin/prompts/credit_risk")
    await page.get_by_role("link", name="Export version 1").click()
    await page.get_by_role("heading", name="Version 1 as a file").wait_for()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_the_page_has_no_barriers_and_fits(browser, desk, scheme, width):
    running, state, _ = desk
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    context = await browser.new_context(base_url=running.url, storage_state=state, **look)
    page = await context.new_page()
    await opened(page)
    assert await barriers(page) == []
    assert await too_wide(page) == 0
    await context.close()


async def test_a_version_is_committed_without_javascript(browser, desk):
    running, state, remote = desk
    context = await browser.new_context(base_url=running.url, storage_state=state, java_script_enabled=False)
    page = await context.new_page()
    await opened(page)
    await page.get_by_role("button", name="Commit to a branch").click()
    assert "prompts/credit_risk-v1 is under way" in await page.get_by_role("status").inner_text()
    for _ in range(300):
        if await page.get_by_text("committed", exact=True).count():
            break
        await page.wait_for_timeout(200)
        await page.reload()
    await page.get_by_text("committed", exact=True).wait_for()
    made = subprocess.run(
        ["git", "log", "-1", "--format=%ae", "prompts/credit_risk-v1"], cwd=remote, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert made.stdout.strip() == "ama@example.com"
    await context.close()
