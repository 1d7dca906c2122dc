"""From a draft to traffic and back: who may do what, in which order, and what is refused on every way."""

import asyncio
import json
from contextlib import suppress

import pytest
import structlog

from admin.bench import MODEL, answered
from gateway import logs
from gateway.domain.jobs import NewJob
from gateway.library.catalog import parse_version
from gateway.pipeline.background import drain
from gateway.store.database import ConstraintViolation
from tests.admin.visiting import text
from tests.service import ASSISTANT, CUSTOMER, RISK, SANKOFA, Client, release_everything
from tests.store.test_migrating import columns as columns_of
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
FEATURE = "credit_risk"
BODY = {"customer_id": CUSTOMER, "requested_credit_limit": 5000, "assessment_type": "increase", "as_of": "2026-11-20"}


async def released(place):
    """Release the repository's versions once."""
    if place.service.store.snapshots.live(FEATURE) is None:
        await release_everything(place.service)


async def call(visitor, path, body=None):
    answer = await visitor.api("POST", f"/admin/api{path}", body or {})
    return answer.status, answer.json()


async def started(editor, feature=FEATURE):
    status, made = await call(editor, f"/prompts/{feature}/draft", {"title": "Kinder words"})
    assert status == 200, made
    return made["id"]


async def reworded(editor, draft_id, words, **more):
    shown = (await editor.api("GET", f"/admin/api/drafts/{draft_id}")).json()
    first = shown["messages"][0]["content"] + f"\n{words}\n"
    fields = {"tab": "write", "edit": shown["draft"]["edit"], "message-0": first, **more}
    return await call(editor, f"/drafts/{draft_id}/save", fields)


async def finished(visitor, run_id, seconds=240):
    for _ in range(seconds * 5):
        run = (await visitor.api("GET", f"/admin/api/evals/{run_id}")).json()
        if not run["running"]:
            return run
        await asyncio.sleep(0.2)
    raise AssertionError("the run did not end")


async def approved(place, words):
    """Bring a change of words to approval; returns the draft's id and the version's number."""
    editor, reviewer = await place.signed_in("editor"), await place.signed_in("reviewer")
    draft_id = await started(editor)
    await reworded(editor, draft_id, words)
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/run"))[1]["run"])
    assert run["run"]["outcome"] == "passed", run["run"]["figures"]
    status, asked = await call(editor, f"/drafts/{draft_id}/review")
    assert status == 200, asked
    status, said = await call(reviewer, f"/drafts/{draft_id}/approve", {"text": "Good."})
    assert status == 200, said
    return draft_id, asked["version"]


async def answer_of(place):
    key, _ = await place.service.store.keys.create("test", SANKOFA)
    return (await Client(place.service.asgi).as_caller(key).post(RISK, BODY)).meta


async def test_the_whole_way_from_a_draft_to_traffic_and_back(place):
    await released(place)
    before = (await answer_of(place))["prompt"]["version"]
    draft_id, version = await approved(place, "Be brief and kind.")
    releaser = await place.signed_in("releaser")
    status, said = await call(releaser, f"/drafts/{draft_id}/release", {"note": "kinder"})
    assert status == 200 and said["version"] == version, said
    assert (await answer_of(place))["prompt"]["version"] == version
    status, said = await call(releaser, f"/prompts/{FEATURE}/rollback")
    assert (status, said["version"]) == (200, before)
    assert (await answer_of(place))["prompt"]["version"] == before


async def test_a_draft_that_was_sent_back_can_be_asked_for_again_as_it_is(place):
    await released(place)
    editor, reviewer = await place.signed_in("editor"), await place.signed_in("reviewer")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be patient.")
    first = (await call(editor, f"/drafts/{draft_id}/review"))[1]["version"]
    assert (await call(reviewer, f"/drafts/{draft_id}/changes", {"text": "Why patient?"}))[0] == 200
    status, again = await call(editor, f"/drafts/{draft_id}/review")
    assert (status, again.get("version")) == (200, first), again
    twin = await started(editor)
    await reworded(editor, twin, "Be patient.")
    status, said = await call(editor, f"/drafts/{twin}/review")
    assert status == 409 and "word for word" in said["detail"]


