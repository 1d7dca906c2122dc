"""Tables of the pushed POS records; one row is keyed by its business and its id.

Amounts are ten-thousandths (BIGINT), days ISO text, instants microseconds since the epoch (UTC).
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "POS records"

TABLES = (
    """CREATE TABLE pos_revision (
        business_id TEXT NOT NULL PRIMARY KEY,
        revision BIGINT NOT NULL
    )""",
    """CREATE TABLE pos_storefronts (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        "name" TEXT NOT NULL,
        location TEXT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_employees (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        "name" TEXT NOT NULL,
        storefront TEXT,
        "role" TEXT NOT NULL,
        till TEXT NOT NULL,
        is_active BOOLEAN NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_suppliers (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        "name" TEXT NOT NULL,
        lead_time_days DOUBLE PRECISION NOT NULL,
        lead_time_sd_days DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_products (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        "day" TEXT,
        "name" TEXT NOT NULL,
        sku TEXT NOT NULL,
        category TEXT NOT NULL,
        unit TEXT NOT NULL,
        unit_cost BIGINT NOT NULL,
        retail_price BIGINT NOT NULL,
        wholesale_price BIGINT NOT NULL,
        supplier TEXT,
        is_active BOOLEAN NOT NULL,
        current_stock DOUBLE PRECISION NOT NULL,
        on_order DOUBLE PRECISION NOT NULL,
        created_at BIGINT,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_price_changes (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        occurrence BIGINT NOT NULL,
        product TEXT NOT NULL,
        "date" TEXT NOT NULL,
        retail_price BIGINT NOT NULL,
        wholesale_price BIGINT,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_customers (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        "day" TEXT,
        "name" TEXT NOT NULL,
        contact_person TEXT NOT NULL,
        phone TEXT NOT NULL,
        email TEXT NOT NULL,
        address TEXT NOT NULL,
        customer_type TEXT NOT NULL,
        credit_limit BIGINT NOT NULL,
        credit_terms_days BIGINT NOT NULL,
        credit_blocked BOOLEAN NOT NULL,
        outstanding_balance BIGINT NOT NULL,
        is_active BOOLEAN NOT NULL,
        preferred_language TEXT NOT NULL,
        created_at BIGINT,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_invoices (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        customer TEXT NOT NULL,
        issue_date TEXT NOT NULL,
        due_date TEXT NOT NULL,
        original_amount BIGINT NOT NULL,
        amount_paid BIGINT NOT NULL,
        amount_outstanding BIGINT NOT NULL,
        "status" TEXT NOT NULL,
        invoice_number TEXT NOT NULL,
        sale TEXT,
        currency TEXT,
        reminder_count BIGINT NOT NULL,
        last_reminder_sent TEXT,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_payments (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        invoice TEXT NOT NULL,
        customer TEXT NOT NULL,
        amount BIGINT NOT NULL,
        payment_date TEXT NOT NULL,
        payment_method TEXT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_reminders (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        occurrence BIGINT NOT NULL,
        customer TEXT NOT NULL,
        "date" TEXT NOT NULL,
        invoice TEXT NOT NULL,
        channel TEXT NOT NULL,
        outcome TEXT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_sales (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        "day" TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        total_amount BIGINT NOT NULL,
        storefront TEXT,
        "user" TEXT,
        customer TEXT,
        receipt_number TEXT NOT NULL,
        "type" TEXT NOT NULL,
        "status" TEXT NOT NULL,
        subtotal BIGINT NOT NULL,
        discount_amount BIGINT NOT NULL,
        amount_refunded BIGINT NOT NULL,
        payment_type TEXT NOT NULL,
        is_credit_sale BOOLEAN NOT NULL,
        override_by TEXT,
        cancelled_at BIGINT,
        currency TEXT,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_sale_items (
        business_id TEXT NOT NULL,
        sale TEXT NOT NULL,
        line BIGINT NOT NULL,
        "day" TEXT NOT NULL,
        product TEXT NOT NULL,
        quantity DOUBLE PRECISION NOT NULL,
        unit_price BIGINT NOT NULL,
        cost_price BIGINT NOT NULL,
        discount_amount BIGINT NOT NULL,
        PRIMARY KEY (business_id, sale, line)
    )""",
    """CREATE TABLE pos_refunds (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        "day" TEXT NOT NULL,
        amount BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        "user" TEXT,
        storefront TEXT,
        reason TEXT NOT NULL,
        "status" TEXT NOT NULL,
        sale TEXT,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE pos_stock_movements (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        occurrence BIGINT NOT NULL,
        product TEXT NOT NULL,
        "date" TEXT NOT NULL,
        "type" TEXT NOT NULL,
        quantity DOUBLE PRECISION NOT NULL,
        reference TEXT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
)

INDEXES = (
    'CREATE INDEX pos_price_changes_product ON pos_price_changes (business_id, product, "date")',
    "CREATE INDEX pos_invoices_customer ON pos_invoices (business_id, customer, issue_date)",
    "CREATE INDEX pos_invoices_day ON pos_invoices (business_id, issue_date)",
    "CREATE INDEX pos_payments_customer ON pos_payments (business_id, customer, payment_date)",
    "CREATE INDEX pos_payments_day ON pos_payments (business_id, payment_date)",
    'CREATE INDEX pos_reminders_customer ON pos_reminders (business_id, customer, "date")',
    'CREATE INDEX pos_reminders_day ON pos_reminders (business_id, "date")',
    'CREATE INDEX pos_sales_customer ON pos_sales (business_id, customer, "day")',
    'CREATE INDEX pos_sales_day ON pos_sales (business_id, "day")',
    'CREATE INDEX pos_sale_items_product ON pos_sale_items (business_id, product, "day")',
    'CREATE INDEX pos_refunds_day ON pos_refunds (business_id, "day")',
    'CREATE INDEX pos_stock_movements_product ON pos_stock_movements (business_id, product, "date")',
    # Few rows name their currency, and only those can be in another one.
    "CREATE INDEX pos_invoices_currency ON pos_invoices (business_id, currency) WHERE currency IS NOT NULL",
    "CREATE INDEX pos_sales_currency ON pos_sales (business_id, currency) WHERE currency IS NOT NULL",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
