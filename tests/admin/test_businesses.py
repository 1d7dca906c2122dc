"""The table of businesses: each with its own month, plan and limits."""

import pytest

from gateway.domain.caller import Business
from tests.admin.visiting import text, used
from tests.service import AKWAABA, SANKOFA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_budget_and_quotas_are_shown_with_what_is_used(place):
    for number in range(9):
        await used(place, number, cost=150_000_000, owner=AKWAABA)
    page = text(await (await place.signed_in()).get("/admin/businesses"))
    assert f"Akwaaba Mini Mart {AKWAABA} Starter GHS 21.60 of GHS 32.00 USD 1.35 spent" in page
    assert "Credit risk assessments 9 of 10 nearly used up" in page
    assert f"Sankofa Stores Ltd {SANKOFA} Professional GHS 0.00 of GHS 160.00 USD 0.00 spent nothing yet" in page


async def test_a_business_over_its_budget_is_still_fully_shown(place):
    await used(place, 100, cost=900_000_000, owner=AKWAABA)
    page = text(await (await place.signed_in()).get("/admin/businesses"))
    assert "GHS 36.00 of GHS 32.00 used up" in page
    assert "Credit risk assessments 10 of 10 used up" in page


async def test_next_month_begins_with_nothing_used(place):
    place.clock.advance(12 * 86_400)
    page = text(await (await place.signed_in()).get("/admin/businesses"))
    place.clock.advance(-12 * 86_400)
    assert "Starter GHS 0.00 of GHS 32.00 USD 0.00 spent nothing yet" in page


async def test_opt_outs_are_shown_whole_or_by_feature(place):
    businesses = place.service.store.businesses
    await businesses.opt_out(AKWAABA)
    await businesses.opt_out(SANKOFA, feature="credit_risk")
    page = text(await (await place.signed_in()).get("/admin/businesses"))
    assert "opted out from all models" in page
    assert "opted out Credit risk assessment" in page


async def test_names_are_text_and_never_markup(place):
    name = "<script>alert(1)</script> & Sons"
    await place.service.store.businesses.put(Business("b-markup", name, "STARTER"))
    visitor = await place.signed_in()
    for path in ("/admin/businesses", "/admin/audit?business=b-markup"):
        answer = await visitor.get(path)
        assert b"<script>" not in answer.body
        assert name in text(answer) or "alert(1)" in text(answer)


async def test_an_ended_trial_and_an_unknown_plan_are_named(place):
    businesses = place.service.store.businesses
    await businesses.put(Business("b-trial", "Trial Shop", "TRIAL", trial_ends_at=1))
    await businesses.put(Business("b-plan", "Old Shop", "GOLD"))
    page = text(await (await place.signed_in()).get("/admin/businesses"))
    assert "Trial Shop b-trial Trial: trial has ended" in page
    assert "Old Shop b-plan GOLD: not a known plan" in page


async def test_a_business_with_a_misspelt_time_zone_hides_nobody(place):
    await place.service.store.businesses.put(Business("b-zone", "Zone Shop", "STARTER", timezone="Africa/Acra"))
    page = text(await (await place.signed_in()).get("/admin/businesses"))
    assert "Zone Shop b-zone Starter GHS 0.00 of GHS 32.00" in page and "Volta Fresh Foods" in page


async def test_fifty_businesses_make_a_page(place):
    for number in range(60):
        await place.service.store.businesses.put(Business(f"n-{number:02}", f"zz shop {number:02}", "STARTER"))
    visitor = await place.signed_in()
    first, second = [text(await visitor.get(f"/admin/businesses?page={n}")) for n in (1, 2)]
    shown = [[n for n in range(60) if f"zz shop {n:02} " in page] for page in (first, second)]
    assert sorted(shown[0] + shown[1]) == list(range(60)) and shown[1]
    assert "Page 1 of 2 Next" in first and "Previous Page 2 of 2" in second


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "9" * 30, "999"])
async def test_a_page_number_that_makes_no_sense_is_no_error(place, number):
    assert (await (await place.signed_in()).get(f"/admin/businesses?page={number}")).status in {200, 400}


async def test_a_business_is_found_by_a_part_of_its_name_or_by_its_id(place):
    visitor = await place.signed_in("viewer")

    async def names(search):
        found = (await visitor.api("GET", f"/admin/api/businesses?q={search}")).json()
        return [line["business"]["name"] for line in found["lines"]], found["found"]

    assert await names("sankofa") == (["Sankofa Stores Ltd"], 1)
    assert await names(AKWAABA) == (["Akwaaba Mini Mart"], 1)
    assert (await names(""))[1] == (await names("%20"))[1] > 1
    for nobody in ("%25", "_", "!", "'", "no such shop"):
        assert await names(nobody.replace(" ", "+")) == ([], 0), nobody
    page = text(await visitor.get("/admin/businesses?q=no+such+shop"))
    assert "No business is called so" in page and "Show all" in page


async def test_a_business_is_added_once_with_its_plan_and_a_line_in_its_chain(place):
    admin = await place.signed_in("admin")
    given = {"name": "Nhyira <b>Ventures</b>", "plan": "TRIAL", "id": "0B5F0DD4-6A7E-4F6E-8E2D-0D6B5C1F1A11"}
    made = await admin.api("POST", "/admin/api/businesses/add", given)
    assert made.status == 200, made.body
    business = place.service.store.snapshots.current.business(made.json()["id"])
    assert (business.id, business.name, business.plan) == (given["id"].lower(), given["name"], "TRIAL")
    assert business.timezone == "Africa/Accra" and business.trial_ends_at > place.clock.now()
    page = await admin.get(f"/admin/businesses/{business.id}")
    assert page.status == 200 and b"<b>Ventures" not in page.body
    assert "business.added" in text(await admin.get(f"/admin/audit?business={business.id}"))

    again = await admin.api("POST", "/admin/api/businesses/add", {**given, "name": "Another", "plan": "STARTER"})
    assert again.status == 409
    assert (await place.service.store.businesses.get(business.id)).name == given["name"], "nothing was written over"
    wrong = await admin.api("POST", "/admin/api/businesses/add", {"id": "x", "timezone": "Mars/Base"})
    pointers = {error["pointer"] for error in wrong.json()["errors"]}
    assert wrong.status == 422 and pointers == {"/name", "/plan", "/id", "/timezone"}
    editor = await place.signed_in("editor")
    assert (await editor.api("POST", "/admin/api/businesses/add", given)).status == 403
    assert "Add a business" not in text(await editor.get("/admin/businesses"))


async def test_a_name_that_would_read_as_another_is_kept_without_what_turns_it_round(place):
    admin = await place.signed_in()
    body = {"name": "\u202etraM ssenisuB\u202c  Ltd", "plan": "TRIAL"}
    made = (await admin.api("POST", "/admin/api/businesses/add", body)).json()
    assert made["done"].startswith("traM ssenisuB Ltd was added.")
    nothing = await admin.api("POST", "/admin/api/businesses/add", {"name": "\u202e\u2066", "plan": "TRIAL"})
    assert nothing.status == 422
