"""A release is its label, its watch, its draft and its event together: a process that dies leaves all of it or none."""

import asyncio
import signal
import subprocess
import sys

import pytest

from admin.life import Where, life_of
from admin.lifecycle import release_draft
from gateway.domain.jobs import NewJob
from gateway.settings import ROOT
from gateway.store.releases import CANARY
from tests.admin.test_prompt_life import FEATURE, answer_of, approved, call, finished, released, reworded, started
from tests.service import SANKOFA
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHARE = {"for": "share", "share": "99"}

DIES = """
import asyncio, os, signal, sys
from admin import lifecycle
from admin.app import create
from admin.life import Where, life_of
from gateway.store import scope
from gateway.store.canaries import Canaries
from tests.service import _lifespan, settings_for

def dies(*_):
    os.kill(os.getpid(), signal.SIGKILL)
    yield

async def main(url, draft):
    service = create(settings_for(url))
    async with _lifespan(service.asgi):
        kit = service.site.kit
        Canaries.start = dies
        life = life_of(service.store, kit.catalog, kit.policy)
        with scope.acting(scope.OPERATOR):
            await lifecycle.release_draft(life, "releaser@example.com", draft, Where("canary", "share:99"))

asyncio.run(main(*sys.argv[1:]))
"""


async def state_of(visitor, draft_id):
    """Return what stands for a share, which trials are watched, and where the draft is."""
    shown = (await visitor.api("GET", f"/admin/api/prompts/{FEATURE}")).json()
    draft = next(draft for draft, _ in shown["drafts"] if draft["id"] == draft_id)
    watched = [each["target"] for each in shown["canaries"] if each["state"] == "watched"]
    return [each["target"] for each in shown["standing"]], watched, draft["state"]


async def told(place):
    return (await place.service.store.database.fetch("SELECT COUNT(*) FROM event"))[0][0]


async def test_a_process_killed_between_a_share_and_its_watch_leaves_neither(place, shop_url):
    await released(place)
    draft_id, version = await approved(place, "Killed on the way.")
    before = await told(place)
    command = [sys.executable, "-c", DIES, shop_url, draft_id]
    died = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    releaser = await place.signed_in("releaser")
    assert await state_of(releaser, draft_id) == ([], [], "approved")
    assert await told(place) == before

    assert (await call(releaser, f"/drafts/{draft_id}/release", SHARE))[0] == 200
    assert await state_of(releaser, draft_id) == (["share:99"], ["share:99"], "released")
    assert (await answer_of(place))["prompt"]["version"] == version and await told(place) == before + 1
    assert (await call(releaser, f"/prompts/{FEATURE}/end", {"label": CANARY, "target": "share:99"}))[0] == 200
    assert await state_of(releaser, draft_id) == ([], [], "released")


async def test_the_next_look_watches_a_share_that_nobody_watched_and_closes_a_trial_without_a_share(place):
    await released(place)
    draft_id, _ = await approved(place, "Written by other hands.")
    releaser = await place.signed_in("releaser")
    assert (await call(releaser, f"/drafts/{draft_id}/release", SHARE))[0] == 200
    database, jobs = place.service.store.database, place.service.store.jobs
    await database.execute("DELETE FROM canary WHERE state = 'watched'")
    assert (await state_of(releaser, draft_id))[:2] == (["share:99"], [])

    await jobs.add("", NewJob("canary_watch"))

    async def watched():
        return (await state_of(releaser, draft_id))[1] == ["share:99"]

    await eventually(watched)
    await place.service.store.releases.end(FEATURE, label=CANARY, target="share:99", ended_by="other hands")
    assert (await state_of(releaser, draft_id))[:2] == ([], ["share:99"])
    await jobs.add("", NewJob("canary_watch"))

    async def closed():
        return (await state_of(releaser, draft_id))[1] == []

    await eventually(closed)


async def test_a_form_that_is_sent_twice_rolls_back_once(place):
    await released(place)
    before = (await answer_of(place))["prompt"]["version"]
    draft_id, version = await approved(place, "Back and no further.")
    releaser = await place.signed_in("releaser")
    await call(releaser, f"/drafts/{draft_id}/release")
    page = await releaser.get(f"/admin/prompts/{FEATURE}")
    shown = (await releaser.api("GET", f"/admin/api/prompts/{FEATURE}")).json()
    assert shown["live"]["version"] == version and f'name="known" value="{shown["live"]["hash"]}"' in page.body.decode()
    form = {"known": shown["live"]["hash"]}
    first, second = await asyncio.gather(*(call(releaser, f"/prompts/{FEATURE}/rollback", form) for _ in "ab"))
    assert sorted((first[0], second[0])) == [200, 409]
    assert "by now" in (first if first[0] == 409 else second)[1]["detail"]
    assert (await answer_of(place))["prompt"]["version"] == before


