"""Plans and one business: what is bought and costs, whom a change would meet, and what an administrator can change."""

import pytest

from tests.admin.visiting import text, used
from tests.service import AKWAABA, SANKOFA, VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_matrix_the_worst_month_and_the_economics_are_shown(place):
    await used(place, 1, cost=2_500_000_000, owner=AKWAABA)
    page = text(await (await place.signed_in("viewer")).get("/admin/plans"))
    assert "Price GHS 0 for 14 days GHS 99 GHS 199 GHS 399" in page
    assert "Budget for models GHS 16.00 USD 1.00 GHS 32.00 USD 2.00 GHS 160.00 USD 10.00 GHS 640.00 USD 40.00" in page
    assert "Akwaaba Mini Mart Starter GHS 99.00 GHS 40.00 USD 2.50 GHS 59.00 40 %" in page
    assert "1 above 30 %" in page


async def test_another_limit_says_whom_it_would_meet(place):
    visitor = await place.signed_in("viewer")
    ask = "/admin/plans?plan=STARTER&meter=credit_assessments_per_month&limit="
    assert "1 business change Credit risk assessments of Starter: none instead of 10. 1 business used" in text(
        await visitor.get(ask + "0")
    )
    assert "no limit instead of 10. 0 businesses used more" in text(await visitor.get(ask + "-1"))
    assert (await visitor.get(ask + "many")).status == 422
    assert (await visitor.get("/admin/plans?plan=x&limit=1")).status == 422


async def test_one_business_is_shown_with_its_month(place):
    page = text(await (await place.signed_in("viewer")).get(f"/admin/businesses/{AKWAABA}"))
    assert "GHS 40.00 of GHS 32.00 used up" in page and "Credit risk assessments 1 of 10" in page
    assert "Collection message by the rules" in page and "Report narrative not in its plan" in page
    assert "Forget this person" not in page
    assert (await (await place.signed_in()).get("/admin/businesses/nobody")).status == 404


async def test_an_administrator_changes_plan_and_opt_out_and_both_are_in_the_chain(place):
    admin = await place.signed_in()
    here = f"/admin/api/businesses/{VOLTA}"
    assert (await admin.api("POST", f"{here}/plan", {"plan": "STARTER"})).status == 200
    assert (await admin.api("POST", f"{here}/opt-out", {"out": "yes"})).status == 200
    business = place.service.site.snapshots.current.business(VOLTA)
    assert (business.plan, business.ai_opt_out) == ("STARTER", True)
    assert (await admin.api("POST", f"{here}/opt-out", {"out": "no"})).status == 200
    assert (await admin.api("POST", f"{here}/plan", {"plan": "GOLD"})).status == 422
    chain = text(await admin.get(f"/admin/audit?business={VOLTA}"))
    assert "business.plan" in chain and "privacy.opt_out" in chain
    releaser = await place.signed_in("releaser")
    assert (await releaser.api("POST", f"{here}/plan", {"plan": "STARTER"})).status == 403


async def test_forgetting_somebody_needs_the_word_and_becomes_a_job(place):
    admin = await place.signed_in()
    here, body = f"/admin/api/businesses/{SANKOFA}/erasure", {"type": "customer", "subject": "no-such-customer"}
    assert (await admin.api("POST", here, body)).status == 422
    answer = await admin.api("POST", here, {**body, "confirm": "forget"})
    assert answer.status == 200
    job = await place.service.store.jobs.get(SANKOFA, answer.json()["job"])
    assert job.kind == "erasure"
    assert "no-such-customer" not in text(await admin.get(f"/admin/audit?business={SANKOFA}"))


async def test_a_quota_of_a_day_is_called_one_and_no_plan_is_called_by_its_code(place):
    visitor = await place.signed_in()
    for page in ("/admin/plans", "/admin/plans/edit"):
        said = text(await visitor.get(page))
        assert "Messages to the support chat and the sales assistant, per day" in said
        assert "Product descriptions, per" not in said and "STARTER" not in said
