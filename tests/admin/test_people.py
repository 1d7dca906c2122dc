"""Who may work here: invitations, roles that reach no higher than their giver, and letting somebody out at once."""

import re

import pytest

from admin.web.page import entries
from gateway.domain.staff import ROLES, covers
from tests.admin.visiting import HOST, text

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def invited(admin, email, role="viewer"):
    """Invite somebody through the JSON face; returns the link and the person's id."""
    made = await admin.api("POST", "/admin/api/people/invite", {"email": email, "name": "Abena", "role": role})
    assert made.status == 200, made.body
    people = (await admin.api("GET", "/admin/api/people")).json()["people"]
    return made.json()["link"], next(each["id"] for each in people if each["email"] == email)


async def test_an_invited_person_chooses_a_password_and_has_the_role(place):
    admin = await place.signed_in()
    link, _ = await invited(admin, "abena@example.com", "editor")
    assert link.startswith(f"http://{HOST}/admin/sign-in?token=")
    guest = place.visitor()
    page = await guest.get(link.removeprefix(f"http://{HOST}"))
    assert "Welcome, Abena" in text(page) and b'name="name"' not in page.body
    assert (await guest.sign_in(link, email="somebody.else@example.com")).status == 303
    assert "abena@example.com · editor" in text(await guest.get("/admin/account"))


@pytest.mark.parametrize("role", ROLES[:-1])
async def test_only_an_administrator_invites(place, role):
    visitor = await place.signed_in(role)
    body = {"email": f"{role}-guest@example.com", "name": "A", "role": "viewer"}
    assert (await visitor.api("POST", "/admin/api/people/invite", body)).status == 403
    await visitor.get("/admin/people")
    assert (await visitor.send_form("/admin/people/invite", **body)).status == 403


@pytest.mark.parametrize("role", ["root", "", "Admin", "admin,viewer"])
async def test_a_role_that_is_none_is_refused(place, role):
    admin = await place.signed_in()
    body = {"email": "x@example.com", "name": "X", "role": role}
    refused = await admin.api("POST", "/admin/api/people/invite", body)
    assert refused.status == 422 and refused.json()["errors"][0]["pointer"] == "/role"


async def test_a_changed_role_holds_from_the_next_request(place):
    admin = await place.signed_in()
    link, person = await invited(admin, "kojo@example.com", "admin")
    kojo = place.visitor()
    await kojo.sign_in(link)
    assert (await kojo.api("POST", f"/admin/api/people/{person}/role", {"role": "admin"})).status == 409, "own account"
    await admin.api("POST", f"/admin/api/people/{person}/role", {"role": "viewer"})
    body = {"email": "y@example.com", "name": "Y", "role": "viewer"}
    assert (await kojo.api("POST", "/admin/api/people/invite", body)).status == 403


async def test_who_is_let_out_is_out_at_once_and_no_link_brings_them_back(place):
    admin = await place.signed_in()
    link, person = await invited(admin, "yaa@example.com")
    yaa = place.visitor()
    await yaa.sign_in(link)
    spare = (await admin.api("POST", f"/admin/api/people/{person}/link", {})).json()["link"]
    await admin.api("POST", f"/admin/api/people/{person}/deactivate", {})
    assert (await yaa.get("/admin/")).status == 401
    assert (await yaa.sign_in(spare)).status == 401
    assert (await admin.api("POST", f"/admin/api/people/{person}/reactivate", {})).status == 200


async def test_nobody_can_lock_the_admin_for_ever(place):
    admin = await place.signed_in()
    people = (await admin.api("GET", "/admin/api/people")).json()["people"]
    codes = {(await admin.api("POST", f"/admin/api/people/{each['id']}/deactivate", {})).status for each in people}
    assert codes == {200, 409}
    assert (await admin.get("/admin/people")).status == 200


async def test_a_second_account_for_an_address_is_refused(place):
    admin = await place.signed_in()
    await invited(admin, "esi@example.com")
    again = await admin.api(
        "POST", "/admin/api/people/invite", {"email": "ESI@example.com", "name": "E", "role": "viewer"}
    )
    assert again.status == 422
    link = await place.link()
    assert (await place.visitor().sign_in(link, email="esi@example.com")).status == 422


async def test_a_name_that_is_markup_stays_text(place):
    admin = await place.signed_in()
    body = {"email": "m@example.com", "name": "<script>alert(1)</script>", "role": "viewer"}
    await admin.api("POST", "/admin/api/people/invite", body)
    page = (await admin.get("/admin/people")).body.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


async def test_what_a_page_shows_is_there_as_json_with_the_same_checks(place):
    for page in entries():
        api = page.path.replace("/admin", "/admin/api", 1) + ("/" if page.path == "/admin" else "")
        assert (await place.visitor().get(api)).status == 401, api
        answer = await (await place.signed_in()).get(api)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json"), api


async def test_the_navigation_holds_every_page_that_registers_itself(place):
    page = (await (await place.signed_in()).get("/admin/")).body.decode()
    for entry in entries():
        assert re.search(rf'href="{entry.path}/?"', page)


async def test_a_role_covers_those_before_it_and_no_unknown_one():
    assert [covers("reviewer", role) for role in (*ROLES, "owner", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]


async def test_the_chosen_colours_hold_in_this_browser_and_can_be_given_back(place):
    visitor = await place.signed_in("viewer")
    await visitor.get("/admin/account")
    chosen = await visitor.send_form("/admin/account/look", look="dark")
    assert "__Host-theme=dark" in chosen.headers["set-cookie"]
    for look in ("", "<b>", "blue"):
        await visitor.get("/admin/account")
        given_back = await visitor.send_form("/admin/account/look", look=look)
        assert given_back.status == 303 and "__Host-theme=dark" not in given_back.headers["set-cookie"]
