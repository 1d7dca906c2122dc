"""Every page, light and dark, on a desk and on a phone: no barrier that axe knows, nothing wider than the window."""

import pytest

from admin.web.page import entries
from tests.browser.looking import barriers, too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Swagger UI is third-party markup with barriers of its own: contrast, nested controls, an unlabelled list of servers,
# skipped headings, small targets. What is ours around it is checked; the same facts are in /openapi.json.
SWAGGER = ("#swagger-ui",)
PUBLIC = {"/docs": SWAGGER, "/docs/errors": (), "/admin/": (), "/admin/sign-in?token=wrong": ()}
SIGNED_IN = (*(entry.path for entry in entries()), "/admin/account", "/admin/plans/edit", "/admin/no/such/page")
SCHEMES = ("light", "dark")
WIDTHS = (1280, 390)
LOOKS = dict(zip(WIDTHS, (SCHEMES, SCHEMES[::-1]), strict=True))
"""The widths that a page is opened at, and the colours that it shows there, one after the other."""


@pytest.fixture(params=LOOKS)
def look(request):
    return {"color_scheme": LOOKS[request.param][0], "viewport": {"width": request.param, "height": 900}}


async def assert_open_to_all(page, leaving_out=()):
    """Check the page as it stands, in both colours."""
    for scheme in LOOKS[page.viewport_size["width"]]:
        await page.emulate_media(color_scheme=scheme)
        assert await barriers(page, leaving_out) == [], scheme
        assert await too_wide(page) == 0, scheme


@pytest.mark.parametrize("path", PUBLIC)
async def test_a_public_page_has_no_barriers_and_fits(browser, running, look, path):
    context = await browser.new_context(base_url=running.url, **look)
    page = await context.new_page()
    await page.goto(path)
    if path == "/docs":
        await page.locator(".opblock").first.wait_for()
    await assert_open_to_all(page, PUBLIC[path])
    await context.close()


@pytest.mark.parametrize("path", SIGNED_IN)
async def test_a_page_of_the_admin_has_no_barriers_and_fits(browser, running, session, look, path):
    context = await browser.new_context(base_url=running.url, storage_state=session, **look)
    page = await context.new_page()
    await page.goto(path)
    for summary in await page.locator("summary:visible").all():
        await summary.click()
    await assert_open_to_all(page)
    await context.close()


async def test_the_sign_in_page_has_no_barriers_and_fits(browser, unused_link, look):
    context = await browser.new_context(**look)
    page = await context.new_page()
    await page.goto(unused_link)
    await assert_open_to_all(page)
    await context.close()


async def test_the_answer_of_a_check_has_no_barriers_and_fits(browser, running, session, look):
    context = await browser.new_context(base_url=running.url, storage_state=session, **look)
    page = await context.new_page()
    await page.goto("/admin/audit")
    await page.get_by_role("button", name="Check the chain").click()
    await page.get_by_role("status").wait_for()
    await assert_open_to_all(page)
    await context.close()


async def test_a_page_with_barriers_would_be_noticed(page):
    await page.set_content('<p style="color: #999; width: 3000px">grey on white</p><img src="data:,">')
    found = " ".join(await barriers(page))
    assert "color-contrast" in found and "image-alt" in found
    assert await too_wide(page) > 1000
