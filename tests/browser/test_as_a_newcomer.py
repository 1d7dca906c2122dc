"""What somebody meets who has never seen the admin: nothing jumps, nothing typed is lost, nothing breaks a page."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.looking import barriers, too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG = "Nana-Opoku-Agyemang-Prempeh-the-Second-of-Kumasi-Central-Market-and-Adum"


@pytest.fixture
def opened(browser, running, session):
    async def open_page(path, **look):
        size = {"width": 1280, "height": 900}
        context = await browser.new_context(base_url=running.url, storage_state=session, **{"viewport": size, **look})
        page = await context.new_page()
        await page.goto(path)
        return page

    return open_page


async def test_mistakes_are_told_beside_the_text_which_stays_where_it_is(opened):
    page = await opened("/admin/prompts/customer_insights")
    await page.get_by_role("button", name="Edit").click()
    await expect(page.locator("#preview")).to_contain_text("The offline rules wrote it", ignore_case=True)
    box, actions = page.get_by_label("What the model is told first"), page.get_by_role("link", name="Try it")
    before = await box.bounding_box(), await actions.bounding_box()
    await box.fill(f"{await box.input_value()}\nSay {{{{ nickname }}}}.")
    await expect(page.locator("#problems")).to_contain_text("1 thing to put right")
    await expect(page.locator("#saved")).to_contain_text("1 thing to put right")
    assert (await box.bounding_box(), await actions.bounding_box()) == before
    await expect(page.locator("#problems code").first).to_have_text("nickname")
    assert "`" not in await page.locator("#problems").inner_text()
    assert await barriers(page) == []
    await page.context.close()


async def test_going_back_from_a_refusal_finds_what_was_typed(opened):
    page = await opened("/admin/webhooks")
    await page.locator("#f-url").fill("ftp://shop.example.com/hook")
    await page.get_by_label("A product will run out").check()
    await page.get_by_role("button", name="Add it").click()
    said = page.locator("main")
    await expect(said).to_contain_text("must begin with https://")
    assert "/url" not in await said.inner_text(), "a field is called by its name"
    await page.get_by_role("link", name="Back to the page").click()
    await expect(page.locator("#f-url")).to_have_value("ftp://shop.example.com/hook")
    await expect(page.get_by_label("A product will run out")).to_be_checked()
    await page.context.close()


async def test_what_is_shown_once_can_be_copied_and_a_long_name_breaks_no_table(opened):
    page = await opened("/admin/keys")
    await page.locator("#f-name").fill(LONG)
    await page.get_by_role("button", name="Make the key").click()
    secret = await page.locator("#said-secret").inner_text()
    assert re.fullmatch(r"gw_\w+?_[\w-]{43}", secret)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("status").get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("status").get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    table, card = await page.locator("main table").bounding_box(), await page.locator("main .card").first.bounding_box()
    assert table["x"] + table["width"] <= card["x"] + card["width"] and await too_wide(page) == 0
    await page.reload()
    assert await page.locator("#said-secret").count() == 0
    await page.context.close()


async def test_the_columns_of_a_tight_table_stand_under_their_titles(opened):
    page = await opened("/admin/evals")
    table = "<table class=tight><thead><tr><th>A<th>A long title</tr></thead><tbody><tr><td>1<td>2</tr></tbody></table>"
    await page.locator("main").evaluate("(main, html) => { main.innerHTML = html }", table)
    heads = [await each.bounding_box() for each in await page.locator("th").all()]
    cells = [await each.bounding_box() for each in await page.locator("td").all()]
    assert [each["x"] for each in heads] == [each["x"] for each in cells]
    await page.context.close()


async def test_a_slow_answer_is_waited_for_once_and_one_sees_that_it_is(opened):
    page = await opened("/admin/privacy")
    sent = []

    async def slowly(route):
        if route.request.method == "POST":
            sent.append(route.request.url)
            await asyncio.sleep(0.5)
        await route.continue_()

    await page.route("**/admin/**", slowly)
    await page.locator("textarea").fill("Call Ama on 0244123456.")
    # A page that is being left answers no questions, so it notes itself what its button says.
    await page.evaluate(
        "addEventListener('submit', (event) => setTimeout(() => "
        "sessionStorage.setItem('busy', event.submitter.getAttribute('aria-busy'))))"
    )
    await page.get_by_role("button", name="Show what a model would see").dblclick(no_wait_after=True)
    await expect(page.locator("main")).to_contain_text("PHONE")
    assert await page.evaluate("sessionStorage.getItem('busy')") == "true"
    assert len(sent) == 1
    await page.context.close()


async def test_the_first_business_is_added_from_the_page_of_businesses(opened):
    page = await opened("/admin/businesses", viewport={"width": 390, "height": 900})
    await page.get_by_label("Name", exact=True).fill(f"{LONG} Ventures")
    await page.get_by_role("button", name="Add the business").click()
    await expect(page.get_by_role("status")).to_contain_text("Its POS needs a key now")
    assert await too_wide(page) == 0 and await barriers(page) == []
    await page.goto("/admin/businesses")
    assert await too_wide(page) == 0
    await page.context.close()


async def test_a_run_is_watched_with_the_keyboard_through_a_break_and_asked_for_no_longer_than_it_lasts(opened):
    page = await opened("/admin/prompts/inventory_forecast")
    await page.get_by_role("button", name="Edit").click()
    box = page.get_by_label("What the model is told first")
    await box.fill(f"{await box.input_value()}\nBe brief.")
    await page.get_by_role("button", name="Run examples").click()
    stop = page.get_by_role("button", name="Stop")
    await stop.focus()
    heading = page.locator("#progress")
    before = await heading.inner_text()
    await expect(heading).not_to_have_text(before)
    await expect(stop).to_be_focused()
    await page.context.set_offline(True)
    await expect(page.get_by_text("The service does not answer just now")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_text("Ready for review")).to_be_visible(timeout=240_000)
    await expect(page.get_by_text("The service does not answer just now")).to_be_hidden()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.wait_for_timeout(2500)
    assert asked == []
    await page.context.close()


async def test_the_secret_of_one_time_codes_is_a_picture_to_scan_and_letters_to_type(opened):
    page = await opened("/admin/account", color_scheme="dark")
    await expect(page.get_by_role("img", name="QR code of the secret below")).to_be_visible()
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", await page.locator("#secret").inner_text())
    assert await barriers(page) == []
    await page.context.close()
