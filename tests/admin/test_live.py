"""Trying a draft with a real model: the same pipeline, the person's budget, and no business pays or notices."""

import json

import pytest
import pytest_asyncio

from admin.app import create
from gateway.pipeline.admission import PAUSE
from gateway.pipeline.background import drain
from tests.admin.test_prompt_life import BODY, FEATURE, call, finished, released, reworded, started
from tests.admin.visiting import Place, text
from tests.fakes import FakeClock
from tests.flows import upstream as up
from tests.service import RISK, SANKOFA, Client, _lifespan, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")
MODEL = "gpt-6.1-sol"
NAMES = ("Adom Mini Mart", "Adom")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def live(shop_url):
    """The admin with a model server."""
    clock = FakeClock()
    with up.serving() as server:
        settings = settings_for(
            shop_url, openai_api_key="key", openai_base_url=server.url, eval_budget_usd=3, eval_person_budget_usd=2
        )
        place = Place(create(settings, clock), clock)
        async with _lifespan(place.service.asgi):
            await released(place)
            yield place, server


@pytest.fixture
def place(live):
    live[1].reset()
    return live[0]


@pytest.fixture
def server(live):
    return live[1]


def models_of(place):
    policy = place.service.site.kit.policy
    return policy.routes[place.service.site.kit.catalog.features[FEATURE].route]


async def ledger_of(place):
    fetch = place.service.store.database.fetch
    usage = await fetch("SELECT COUNT(*), COALESCE(SUM(cost), 0) FROM usage")
    budget = await fetch("SELECT COALESCE(SUM(spent), 0), COALESCE(SUM(reserved), 0) FROM budget")
    quota = await fetch("SELECT COALESCE(SUM(used), 0) FROM quota_counter")
    return [tuple(map(int, rows[0])) for rows in (usage, budget, quota)]


async def spent_of(place, holder):
    sql = "SELECT spent, reserved FROM eval_budget WHERE holder = $1"
    rows = await place.service.store.database.fetch(sql, holder)
    return tuple(map(int, rows[0])) if rows else (0, 0)


async def me(visitor):
    return text(await visitor.get("/admin/account"))


async def email_of(place, visitor):
    sql = "SELECT actor FROM audit WHERE business_id = '' AND action = 'admin.signed_in' ORDER BY seq DESC LIMIT 1"
    return (await place.service.store.database.fetch(sql))[0][0]


async def test_a_case_is_tried_with_the_chosen_model_masked_and_paid_by_the_person(place, server):
    editor = await place.signed_in("editor")
    who = await email_of(place, editor)
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be exact.")
    before, model = await ledger_of(place), models_of(place)[0]
    offline = text(await editor.get(f"/admin/drafts/{draft_id}/try?case=0"))
    assert "the offline rules answer, which costs nothing" in offline and server.calls == []
    assert f"{model}: about GHS" in offline and "at most GHS" in offline and "USD 2.00) left" in offline
    own = {"case": "own", "business": "Sankofa Stores", "request": json.dumps(BODY), "model": model}
    answer = await editor.api("POST", f"/admin/api/drafts/{draft_id}/try", own)
    assert answer.status == 200, answer.body
    sides = answer.json()["sides"]
    assert [side["source"] for side in sides] == ["model", "model"]
    assert sides[0]["input_tokens"] == up.USAGE[0] and sides[0]["cost"]["nano"] > 0
    assert len(server.calls) == 2 and {each.model for each in server.calls} == {model}
    assert sides[0]["chips"], "the page shows what was hidden"
    hidden = {plain for _, plain in sides[0]["chips"]}
    sent = b"".join(each.body for each in server.calls).decode()
    assert not [value for value in hidden if value in sent]
    paid = sum(side["cost"]["nano"] for side in sides)
    assert await spent_of(place, who) == (paid, 0)
    assert await ledger_of(place) == before, "no business pays for it or sees it"
    chain = text(await (await place.signed_in()).get("/admin/audit"))
    assert chain.count("evaluation.asked") >= 2


async def test_the_page_asks_with_a_form_and_a_forged_one_is_refused(place, server):
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    await editor.get(f"/admin/drafts/{draft_id}/try?case=0")
    shown = await editor.send_form(f"/admin/drafts/{draft_id}/try", case="0", model=models_of(place)[0])
    assert shown.status == 200 and f"{models_of(place)[0]} answers" in text(shown)
    asked = len(server.calls)
    assert (await editor.post(f"/admin/drafts/{draft_id}/try", {"case": "0", "model": "x"})).status == 403
    viewer = await place.signed_in("viewer")
    body = {"case": "0", "model": models_of(place)[0]}
    assert (await viewer.api("POST", f"/admin/api/drafts/{draft_id}/try", body)).status == 403
    assert (await editor.api("POST", f"/admin/api/drafts/{draft_id}/try", {**body, "model": "gpt-9"})).status == 422
    assert len(server.calls) == asked


