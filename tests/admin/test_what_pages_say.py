"""What the pages of a prompt's life say of where a change is, and what somebody has to do next."""

import pytest

from tests.admin.test_prompt_life import FEATURE, approved, call, released, reworded, started
from tests.admin.visiting import text
from tests.service import AKWAABA

pytestmark = pytest.mark.asyncio(loop_scope="module")
PROMPT = f"/admin/prompts/{FEATURE}"


async def test_a_version_on_trial_is_live_for_its_share_and_one_rolled_back_is_not_live(place):
    await released(place)
    draft_id, version = await approved(place, "Be patient and brief.")
    releaser = await place.signed_in("releaser")
    home = text(await releaser.get("/admin/"))
    assert "Credit risk assessment: “Kinder words” is approved and waits for its release." in home
    before = text(await releaser.get(PROMPT))
    usual = int(before.partition("live: version ")[2].split()[0])

    assert (await call(releaser, f"/drafts/{draft_id}/release", {"for": "share", "share": "20"}))[0] == 200
    page = text(await releaser.get(PROMPT))
    assert f"Version {version} passed live for 20 % of the businesses" in page
    assert f"Version {version} passed replaced" not in page
    assert f"Version {version}, on trial 0 0 Version {usual}, everybody else 0 0" in page
    assert "Widen the share, or release to everyone" in page and "End the trial" in page
    assert "Widen the share" not in text(await (await place.signed_in("editor")).get(PROMPT))

    assert (await call(releaser, f"/drafts/{draft_id}/release"))[0] == 200
    assert f"Roll back to version {usual}" in text(await releaser.get(PROMPT))
    assert "Live version" in text(await releaser.get(f"/admin/drafts/{draft_id}/review"))
    await call(releaser, f"/prompts/{FEATURE}/rollback")
    page = text(await releaser.get(PROMPT))
    assert f"Make version {version} live again" in page and "Roll back" not in page
    assert f"Back to version {usual} everyone" in page
    review = text(await releaser.get(f"/admin/drafts/{draft_id}/review"))
    assert "Replaced version" in review and "It was live and is not any more" in review

    lines = (await releaser.api("GET", f"/admin/api{PROMPT.removeprefix('/admin')}")).json()["versions"]
    content = {line["version"]: line["content_hash"] for line in lines}
    compared = text(await releaser.get(f"{PROMPT}/compare/{content[version]}?with={content[usual]}"))
    assert f"Version {version} against version {usual}" in compared and "4 words added, 0 taken away" in compared
    back = text(await releaser.get(f"{PROMPT}/compare/{content[usual]}?with={content[version]}"))
    assert "0 words added, 4 taken away" in back
    assert (await releaser.get(f"{PROMPT}/compare/nothing")).status == 404

    assert (await call(releaser, f"/drafts/{draft_id}/release", {"for": "business", "business": AKWAABA}))[0] == 200
    assert f"Version {version} for Akwaaba Mini Mart" in text(await releaser.get(PROMPT))


async def test_a_draft_that_is_sent_back_says_so_where_its_author_looks(place):
    await released(place)
    editor, reviewer = await place.signed_in("editor"), await place.signed_in("reviewer")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be quick.")
    await call(editor, f"/drafts/{draft_id}/review")
    waiting = text(await reviewer.get(f"/admin/drafts/{draft_id}/review"))
    assert "It cannot be approved yet Its examples were not run on its present text." in waiting
    assert "Run examples" in waiting and "Approve " not in waiting
    place.clock.advance(1)
    await call(reviewer, f"/drafts/{draft_id}/changes", {"text": "Quick, but polite."})
    place.clock.advance(1)
    await call(editor, f"/drafts/{draft_id}/comment", {"text": "I will."})
    page = await editor.get(f"/admin/drafts/{draft_id}")
    assert "asked for changes Quick, but polite." in text(page)
    assert f'href="/admin/drafts/{draft_id}/review"' in page.body.decode(), "the way to all that was said"
    assert "“Kinder words” came back from review with changes to make." in text(await editor.get("/admin/"))
    place.clock.advance(1)
    await call(editor, f"/drafts/{draft_id}/review")
    assert "asked for changes" not in text(await editor.get(f"/admin/drafts/{draft_id}"))


