"""An operator's way through the admin, from the printed link to signing out."""

import pytest
from playwright.async_api import expect

from tests.browser.looking import PASSWORD, Watch, barriers, set_up

pytestmark = pytest.mark.asyncio(loop_scope="session")
SIGNED_OUT = "Sign in"


async def test_from_the_link_through_every_page_and_out_again(page, running):
    watch = Watch(page)
    await set_up(page, running.new_link(), email="first@example.com")
    await expect(page.get_by_role("rowheader", name="Credit risk assessment")).to_be_visible()
    await page.get_by_role("link", name="Businesses").click()
    await page.get_by_role("link", name="Audit log of Sankofa Stores Ltd").click()
    await expect(page.get_by_role("heading", name="Sankofa Stores Ltd")).to_be_visible()
    await page.get_by_role("button", name="Check the chain").click()
    await expect(page.get_by_role("status")).to_contain_text("The chain is whole.")
    assert watch.complaints == [] and watch.elsewhere(running.url) == []
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name=SIGNED_OUT)).to_be_visible()
    await page.get_by_label("E-mail").fill("first@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()


async def test_the_printed_link_works_once(page, context, running, session):
    await page.goto(running.link)
    await expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    await expect(page.get_by_text("python -m gateway admin link")).to_be_visible()
    assert await context.cookies() == []


async def test_a_signed_out_visitor_sees_no_page_of_the_admin(page):
    for path in ("/admin/", "/admin/businesses", "/admin/audit"):
        answer = await page.goto(path)
        assert answer.status == 401
        await expect(page.get_by_role("heading", name=SIGNED_OUT)).to_be_visible()


async def test_the_browser_keeps_the_cookie_from_scripts(page, context, running):
    await set_up(page, running.new_link(), email="second@example.com")
    (cookie,) = await context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-session", True, True)
    assert await page.evaluate("document.cookie") == ""


async def test_every_page_works_without_javascript(browser, running):
    context = await browser.new_context(base_url=running.url, java_script_enabled=False)
    page = await context.new_page()
    await set_up(page, running.new_link(), email="third@example.com")
    await page.get_by_role("link", name="Audit log").first.click()
    await page.get_by_label("Chain of").select_option("Volta Fresh Foods")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_role("heading", name="Volta Fresh Foods")).to_be_visible()
    await context.close()


async def test_a_page_of_another_site_cannot_sign_anyone_out(browser, running, session):
    context = await browser.new_context(storage_state=session)
    page = await context.new_page()
    # 127.0.0.1 and localhost are two sites to a browser.
    await page.goto(running.url.replace("127.0.0.1", "localhost") + "/docs/errors")
    form = f'<form method="post" action="{running.url}/admin/sign-out"><button>Win</button></form>'
    foreign = await context.new_page()
    await foreign.set_content(form)
    async with foreign.expect_navigation():
        await foreign.get_by_role("button").click()
    await expect(foreign.get_by_role("heading", name="This request came from another site")).to_be_visible()
    assert (await page.goto(f"{running.url}/admin/")).status == 200
    await context.close()


async def test_the_keyboard_reaches_the_content_first_and_the_main_action_soon(browser, running, session):
    context = await browser.new_context(base_url=running.url, storage_state=session)
    page = await context.new_page()
    await page.goto("/admin/audit")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    reached = []
    for _ in range(3):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.id || document.activeElement.innerText"))
    assert reached == ["business", "Show", "Check the chain"]
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("The chain is whole.")
    await context.close()


async def test_the_keyboard_goes_through_the_navigation_in_order(browser, running, session):
    context = await browser.new_context(base_url=running.url, storage_state=session)
    page = await context.new_page()
    await page.goto("/admin/")
    reached = []
    for _ in range(5):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.innerText"))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached[:4] == ["Skip to the content", "POS AI gateway", "Home", "Prompts"]
    await page.keyboard.press("g")
    await page.keyboard.press("h")
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    await context.close()


async def test_a_page_is_found_by_name_with_ctrl_k_and_escape_closes(browser, running, session):
    context = await browser.new_context(base_url=running.url, storage_state=session)
    page = await context.new_page()
    await page.goto("/admin/")
    await page.keyboard.press("Control+k")
    await page.get_by_label("Page", exact=True).fill("audit")
    assert await barriers(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await page.get_by_label("Page", exact=True).fill("audit")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    await context.close()
