"""People and roles: who may work here, invitations by one-time link, and letting somebody out."""

from litestar.handlers import HTTPRouteHandler

from admin import people as acts
from admin.access import link_address
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.staff import ROLES, WHAT_A_ROLE_MAY_DO

PAGE = Page("People", "/admin/people", "Care", 40, "people")
HERE = "/admin/people"


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the table of people and what can be done with it."""
    return [
        *view(office, "/people", "people.html", load),
        *action(office, "/people/invite", invite, role="admin"),
        *action(office, "/people/{person:str}/role", change_role, role="admin"),
        *action(office, "/people/{person:str}/link", new_link, role="admin"),
        *action(office, "/people/{person:str}/deactivate", deactivate, role="admin"),
        *action(office, "/people/{person:str}/reactivate", reactivate, role="admin"),
    ]


async def load(visit: Visit) -> Context:
    """Return everybody and what each role may do."""
    everybody = await visit.office.access.people.all()
    return {"people": everybody, "roles": [(role, WHAT_A_ROLE_MAY_DO[role]) for role in ROLES]}


async def invite(visit: Visit) -> Done:
    """Add somebody; the answer holds the link to send them."""
    email, name, role = visit.text("email"), visit.text("name"), visit.text("role")
    secret = await acts.invite(_office(visit), visit.who, email=email, name=name, role=role)
    return _with_link(visit, f"{name} was invited. Send this link, it works once within seven days:", secret)


async def new_link(visit: Visit) -> Done:
    """Make a link with which somebody sets a new password."""
    secret = await acts.new_password_link(_office(visit), visit.who, visit.path["person"])
    return _with_link(visit, "Send this link, it works once:", secret)


async def change_role(visit: Visit) -> Done:
    """Give somebody another role."""
    person = await acts.change_role(_office(visit), visit.who, visit.path["person"], visit.text("role"))
    return Done(f"{person.name} is {visit.text('role')} now.", HERE, {"id": person.id, "role": visit.text("role")})


async def deactivate(visit: Visit) -> Done:
    """Let somebody out at once."""
    person = await acts.set_active(_office(visit), visit.who, visit.path["person"], False)
    return Done(f"{person.name} was signed out everywhere and cannot sign in.", HERE, {"id": person.id})


async def reactivate(visit: Visit) -> Done:
    """Let somebody in again."""
    person = await acts.set_active(_office(visit), visit.who, visit.path["person"], True)
    return Done(f"{person.name} can sign in again.", HERE, {"id": person.id})


def _office(visit: Visit) -> acts.Office:
    return acts.Office(visit.office.access.people, visit.office.access.sessions)


def _with_link(visit: Visit, said: str, secret: str) -> Done:
    # The address the browser uses is the one the invited person can use as well.
    scheme = "https" if visit.request.headers.get("x-forwarded-proto") == "https" else visit.request.scope["scheme"]
    address = link_address(f"{scheme}://{visit.request.headers.get('host', '')}", secret)
    return Done(f"{said} {address}", HERE, {"link": address})
