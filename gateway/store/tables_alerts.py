"""Alerts as Piccolo sees them: what was told, and what people said of it."""

from piccolo.columns import BigInt, Bytea, Text
from piccolo.table import Table


class CreditAlert(Table, tablename="credit_alert"):
    """The last credit alert that a business was told of a customer. Key: business, customer."""

    business_id = Text(primary_key=True)
    customer_id = Text()
    alert_id = Text()
    severity = Text()
    alerted_on = Text()
    created_at = BigInt()


class AlertOutcome(Table, tablename="alert_outcome"):
    """What a person said of an alert on an unusual pattern. Key: business, alert."""

    business_id = Text(primary_key=True)
    alert_id = Text()
    pattern = Text()
    outcome = Text()
    comment = Bytea(null=True)
    user_hash = Text()
    created_at = BigInt()
