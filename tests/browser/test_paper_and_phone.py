"""What a page looks like on paper and on a phone: nothing cut off, nothing in the way, everything in its column."""

import pytest

from tests.browser.looking import too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def opened(browser, running, session):
    async def open_page(path, **look):
        context = await browser.new_context(base_url=running.url, storage_state=session, **look)
        page = await context.new_page()
        await page.goto(path)
        return page

    return open_page


async def test_paper_is_dark_on_white_without_what_can_only_be_pressed(opened):
    page = await opened("/admin/", color_scheme="dark", viewport={"width": 794, "height": 1123})
    await page.emulate_media(media="print")
    for gone in (".side", ".skip", "main button", "main .button"):
        for each in await page.locator(gone).all():
            assert not await each.is_visible(), gone
    ink, paper = await page.evaluate(
        "[getComputedStyle(document.querySelector('h1')).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert ink == "rgb(24, 33, 31)" and paper in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")
    assert await page.locator(".fold table").first.is_visible(), "what a phone folds away is on paper"
    assert await too_wide(page) == 0
    await page.context.close()


async def test_paper_holds_the_whole_of_a_text_that_scrolls_on_a_screen(opened):
    page = await opened("/admin/prompts/credit_risk", viewport={"width": 794, "height": 1123})
    hidden = "[...document.querySelectorAll('.told')].map((box) => box.scrollHeight - box.clientHeight)"
    assert max(await page.evaluate(hidden)) > 10
    await page.emulate_media(media="print")
    assert max(await page.evaluate(hidden)) <= 1
    await page.context.close()


async def test_on_a_phone_the_fields_of_a_row_stand_below_each_other_without_lines_between(opened):
    for path in ("/admin/plans", "/admin/prompts"):
        page = await opened(path, viewport={"width": 390, "height": 844})
        rows = page.locator(".cards tbody tr:has(td + td)")
        for row in (await rows.all())[:20]:
            cells = "(row) => [...row.querySelectorAll('td')].map((cell) => [cell.getBoundingClientRect().x + "
            cells += "parseFloat(getComputedStyle(cell).paddingLeft), getComputedStyle(cell).borderBottomWidth])"
            found = await row.evaluate(cells)
            assert len({x for x, _ in found}) == 1, (path, found)
            assert {line for _, line in found} == {"0px"}, (path, found)
        await page.context.close()


async def test_on_a_phone_the_filters_of_requests_are_folded_away_and_say_how_many_are_set(opened):
    page = await opened("/admin/requests?feature=credit_risk", viewport={"width": 390, "height": 844})
    assert not await page.get_by_label("Feature", exact=True).is_visible()
    await page.get_by_text("Filters, 1 set").click()
    assert await page.get_by_label("Feature", exact=True).is_visible()
    await page.context.close()
    page = await opened("/admin/requests", viewport={"width": 1280, "height": 900})
    assert await page.get_by_label("Feature", exact=True).is_visible()
    await page.context.close()


async def test_no_name_of_a_setting_is_broken_within_a_word(opened):
    page = await opened("/admin/health", viewport={"width": 1280, "height": 900})
    lines = """[...document.querySelectorAll('.named tbody th .id')].flatMap((name) => [...name.childNodes]
        .filter((node) => node.nodeType === 3).map((node) => { const all = document.createRange();
        all.selectNodeContents(node);
        return [node.data, new Set([...all.getClientRects()].map((r) => r.y)).size]; }))"""
    found = await page.evaluate(lines)
    assert found and [part for part, rows in found if rows > 1] == []
    await page.context.close()
