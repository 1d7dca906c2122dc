"""Who gets into the admin, for how long, and what no other site can make them do."""

import json
import re

import pyotp
import pytest

from admin.access import ACCOUNT_SPAN, ACCOUNT_TRIES, MAX_FORM, PEER_SPAN, PEER_TRIES
from admin.web.routes import admin_routes
from gateway.api.access import require_declared_access
from tests.admin.visiting import FORM, HOST, OURS, PASSWORD, form_token, text
from tests.service import settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGES = ("/admin", "/admin/", "/admin/businesses", "/admin/audit", "/admin/no/such/page", "/admin/sign-out/x")
MINUTE = 60
TABLES = ("admin_person", "admin_link", "admin_session", "admin_wrong_try", "audit")


@pytest.mark.parametrize("path", PAGES)
async def test_a_signed_out_visitor_is_told_how_to_get_in(place, path):
    answer = await place.visitor().get(path)
    assert answer.status == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "python -m gateway admin link" in text(answer)


async def test_a_link_signs_in(place):
    visitor = await place.signed_in()
    answer = await visitor.get("/admin/")
    assert answer.status == 200
    assert "Overview" in text(answer)
    assert "Sign out" in text(answer)


async def test_opening_a_link_does_not_use_it_up(place):
    link, visitor = await place.link(), place.visitor()
    for _ in range(2):
        assert (await visitor.get(link.removeprefix(f"https://{HOST}"))).status == 200
    assert (await visitor.sign_in(link)).status == 303


async def test_a_link_works_once(place):
    link = await place.link()
    await place.visitor().sign_in(link)
    second = await place.visitor().sign_in(link)
    assert (second.status, "set-cookie" in second.headers) == (401, False)
    assert "python -m gateway admin link" in text(second)
    assert (await place.visitor().get(link.removeprefix(f"https://{HOST}"))).status == 401


@pytest.mark.parametrize(("minutes", "status"), [(29, 303), (30, 401)])
async def test_a_link_works_for_half_an_hour(place, minutes, status):
    link = await place.link()
    place.clock.advance(minutes * MINUTE)
    assert (await place.visitor().sign_in(link)).status == status


async def test_a_session_ends_after_half_an_hour_without_use(place):
    visitor = await place.signed_in()
    for _ in range(3):
        place.clock.advance(28 * MINUTE)
        assert (await visitor.get("/admin/")).status == 200
    place.clock.advance(30 * MINUTE)
    assert (await visitor.get("/admin/")).status == 401


async def test_a_session_ends_after_twelve_hours_however_it_is_used(place):
    visitor = await place.signed_in()
    for _ in range(26):
        place.clock.advance(27 * MINUTE)
        assert (await visitor.get("/admin/audit")).status == 200
    place.clock.advance(19 * MINUTE)
    assert (await visitor.get("/admin/audit")).status == 401


async def test_signing_out_ends_the_session_on_the_server(place):
    visitor = await place.signed_in()
    await visitor.get("/admin/")
    left = await visitor.send_form("/admin/sign-out")
    assert (left.status, left.headers["location"]) == (303, "/admin/")
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert (await visitor.get("/admin/")).status == 401


async def test_signing_in_again_ends_the_browsers_earlier_session(place):
    visitor = await place.signed_in()
    earlier = visitor.cookie
    await visitor.sign_in(await place.link())
    assert visitor.cookie != earlier
    visitor.cookie = earlier
    assert (await visitor.get("/admin/")).status == 401


async def test_the_cookie_is_for_this_host_over_https_and_not_for_scripts(place):
    answer = await place.visitor().sign_in(await place.link())
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-session=")
    assert {a.lower() for a in attributes} == {"httponly", "path=/", "samesite=lax", "secure"}


async def test_no_secret_is_in_the_database(place):
    link = await place.link()
    visitor = await place.signed_in()
    database = place.service.store.database
    rows = [await database.fetch(f"SELECT * FROM {table}") for table in TABLES]
    dump = json.dumps(rows, default=str)
    assert link.partition("token=")[2] not in dump
    assert visitor.cookie not in dump
    assert PASSWORD not in dump and "$argon2id$" in dump


async def test_who_came_and_went_is_in_the_audit_log(place):
    visitor = await place.signed_in()
    await visitor.get("/admin/")
    await visitor.send_form("/admin/sign-out")
    sql = "SELECT action FROM audit WHERE business_id = '' ORDER BY seq DESC LIMIT 3"
    actions = [row[0] for row in await place.service.store.database.fetch(sql)]
    assert actions == ["admin.signed_out", "admin.signed_in", "person.joined"]


