"""Who may work here: invite, change a role, let in and out. Nobody gives more than they have, nor to themselves."""

from dataclasses import dataclass

from admin.access import Refused, clean_email, clean_name
from gateway.domain.staff import ROLES, Person, Role, covers
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.store.admin_access import INVITE_LIFE, LINK_LIFE, AdminAccess
from gateway.store.database import ConstraintViolation
from gateway.store.people import LastAdmin, People


@dataclass(frozen=True, slots=True)
class Office:
    """The two stores that these acts need."""

    people: People
    sessions: AdminAccess


async def invite(office: Office, by: Person, *, email: str, name: str, role: str) -> str:
    """Add somebody and return the secret of a link that lets them set a password within seven days.

    Raises Refused for a role above one's own and ValidationFailed.
    """
    granted, address = _grantable(by, role), clean_email(email)
    try:
        person_id = await office.people.invite(address, clean_name(name), granted, by.email)
    except ConstraintViolation:
        said = "This address has an account already; change its role instead."
        raise ValidationFailed(said, [FieldError("/email", "is taken")]) from None
    return await office.sessions.new_link(granted, person_id=person_id, by=by.email, life=INVITE_LIFE)


async def new_password_link(office: Office, by: Person, person_id: str) -> str:
    """Return the secret of a link with which somebody sets a new password. Raises Refused and NotFound."""
    person = await _other(office, by, person_id)
    life = LINK_LIFE if person.has_password else INVITE_LIFE
    return await office.sessions.new_link(person.role, person_id=person.id, by=by.email, life=life)


async def change_role(office: Office, by: Person, person_id: str, role: str) -> Person:
    """Give somebody another role. Raises Refused, NotFound and ValidationFailed."""
    granted, person = _grantable(by, role), await _other(office, by, person_id)
    try:
        await office.people.change_role(person, granted, by.email)
    except LastAdmin:
        raise _last_admin() from None
    return person


async def set_active(office: Office, by: Person, person_id: str, active: bool) -> Person:
    """Let somebody out at once, or in again. Raises Refused and NotFound."""
    person = await _other(office, by, person_id)
    try:
        await office.people.set_active(person, active, by.email)
    except LastAdmin:
        raise _last_admin() from None
    return person


def _grantable(by: Person, role: str) -> Role:
    if role not in ROLES:
        raise ValidationFailed(f"Choose a role: {', '.join(ROLES)}.", [FieldError("/role", "is not known")])
    if not covers(by.role, role):
        raise Refused(403, "You cannot give more than you have", f"Your own role is “{by.role}”.")
    return role


async def _other(office: Office, by: Person, person_id: str) -> Person:
    person = await office.people.get(person_id)
    if person is None:
        raise NotFound("There is no such person.")
    if person.id == by.id:
        raise Refused(409, "This is your own account", "Somebody else has to change it, so that nobody locks up alone.")
    if not covers(by.role, person.role):
        raise Refused(403, "This person's role is above yours", "Ask an administrator.")
    return person


def _last_admin() -> Refused:
    return Refused(409, "This is the last administrator", "Make somebody else an administrator first.")
