"""Where people are and how they get on: a prompt's trends, the way of a change, and the way back from a refusal."""

import re
from datetime import timedelta

import pytest

from tests.admin.test_prompt_life import FEATURE, answer_of, approved, call, finished, released, reworded, started
from tests.admin.visiting import HOST, OURS, form_token, text

pytestmark = pytest.mark.asyncio(loop_scope="module")
HERE = re.compile(rb'aria-current="step"[^>]*>([^<]+)<')


async def trends_of(visitor, feature=FEATURE):
    return (await visitor.api("GET", f"/admin/api/prompts/{feature}")).json()["trends"]


async def test_a_prompt_that_nobody_asked_says_so_in_place_of_its_trends(place):
    await released(place)
    visitor = await place.signed_in("viewer")
    page = await visitor.get("/admin/prompts/fraud_alerts")
    assert "No business has asked for it in the last 30 days" in text(page)
    assert b'class="plot"' not in page.body and b"uplot" not in page.body
    assert (await trends_of(visitor, "fraud_alerts"))["calls"] == 0


async def test_the_last_30_days_count_each_answer_once_and_mark_releases(place):
    await released(place)
    for _ in range(3):
        place.clock.advance(61)
        await answer_of(place)
    visitor = await place.signed_in("viewer")
    found = await trends_of(visitor)
    today = found["days"][-1]
    assert len(found["days"]) == 30 and found["calls"] == today["calls"] == sum(today["by"].values()) >= 3
    assert today["released"] and not found["days"][0]["released"]
    page = await visitor.get(f"/admin/prompts/{FEATURE}")
    said = text(page)
    assert f"{found['calls']} answers" in said and "a dashed line is a release" in said
    assert "Nothing was spent: the offline rules answer free of charge." in said
    (title, _, chart, _), *_ = found["charts"]
    assert title == "Answers" and sum(map(sum, (line["values"] for line in chart["plot"]["series"]))) == found["calls"]
    assert chart["plot"]["texts"][-1].partition(": ")[2].startswith(f"{today['calls']} answers")
    assert b"data-plot=" in page.body and page.body.count(b'<svg class="chart"') == page.body.count(b"data-plot=")


async def test_a_month_later_the_answers_have_left_the_trends(place):
    await released(place)
    await answer_of(place)
    place.clock.advance(timedelta(days=31).total_seconds())
    assert (await trends_of(await place.signed_in("viewer")))["calls"] == 0


async def step(visitor, address):
    found = HERE.search((await visitor.get(address)).body)
    return found[1].decode() if found else None


async def test_the_way_of_a_change_says_where_it_is(place):
    await released(place)
    editor, releaser = await place.signed_in("editor"), await place.signed_in("releaser")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Step by step.")
    page, review = f"/admin/drafts/{draft_id}", f"/admin/drafts/{draft_id}/review"
    assert await step(editor, page) == "Write"
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/run"))[1]["run"])
    assert await step(editor, f"/admin/evals/{run['run']['id']}") == "Prove on examples"
    await call(editor, f"/drafts/{draft_id}/review")
    assert await step(editor, page) == await step(editor, review) == "Review by somebody else"
    await call(await place.signed_in("reviewer"), f"/drafts/{draft_id}/approve")
    assert await step(editor, review) == "Release"
    await call(releaser, f"/drafts/{draft_id}/release")
    assert await step(editor, review) == await step(editor, page) == "Live"
    await call(releaser, f"/prompts/{FEATURE}/rollback")


async def refused(visitor, **headers):
    """Send a form that is refused, from a page."""
    page = await visitor.get("/admin/people?invited=1")
    fields = {"form_token": form_token(page), "email": "no address", "name": "", "role": "viewer"}
    return await visitor.post("/admin/people/invite", fields, {**OURS, **headers})


@pytest.mark.parametrize(
    ("page", "leads"),
    [
        (f"https://{HOST}/admin/people?invited=1", "/admin/people?invited=1"),
        ("https://elsewhere.example.com/admin/people", None),
        (f"https://{HOST}/docs", None),
        ("", None),
    ],
)
async def test_a_refusal_leads_back_to_the_page_of_ours_that_it_came_from(place, page, leads):
    visitor = await place.signed_in()
    answer = await refused(visitor, referer=page)
    assert answer.status == 422
    found = re.search(rb'href="([^"]+)">Back to the page', answer.body)
    assert (found and found[1].decode()) == leads
    assert b"Go to the overview" in answer.body


async def test_signing_in_leads_to_the_whole_address_and_never_to_another_site(place):
    visitor = place.visitor()
    page = await visitor.get("/admin/requests?range=7&feature=credit_risk")
    assert page.status == 401 and b'name="back" value="/admin/requests?range=7&amp;feature=credit_risk"' in page.body
    sent = await visitor.post(
        "/admin/flags/set", {"flag": "x"}, {**OURS, "referer": f"https://{HOST}/admin/flags?q=1"}
    )  # fmt: skip
    assert sent.status == 401 and b'name="back" value="/admin/flags?q=1"' in sent.body
    for evil in (
        "https://evil.example.com/",
        "//evil.example.com",
        "/admin/\\evil",
        "/admin/\r\nset-cookie: a=b",
        "/x",
    ):
        tried = await visitor.enter(email="a@example.com", password="no such password", back=evil)
        assert b'name="back" value="/admin/"' in tried.body, evil


async def test_a_part_of_a_page_says_that_the_session_ended_and_shows_no_form(place):
    visitor = place.visitor()
    answer = await visitor._send("GET", "/admin/drafts/x/preview", None, {"hx-request": "true"})
    assert answer.status == 401 and "You were signed out" in text(answer) and b"password" not in answer.body


async def test_a_released_change_is_told_against_the_version_that_it_began_with(place):
    await released(place)
    before = (await answer_of(place))["prompt"]["version"]
    draft_id, version = await approved(place, "Told against its beginning.")
    releaser = await place.signed_in("releaser")
    review = f"/admin/drafts/{draft_id}/review"
    assert f"What changed against version {before}" in text(await releaser.get(review))
    await call(releaser, f"/drafts/{draft_id}/release")
    assert f"What changed against version {before}" in text(await releaser.get(review)) and before != version
    await call(releaser, f"/prompts/{FEATURE}/rollback")