FOREIGN = (
    {"sec-fetch-site": "cross-site", "origin": "https://evil.test"},
    {"sec-fetch-site": "same-site", "origin": f"https://{HOST}"},
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {},
)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_form_of_another_site_is_refused(place, headers):
    visitor = await place.signed_in()
    token = form_token(await visitor.get("/admin/account"))
    answer = await visitor.post("/admin/account/sessions/end", {"form_token": token}, headers)
    assert answer.status == 403
    assert (await place.visitor().post("/admin/sign-in", {"token": "x"}, headers)).status == 403


async def test_an_older_browser_is_known_by_its_origin(place):
    visitor = await place.signed_in()
    token = form_token(await visitor.get("/admin/account"))
    answer = await visitor.post("/admin/sign-out", {"form_token": token}, {"origin": f"https://{HOST}"})
    assert answer.status == 303


async def test_every_form_needs_the_token_of_its_own_session(place):
    visitor, other = await place.signed_in(), await place.signed_in()
    foreign = form_token(await other.get("/admin/"))
    for path in ("/admin/people/invite", "/admin/sign-out"):
        for fields in ({}, {"form_token": ""}, {"form_token": "é"}, {"form_token": foreign}):
            assert (await visitor.post(path, fields)).status == 403
    assert (await visitor.get("/admin/")).status == 200


async def test_wrong_links_are_slowed_down_and_a_restart_changes_nothing(place):
    link, visitor = await place.link(), place.visitor()
    place.clock.advance(PEER_SPAN / 1e6)
    for _ in range(PEER_TRIES):
        assert (await visitor.sign_in("token=wrong")).status == 401
    assert (await visitor.sign_in("token=wrong")).status == 429
    # The count is in the database: another process, or this one started again, knows it.
    again = admin_routes(settings_for(place.service.store.database.url), place.service.site, place.service.store, None)
    assert again
    assert (await visitor.sign_in(link)).status == 429
    place.clock.advance(PEER_SPAN / 1e6)
    assert (await visitor.sign_in(link)).status == 303


async def joined(place, role="viewer"):
    """Return an address whose password is `PASSWORD`, signed in nowhere else that matters."""
    visitor = await place.signed_in(role)
    account = text(await visitor.get("/admin/account"))
    return next(word for word in account.split() if "@example.com" in word)


async def test_a_password_signs_in_and_leads_back_to_the_page_that_was_asked_for(place):
    email, visitor = await joined(place), place.visitor()
    page = await visitor.get("/admin/businesses")
    assert page.status == 401 and b'name="back" value="/admin/businesses"' in page.body
    entered = await visitor.enter(email=email.upper(), password=PASSWORD, back="/admin/businesses")
    assert (entered.status, entered.headers["location"]) == (303, "/admin/businesses")
    assert (await visitor.get("/admin/businesses")).status == 200


@pytest.mark.parametrize("back", ["https://evil.test/", "//evil.test", "/\\evil.test", "/admin/\\evil", "javascript:x"])
async def test_signing_in_leads_to_no_other_host(place, back):
    entered = await place.visitor().enter(email=await joined(place), password=PASSWORD, back=back)
    assert entered.headers["location"] == "/admin/"


async def test_a_wrong_password_keeps_the_address_and_tells_nothing(place):
    email = await joined(place)
    wrong = await place.visitor().enter(email=email, password="not the password")
    unknown = await place.visitor().enter(email="nobody@example.com", password="not the password")
    assert (wrong.status, unknown.status) == (401, 401)
    assert text(wrong).partition(" Request ")[0] == text(unknown).partition(" Request ")[0]
    assert f'value="{email}"'.encode() in wrong.body


async def test_an_account_is_locked_for_a_quarter_of_an_hour_after_five_wrong_tries(place):
    email = await joined(place)
    place.clock.advance(PEER_SPAN / 1e6)
    for _ in range(ACCOUNT_TRIES):
        assert (await place.visitor().enter(email=email, password="wrong")).status == 401
    locked = await place.visitor().enter(email=email, password=PASSWORD)
    assert locked.status == 429 and "Wait" in text(locked)
    place.clock.advance(ACCOUNT_SPAN / 1e6)
    assert (await place.visitor().enter(email=email, password=PASSWORD)).status == 303


@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaaaa", "x" * 257, "kwabena-mensah-1"])
async def test_a_weak_password_is_refused_and_the_link_stays_good(place, password):
    link = await place.link()
    refused = await place.visitor().sign_in(link, name="Kwabena Mensah", email="km@example.com", password=password)
    assert refused.status == 422 and "Kwabena Mensah" in refused.body.decode()
    assert (await place.visitor().get(link.removeprefix(f"https://{HOST}"))).status == 200