async def test_an_old_page_is_told_that_the_draft_was_approved_meanwhile(place):
    await released(place)
    draft_id, _ = await approved(place, "Be short and sweet.")
    status, said = await call(await place.signed_in("reviewer"), f"/drafts/{draft_id}/approve")
    assert status == 409 and "Somebody approved this draft already" in said["detail"]
    page = text(await (await place.signed_in("reviewer")).get(f"/admin/drafts/{draft_id}/review"))
    assert "Prove on examples (done)" in page


async def test_what_was_not_proven_is_never_called_done(place):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be quick and warm.")
    await call(editor, f"/drafts/{draft_id}/review")
    for page in (f"/admin/drafts/{draft_id}/review", f"/admin/drafts/{draft_id}"):
        said = text(await editor.get(page))
        assert "Prove on examples (to do)" in said and "Prove on examples (done)" not in said


async def test_what_a_version_says_of_itself_follows_its_title_until_somebody_writes_more(place):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)

    async def kept(title, **more):
        at_first = {"description": "Kinder words", "description-before": "Kinder words"}  # the page is not loaded anew
        status, said = await reworded(editor, draft_id, title, title=title, **{**at_first, **more})
        assert status == 200, said
        return (await editor.api("GET", f"/admin/api/drafts/{draft_id}")).json()["description"]

    assert await kept("Kind") == "Kind"
    assert await kept("Kind endings") == "Kind endings"
    assert await kept("Kind endings", description="Owners asked for it.") == "Owners asked for it."
    assert await kept("Kindest endings") == "Owners asked for it."


async def test_a_preview_says_when_the_rules_answered_for_a_draft_that_asks_for_the_impossible(place):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    shown = (await editor.api("GET", f"/admin/api/drafts/{draft_id}")).json()
    limit = {"tab": "fields", "edit": shown["draft"]["edit"], "limit:/explanation:maxLength": "20"}
    assert (await call(editor, f"/drafts/{draft_id}/save", limit))[0] == 200
    page = text(await editor.get(f"/admin/drafts/{draft_id}/preview?case=0"))
    assert "The rules answered instead With this draft, the model's answer had the wrong form." in page


async def test_a_prompt_is_found_by_what_it_is_for_and_by_its_words(place):
    await released(place)
    viewer = await place.signed_in("viewer")
    found = (await viewer.api("GET", "/admin/api/prompts?q=owes+money")).json()["groups"]
    assert "collection_message" in [line["name"] for _, lines in found for line in lines]
    assert (await viewer.api("GET", "/admin/api/prompts?q=owes+zebra")).json()["groups"] == []


async def test_a_placeholder_that_is_not_closed_is_said_in_words(place):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    _, said = await reworded(editor, draft_id, "Name {{ evidence")
    assert "A placeholder is not closed" in said["problems"][0]["message"], said
    assert "{{ evidence }}" in said["problems"][0]["fix"]
    assert "end of print statement" not in str(said)


async def test_the_preview_says_that_the_rules_do_not_read_the_words(place):
    await released(place)
    editor = await place.signed_in("editor")
    page = text(await editor.get(f"/admin/drafts/{await started(editor)}/preview?case=0"))
    assert "the offline rules wrote it, and they do not read the words of a prompt" in page


async def test_a_draft_is_gone_on_with_or_set_aside_and_taken_up_again(place):
    await released(place)
    editor = await place.signed_in("editor")
    assert "Go on with your draft" not in text(await editor.get(PROMPT))
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be quick.")
    page = await editor.get(PROMPT)
    assert "Edit anew" in text(page) and f'href="/admin/drafts/{draft_id}">Go on with your draft' in page.body.decode()
    assert (await call(editor, f"/drafts/{draft_id}/close"))[0] == 200
    assert "This draft was set aside" in text(await editor.get(f"/admin/drafts/{draft_id}"))
    assert (await reworded(editor, draft_id, "Be slow."))[0] == 409
    assert f"/admin/drafts/{draft_id}" not in (await editor.get(PROMPT)).body.decode()
    assert (await call(editor, f"/drafts/{draft_id}/close"))[0] == 409
    assert (await call(editor, f"/drafts/{draft_id}/reopen"))[0] == 200
    assert (await reworded(editor, draft_id, "Be slow."))[0] == 200
    viewer = await place.signed_in("viewer")
    assert (await call(viewer, f"/drafts/{draft_id}/close"))[0] == 403
