"""What happened after `as_of`, taken back out of the rows that the caller pushed later."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import msgspec

from gateway.domain.records import Invoice, Payment, Reminder


@dataclass
class Later:
    """Payments, reminders and new invoices after a day, by invoice; amounts in the business's currency."""

    paid: dict[str, Decimal]
    reminded: Counter[str]
    customers: frozenset[str]
    last_reminders: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, payments: Sequence[Payment], reminders: Sequence[Reminder], invoices: Sequence[Invoice]) -> "Later":
        """Gather rows that are all later than the day."""
        paid: dict[str, Decimal] = {}
        for payment in payments:
            paid[payment.invoice] = paid.get(payment.invoice, Decimal(0)) + payment.amount
        owners = [row.customer for rows in (payments, invoices) for row in rows]
        return cls(paid, Counter(reminder.invoice for reminder in reminders), frozenset(owners))

    @property
    def touches_invoices(self) -> bool:
        """Whether any invoice looked different then."""
        return bool(self.paid or self.reminded)

    def invoice_before(self, invoice: Invoice) -> Invoice:
        """Return the invoice without later payments and reminders; when it was written off is not recorded."""
        if invoice.id in self.reminded:
            count = max(0, invoice.reminder_count - self.reminded[invoice.id])
            last = self.last_reminders.get(invoice.id)
            invoice = msgspec.structs.replace(invoice, reminder_count=count, last_reminder_sent=last)
        if invoice.id not in self.paid:
            return invoice
        paid = max(Decimal("0.00"), invoice.amount_paid - self.paid[invoice.id])
        left = invoice.original_amount - paid
        status = invoice.status if invoice.status in ("WRITTEN_OFF", "IN_COLLECTION") else _status(paid, left)
        return msgspec.structs.replace(invoice, amount_paid=paid, amount_outstanding=left, status=status)


def _status(paid: Decimal, left: Decimal) -> str:
    if left <= 0:
        return "PAID"
    return "PARTIAL" if paid else "PENDING"