async def test_the_same_release_is_made_once(place):
    await released(place)
    draft_id, version = await approved(place, "Once is enough.")
    releaser = await place.signed_in("releaser")
    assert (await call(releaser, f"/drafts/{draft_id}/release"))[0] == 200
    status, said = await call(releaser, f"/drafts/{draft_id}/release")
    assert status == 409 and "everyone already" in said["detail"]
    shown = (await releaser.api("GET", f"/admin/api/prompts/{FEATURE}")).json()
    assert [line["version"] for line, _ in shown["history"]].count(version) == 1
    await call(releaser, f"/prompts/{FEATURE}/rollback")


async def test_a_planned_release_that_is_over_is_not_made(place):
    await released(place)
    draft_id, version = await approved(place, "Planned, and thought better of.")
    releaser = await place.signed_in("releaser")
    await call(releaser, f"/drafts/{draft_id}/release", {"at": "2099-01-01T08:00"})
    plan, _ = (await releaser.api("GET", f"/admin/api/drafts/{draft_id}/review")).json()["planned"][0]
    life = life_of(place.service.store, place.service.site.kit.catalog, place.service.site.kit.policy)
    await life.canaries.end_plan(plan["id"], "cancelled", "")
    with pytest.raises(Exception, match="is over"):
        await release_draft(life, "x@example.com", draft_id, Where("production", "*"), "", plan["id"])
    assert (await answer_of(place))["prompt"]["version"] != version


async def test_a_planned_release_is_taken_back_once_with_its_line(place):
    await released(place)
    draft_id, version = await approved(place, "Planned and taken back.")
    releaser, editor = await place.signed_in("releaser"), await place.signed_in("editor")
    await call(releaser, f"/drafts/{draft_id}/release", {"at": "2099-01-01T08:00"})
    review = f"/admin/api/drafts/{draft_id}/review"
    plan, words = (await releaser.api("GET", review)).json()["planned"][0]
    assert words == "everyone" and plan["state"] == "waiting"
    address = f"/drafts/{draft_id}/plans/{plan['id']}/cancel"
    assert (await call(editor, address))[0] == 403
    assert (await call(releaser, f"/drafts/another/plans/{plan['id']}/cancel"))[0] == 404
    answers = await asyncio.gather(call(releaser, address), call(releaser, address))
    assert sorted(status for status, _ in answers) == [200, 409]
    assert (await releaser.api("GET", review)).json()["planned"][0][0]["state"] == "cancelled"
    lines = await place.service.store.database.fetch("SELECT object_id FROM audit WHERE action = 'release.unplanned'")
    assert lines == [(plan["id"],)]
    await place.service.store.jobs.add("", NewJob("prompt_release", {"plan": plan["id"]}))
    assert (await answer_of(place))["prompt"]["version"] != version


async def test_one_business_is_named_or_given_by_its_id(place):
    await released(place)
    draft_id, version = await approved(place, "For one shop by name.")
    releaser = await place.signed_in("releaser")
    nobody = {"for": "business", "business": "No Such Shop"}
    assert (await call(releaser, f"/drafts/{draft_id}/release", nobody))[0] == 422
    named = {"for": "business", "business": "sankofa stores ltd "}
    assert (await call(releaser, f"/drafts/{draft_id}/release", named))[0] == 200
    assert (await answer_of(place))["prompt"]["version"] == version
    shown = (await releaser.api("GET", f"/admin/api/prompts/{FEATURE}")).json()
    target = shown["standing"][0]["target"]
    assert target == f"business:{SANKOFA}"
    assert (await call(releaser, f"/prompts/{FEATURE}/end", {"target": target}))[0] == 200


async def test_two_drafts_that_ask_for_review_at_once_get_numbers_of_their_own(place):
    await released(place)
    editors = [await place.signed_in("editor") for _ in range(3)]
    drafts = [await started(editor) for editor in editors]
    for number, (editor, draft_id) in enumerate(zip(editors, drafts, strict=True)):
        await reworded(editor, draft_id, f"Words number {number} of three.")
    asked = await asyncio.gather(*(call(e, f"/drafts/{d}/review") for e, d in zip(editors, drafts, strict=True)))
    assert [status for status, _ in asked] == [200] * 3, asked
    assert len({said["version"] for _, said in asked}) == 3


async def test_a_decision_on_a_draft_that_was_changed_meanwhile_is_refused_in_words(place):
    await released(place)
    editor, reviewer = await place.signed_in("editor"), await place.signed_in("reviewer")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Decided too late.")
    await finished(editor, (await call(editor, f"/drafts/{draft_id}/run"))[1]["run"])
    await call(editor, f"/drafts/{draft_id}/review")
    answers = await asyncio.gather(
        *(call(reviewer, f"/drafts/{draft_id}/{what}", {"text": "So be it."}) for what in ("approve", "changes"))
    )
    assert sorted(status for status, _ in answers) in ([200, 409], [200, 200]), answers
    notes = (await editor.api("GET", f"/admin/api/drafts/{draft_id}/review")).json()["notes"]
    decided = [note["kind"] for note in notes if note["kind"] in ("approved", "changes")]
    assert len(decided) == sum(status == 200 for status, _ in answers)
