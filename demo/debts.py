"""Payments, reminders and write-offs of a customer's open invoices."""

from datetime import date

from demo.shop import Shop
from demo.state import Customer, OpenInvoice, Record, money

REMINDER_DAYS = (3, 14, 30)
WRITE_OFF_DAYS = 180


def settle(shop: Shop, customer: Customer, day: date) -> None:
    """Let a day pass over the open invoices of a customer."""
    for invoice in customer.open:
        for due, amount in invoice.plan:
            if due == day:
                _pay(shop, customer, invoice, day, amount)
        late = (day - invoice.due).days
        if day <= shop.plan.as_of and invoice.left > 0 and late in REMINDER_DAYS:
            _remind(shop, customer, invoice, day)
        lost = invoice.left > 0.005 and late == WRITE_OFF_DAYS and customer.behaviour == "defaulter"
        if day <= shop.plan.as_of and lost:
            invoice.record["status"] = "WRITTEN_OFF"
    customer.open = [invoice for invoice in customer.open if invoice.left > 0.005]


def _pay(shop: Shop, customer: Customer, invoice: OpenInvoice, day: date, amount: float) -> None:
    invoice.left = round(invoice.left - amount, 2)
    paid: Record = {"invoice": invoice.record["id"], "date": day.isoformat(), "amount": money(amount)}
    if day > shop.plan.as_of:
        if invoice.issued <= shop.plan.as_of:
            shop.truth["open_invoice_payments"].append(paid)
        return
    shop.records["payments"].append(
        {
            "id": shop.new_id(),
            "business": shop.id,
            "invoice": invoice.record["id"],
            "customer": customer.record["id"],
            "amount": money(amount),
            "payment_date": day.isoformat(),
            "payment_method": shop.random.choices(["MOMO", "CASH", "BANK_TRANSFER", "CHECK"], [5, 3, 2, 1])[0],
        }
    )
    invoice.record.update(
        amount_paid=money(float(invoice.record["original_amount"]) - invoice.left),
        amount_outstanding=money(invoice.left),
        status="PAID" if invoice.left < 0.005 else "PARTIAL",
    )


def _remind(shop: Shop, customer: Customer, invoice: OpenInvoice, day: date) -> None:
    invoice.record["reminder_count"] += 1
    invoice.record["last_reminder_sent"] = day.isoformat()
    channel = shop.random.choice(["SMS", "WHATSAPP", "CALL"])
    silent = customer.behaviour in ("defaulter", "sudden_stop")
    outcome = "NO_RESPONSE" if silent else shop.random.choice(["PROMISED", "NO_RESPONSE", "REACHED"])
    contact: Record = {"business": shop.id, "customer": customer.record["id"], "invoice": invoice.record["id"]}
    shop.records["reminders"].append({**contact, "date": day.isoformat(), "channel": channel, "outcome": outcome})
