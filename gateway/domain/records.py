"""POS records, named as the files and keys of the JSON Lines format; unknown columns are refused.

Money is `Decimal` in the business's currency, dates are business-local, date-times are UTC.
An optional column may be absent. The `business` column of a pushed row is accepted and must be the caller's.
"""

from datetime import date, datetime
from decimal import Decimal
from math import inf

import msgspec

SERVICES = frozenset(("service", "services", "repair", "repairs", "labour", "hour", "hours", "job", "session"))
"""Units and categories of work that is sold: no stock is kept of it."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Any row of any table."""

    business: str | None = None


class Storefront(Record, frozen=True):
    """A shop or yard of the business."""

    id: str
    name: str
    location: str = ""


class Employee(Record, frozen=True):
    """Someone who sells; the name never enters a prompt."""

    id: str
    name: str
    storefront: str | None = None
    role: str = ""
    till: str = ""
    is_active: bool = True


class Supplier(Record, frozen=True):
    """Where products come from, and how long that takes (days)."""

    id: str
    name: str
    lead_time_days: float = 7.0
    lead_time_sd_days: float = 2.0


class Product(Record, frozen=True):
    """A catalogue entry with its prices and the counted stock, which is None where none is kept."""

    id: str
    name: str
    sku: str = ""
    category: str = ""
    unit: str = ""
    unit_cost: Decimal = Decimal(0)
    retail_price: Decimal = Decimal(0)
    wholesale_price: Decimal = Decimal(0)
    supplier: str | None = None
    is_active: bool = True
    current_stock: float | None = None
    on_order: float = 0
    created_at: datetime | None = None

    @property
    def is_service(self) -> bool:
        """Whether it is work rather than goods, by its unit or category: nothing of it can run out."""
        return self.unit.strip().lower() in SERVICES or self.category.strip().lower() in SERVICES

    @property
    def keeps_stock(self) -> bool:
        """Whether its units are counted: what is not can be sold, and nothing is known of how much is left."""
        return self.current_stock is not None and not self.is_service

    @property
    def stock(self) -> float:
        """The units counted; 0 where none are."""
        return self.current_stock or 0.0 if self.keeps_stock else 0.0

    @property
    def available(self) -> float:
        """Units that can be sold today; without limit where they are not counted."""
        return self.stock if self.keeps_stock else inf


class PriceChange(Record, frozen=True):
    """A price valid from that day on. Key: product and date."""

    product: str
    date: date
    retail_price: Decimal
    wholesale_price: Decimal | None = None


class Customer(Record, frozen=True):
    """Someone who buys, perhaps on credit (`credit_terms_days`, limit in the business's currency)."""

    id: str
    name: str
    contact_person: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    customer_type: str = "RETAIL"
    credit_limit: Decimal = Decimal(0)
    credit_terms_days: int = 30
    credit_blocked: bool = False
    outstanding_balance: Decimal = Decimal(0)
    is_active: bool = True
    preferred_language: str = "en"
    created_at: datetime | None = None


class Invoice(Record, frozen=True):
    """A receivable. `original_amount = amount_paid + amount_outstanding`."""

    id: str
    customer: str
    issue_date: date
    due_date: date
    original_amount: Decimal
    amount_paid: Decimal = Decimal(0)
    amount_outstanding: Decimal = Decimal(0)
    status: str = "PENDING"
    invoice_number: str = ""
    sale: str | None = None
    currency: str | None = None
    reminder_count: int = 0
    last_reminder_sent: date | None = None


class Payment(Record, frozen=True):
    """Money received against an invoice."""

    id: str
    invoice: str
    customer: str
    amount: Decimal
    payment_date: date
    payment_method: str = ""


class Reminder(Record, frozen=True):
    """A contact about an invoice. Key: invoice, customer, date and channel."""

    customer: str
    date: date
    invoice: str = ""
    channel: str = ""
    outcome: str = ""


class SaleItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One line of a sale; price and cost are per unit."""

    product: str
    quantity: float
    unit_price: Decimal
    cost_price: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)


class Sale(Record, frozen=True):
    """A sale with its lines; cancelled ones never count as revenue."""

    id: str
    created_at: datetime
    total_amount: Decimal
    storefront: str | None = None
    user: str | None = None
    customer: str | None = None
    receipt_number: str = ""
    type: str = "RETAIL"
    status: str = "COMPLETED"
    subtotal: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    amount_refunded: Decimal = Decimal(0)
    payment_type: str = ""
    is_credit_sale: bool = False
    override_by: str | None = None
    cancelled_at: datetime | None = None
    currency: str | None = None
    items: tuple[SaleItem, ...] = ()


class Refund(Record, frozen=True):
    """Money given back, on the refund's own day."""

    id: str
    amount: Decimal
    created_at: datetime
    user: str | None = None
    storefront: str | None = None
    reason: str = ""
    status: str = ""
    sale: str | None = None


class StockMovement(Record, frozen=True):
    """Units in or out (signed). Key: product, date, type and reference."""

    product: str
    date: date
    type: str
    quantity: float
    reference: str = ""


TABLES: dict[str, type[Record]] = {
    "storefronts": Storefront,
    "employees": Employee,
    "suppliers": Supplier,
    "products": Product,
    "price_changes": PriceChange,
    "customers": Customer,
    "invoices": Invoice,
    "payments": Payment,
    "reminders": Reminder,
    "sales": Sale,
    "refunds": Refund,
    "stock_movements": StockMovement,
}
"""Table name in the API → row type."""