async def test_nobody_approves_their_own_draft_whatever_their_role(place):
    await released(place)
    admin = await place.signed_in("admin")
    draft_id = await started(admin)
    await reworded(admin, draft_id, "Be exact.")
    await finished(admin, (await call(admin, f"/drafts/{draft_id}/run"))[1]["run"])
    await call(admin, f"/drafts/{draft_id}/review")
    status, said = await call(admin, f"/drafts/{draft_id}/approve")
    assert status == 403 and "own draft" in said["detail"]
    assert (await call(admin, f"/drafts/{draft_id}/release"))[0] == 409


async def test_a_draft_without_a_run_on_its_present_text_is_not_approved(place):
    await released(place)
    editor, reviewer = await place.signed_in("editor"), await place.signed_in("reviewer")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Mind the tone.")
    await call(editor, f"/drafts/{draft_id}/review")
    status, said = await call(reviewer, f"/drafts/{draft_id}/approve")
    assert status == 409 and "not run" in said["detail"]


async def test_a_worse_draft_goes_live_by_page_api_and_sql_in_no_way(place):
    await released(place)
    editor, reviewer, admin = [await place.signed_in(role) for role in ("editor", "reviewer", "admin")]
    draft_id = await started(editor)
    shown = (await editor.api("GET", f"/admin/api/drafts/{draft_id}")).json()
    body = shown["draft"]["body"].replace("maxLength: 2500", "maxLength: 20")
    assert body != shown["draft"]["body"]
    await call(editor, f"/drafts/{draft_id}/save", {"tab": "yaml", "edit": shown["draft"]["edit"], "body": body})
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/run"))[1]["run"])
    assert run["run"]["outcome"] == "failed" and run["figures"]["worse"] > 0
    await call(editor, f"/drafts/{draft_id}/review")
    status, said = await call(reviewer, f"/drafts/{draft_id}/approve")
    assert status == 409 and "got worse" in said["detail"]
    assert (await call(admin, f"/drafts/{draft_id}/release"))[0] == 409
    await admin.get(f"/admin/drafts/{draft_id}/review")
    assert (await admin.send_form(f"/admin/drafts/{draft_id}/release", **{"for": "everyone"})).status == 409
    database = place.service.store.database
    await database.execute("UPDATE prompt_draft SET state = 'approved' WHERE id = $1", draft_id)
    assert (await call(admin, f"/drafts/{draft_id}/release"))[0] == 409, "the state alone is no proof"
    content = (await database.fetch("SELECT content_hash FROM prompt_draft WHERE id = $1", draft_id))[0][0]
    insert = (
        "INSERT INTO release (id, feature, label, target, content_hash, model, suite_hash, outcome, released_by, note, "
        "created_at) VALUES ('x', $1, 'production', '*', $2, $3, $4, 'passed', 'x', '', 9999999999999999)"
    )
    with pytest.raises(ConstraintViolation):
        await database.execute(insert, FEATURE, content, MODEL, run["run"]["suite_hash"])


async def test_two_people_who_save_at_once_lose_nothing(place):
    await released(place)
    one, two = await place.signed_in("editor"), await place.signed_in("editor")
    draft_id = await started(one)
    shown = (await one.api("GET", f"/admin/api/drafts/{draft_id}")).json()
    edit = shown["draft"]["edit"]
    mine = {"tab": "write", "edit": edit, "message-0": "Words of the first."}
    theirs = {"tab": "write", "edit": edit, "message-0": "Words of the second."}
    assert (await call(one, f"/drafts/{draft_id}/save", mine))[0] == 200
    status, said = await call(two, f"/drafts/{draft_id}/save", theirs)
    assert status == 409 and said["conflict"] and "Words of the second." in said["mine"]
    now = (await one.api("GET", f"/admin/api/drafts/{draft_id}")).json()
    assert "Words of the first." in now["draft"]["body"]


async def test_an_edit_takes_a_draft_out_of_review(place):
    await released(place)
    draft_id, _ = await approved(place, "Say what helps next time.")
    editor = await place.signed_in("editor")
    await reworded(editor, draft_id, "And more.")
    shown = (await editor.api("GET", f"/admin/api/drafts/{draft_id}")).json()
    assert shown["draft"]["state"] == "draft" and shown["draft"]["version"] is None


