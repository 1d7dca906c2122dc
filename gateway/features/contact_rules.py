"""How often and when somebody who owes may be contacted, so that reminding never becomes hounding.

At most 3 contacts in 7 days, 3 days between two of them, on working days only, between 8 in the morning and 7 in the
evening. Reminders of every channel and about every invoice count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.domain.evidence import Json
from gateway.domain.records import Invoice, Reminder
from gateway.features.wording import count
from gateway.features.working_days import holiday, is_working_day, long_date, weekday_name

MOST_PER_WEEK = 3
DAYS_BETWEEN = 3
FROM_TIME, UNTIL_TIME = "08:00", "19:00"
ANSWERED = frozenset({"REACHED", "PROMISED", "PAID", "ANSWERED"})
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The days of contacts within the last week, the last one ever, and how many about the open debt went unanswered.

    Two reminders on one day about two invoices are one contact.
    """

    recent: tuple[date, ...]
    last: date | None
    unanswered: int

    def may_contact(self, day: date) -> bool:
        """Return whether another contact on that day keeps to both limits."""
        if self.last is not None and (day - self.last).days < DAYS_BETWEEN:
            return False
        return sum(1 for made in self.recent if day - made < _WEEK) < MOST_PER_WEEK

    def next_allowed(self, day: date) -> date:
        """Return the first working day from `day` on that keeps to the limits."""
        while not (is_working_day(day) and self.may_contact(day)):
            day += timedelta(days=1)
        return day

    def why_not(self, day: date) -> str | None:
        """Return why nobody should be contacted on that day; None when it is allowed."""
        if not is_working_day(day):
            return f"{long_date(day)} is {holiday(day) or weekday_name(day)}"
        if self.may_contact(day):
            return None
        if self.last is not None and (day - self.last).days < DAYS_BETWEEN:
            return f"the last contact was on {long_date(self.last)}, less than {DAYS_BETWEEN} days ago"
        return f"there were {count(len(self.recent), 'contact')} in the last 7 days"


def read_contacts(reminders: Sequence[Reminder], overdue: Sequence[Invoice], as_of: date) -> Contacts:
    """Read the contacts up to `as_of`; `overdue` are the invoices that are overdue now.

    Without rows the invoices' own `reminder_count` and `last_reminder_sent` stand in for them.
    """
    days = sorted({reminder.date for reminder in reminders if reminder.date <= as_of})
    ids, since = {invoice.id for invoice in overdue}, min((i.due_date for i in overdue), default=as_of)
    about = [r for r in reminders if r.invoice in ids or (not r.invoice and r.date > since)]
    unanswered = len({r.date for r in about if r.outcome.upper() not in ANSWERED})
    if not days:
        days = sorted({i.last_reminder_sent for i in overdue if i.last_reminder_sent and i.last_reminder_sent <= as_of})
        unanswered = max((i.reminder_count for i in overdue), default=0)
    return Contacts(tuple(day for day in days if as_of - day < _WEEK), days[-1] if days else None, unanswered)


def advice(contacts: Contacts, as_of: date) -> dict[str, Json]:
    """Return the `contact` part of an answer: whether today is allowed, else when next, and why."""
    day, reason = contacts.next_allowed(as_of), contacts.why_not(as_of)
    hours = f"between {FROM_TIME} and {UNTIL_TIME}"
    text = f"Send it today, {hours}." if reason is None else f"Wait until {long_date(day)}, {hours}: {reason}."
    return {
        "allowed_today": reason is None,
        "next_allowed_date": day.isoformat(),
        "from_time": FROM_TIME,
        "until_time": UNTIL_TIME,
        "contacts_last_7_days": len(contacts.recent),
        "max_contacts_per_week": MOST_PER_WEEK,
        "advice": text,
    }
