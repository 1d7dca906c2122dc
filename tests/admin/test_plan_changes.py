"""Changing plans: looked at first, whom it meets in words, a reason for what does not pay, one step back."""

import re

import pytest

from admin.app import create
from tests.admin.visiting import text, used
from tests.service import AKWAABA, CUSTOMER, RISK, SANKOFA, Client, _lifespan, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

API = "/admin/api/plans"


async def proposed(admin, **fields):
    answer = await admin.api("POST", f"{API}/propose", fields)
    assert answer.status == 200, answer.body
    return f"{API}/changes/{answer.json()['change']}"


def plan(place, name):
    return place.service.site.kit.policy.plans[name]


async def test_a_change_is_looked_at_saved_and_taken_back(place):
    admin = await place.signed_in()
    for number in range(5):
        await used(place, 100 + number, cost=1_000_000, owner=AKWAABA)
    form = text(await admin.get("/admin/plans/edit"))
    assert "Credit risk assessments" in form and "Calls in a minute" in form
    before = plan(place, "STARTER")
    change = await proposed(
        admin, **{"STARTER.meters.credit_assessments_per_month": 4, "STARTER.price_ghs": "89.50", "note": "Fewer"}
    )
    assert plan(place, "STARTER") == before, "nothing is in force before it was saved"
    page = text(await admin.get(change.replace("/api", "")))
    assert "1 business changes" in page
    assert "Starter Credit risk assessments 10 4" in page and "Starter Price GHS 99 GHS 89.50" in page
    assert "Akwaaba Mini Mart STARTER pays GHS 9.50 less a month" in page
    assert "Credit risk assessments: 5 used this month of 4, so it is refused until the window ends" in page
    refused = await admin.api("POST", f"{change}/save", {})
    assert refused.status == 422 and "say why it may" in refused.json()["detail"], "GHS 89.50 bears less than 33 %"
    saved = await admin.api("POST", f"{change}/save", {"reason": "The promised cap stays, the price is for a season."})
    assert saved.status == 200 and saved.json()["number"] == 1
    now = plan(place, "STARTER")
    assert (now.meters["credit_assessments_per_month"], str(now.price_ghs)) == (4, "89.50")
    assert now.cost_share > before.cost_share and now.cost_share_reason.startswith("The promised cap stays")
    page = text(await admin.get("/admin/plans"))
    assert "Revision 1 is in force" in page and "Fewer" in page and "May cost more, because: The promised" in page
    assert "plans.saved" in text(await admin.get("/admin/audit"))
    assert (await admin.api("POST", f"{API}/back", {})).json()["number"] == 2
    assert plan(place, "STARTER") == before


async def test_a_saved_quota_holds_for_the_next_request_and_survives_a_restart(shop_url, place):
    admin, (key, _) = await place.signed_in(), await place.service.store.keys.create("Till", SANKOFA)
    caller = Client(place.service.asgi).as_caller(key)
    ask = {"customer_id": CUSTOMER, "requested_credit_limit": 100, "assessment_type": "increase"}
    assert (await caller.post(RISK, ask)).status == 200
    change = await proposed(admin, **{"PROFESSIONAL.modes.credit_risk": "none"})
    assert (await admin.api("POST", f"{change}/save", {})).status == 200
    refused = await caller.post(RISK, ask)
    assert (refused.status, refused.json()["code"]) == (403, "not_in_plan")
    again = create(settings_for(shop_url), place.clock)
    async with _lifespan(again.asgi):
        assert again.site.kit.policy.plans["PROFESSIONAL"].modes["credit_risk"] == "none"
    assert (await admin.api("POST", f"{API}/back", {})).status == 200
    assert (await caller.post(RISK, ask)).status == 200


async def test_another_process_follows(shop_url, place):
    other = create(settings_for(shop_url), place.clock)
    async with _lifespan(other.asgi):
        admin = await place.signed_in()
        change = await proposed(admin, **{"TRIAL.requests_per_minute": 7})
        assert (await admin.api("POST", f"{change}/save", {})).status == 200
        await other.store.snapshots.refresh()
        assert other.site.kit.policy.plans["TRIAL"].requests_per_minute == 7
    await admin.api("POST", f"{API}/back", {})


async def test_two_changes_of_the_same_plans_are_not_both_saved(place):
    admin = await place.signed_in()
    first = await proposed(admin, **{"TRIAL.requests_per_minute": 8})
    second = await proposed(admin, **{"TRIAL.requests_per_minute": 9})
    assert (await admin.api("POST", f"{first}/save", {})).status == 200
    lost = await admin.api("POST", f"{second}/save", {})
    assert lost.status == 409 and plan(place, "TRIAL").requests_per_minute == 8
    assert "Other plans were saved meanwhile" in text(await admin.get(second.replace("/api", "")))
    await admin.api("POST", f"{API}/back", {})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("STARTER.meters.insights_per_month", "-2"), ("STARTER.meters.insights_per_month", "many"),
        ("STARTER.meters.made_up", "1"), ("GOLD.price_ghs", "1"), ("STARTER.price_ghs", "-1"),
        ("STARTER.price_ghs", "1e400"), ("STARTER.price_ghs", "0.001"), ("STARTER.budget_usd", "0"),
        ("STARTER.modes.credit_risk", "magic"), ("STARTER.requests_per_minute", "0"), ("STARTER.name", "x"),
    ],
)  # fmt: skip
async def test_what_cannot_be_meant_is_named_and_changes_nothing(place, field, value):
    answer = await (await place.signed_in()).api("POST", f"{API}/propose", {field: value})
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == f"/{field}"


async def test_only_administrators_change_plans_and_everybody_may_export_them(place):
    releaser = await place.signed_in("releaser")
    assert (await releaser.api("POST", f"{API}/propose", {"TRIAL.requests_per_minute": 5})).status == 403
    assert (await releaser.get("/admin/plans/edit")).status == 403
    assert (await releaser.api("POST", f"{API}/back", {})).status == 403
    answer = await releaser.get("/admin/plans.yaml")
    assert answer.status == 200 and "  STARTER:\n    title: Starter\n    price_ghs: '99'\n" in answer.body.decode()


async def test_an_exported_file_comes_in_again_by_the_form_and_a_broken_one_is_refused(place):
    admin = await place.signed_in()
    whole = (await admin.get("/admin/plans.yaml")).body.decode()
    changed = re.sub(r"(TRIAL:.*?requests_per_minute: )20", r"\g<1>25", whole, flags=re.S)
    await admin.get("/admin/plans/edit")
    answer = await admin.send_form("/admin/plans/import", yaml=changed, note="From the repository")
    assert answer.status == 303
    assert "Trial Calls in a minute 20 25" in text(await admin.get(answer.headers["location"]))
    for broken in (whole, "plans: [", whole.replace("'99'", "99")):
        assert (await admin.api("POST", f"{API}/import", {"yaml": broken})).status == 422
