"""Charts come alive in the browser: values by pointer and keys, series on and off, zoom; without a script they stay."""

import sqlite3
import time

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.looking import Watch, barriers, set_up, too_wide
from tests.browser.running import quickstarted
from tests.browser.test_every_page import SCHEMES, WIDTHS
from tests.service import SANKOFA
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")
DAY = 86_400_000_000
COSTS = {"credit_risk": 100_000_000, "collection_message": 50_000_000, "report_narrative": 10_000_000}
"""Nano-USD of one call of each feature, on every of the last ten days."""
PAGES = ("/admin/", "/admin/usage", "/admin/prompts/credit_risk")
WIDE = {"width": 1280, "height": 900}
MOST = 100_000
"""Bytes on the wire of a first visit."""


def spend(path):
    """Write usage as models cause it."""
    database = sqlite3.connect(path, timeout=60)
    columns = {row[1]: "" if row[2] == "TEXT" else 0 for row in database.execute("PRAGMA table_info(usage)")}
    now = time.time_ns() // 1000
    for ago in range(10):
        for feature, cost in COSTS.items():
            row = {
                **columns, "business_id": SANKOFA, "request_id": f"{feature}-{ago}", "feature": feature, "cost": cost,
                "created_at": now - ago * DAY, "source": "model" if ago % 2 else "cache", "model": "gpt-6.1-sol",
                "status": 200, "attempts": 1, "input_tokens": 900, "output_tokens": 200, "latency_ms": 800,
            }  # fmt: skip
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO usage ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    database.commit()
    database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def spent(browser, tmp_path_factory):
    """The address of a service that has spent money, and a signed-in browser's state."""
    folder = tmp_path_factory.mktemp("plots")
    with quickstarted(folder) as running:
        spend(folder / "gateway.sqlite")
        context = await browser.new_context(base_url=running.url)
        await set_up(await context.new_page(), running.link)
        state = await context.storage_state()
        await context.close()
        yield running.url, state


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser, spent):
    context = await browser.new_context(base_url=spent[0], storage_state=spent[1], viewport=WIDE)
    yield await context.new_page()
    await context.close()


async def plotted(page, address, name):
    """Open a page and return the chart of that name, once it is drawn."""
    await page.goto(address)
    chart = page.locator(f'.plot[data-name="{name}"]')
    await chart.locator("canvas").wait_for()
    return chart


async def differs(canvas, before):
    """Tell whether another picture is drawn by now."""
    return await canvas.evaluate("node => node.toDataURL()") != before


async def over(page, chart, share):
    """Move the pointer to a share of the chart's width and return where that is."""
    area = chart.locator(".u-over")
    await area.scroll_into_view_if_needed()
    box = await area.bounding_box()
    at = box["x"] + share * box["width"], box["y"] + box["height"] / 2
    await page.mouse.move(*at)
    return at


async def test_the_pointer_reads_a_day_with_both_currencies_and_each_part(window):
    watch = Watch(window)
    chart = await plotted(window, "/admin/usage", "Cost per day")
    await expect(chart.locator(".reading")).to_contain_text("highest: ")
    await over(window, chart, 0.99)
    reading = chart.locator(".reading")
    await expect(reading).to_contain_text("GHS 2.56 (USD 0.16)")
    await expect(reading).to_contain_text("Credit risk assessment GHS 1.60, Collection message GHS 0.80")
    assert watch.complaints == [] and watch.elsewhere(window.url.partition("/admin")[0]) == []


async def test_the_arrow_keys_read_day_by_day_and_escape_lets_go(window):
    chart = await plotted(window, "/admin/usage", "Requests per day")
    await chart.get_by_role("group").focus()
    reading = chart.locator(".reading")
    await window.keyboard.press("End")
    await expect(reading).to_contain_text("3 requests")
    last = await reading.inner_text()
    await window.keyboard.press("ArrowLeft")
    await expect(reading).not_to_have_text(last)
    await window.keyboard.press("Home")
    await expect(reading).to_contain_text("0 requests")
    await window.keyboard.press("Escape")
    await expect(reading).to_contain_text("highest: ")


async def test_a_series_is_switched_off_and_on(window):
    chart = await plotted(window, "/admin/usage", "Cost per day")
    toggle = chart.get_by_role("button", name="Credit risk assessment")
    canvas = chart.locator("canvas")
    whole = await canvas.evaluate("node => node.toDataURL()")
    await toggle.focus()
    await window.keyboard.press("Space")
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    await eventually(lambda: differs(canvas, whole))
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-pressed", "true")


async def test_dragging_zooms_and_a_button_or_a_key_shows_all_days_again(window):
    chart = await plotted(window, "/admin/usage", "Cost per day")
    reset = chart.get_by_role("button", name="Show all days")
    await expect(reset).to_be_hidden()
    x, y = await over(window, chart, 0.7)
    await window.mouse.down()
    await window.mouse.move(x + 150, y, steps=4)
    await window.mouse.up()
    await expect(reset).to_be_visible()
    await reset.click()
    await expect(reset).to_be_hidden()
    await window.keyboard.press("End")
    await window.keyboard.press("+")
    await expect(reset).to_be_visible()
    await window.keyboard.press("0")
    await expect(reset).to_be_hidden()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_pages_with_charts_have_no_barriers_and_fit(browser, spent, scheme, width):
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    context = await browser.new_context(base_url=spent[0], storage_state=spent[1], reduced_motion="reduce", **look)
    page = await context.new_page()
    for address in PAGES:
        await page.goto(address)
        await page.locator(".plot canvas").first.wait_for()
        assert await page.locator(".plot svg.chart:visible").count() == 0, address
        assert await barriers(page) == []
        assert await too_wide(page) == 0
    await context.close()


async def test_a_narrower_window_and_another_scheme_draw_the_chart_anew(window):
    chart = await plotted(window, "/admin/usage", "Cost per day")
    canvas = chart.locator("canvas")
    light = await canvas.evaluate("node => node.toDataURL()")
    await window.emulate_media(color_scheme="dark")
    await eventually(lambda: differs(canvas, light))
    await window.set_viewport_size({"width": 390, "height": 900})
    await eventually(lambda: canvas.evaluate("node => node.clientWidth < 390"))
    assert await too_wide(window) == 0


@pytest.mark.parametrize(
    "look", [{"java_script_enabled": False}, {"forced_colors": "active"}], ids=["no script", "forced"]
)
async def test_without_a_script_or_with_forced_colours_the_chart_of_the_server_stays(browser, spent, look):
    context = await browser.new_context(base_url=spent[0], storage_state=spent[1], **look)
    page = await context.new_page()
    for address in PAGES:
        await page.goto(address)
        assert await page.locator("canvas").count() == 0
        assert await page.locator("svg.chart:visible").count() >= 2, address
    await context.close()


async def test_only_pages_with_a_chart_load_the_plotter_and_none_is_heavy(browser, spent):
    for address in (*PAGES, "/admin/people", "/admin/requests"):
        context = await browser.new_context(base_url=spent[0], storage_state=spent[1])
        page = await context.new_page()
        sent = []
        devtools = await context.new_cdp_session(page)
        await devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda done, sent=sent: sent.append(done["encodedDataLength"]))
        watch = Watch(page)
        await page.goto(address, wait_until="networkidle")
        assert any("uplot" in url for url in watch.requests) == (address in PAGES), address
        assert 5_000 < sum(sent) <= MOST, (address, sum(sent))
        await context.close()
