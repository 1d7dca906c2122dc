"""The whole story in a browser: from the one-time link to the next answer, and back again."""

import json
import re
import subprocess
import sys
from urllib.request import Request, urlopen

import pytest
from playwright.async_api import expect

from admin.bench import suite_of
from gateway.settings import ROOT
from tests.browser.looking import PASSWORD, Watch, barriers, too_wide
from tests.service import catalog_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
FEATURES = ("collection_message", "credit_risk")
WORDS = "Be brief, warm and exact."
EVIL = "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"


def title_of(feature):
    return catalog_of().features[feature].title


def edited():
    """Return the feature whose message is edited: the collection message where this release has it."""
    return next(name for name in FEATURES if name in catalog_of().features)


async def signed_in(browser, running, link, *, scripts=True, **fields):
    size = {"width": 1280, "height": 900}
    context = await browser.new_context(base_url=running.url, viewport=size, java_script_enabled=scripts)
    page = await context.new_page()
    await page.goto(link)
    for label, value in fields.items():
        await page.get_by_label(label.replace("_", " ")).fill(value)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.locator("button.main").click()
    await page.get_by_role("heading", name="Overview").wait_for()
    return context, page


async def test_a_change_of_words_goes_from_the_link_to_the_next_answer_and_back(browser, running, session):
    feature, key = edited(), key_of(running)
    author, page = await signed_in(
        browser, running, running.new_link(), **{"Your name": "Efua Boateng", "E-mail": "efua@example.com"}
    )
    watch = Watch(page)
    await page.get_by_role("link", name="People").click()
    await page.get_by_label("Name").fill("Yaw Asante")
    await page.get_by_label("E-mail").fill("yaw@example.com")
    await page.locator("#f-role").select_option("releaser")
    await page.get_by_role("button", name="Make the invitation").click()
    link = re.search(r"http://\S+", await page.get_by_role("status").inner_text())[0]
    before = await live_version(page, feature)

    await page.get_by_role("link", name="Prompts").first.click()
    await page.get_by_role("link", name=title_of(feature)).click()
    await page.get_by_role("button", name="Edit").click()
    await expect(page.locator("#preview")).to_contain_text("The answer")
    box = page.get_by_label("What the model is told first")
    await box.focus()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(f"\n{WORDS}")
    await expect(page.locator("#saved")).to_contain_text("saved")
    await expect(page.locator("#preview")).to_contain_text("Tokens")
    await page.get_by_role("button", name="Run examples").click()
    await expect(page.get_by_text("Ready for review")).to_be_visible(timeout=240_000)
    await page.get_by_role("link", name="Back to the draft").click()
    await page.get_by_role("button", name="Ask for review").click()
    await expect(page.get_by_text("somebody else has to approve it: it is yours")).to_be_visible()
    assert await page.get_by_role("button", name="Approve", exact=True).count() == 0
    address = page.url

    other, second = await signed_in(browser, running, link)
    seen = Watch(second)
    await second.goto(address)
    await expect(second.locator("ins").filter(has_text="brief").first).to_be_visible()
    await second.get_by_role("button", name="Approve", exact=True).click()
    await second.get_by_label("Note").fill("kinder words")
    await second.get_by_role("button", name="Release").click()
    await expect(second.get_by_role("status")).to_contain_text("is live for everyone")
    after = await live_version(second, feature)
    assert after > before
    assert next_answer(running, key, feature) == after
    await second.get_by_role("button", name="Roll back").click()
    await expect(second.get_by_role("status")).to_contain_text(f"Version {before} is live again")
    assert await live_version(second, feature) == before
    assert next_answer(running, key, feature) == before
    for one in (watch, seen):
        assert one.complaints == [] and one.elsewhere(running.url) == []
    await author.close()
    await other.close()


async def live_version(page, feature):
    answer = await page.request.get(f"/admin/api/prompts/{feature}")
    return (await answer.json())["live"]["version"]


async def draft_of(page, feature):
    token = await page.locator("body").get_attribute("data-token")
    origin = re.match(r"http://[^/]+", page.url)[0]
    answer = await page.request.post(
        f"/admin/api/prompts/{feature}/draft",
        headers={"X-Form-Token": token, "Content-Type": "application/json", "Origin": origin},
        data=json.dumps({"title": EVIL}),
    )
    assert answer.status == 200, await answer.text()
    return (await answer.json())["id"]


SCHEMES = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]


@pytest.fixture(scope="session")
def made():
    return {}