async def test_one_time_codes_are_asked_for_once_they_are_on_and_work_once(place):
    visitor = await place.signed_in()
    page = await visitor.get("/admin/account")
    email = next(word for word in text(page).split() if "@example.com" in word)
    secret = page.body.decode().partition('name="secret" value="')[2].partition('"')[0]
    totp = pyotp.TOTP(secret)

    def now():
        return totp.at(place.clock.now() // 1_000_000)

    on = await visitor.send_form("/admin/account/codes", current=PASSWORD, secret=secret, code=now())
    assert on.status == 303
    assert (await place.visitor().enter(email=email, password=PASSWORD)).status == 401
    assert (await place.visitor().enter(email=email, password=PASSWORD, code=now())).status == 401, "used before"
    place.clock.advance(60)
    assert (await place.visitor().enter(email=email, password=PASSWORD, code=now())).status == 303


async def test_a_mistyped_code_leaves_the_secret_that_the_app_has_by_then(place):
    visitor = await place.signed_in()

    async def shown():
        page = (await visitor.get("/admin/account")).body.decode()
        return page.partition('name="secret" value="')[2].partition('"')[0]

    secret = await shown()
    wrong = await visitor.send_form("/admin/account/codes", current=PASSWORD, secret=secret, code="000000")
    assert wrong.status == 422 and await shown() == secret
    assert secret != await _secret_of(await place.signed_in()), "nobody else has it"
    code = pyotp.TOTP(secret).at(place.clock.now() // 1_000_000)
    await visitor.get("/admin/account")
    assert (await visitor.send_form("/admin/account/codes", current=PASSWORD, secret=secret, code=code)).status == 303
    await visitor.get("/admin/account")
    assert (await visitor.send_form("/admin/account/codes", current=PASSWORD)).status == 303
    assert await shown() not in ("", secret), "once it was used, a new one"


async def _secret_of(visitor):
    return (await visitor.get("/admin/account")).body.decode().partition('name="secret" value="')[2].partition('"')[0]


async def test_a_new_password_ends_every_session(place):
    visitor, email = place.visitor(), await joined(place)
    await visitor.enter(email=email, password=PASSWORD)
    other = place.visitor()
    await other.enter(email=email, password=PASSWORD)
    await visitor.get("/admin/account")
    changed = await visitor.send_form("/admin/account/password", current=PASSWORD, password="eight slow canoes")
    assert changed.status == 303
    assert (await other.get("/admin/")).status == (await visitor.get("/admin/")).status == 401
    assert (await visitor.enter(email=email, password="eight slow canoes")).status == 303


async def test_a_token_of_scripts_may_do_what_its_owner_may_and_is_no_cookie(place):
    visitor = await place.signed_in("viewer")
    made = await visitor.api("POST", "/admin/api/account/token", {"current": PASSWORD})
    token = made.json()["token"]
    script = place.visitor()
    bearer = {"authorization": f"Bearer {token}"}
    assert (await script._send("GET", "/admin/api/people", None, bearer)).json()["people"]
    refused = await script._send(
        "POST", "/admin/api/people/invite", b"{}", {**bearer, "content-type": "application/json"}
    )
    assert (refused.status, refused.json()["code"]) == (403, "forbidden")
    script.cookie = token
    assert (await script.get("/admin/")).status == 401
    assert (
        await place.visitor()._send("GET", "/admin/api/people", None, {"authorization": f"Bearer {visitor.cookie}"})
    ).status == 401


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [(b"x" * (MAX_FORM + 1), FORM, 413), (b"{}", "application/json", 415), (b"\xff", FORM, 400), (b"a=%ff", FORM, 400)],
)
async def test_what_is_no_form_is_refused_with_a_page(place, body, media_type, status):
    visitor = place.visitor()
    answer = await visitor._send("POST", "/admin/sign-in", body, {"content-type": media_type, **OURS})
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_every_page_forbids_scripts_styles_and_frames_of_others(place):
    visitor = await place.signed_in()
    for path in ("/admin/", "/admin/no/such/page", "/admin/sign-in?token=wrong"):
        answer = await visitor.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert re.findall(rb"<script(?! src=./admin/assets/)", answer.body) == []
        assert b"<style" not in answer.body and b" style=" not in answer.body


async def test_every_admin_route_but_the_way_in_needs_a_role_and_is_guarded(place):
    handlers = admin_routes(
        settings_for(place.service.store.database.url), place.service.site, place.service.store, None
    )
    require_declared_access(handlers)
    public = {path for handler in handlers if handler.opt["access"] == "public" for path in handler.paths}
    assert public == {"/admin/sign-in", "/admin/sign-out", "/admin/assets/{name:str}"}
    assert {path for handler in handlers if not handler.guards for path in handler.paths} == {
        "/admin/assets/{name:str}"
    }
