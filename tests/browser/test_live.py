"""A draft is tried with a real model from the page: the price first, then both answers; without barriers."""

import pytest
import pytest_asyncio

from tests.browser.looking import barriers, set_up, too_wide
from tests.browser.running import quickstarted
from tests.browser.test_every_page import SCHEMES, WIDTHS
from tests.flows import upstream as up

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(browser, tmp_path_factory):
    """The service with a model server, a signed-in browser's state, and the address of a draft."""
    with up.serving() as server:
        more = {"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": server.url}
        with quickstarted(tmp_path_factory.mktemp("live"), **more) as running:
            context = await browser.new_context(base_url=running.url)
            page = await context.new_page()
            await set_up(page, running.link)
            await page.goto("/admin/prompts/credit_risk")
            await page.get_by_role("button", name="Edit").click()
            await page.get_by_role("link", name="With a real model").wait_for()
            address = page.url.removeprefix(running.url).partition("?")[0]
            state = await context.storage_state()
            await context.close()
            yield running, state, address, server


async def opened(browser, desk, **look):
    running, state, _, _ = desk
    context = await browser.new_context(base_url=running.url, storage_state=state, **look)
    return context, await context.new_page()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_the_pages_have_no_barriers_and_fit(browser, desk, scheme, width):
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    context, page = await opened(browser, desk, **look)
    await page.goto(f"{desk[2]}/live")
    await page.get_by_role("heading", name="Run with a real model").wait_for()
    assert await barriers(page) == []
    assert await too_wide(page) == 0
    await page.goto(f"{desk[2]}/try?case=0")
    await page.get_by_role("heading", name="Ask a real model the same").wait_for()
    assert await barriers(page) == []
    assert await too_wide(page) == 0
    await context.close()


async def test_a_case_is_asked_of_a_real_model_without_javascript(browser, desk):
    context, page = await opened(browser, desk, java_script_enabled=False)
    await page.goto(f"{desk[2]}/try?case=0")
    assert "at most GHS" in await page.get_by_label("Who answers").inner_text()
    asked = len(desk[3].calls)
    await page.get_by_role("button", name="Ask it").click()
    await page.get_by_text("answered", exact=True).first.wait_for()
    assert len(desk[3].calls) == asked + 2
    await context.close()
