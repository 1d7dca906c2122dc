"""Single sign-on in a real browser: to the provider and back, with a one-time code where the account asks for it."""

import time

import pyotp
import pytest
import pytest_asyncio

from tests.admin.provider import CLIENT, SECRET, provider
from tests.browser.looking import PASSWORD, Watch, barriers, set_up, too_wide
from tests.browser.running import quickstarted
from tests.browser.test_every_page import SCHEMES, WIDTHS

pytestmark = pytest.mark.asyncio(loop_scope="session")
BUTTON = "Sign in with Accra ID"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sso(browser, tmp_path_factory):
    """The service with a provider, and Ama who has an account with a password."""
    async with provider(person={"sub": "7", "email": "ama@example.com", "email_verified": True}) as fake:
        more = {"OIDC_ISSUER": fake.url, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
        folder = tmp_path_factory.mktemp("sso")
        with quickstarted(folder, **more, OIDC_NAME="Accra ID", ADMIN_URL="{url}") as running:
            context = await browser.new_context(base_url=running.url)
            await set_up(await context.new_page(), running.link)
            await context.close()
            yield running, fake


async def test_one_click_leads_to_the_provider_and_back_to_the_page_that_was_asked_for(browser, sso):
    running, fake = sso
    context = await browser.new_context(base_url=running.url)
    page = await context.new_page()
    await page.goto("/admin/plans")
    await page.get_by_role("link", name=BUTTON).click()
    await page.get_by_role("heading", name="Plans and budgets").wait_for()
    assert "/authorize" in fake.asked and page.url == f"{running.url}/admin/plans"
    names = {cookie["name"] for cookie in await context.cookies()}
    assert "__Host-session" in names and "__Host-sso" not in names
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("link", name="sign out at Accra ID").click()
    await page.get_by_role("heading", name="Signed out there").wait_for()
    await context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_the_page_with_the_button_has_no_barriers_and_asks_nobody_else(browser, sso, scheme, width):
    running, _ = sso
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    context = await browser.new_context(base_url=running.url, **look)
    page = await context.new_page()
    watch = Watch(page)
    await page.goto("/admin/sign-in")
    await page.get_by_role("link", name=BUTTON).wait_for()
    assert await barriers(page) == []
    assert await too_wide(page) == 0
    assert watch.elsewhere(running.url) == []
    await context.close()


async def test_a_one_time_code_is_asked_for_without_javascript(browser, sso):
    running, _ = sso
    context = await browser.new_context(base_url=running.url)
    page = await context.new_page()
    await page.goto("/admin/account")
    await page.get_by_role("link", name=BUTTON).click()
    shown = page.locator("code.secret")
    secret = "".join((await shown.inner_text()).split())
    form = page.locator("form[action='/admin/account/codes']")
    await form.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    await form.locator("[name=current]").fill(PASSWORD)
    await form.get_by_role("button", name="Switch codes on").click()
    await page.get_by_role("status").wait_for()
    await context.close()
    context = await browser.new_context(base_url=running.url, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/admin/plans")
    await page.get_by_role("link", name=BUTTON).click()
    await page.get_by_role("heading", name="One-time code").wait_for()
    await page.get_by_label("One-time code").fill("000000")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("That code did not match").wait_for()
    await page.get_by_label("One-time code").fill(pyotp.TOTP(secret).at(int(time.time()) + 30))
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Plans and budgets").wait_for()
    await context.close()