async def test_a_person_cannot_spend_more_than_their_share_nor_all_more_than_the_budget(place, server):
    editor = await place.signed_in("editor")
    who = await email_of(place, editor)
    draft_id = await started(editor)
    period = "2026-11"
    sql = "INSERT INTO eval_budget (holder, period, spent, reserved) VALUES ($1, $2, $3, 0)"
    await place.service.store.database.execute(sql, who, period, 2_000_000_000)
    body = {"case": "0", "model": models_of(place)[0]}
    refused = await editor.api("POST", f"/admin/api/drafts/{draft_id}/try", body)
    assert refused.status == 409 and "Your budget" in refused.json()["detail"], refused.body
    assert server.calls == []
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/run", {"model": body["model"]}))[1]["run"])
    assert run["run"]["state"] == "failed" and "Your budget" in run["run"]["figures"]["why"]
    assert server.calls == []
    assert (await spent_of(place, who)) == (2_000_000_000, 0)


async def test_a_run_of_kept_requests_leaves_out_who_has_opted_out_since(place, server):
    for limit in (4000, 4100):
        place.clock.advance(1)
        key, _ = await place.service.store.keys.create("test", SANKOFA)
        await Client(place.service.asgi).as_caller(key).post(RISK, {**BODY, "requested_credit_limit": limit})
    await drain()
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be brief.")
    model = models_of(place)[0]
    page = text(await editor.get(f"/admin/drafts/{draft_id}/live"))
    assert "kept requests over the shops' own records" in page and f"{model}: " in page and "at most GHS" in page
    server.reset()
    before = await ledger_of(place)
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/replay", {"model": model}))[1]["run"])
    assert run["run"]["state"] == "completed" and run["run"]["model"] == model
    assert len(server.calls) == 2 * run["figures"]["cases"] > 0
    assert "answered by " + model in text(await editor.get(f"/admin/evals/{run['run']['id']}"))
    await place.service.store.businesses.opt_out(SANKOFA)
    server.reset()
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/replay", {"model": model}))[1]["run"])
    assert run["run"]["state"] == "completed" and server.calls == []
    await place.service.store.businesses.opt_out(SANKOFA, out=False)
    assert await ledger_of(place) == before


async def test_a_pause_stops_it(place, server):
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    await place.service.store.businesses.switch(PAUSE, True)
    body = {"case": "0", "model": models_of(place)[0]}
    assert (await editor.api("POST", f"/admin/api/drafts/{draft_id}/try", body)).status == 409
    assert (await editor.api("POST", f"/admin/api/drafts/{draft_id}/run", body)).status == 409
    assert "All models are paused" in text(await editor.get(f"/admin/drafts/{draft_id}/live"))
    await place.service.store.businesses.switch(PAUSE, None)
    assert server.calls == []


async def test_a_silent_model_stops_a_run_instead_of_failing_its_cases(place, server):
    editor = await place.signed_in("editor")
    draft_id = await started(editor)
    await reworded(editor, draft_id, "Be plain.")
    answering = up.says(up.honest)
    few = 6

    async def then_silent(call, writer):
        await (answering if len(server.calls) <= few else up.status(503))(call, writer)

    server.reset(then_silent)
    model = models_of(place)[0]
    run = await finished(editor, (await call(editor, f"/drafts/{draft_id}/run", {"model": model}))[1]["run"])
    assert (run["run"]["state"], run["run"]["outcome"]) == ("failed", "")
    assert f"{model} does not answer" in run["run"]["figures"]["why"]
    assert 0 < run["run"]["done"] < run["run"]["total"]
    here = f"/admin/api/evals/{run['run']['id']}/cases"
    cases = [(await editor.api("GET", f"{here}/{case['number']}")).json() for case in run["cases"]]
    sources = [side["source"] for case in cases for _, side in case["sides"]]
    assert sources and not {"unanswered", "error"} & set(sources)
    await place.service.store.database.execute("DELETE FROM eval_budget")
    server.reset()
    await call(editor, f"/evals/{run['run']['id']}/resume")
    again = await finished(editor, run["run"]["id"])
    assert again["run"]["state"] == "completed" and again["run"]["done"] == run["run"]["total"]
