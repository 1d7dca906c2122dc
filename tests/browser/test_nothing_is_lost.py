"""Sessions end, connections break, buttons are pressed twice: nothing is lost, and nothing is done twice."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.looking import PASSWORD, barriers, set_up, too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")
FEATURE = "receipt_enhancement"
SAVED = re.compile(r"^saved \d\d:\d\d UTC$")
EMAIL = "nothing.lost@example.com"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def author(browser, running):
    """The state of the browser of somebody who may do everything."""
    context = await browser.new_context(base_url=running.url)
    await set_up(await context.new_page(), running.new_link(), name="Abena Mensah", email=EMAIL)
    state = await context.storage_state()
    await context.close()
    return state


@pytest_asyncio.fixture(loop_scope="session")
async def draft(browser, running, author):
    """A page on a new draft."""
    context = await browser.new_context(base_url=running.url, storage_state=author)
    page = await context.new_page()
    await page.goto(f"/admin/prompts/{FEATURE}")
    await page.get_by_role("button", name="Edit").click()
    await page.wait_for_url("**/admin/drafts/*")
    yield page
    await context.close()


def message(page):
    return page.get_by_label("What the model is told first")


async def sign_in(page):
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_session_that_ends_in_the_middle_of_an_edit_loses_nothing(draft):
    await draft.goto(f"{draft.url}?tab=write")
    address = draft.url
    await draft.context.clear_cookies()
    await message(draft).fill("Words that were typed too late.")
    await expect(draft.get_by_role("heading", name="You were signed out")).to_be_visible()
    await draft.get_by_role("link", name="Sign in again").click()
    await sign_in(draft)
    await draft.wait_for_url(address)
    await expect(draft.get_by_role("heading", name="Something you typed was not saved")).to_be_visible()
    assert await barriers(draft) == [] and await too_wide(draft) == 0
    await draft.get_by_role("button", name="Bring it back").click()
    await expect(draft.locator("#saved")).to_have_text(SAVED)
    await draft.reload()
    await expect(message(draft)).to_have_value(re.compile("Words that were typed too late"))
    await expect(draft.locator("#conflict")).to_be_hidden()


async def test_what_is_typed_without_a_connection_is_saved_when_it_is_back(draft):
    await draft.context.set_offline(True)
    await message(draft).fill("Words of the road.")
    await expect(draft.locator("#saved")).to_have_text("no connection: kept in this browser")
    await draft.context.set_offline(False)
    await expect(draft.locator("#saved")).to_have_text(SAVED)
    await draft.reload()
    await expect(message(draft)).to_have_value(re.compile("Words of the road"))
    assert await draft.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []


async def test_two_windows_that_edit_at_once_show_both_texts_and_overwrite_nothing(draft):
    other = await draft.context.new_page()
    await other.goto(draft.url)
    await message(other).fill("Words of the other window.")
    await expect(other.locator("#saved")).to_have_text(SAVED)
    await message(draft).fill("Words of this window.")
    await expect(draft.get_by_role("heading", name="saved this draft meanwhile")).to_be_visible()
    await expect(draft.get_by_role("button", name="Copy mine")).to_be_visible()
    assert await barriers(draft) == [] and await too_wide(draft) == 0
    await draft.get_by_role("link", name="Load theirs").click()
    await expect(message(draft)).to_have_value(re.compile("Words of the other window"))


async def test_a_preview_after_the_session_ended_says_so_and_keeps_the_page(draft):
    await draft.context.clear_cookies()
    await draft.locator("#preview-form select").select_option(index=1)
    await expect(draft.locator("#preview")).to_contain_text("You were signed out")
    assert await draft.get_by_label("Password").count() == 0


async def test_a_link_into_the_admin_leads_there_after_signing_in(browser, running, author):
    context = await browser.new_context(base_url=running.url)
    page = await context.new_page()
    await page.goto("/admin/requests?range=7&feature=credit_risk")
    await page.get_by_label("Show what I type").check()
    await expect(page.get_by_label("Password")).to_have_attribute("type", "text")
    await sign_in(page)
    await page.wait_for_url("**/admin/requests?range=7&feature=credit_risk")
    await context.close()


async def test_a_button_that_is_pressed_twice_does_it_once(draft):
    await draft.goto(f"{draft.url.partition('?')[0]}/review")
    asked = []
    draft.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    await draft.get_by_label("Comment").fill("Said once.")
    await draft.get_by_role("button", name="Comment").dblclick()
    await expect(draft.get_by_text("Your comment was added.")).to_be_visible()
    await expect(draft.locator(".notes").get_by_text("Said once.")).to_have_count(1)
    assert len(asked) == 1
    await draft.go_back()
    await draft.get_by_label("Comment").fill("Said again.")
    await draft.get_by_role("button", name="Comment").click()
    await expect(draft.locator(".notes").get_by_text("Said again.")).to_have_count(1)


async def test_days_are_said_in_words_whatever_the_browser_s_own_order_is(browser, running, author):
    context = await browser.new_context(base_url=running.url, storage_state=author, locale="en-US")
    page = await context.new_page()
    await page.goto("/admin/usage?since=2026-11-03&until=2026-11-04")
    await expect(page.locator("#h-since")).to_have_text(re.compile("Tuesday,? 3 November 2026"))
    await page.get_by_label("From").fill("2026-02-01")
    await expect(page.locator("#h-since")).to_have_text(re.compile("Sunday,? 1 February 2026"))
    await page.get_by_label("From").fill("")
    await expect(page.locator("#h-since")).to_have_text("UTC day, the day of Accra")
    await context.close()


async def test_a_form_that_is_sent_after_the_session_ended_is_as_it_was_after_signing_in(browser, running, author):
    context = await browser.new_context(base_url=running.url, storage_state=author)
    page = await context.new_page()
    await page.goto("/admin/people")
    await page.get_by_label("Name", exact=True).fill("Yaw Darko")
    await page.locator("#f-email").fill("yaw@example.com")
    await context.clear_cookies()
    await page.get_by_role("button", name="Make the invitation").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.locator("#f-email").fill("nobody@example.com")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("That did not match")).to_be_visible()
    await sign_in(page)
    await page.wait_for_url("**/admin/people")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Yaw Darko")
    await expect(page.locator("#f-email")).to_have_value("yaw@example.com")
    await page.reload()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("")
    await context.close()