@pytest.mark.parametrize(
    ("target", "inside"), [("plan:PROFESSIONAL", True), ("plan:STARTER", False), (f"business:{SANKOFA}", True)]
)
async def test_a_release_for_a_target_is_for_that_target_alone_and_can_be_ended(place, target, inside):
    await released(place)
    before = (await answer_of(place))["prompt"]["version"]
    draft_id, version = await approved(place, f"For {target.partition(':')[0]} {target[-3:]}.")
    releaser = await place.signed_in("releaser")
    assert (await call(releaser, f"/drafts/{draft_id}/release", {"target": target}))[0] == 200
    assert (await answer_of(place))["prompt"]["version"] == (version if inside else before)
    assert (await call(releaser, f"/prompts/{FEATURE}/end", {"target": target}))[0] == 200
    assert (await answer_of(place))["prompt"]["version"] == before


@pytest.mark.parametrize(
    "target", ["plan:NONE", "business:nobody", "share:0", "share:100", "share:x", "everything", ""]
)
async def test_a_target_that_is_none_is_refused(place, target):
    await released(place)
    releaser = await place.signed_in("releaser")
    draft_id = await started(releaser)
    body = {"target": target} if target else {"for": "nobody"}
    assert (await call(releaser, f"/drafts/{draft_id}/release", body))[0] == 422


ROLES_NEEDED = (
    ("viewer", f"/prompts/{FEATURE}/draft"), ("viewer", "/drafts/x/save"), ("viewer", "/drafts/x/run"),
    ("editor", "/drafts/x/approve"), ("editor", "/drafts/x/changes"), ("reviewer", "/drafts/x/release"),
    ("reviewer", f"/prompts/{FEATURE}/rollback"), ("reviewer", f"/prompts/{FEATURE}/end"),
    ("viewer", f"/prompts/{FEATURE}/examples/add"), ("viewer", "/evals/x/cancel"),
)  # fmt: skip


@pytest.mark.parametrize(("role", "path"), ROLES_NEEDED)
async def test_a_lower_role_is_refused_on_both_faces(place, role, path):
    visitor = await place.signed_in(role)
    assert (await call(visitor, path))[0] == 403
    await visitor.get("/admin/account")
    assert (await visitor.send_form(f"/admin{path}")).status == 403


async def test_a_version_is_exported_as_a_file_that_is_the_same_version(place):
    await released(place)
    visitor = await place.signed_in("viewer")
    shown = (await visitor.api("GET", f"/admin/api/prompts/{FEATURE}")).json()
    file = await visitor.get(f"/admin/prompts/{FEATURE}/versions/{shown['live']['hash']}")
    kit = place.service.site.kit
    prompt = parse_version(
        file.body.decode(),
        kit.catalog.features[FEATURE],
        kit.catalog.partials,
        kit.policy,
        version=shown["live"]["version"],
    )
    assert prompt.content_hash == shown["live"]["hash"]


async def test_mistakes_are_said_with_their_lines_and_kept_as_they_are(place):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    shown = (await editor.api("GET", f"/admin/api/drafts/{draft_id}")).json()
    body = shown["draft"]["body"].replace("{{ evidence }}", "{{ evidense }}")
    status, saved = await call(
        editor, f"/drafts/{draft_id}/save", {"tab": "yaml", "edit": shown["draft"]["edit"], "body": body}
    )
    assert status == 200 and saved["problems"] and saved["problems"][0]["line"] > 1
    page = text(await editor.get(f"/admin/drafts/{draft_id}?tab=yaml"))
    assert "to put right" in page and "evidense" in page
    assert (await call(editor, f"/drafts/{draft_id}/run"))[0] == 422


async def test_the_preview_shows_the_answer_tokens_cost_and_what_was_hidden(place):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    page = text(await editor.get(f"/admin/drafts/{draft_id}/preview?case=0"))
    assert "Tokens" in page and "GHS" in page and "<PERSON_1>" in page and "What the model saw" in page


