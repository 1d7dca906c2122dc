"""Rows of customers who owe, for the tests of collection."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.features.fakes import DEMO_DAY, InlinePos

Row = dict[str, Any]


def customer(id: str = "k1", name: str = "Adwoa Traders", **more: Any) -> Row:
    return {"id": id, "name": name, "customer_type": "WHOLESALE", "credit_limit": "5000.00", **more}


def invoice(id: str, days_late: int, amount: str, *, of: str = "k1", paid: str = "0.00", **more: Any) -> Row:
    """An invoice on 30-day terms whose due date lies `days_late` before the demo day."""
    due = DEMO_DAY - timedelta(days=days_late)
    left = str(Decimal(amount) - Decimal(paid))
    row = {"id": id, "customer": of, "invoice_number": f"INV-{id}", "issue_date": str(due - timedelta(days=30))}
    row |= {"due_date": str(due), "original_amount": amount, "amount_paid": paid, "amount_outstanding": left}
    return row | {"status": "PENDING" if float(left) else "PAID"} | more


def settled(n: int, late: int, *, of: str = "k1", amount: str = "1000.00") -> tuple[list[Row], list[Row]]:
    """`n` paid invoices and their payments, each `late` days after its due date."""
    invoices = [invoice(f"{of}-{i}", 60 + 20 * (n - i), amount, of=of, paid=amount) for i in range(n)]
    payments = [
        {
            "id": f"pay-{row['id']}", "invoice": row["id"], "customer": of, "amount": amount,
            "payment_date": str(date.fromisoformat(row["due_date"]) + timedelta(days=late)),
        }
        for row in invoices
    ]  # fmt: skip
    return invoices, payments


def reminder(days_ago: int, *, of: str = "k1", about: str = "", outcome: str = "NO_RESPONSE") -> Row:
    day = DEMO_DAY - timedelta(days=days_ago)
    return {"customer": of, "invoice": about, "date": str(day), "channel": "SMS", "outcome": outcome}


def shop(*customers: Row, **tables: Any) -> InlinePos:
    return InlinePos.of(customers=list(customers) or [customer()], **tables)


pesewas = st.integers(1, 9_000_000).map(lambda n: f"{n // 100}.{n % 100:02d}") | st.integers(1, 9_000_000).map(
    lambda n: f"{n // 10_000}.{n % 10_000:04d}"
)
"""Amounts of whole pesewas, and of fractions of them."""


@st.composite
def any_shop(draw: st.DrawFn) -> InlinePos:
    """A shop of up to 30 customers with open, part-paid, settled and written-off invoices and some reminders."""
    n = draw(st.integers(0, 30))
    tables: dict[str, list[Row]] = {"invoices": [], "payments": [], "reminders": []}
    for k in range(n):
        of = f"c{k:02d}"
        paid = settled(draw(st.integers(0, 4)), draw(st.integers(-5, 60)), of=of)
        tables["invoices"] += paid[0]
        tables["payments"] += paid[1]
        for i in range(draw(st.integers(0, 3))):
            status = {"status": "WRITTEN_OFF"} if draw(st.integers(0, 9)) == 0 else {}
            late = draw(st.integers(-30, 200))
            tables["invoices"].append(invoice(f"{of}-open{i}", late, draw(pesewas), of=of, **status))
        tables["reminders"] += [reminder(draw(st.integers(0, 40)), of=of) for _ in range(draw(st.integers(0, 3)))]
    people = [customer(f"c{k:02d}", f"Shop number {k}", credit_blocked=draw(st.booleans())) for k in range(n)]
    return InlinePos.of(customers=people, **tables)
