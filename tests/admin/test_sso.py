"""Single sign-on: who the provider vouches for gets in if they were invited, and no forged or replayed proof does."""

import re
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import pytest_asyncio

from admin.access import COOKIE
from admin.app import create
from gateway.settings import Settings, SettingsError
from tests.admin.provider import CLIENT, PERSON, SECRET, FakeProvider, provider
from tests.admin.visiting import FORM, HOST, OURS, PASSWORD, Place, form_token_of, text
from tests.fakes import FakeClock
from tests.service import Client, _lifespan, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")
START = "/admin/sign-in/sso"
ROLES = (("ai-admins", "admin"), ("ai-writers", "editor"))


class Browser:
    """Goes to the provider and comes back as a browser would, with its cookies."""

    def __init__(self, place, provider):
        self.place, self.provider, self.cookies = place, provider, {}

    async def get(self, target):
        return await self.send("GET", target)

    async def send(self, method, target, body=None, headers=None):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"host": HOST, **({"cookie": cookies} if cookies else {}), **(headers or {})}
        answer = await Client(self.place.service.asgi, given).send(method, target, body)
        self._keep(answer)
        return answer

    def _keep(self, answer):
        for line in re.split(r", (?=__Host-)", answer.headers.get("set-cookie", "")):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        self.cookies = {name: value for name, value in self.cookies.items() if value}

    async def begin(self, back=""):
        """Return the address at which the provider sends this browser back."""
        answer = await self.get(START + (f"?back={back}" if back else ""))
        assert answer.status == 303, text(answer)
        return local(self.provider.authorize(answer.headers["location"]))

    async def sign_in(self, back=""):
        return await self.get(await self.begin(back))

    async def enter_code(self, code):
        return await self.send("POST", f"{START}/code", f"code={code}".encode(), {"content-type": FORM, **OURS})

    @property
    def inside(self):
        return COOKIE in self.cookies