async def test_stored_markup_stays_text_on_every_page_of_a_draft(place):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    await reworded(editor, draft_id, evil, title=evil)
    await call(editor, f"/drafts/{draft_id}/comment", {"text": evil})
    for page in ("", "?tab=fields", "?tab=yaml", "/review", "/try?case=0", "/preview"):
        answer = await editor.get(f"/admin/drafts/{draft_id}{page}")
        assert answer.status == 200, page
        body = answer.body
        assert b"<script>alert" not in body and b"<img src=x" not in body, page


async def test_an_example_is_added_once_and_a_script_never(place):
    editor = await place.signed_in("editor")
    request = json.dumps({**BODY, "requested_credit_limit": 1234})
    one = {"name": "A small raise", "request": request, "business": "Sankofa Stores Ltd", "icontains": "1,234"}
    assert (await call(editor, f"/prompts/{FEATURE}/examples/add", one))[0] == 200
    status, said = await call(editor, f"/prompts/{FEATURE}/examples/add", {**one, "name": "Another name"})
    assert status == 409 and "already" in said["detail"]
    evil = "tests:\n  - vars: {request: {customer_id: y}}\n    assert: [{type: javascript, value: '1'}]\n"
    status, said = await call(editor, f"/prompts/{FEATURE}/examples/import", {"kind": "yaml", "text": evil})
    assert status == 422 and "javascript" in said["detail"]
    export = (await editor.get(f"/admin/prompts/{FEATURE}/examples/export/yaml")).body.decode()
    assert "A small raise" in export
    table = (await editor.get(f"/admin/prompts/{FEATURE}/examples/export/csv")).body.decode()
    assert table.startswith("__description,")


async def test_a_real_request_becomes_an_example_without_its_names(place):
    await released(place)
    key, _ = await place.service.store.keys.create("test", SANKOFA)
    asked = {"message": "What did Kwame Mensah buy, phone 0244123456?", "as_of": "2026-11-20"}
    place.clock.advance(5)
    answer = await Client(place.service.asgi).as_caller(key).post(ASSISTANT, asked)
    await drain()
    editor = await place.signed_in("editor")
    shown = (await editor.api("GET", "/admin/api/prompts/sales_assistant/examples")).json()
    assert shown["samples"], answer.body
    words = json.dumps(shown["samples"])
    assert "Mensah" not in words and "0244123456" not in words
    status, _ = await call(
        editor, "/prompts/sales_assistant/examples/from-request", {"sample": shown["samples"][0]["id"]}
    )
    assert status == 200
    sql = "SELECT body FROM prompt_example WHERE feature = 'sales_assistant'"
    rows = await place.service.store.database.fetch(sql)
    assert "Mensah" not in rows[0][0] and "0244123456" not in rows[0][0]
    status, _ = await call(
        editor, "/prompts/sales_assistant/examples/from-request", {"sample": shown["samples"][0]["id"]}
    )
    assert status == 409


async def test_kept_requests_are_asked_again_with_the_draft(place):
    await released(place)
    for limit in (4000, 4100):
        place.clock.advance(1)
        key, _ = await place.service.store.keys.create("test", SANKOFA)
        await Client(place.service.asgi).as_caller(key).post(RISK, {**BODY, "requested_credit_limit": limit})

    await drain()
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be swift.")
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/replay"))[1]["run"])
    assert run["run"]["state"] == "completed" and run["figures"]["cases"] >= 2, run["run"]
    page = text(await editor.get(f"/admin/evals/{run['run']['id']}"))
    assert "requests gets another decision" in page and "Margin per plan" in page
    case = (await editor.api("GET", f"/admin/api/evals/{run['run']['id']}/cases/0")).json()
    assert "text" not in json.dumps(case["sides"]), "answers of real requests are not kept"


