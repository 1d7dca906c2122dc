"""One's own account: password, one-time codes, sessions on other devices, and tokens for scripts."""

from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from admin.access import Refused, no_cookie, session_derived, session_of
from admin.passwords import new_totp_secret, refuse_weak, totp_address
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.office import Office
from admin.web.qr import qr_path
from gateway.domain.staff import WHAT_A_ROLE_MAY_DO
from gateway.errors import FieldError, NotFound, ValidationFailed

HERE = "/admin/account"
SETUP = "totp setup"


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the account page and what can be done there."""
    return [
        *view(office, "/account", "account.html", load),
        *action(office, "/account/password", change_password, role="viewer"),
        *action(office, "/account/codes", switch_codes, role="viewer"),
        *action(office, "/account/sessions/end", end_session, role="viewer"),
        *action(office, "/account/token", make_token, role="viewer"),
        *action(office, "/account/look", choose_look, role="viewer"),
    ]


async def load(visit: Visit) -> Context:
    """Return the person's sessions and, where codes are off, a secret to set them up with.

    It stays the same in this session until a code of it was used, so that a mistyped code does not make the entry that
    is in the app by then a wrong one.
    """
    who, session = visit.who, session_of(visit.request)
    found = await visit.office.access.people.secrets(who.email)
    seed = session_derived(visit.request, f"one-time codes of {who.id}, {found.totp_step if found else 0}")
    secret = "" if who.has_totp else new_totp_secret(seed)
    return {
        "may": WHAT_A_ROLE_MAY_DO[who.role],
        "sessions": await visit.office.access.sessions.sessions(who.id),
        "current": session.id if session else "",
        "secret": secret,
        "secret_shown": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "secret_address": totp_address(secret, who.email) if secret else "",
        "code": _code(totp_address(secret, who.email)) if secret else None,
    }


def _code(address: str) -> tuple[int, str] | None:
    """Return the QR code of an address, None for one that is too long for it: then people type the secret."""
    try:
        return qr_path(address)
    except ValueError:
        return None


async def change_password(visit: Visit) -> Done:
    """Set a new password; everybody signed in with the old one, also here, has to sign in again."""
    await _check_password(visit)
    password = visit.fields.get("password", "")
    refuse_weak(password, visit.who.email.partition("@")[0], visit.who.name)
    access = visit.office.access
    await access.people.set_password(visit.who, await access.passwords.hashed(password), visit.who.email)
    return Done("Your password was changed. Sign in with the new one.", HERE)


async def switch_codes(visit: Visit) -> Done:
    """Ask for one-time codes at sign-in from now on, or stop asking."""
    await _check_password(visit)
    people = visit.office.access.people
    secret = visit.text("secret")
    if visit.who.has_totp:
        await people.set_totp(visit.who, None, visit.who.email)
        return Done("Signing in asks for no one-time code any more.", HERE)
    if not (16 <= len(secret) <= 64 and secret.isalnum()):
        raise ValidationFailed("The page was too old. Reload it.", [FieldError("/secret", "is no secret")])
    if not await visit.office.access.right_code(visit.who, secret, visit.text("code")):
        said = "The code did not match. Wait for the next one and type it at once; the phone's clock must be right."
        raise ValidationFailed(said, [FieldError("/code", "is not the one that belongs to this secret now")])
    await people.set_totp(visit.who, secret, visit.who.email)
    return Done("From now on signing in asks for a one-time code.", HERE)


async def end_session(visit: Visit) -> Done:
    """End one of one's own sessions."""
    if not await visit.office.access.sessions.end(visit.text("session"), visit.who):
        raise NotFound("This session has ended already.")
    return Done("That session has ended.", HERE)


async def make_token(visit: Visit) -> Done:
    """Make a token for scripts; it may do what its owner may, and ends after twelve hours."""
    await _check_password(visit)
    token = await visit.office.access.sessions.open_session(visit.who, "api")
    said = f"Your token, shown once: {token}"
    return Done(said, HERE, {"token": token})


async def choose_look(visit: Visit) -> Done:
    """Choose light, dark or what the system says, in this browser."""
    look = visit.text("look")
    if look not in ("light", "dark"):
        return Done("The admin looks as your system says.", HERE, cookies=(no_cookie("__Host-theme"),))
    year = 365 * 24 * 3600
    cookie = Cookie(
        key="__Host-theme", value=look, path="/", secure=True, httponly=True, samesite="lax", max_age=year
    )  # fmt: skip
    return Done(f"The admin is {look} in this browser from now on.", HERE, cookies=(cookie,))


async def _check_password(visit: Visit) -> None:
    access = visit.office.access
    found = await access.people.secrets(visit.who.email)
    if not await access.passwords.right(found.password if found else None, visit.fields.get("current", "")):
        raise Refused(403, "The current password did not match", "Go back and type your current password again.")