def local(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sso(shop_url):
    """The admin with a provider, and Kofi who was invited as a reviewer."""
    clock = FakeClock()
    async with provider(now=lambda: clock.now() / 1e6) as fake:
        changes = {"oidc_issuer": fake.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        settings = settings_for(shop_url, **changes, oidc_name="Accra ID", admin_url=f"https://{HOST}")
        place = Place(create(settings, clock), clock)
        async with _lifespan(place.service.asgi):
            admin = await place.signed_in()
            body = {"email": "kofi@example.com", "name": "Kofi Mensah", "role": "reviewer"}
            assert (await admin.api("POST", "/admin/api/people/invite", body)).status == 200
            yield place, fake


@pytest.fixture
def browser(sso):
    place, fake = sso
    place.clock.advance(16 * 60)  # wrong tries of the test before are forgotten
    fake.person, fake.twist, fake.sign, fake.refuses = PERSON.copy(), lambda claims: claims, None, ""
    return Browser(place, fake)


async def test_an_invited_person_gets_in_with_their_role_and_comes_back_to_their_page(browser):
    signed_out = await browser.get("/admin/plans")
    assert f'href="{START}?back=/admin/plans"' in signed_out.body.decode() and "Accra ID" in text(signed_out)
    answer = await browser.sign_in("/admin/plans")
    assert (answer.status, answer.headers["location"]) == (303, "/admin/plans")
    assert browser.inside
    page = text(await browser.get("/admin/plans"))
    assert "Kofi Mensah" in page and "reviewer" in page
    sent = await browser.send(
        "POST", "/admin/sign-out", f"form_token={form_token_of(browser.cookies[COOKIE])}".encode(),
        {"content-type": FORM, **OURS},
    )  # fmt: skip
    assert sent.status == 303 and not browser.inside
    end = await browser.get(f"{START}/end")
    assert end.headers["location"].startswith(f"{browser.provider.url}/end?client_id={CLIENT}")


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/admin/sign-out", "/admin/..\\evil"])
async def test_nobody_is_led_to_another_host(browser, back):
    assert (await browser.sign_in(back)).headers["location"] == "/admin/"


WRONG = {
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "two audiences, issued to the other": {"aud": [CLIENT, "other"], "azp": "other"},
    "two audiences, issued to nobody": {"aud": [CLIENT, "other"]},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 1_700_000_000},
    "without an end": {"exp": None},
    "made long ago": {"iat": 1_700_000_000},
    "made in the future": {"iat": 4_000_000_000},
    "an address that is not verified": {"email_verified": False},
    "an address that nobody verified": {"email_verified": None},
    "an address verified by a word": {"email_verified": "yes"},
    "no address": {"email": None},
    "no subject": {"sub": ""},
    "a subject of another kind": {"sub": 7},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
async def test_a_token_that_does_not_prove_it_lets_nobody_in(browser, claims):
    browser.provider.twist = lambda right: {k: v for k, v in (right | claims).items() if v is not None}
    answer = await browser.sign_in()
    assert answer.status == 401 and not browser.inside
    assert "Signing in with Accra ID did not work" in text(answer)


@pytest.mark.parametrize(
    "sign", [FakeProvider.unsigned, FakeProvider.signed_with_public_key, FakeProvider.signed_by_another,
             lambda fake, claims: "no.token", lambda fake, claims: ""],
    ids=["alg none", "alg HS256 with the public key", "another key", "no token", "empty"],
)  # fmt: skip
async def test_a_signature_of_somebody_else_lets_nobody_in(browser, sign):
    browser.provider.sign = sign
    assert (await browser.sign_in()).status == 401 and not browser.inside


async def test_a_state_works_once_in_the_browser_that_began(browser):
    address = await browser.begin()
    stranger = Browser(browser.place, browser.provider)
    assert (await stranger.get(address)).status == 401 and not stranger.inside
    mixed = Browser(browser.place, browser.provider)
    await mixed.begin()
    assert (await mixed.get(address)).status == 401 and not mixed.inside
    kept = dict(browser.cookies)
    assert (await browser.get(address)).status == 303 and browser.inside
    browser.provider.codes["code-again"] = browser.provider.codes.get("code-again", {})
    replayed = Browser(browser.place, browser.provider)
    replayed.cookies = kept
    assert (await replayed.get(address)).status == 401 and not replayed.inside


async def test_an_old_sign_in_and_one_of_another_issuer_are_refused(browser):
    address = await browser.begin()
    browser.place.clock.advance(601)
    assert (await browser.get(address)).status == 401
    address = await browser.begin()
    own = parse_qs(urlsplit(address).query)["iss"][0]
    assert (await browser.get(address.replace(own.replace(":", "%3A").replace("/", "%2F"), "evil"))).status == 401
    browser.provider.refuses = "server_error"
    assert (await browser.sign_in()).status == 401
    assert not browser.inside


async def test_somebody_who_was_not_invited_or_is_signed_out_for_good_stays_outside(browser):
    browser.provider.person = {"sub": "9", "email": "stranger@example.com", "email_verified": True}
    answer = await browser.sign_in()
    assert answer.status == 403 and not browser.inside
    assert "stranger@example.com has no account here" in text(answer)


async def test_an_address_that_another_account_of_the_provider_has_now_lets_nobody_in(browser):
    assert (await browser.sign_in()).status == 303
    later = Browser(browser.place, browser.provider)
    browser.provider.person = {**browser.provider.person, "sub": "somebody else"}
    assert (await later.sign_in()).status == 401 and not later.inside


async def test_who_uses_one_time_codes_is_asked_for_one_unless_the_provider_did(browser, sso):
    place, fake = sso
    admin = await place.signed_in()
    body = {"email": "esi@example.com", "name": "Esi Boateng", "role": "editor"}
    link = (await admin.api("POST", "/admin/api/people/invite", body)).json()["link"]
    esi = place.visitor()
    assert (await esi.enter(token=link.partition("token=")[2], password=PASSWORD)).status == 303
    secret = pyotp.random_base32()
    now = place.clock.now() // 1_000_000
    on = {"secret": secret, "code": pyotp.TOTP(secret).at(now), "current": PASSWORD}
    assert (await esi.api("POST", "/admin/api/account/codes", on)).status == 200
    fake.person = {"sub": "2", "email": "Esi@Example.com", "email_verified": True}
    place.clock.advance(60)
    asked = await browser.sign_in("/admin/plans")
    assert asked.status == 200 and "One-time code" in text(asked) and not browser.inside
    assert (await browser.enter_code("000000")).status == 401 and not browser.inside
    right = pyotp.TOTP(secret).at(place.clock.now() // 1_000_000)
    kept = dict(browser.cookies)
    let_in = await browser.enter_code(right)
    assert (let_in.status, let_in.headers["location"]) == (303, "/admin/plans") and browser.inside
    again = Browser(place, fake)
    again.cookies = kept
    assert (await again.enter_code(right)).status == 401 and not again.inside
    fake.person = {**fake.person, "amr": ["pwd", "mfa"]}
    proven = Browser(place, fake)
    assert (await proven.sign_in()).status == 303 and proven.inside


async def test_many_wrong_tries_make_the_peer_wait(browser):
    browser.provider.person = {"sub": "1", "email": "kofi@example.com", "email_verified": False}
    statuses = {(await browser.sign_in()).status for _ in range(25)}
    assert statuses == {401, 429}


async def test_groups_give_an_account_only_where_the_settings_say_so(shop_url):
    clock = FakeClock()
    clock.advance(2 * 24 * 3600)  # long after the wrong tries of other tests
    async with provider(now=lambda: clock.now() / 1e6) as fake:
        settings = settings_for(
            shop_url, oidc_issuer=fake.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
            admin_url=f"https://{HOST}", oidc_role_claim="groups", oidc_roles=ROLES,
        )  # fmt: skip
        place = Place(create(settings, clock), clock)
        async with _lifespan(place.service.asgi):
            new = {"sub": f"n-{shop_url}", "email": "yaa@example.com", "email_verified": True, "name": "Yaa"}
            for groups, status in (([], 403), (["others"], 403), (["ai-writers", "others"], 303)):
                fake.person = {**new, "groups": groups}
                assert (await Browser(place, fake).sign_in()).status == status
            found = await place.service.store.database.fetch(
                "SELECT role FROM admin_person WHERE email = $1", new["email"]
            )
            assert found == [("editor",)]


async def test_a_provider_that_does_not_answer_leaves_the_password(shop_url):
    changes = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "admin_url": f"https://{HOST}"}
    place = Place(create(settings_for(shop_url, **changes), FakeClock()), FakeClock())
    async with _lifespan(place.service.asgi):
        answer = await place.visitor().get(START)
        assert answer.status == 503 and "sign in with your password" in text(answer)


async def test_a_description_of_another_issuer_is_not_followed(shop_url):
    async with provider(described_as="https://evil.example") as fake:
        changes = {"oidc_issuer": fake.url, "oidc_client_id": CLIENT, "admin_url": f"https://{HOST}"}
        place = Place(create(settings_for(shop_url, **changes), FakeClock()), FakeClock())
        async with _lifespan(place.service.asgi):
            assert (await place.visitor().get(START)).status == 503


async def test_without_a_provider_there_is_no_such_page(place):
    assert (await place.visitor().get(START)).status == 401
    assert START not in (await place.visitor().get("/admin/")).body.decode()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"OIDC_ISSUER": "http://id.example.com"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example.com"}, "OIDC_CLIENT_ID"),
        ({"OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "x"}, "ADMIN_URL"),
        ({"OIDC_ROLES": "ai-admins"}, "OIDC_ROLES"),
        ({"OIDC_ROLES": "ai-admins=owner", "OIDC_ROLE_CLAIM": "groups"}, "OIDC_ROLES"),
        ({"OIDC_ROLES": "ai-admins=admin"}, "OIDC_ROLE_CLAIM"),
    ],
)
async def test_settings_that_do_not_fit_together_stop_the_start(given, named):
    with pytest.raises(SettingsError, match=named):
        Settings.from_environ(given)


async def test_who_cancels_at_the_provider_is_told_so_and_may_try_again(browser):
    browser.provider.refuses = "access_denied"
    answer = await browser.sign_in()
    assert answer.status == 401 and not browser.inside
    assert "Accra ID did not let you in. It was cancelled or refused there." in text(answer)
    browser.provider.refuses = ""
    assert (await browser.sign_in()).status == 303 and browser.inside
