"""What the support chat answers from: documents, a question tried on them, and conversations that wait for a person."""

from litestar.handlers import HTTPRouteHandler

from admin.noting import line, note
from admin.web.faces import Context, Done, Visit, action, found, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.errors import NotFound
from gateway.store.conversations import Ticket

PAGE = Page("Knowledge and chats", "/admin/knowledge", "Customers", 30, "book")
HERE = "/admin/knowledge"
SHARED = "*"
BEST = 5
MOST = 500


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page, one conversation, and closing it."""
    chat = "/knowledge/chats/{business:str}/{ticket:str}"
    return [
        *view(office, "/knowledge", "knowledge.html", load),
        *view(office, chat, "chat.html", load_chat, role="admin"),
        *action(office, f"{chat}/close", close, role="admin"),
    ]


async def load(visit: Visit) -> Context:
    """Return the documents of a business or of all, the passages that fit a question, and open conversations."""
    office, everyone = visit.office, visit.office.site.snapshots.current.businesses
    business = visit.query("business", SHARED)
    if business != SHARED and business not in everyone:
        raise NotFound("There is no such business. Choose one of the list.")
    question = visit.query("question").strip()[:MOST]
    store = office.store.knowledge
    tickets = await office.store.conversations.tickets()
    return {
        "business": business,
        "businesses": sorted(((each.id, each.name) for each in everyone.values()), key=lambda pair: pair[1].lower()),
        "documents": await store.documents(business),
        "question": question,
        "passages": await store.search(business, question, BEST) if question else [],
        "tickets": [(ticket, _name(office, ticket.business_id)) for ticket in tickets],
    }


async def load_chat(visit: Visit) -> Context:
    """Return what was said in a conversation that waits for a person; that somebody read it is noted."""
    office, ticket = visit.office, await _ticket(visit)
    await note(visit, "chat.read", ticket.ticket_ref, business=ticket.business_id)
    turns = await office.store.conversations.messages(ticket.business_id, ticket.conversation_id)
    return {"ticket": ticket, "business": _name(office, ticket.business_id), "turns": list(turns)}


async def close(visit: Visit) -> Done:
    """Take a conversation off the list once a person has answered."""
    ticket = await _ticket(visit)
    noted = line(visit, "chat.close", ticket.ticket_ref, business=ticket.business_id)
    await visit.office.store.conversations.close_ticket(ticket.business_id, ticket.ticket_ref, line=noted)
    return Done(f"{ticket.ticket_ref} is closed.", HERE, {"ticket": ticket.ticket_ref})


async def _ticket(visit: Visit) -> Ticket:
    business, wanted = visit.path["business"], visit.path["ticket"]
    tickets = await visit.office.store.conversations.tickets(limit=MOST)
    match = (each for each in tickets if (each.business_id, each.ticket_ref) == (business, wanted))
    ticket: Ticket = found(next(match, None), "open conversation")
    return ticket


def _name(office: Office, business_id: str) -> str:
    business = office.site.snapshots.current.business(business_id)
    return business.name if business else business_id