@pytest.mark.parametrize(("scheme", "width"), SCHEMES)
async def test_the_pages_of_a_draft_have_no_barriers_fit_and_never_run_what_was_stored(
    browser, running, session, made, scheme, width
):
    context = await browser.new_context(
        base_url=running.url, storage_state=session, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = await context.new_page()
    await page.goto("/admin/prompts")
    if not made:
        made["draft"] = await draft_of(page, "credit_risk")
    watch = Watch(page)
    here = f"/admin/drafts/{made['draft']}"
    for path in (
        here, f"{here}?tab=fields", f"{here}?tab=yaml", f"{here}/try?case=0", f"{here}/review",
        "/admin/prompts/credit_risk", "/admin/prompts/credit_risk/examples",
    ):  # fmt: skip
        await page.goto(path)
        if path.startswith(here) and "/" not in path.removeprefix(here):
            await expect(page.locator("#preview")).to_contain_text("The answer")
        for summary in await page.locator("main summary:visible").all():
            await summary.click()
        assert await barriers(page) == [], path
        assert await too_wide(page) == 0, path
        assert "ran" not in (await page.title()).split(), path
    assert watch.complaints == [] and watch.elsewhere(running.url) == []
    await context.close()


async def test_tab_leaves_the_code_editor_and_ctrl_s_saves(browser, running, session, made):
    context = await browser.new_context(base_url=running.url, storage_state=session)
    page = await context.new_page()
    await page.goto("/admin/prompts")
    draft = made.get("draft") or await draft_of(page, "credit_risk")
    await page.goto(f"/admin/drafts/{draft}?tab=yaml")
    editor = page.get_by_role("textbox", name="The version as YAML")
    await editor.click()
    await page.keyboard.press("Control+Home")
    await page.keyboard.type("# a remark\n")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#saved")).to_contain_text("saved")
    await page.keyboard.press("Tab")
    assert not await editor.evaluate("node => node === document.activeElement")
    await context.close()


async def test_a_conflict_is_shown_and_nothing_is_overwritten(browser, running, session):
    context = await browser.new_context(base_url=running.url, storage_state=session)
    one, two = await context.new_page(), await context.new_page()
    await one.goto("/admin/prompts")
    draft = await draft_of(one, "credit_risk")
    for page in (one, two):
        await page.goto(f"/admin/drafts/{draft}")
    await one.get_by_label("What this change is about").fill("The first")
    await expect(one.locator("#saved")).to_contain_text("saved")
    await one.wait_for_timeout(1500)
    await two.get_by_label("What this change is about").fill("The second")
    await expect(two.locator("#conflict")).to_contain_text("Nothing was overwritten")
    await one.reload()
    await expect(one.get_by_label("What this change is about")).to_have_value("The first")
    await context.close()


async def test_reading_approving_rolling_back_work_without_javascript(browser, running, session):
    context = await browser.new_context(base_url=running.url, storage_state=session, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/admin/prompts/credit_risk")
    await page.get_by_role("button", name="Edit").click()
    box = page.get_by_label("What the model is told first")
    await box.fill(f"{await box.input_value()}\nBe plain and kind.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").first).to_contain_text("Saved.")
    await page.get_by_role("button", name="Show the preview").click()
    await expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    await page.go_back()
    address = page.url.split("?")[0]
    await page.get_by_role("button", name="Run examples").click()
    for _ in range(180):  # without scripts one loads the page again
        if await page.get_by_text("Ready for review").count():
            break
        await page.wait_for_timeout(1000)
        await page.reload()
    await page.goto(address)
    await page.get_by_role("button", name="Ask for review").click()
    await context.close()

    who = {"Your name": "Adjoa Mensah", "E-mail": "adjoa@example.com"}
    other, second = await signed_in(browser, running, running.new_link(), scripts=False, **who)
    await second.goto("/admin/prompts/credit_risk")
    before = await live_version(second, "credit_risk")
    await second.goto(f"{address}/review")
    await second.get_by_role("button", name="Approve", exact=True).click()
    await second.get_by_role("button", name="Release").click()
    await expect(second.get_by_role("status")).to_contain_text("is live for everyone")
    assert await live_version(second, "credit_risk") > before
    await second.goto("/admin/prompts/credit_risk")
    await second.get_by_role("button", name="Roll back").click()
    await expect(second.get_by_role("status")).to_contain_text(f"Version {before} is live again")
    await other.close()


def key_of(running):
    """Make a key that may act for every business."""
    command = [sys.executable, "-m", "gateway", "keys", "create", "story", "--json"]
    made = subprocess.run(
        command, env=running.environment, cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    return json.loads(made.stdout)["key"]


def next_answer(running, key, feature):
    """Ask the gateway what the first plain example of the feature asks; returns which version answered."""
    case = next(case for case in suite_of(feature, []).cases if not {"records", "reply"} & case.vars.keys())
    (business,) = [
        row["id"] for row in map(json.loads, (ROOT / "demo" / "tenant" / "businesses.jsonl").read_text().splitlines())
        if row["name"].lower().startswith(str(case.vars["business"]).lower())
    ]  # fmt: skip
    body = {**case.vars["request"], "as_of": str(case.vars.get("as_of", "2026-11-20"))}
    headers = {
        "Authorization": f"Bearer {key}", "X-Business-Id": business,
        "Content-Type": "application/json",
    }  # fmt: skip
    path = catalog_of().features[feature].path
    with urlopen(Request(running.url + path, json.dumps(body).encode(), headers), timeout=120) as answer:
        return json.loads(answer.read())["meta"]["prompt"]["version"]