async def test_a_stopped_run_goes_on_after_its_last_case(place, every_case):
    await released(place)
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Stop and go.")
    run_id = (await call(editor, f"/drafts/{draft_id}/run"))[1]["run"]
    while not (await editor.api("GET", f"/admin/api/evals/{run_id}")).json()["run"]["done"]:
        await asyncio.sleep(0.05)
    assert (await call(editor, f"/evals/{run_id}/cancel"))[0] == 200
    stopped = (await editor.api("GET", f"/admin/api/evals/{run_id}")).json()
    assert stopped["run"]["state"] == "cancelled" and stopped["run"]["done"] < stopped["run"]["total"]
    assert (await call(editor, f"/evals/{run_id}/resume"))[0] == 200
    run = await finished(editor, run_id)
    assert run["run"]["state"] == "completed" and run["figures"]["cases"] == run["run"]["total"]


async def test_a_canary_with_bad_answers_is_taken_back_by_itself(place):
    await released(place)
    draft_id, version = await approved(place, "On trial.")
    releaser = await place.signed_in("releaser")
    assert (await call(releaser, f"/drafts/{draft_id}/release", {"for": "share", "share": "99"}))[0] == 200
    shown = (await releaser.api("GET", f"/admin/api/prompts/{FEATURE}")).json()
    assert shown["canaries"][0]["state"] == "watched" and shown["standing"][0]["version"] == version
    content = next(line["content_hash"] for line in shown["versions"] if line["version"] == version)
    await bad_answers(place, content, 5)
    await place.service.store.jobs.add("", NewJob("canary_watch"))

    async def judged():
        page = (await releaser.api("GET", f"/admin/api/prompts/{FEATURE}")).json()
        return page if page["canaries"][0]["state"] != "watched" else None

    shown = await eventually(judged)
    assert shown["canaries"][0]["state"] == "halted" and "not in the records" in shown["canaries"][0]["said"]
    assert shown["standing"] == []


async def bad_answers(place, content, count):
    """Let usage say that this version's answers had figures that are not in the records."""
    known = await columns_of(place.service.store.database, "usage")
    texts = {"business_id": SANKOFA, "feature": FEATURE, "prompt_hash": content, "degraded": "ungrounded"}
    for number in range(count):
        own = {"request_id": f"bad-{number}", "status": 200, "attempts": 1, "created_at": place.clock.now() + number}
        empty = dict.fromkeys(("prompt", "source", "route", "model", "user_hash", "grounding"), "")
        values = {**dict.fromkeys(known, 0), **empty, **texts, **own}
        marks = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        sql = f"INSERT INTO usage ({', '.join(values)}) VALUES ({marks})"
        await place.service.store.database.execute(sql, *values.values())


async def test_a_planned_release_is_made_when_its_time_has_come(place):
    await released(place)
    draft_id, version = await approved(place, "Later.")
    releaser = await place.signed_in("releaser")
    assert (await call(releaser, f"/drafts/{draft_id}/release", {"at": "2020-01-01T08:00"}))[0] == 422
    status, said = await call(releaser, f"/drafts/{draft_id}/release", {"at": "2099-01-01T08:00"})
    assert status == 200 and "Planned" in said["done"]
    assert (await answer_of(place))["prompt"]["version"] != version
    plan, _ = (await releaser.api("GET", f"/admin/api/drafts/{draft_id}/review")).json()["planned"][0]
    await place.service.store.jobs.add("", NewJob("prompt_release", {"plan": plan["id"]}))

    async def live():
        return (await answer_of(place))["prompt"]["version"] == version

    await eventually(live)
    await call(releaser, f"/prompts/{FEATURE}/rollback")


@pytest.mark.parametrize(("model", "heard"), [("", False), ("gpt-6.1-sol", True)])
async def test_what_an_example_provokes_is_a_line_of_the_log_only_where_a_real_model_answers(place, model, heard):
    written = []

    class Bench:
        """A workbench whose answers provoke a line."""

        catalog, chosen = place.service.site.kit.catalog, model

        async def run(self, case, prompt):
            with suppress(structlog.DropEvent):
                written.append(logs.drop_unheard(None, "warning", {"event": "answer_unusable"}))
            raise KeyError("no answer")

    kit = place.service.site.kit
    side = await answered(Bench(), None, kit.catalog.versions(FEATURE)[-1], kit.policy)
    assert side.source == "error" and bool(written) is heard
    assert logs.drop_unheard(None, "warning", {"event": "later"})
