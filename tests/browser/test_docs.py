"""The documentation's pages in a real browser."""

import pytest
from playwright.async_api import expect

from gateway.errors import all_errors
from tests.browser.looking import Watch
from tests.service import catalog_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_reference_shows_every_feature_and_calls_no_other_host(page, running):
    watch = Watch(page)
    await page.goto("/docs")
    for feature in catalog_of().features.values():
        await expect(page.locator(f'[data-path="{feature.path}"]').first).to_be_visible()
    assert watch.requests and watch.elsewhere(running.url) == []
    assert watch.complaints == []


async def test_an_operation_opens_with_its_example(page):
    watch = Watch(page)
    await page.goto("/docs")
    await page.get_by_role("button", name="POST /api/ai/credit/risk-assessment/").first.click()
    await expect(page.locator("textarea").first).to_contain_text("requested_credit_limit")
    assert watch.complaints == []


async def test_the_error_page_explains_every_code(page, running):
    watch = Watch(page)
    await page.goto("/docs/errors")
    for error in all_errors():
        await expect(page.locator(f"tr#{error.code}")).to_be_visible()
    assert watch.elsewhere(running.url) == [] and watch.complaints == []


async def test_a_problems_type_leads_to_its_row(page):
    await page.goto("/docs/errors#quota_exceeded")
    await expect(page.locator("tr:target")).to_contain_text("calendar quota")
