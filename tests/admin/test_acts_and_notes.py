"""An act and its line in the audit log are one transaction: where the line cannot be written, nothing was done."""

import hashlib

import pytest

from gateway.domain.jobs import NewJob
from tests.admin.test_prompt_life import FEATURE, approved, call, finished, released, reworded, started
from tests.service import AKWAABA, SANKOFA, VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLES = (
    "api_key", "business", "feature_setting", "job", "webhook", "admin_person", "admin_link", "prompt_draft",
    "prompt_note", "prompt_version", "prompt_example", "release", "release_plan", "plan_revision", "prompt_commit",
    "canary", "verdict", "event", "webhook_delivery", "audit", "audit_head",
)  # fmt: skip

JOBS = (
    "SELECT id, state = 'cancelled' FROM job "
    "WHERE kind IN ('end_key', 'erasure', 'prompt_release', 'prompt_commit', 'usage_days')"
)
"""What acts ask for; how far the background work has come with it is its own affair."""


async def everything(place):
    """Return a digest of every table that an act could change."""
    found = {}
    for table in TABLES:
        rows = await place.service.store.database.fetch(JOBS if table == "job" else f"SELECT * FROM {table}")
        found[table] = hashlib.sha256("".join(sorted(map(repr, rows))).encode()).hexdigest()
    return found


async def acts(place):
    """Return name → (who, address, body) of acts that all succeed."""
    await released(place)
    admin, releaser = await place.signed_in(), await place.signed_in("releaser")
    store = place.service.store
    _, key = await store.keys.create("Till", SANKOFA)
    job = await store.jobs.add("", NewJob("usage_days", {}, run_at=place.clock.now() + 10**12))
    hook = (
        await admin.api("POST", "/admin/api/webhooks/create", {"business": SANKOFA, "url": "https://example.com/x"})
    ).json()["id"]
    change = (await admin.api("POST", "/admin/api/plans/propose", {"TRIAL.requests_per_minute": 7})).json()["change"]
    draft, _ = await approved(place, "Kinder still.")
    editor, reviewer = await place.signed_in("editor"), await place.signed_in("reviewer")
    asked = await started(editor)
    await reworded(editor, asked, "Kinder than that.")
    await finished(editor, (await call(editor, f"/drafts/{asked}/run"))[1]["run"])
    people = (await admin.api("GET", "/admin/api/people")).json()["people"]
    person = next(each["id"] for each in people if each["role"] == "editor")
    return {
        "make a key": (admin, "/keys/create", {"name": "Till"}),
        "rotate a key": (admin, f"/keys/{key.id}/rotate", {"hours": "24"}),
        "end a key": (admin, f"/keys/{key.id}/revoke", {"confirm": key.prefix}),
        "change a plan": (admin, f"/plans/changes/{change}/save", {}),
        "move a business": (admin, f"/businesses/{VOLTA}/plan", {"plan": "STARTER"}),
        "opt a business out": (admin, f"/businesses/{AKWAABA}/opt-out", {"out": "yes"}),
        "set a switch": (admin, "/flags/set", {"flag": "AI_INSIGHTS_ENABLED", "state": "on"}),
        "pause": (releaser, "/flags/pause", {"confirm": "pause"}),
        "stop a job": (admin, "/jobs/cancel", {"business": "service", "job": job.id}),
        "give a webhook a new secret": (admin, f"/webhooks/{SANKOFA}/{hook}/secret", {}),
        "delete a webhook": (admin, f"/webhooks/{SANKOFA}/{hook}/delete", {}),
        "invite somebody": (admin, "/people/invite", {"email": "new@example.com", "name": "New", "role": "viewer"}),
        "change a role": (admin, f"/people/{person}/role", {"role": "viewer"}),
        "let somebody out": (admin, f"/people/{person}/deactivate", {}),
        "begin a draft": (releaser, f"/prompts/{FEATURE}/draft", {"title": "Other words"}),
        "ask for review": (editor, f"/drafts/{asked}/review", {}),
        "approve": (reviewer, f"/drafts/{asked}/approve", {"text": "Good."}),
        "ask for changes": (reviewer, f"/drafts/{asked}/changes", {"text": "Not yet."}),
        "release to a share": (releaser, f"/drafts/{draft}/release", {"for": "share", "share": "20"}),
        "release to another share": (releaser, f"/drafts/{draft}/release", {"for": "share", "share": "30"}),
        "plan a release": (releaser, f"/drafts/{draft}/release", {"for": "everyone", "at": "2099-01-01T08:00"}),
        "release": (releaser, f"/drafts/{draft}/release", {"for": "everyone"}),
        "roll back": (releaser, f"/prompts/{FEATURE}/rollback", {}),
        "forget somebody": (
            admin, f"/businesses/{SANKOFA}/erasure", {"type": "customer", "subject": "nobody", "confirm": "forget"}
        ),
    }  # fmt: skip


async def test_an_act_whose_line_cannot_be_written_was_not_done_and_one_that_was_done_has_its_line(place, monkeypatch):
    wanted = await acts(place)

    for name, (visitor, address, body) in wanted.items():
        before = await everything(place)
        with monkeypatch.context() as broken:
            broken.setattr("gateway.store.audit.chain_hash", torn)
            answer = await visitor.api("POST", f"/admin/api{address}", body)
        assert answer.status == 500, (name, answer.body)
        after = await everything(place)
        assert [table for table in TABLES if before[table] != after[table]] == [], name
        answer = await visitor.api("POST", f"/admin/api{address}", body)
        assert answer.status == 200, (name, answer.body)
        done = await everything(place)
        assert done["audit"] != after["audit"], name
    await place.service.store.businesses.switch("AI_PAUSED", None)
    assert await place.service.site.audit.verify_all() == {}


def torn(*_):
    raise RuntimeError("the power went")
