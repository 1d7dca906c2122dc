"""An administrator changes a plan in the matrix, sees whom it meets, puts it in force and goes back; no JavaScript."""

import pytest

from tests.browser.looking import barriers, too_wide
from tests.browser.test_every_page import SCHEMES, WIDTHS

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def preview(page, limit):
    await page.goto("/admin/plans")
    await page.get_by_role("link", name="Change plans").click()
    await page.get_by_label("Product descriptions, Starter").fill(limit)
    await page.get_by_role("button", name="See what would change").first.click()
    await page.get_by_role("heading", name="change").first.wait_for()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_the_preview_has_no_barriers_and_fits(browser, running, session, scheme, width):
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    context = await browser.new_context(base_url=running.url, storage_state=session, **look)
    page = await context.new_page()
    await preview(page, "4000")
    assert await page.get_by_text("could cost").count() + await page.get_by_text("No plan can cost more").count()
    assert await barriers(page) == []
    assert await too_wide(page) == 0
    await context.close()


async def test_a_plan_is_changed_and_changed_back_without_javascript(browser, running, session):
    context = await browser.new_context(base_url=running.url, storage_state=session, java_script_enabled=False)
    page = await context.new_page()
    await preview(page, "40")
    await page.get_by_role("button", name="Put in force").click()
    assert "is in force" in await page.get_by_role("status").inner_text()
    assert (
        await page.get_by_role("row", name="Product descriptions").first.get_by_role("cell").nth(1).inner_text() == "40"
    )
    await page.get_by_role("button", name="Go back to the plans before").click()
    assert "are in force again" in await page.get_by_role("status").inner_text()
    assert (
        await page.get_by_role("row", name="Product descriptions").first.get_by_role("cell").nth(1).inner_text() == "50"
    )
    await context.close()
