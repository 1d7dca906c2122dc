"""Which credit alerts a business was told of, so that the same is not told every day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from gateway.domain.events import Event
from gateway.store.database import Database, Script, Statement
from gateway.store.holdings import BOOKS_DAYS, Holding, Until

_SENT = "SELECT customer_id, severity, alerted_on FROM credit_alert WHERE business_id = $1"
_REMEMBER = (
    "INSERT INTO credit_alert (business_id, customer_id, alert_id, severity, alerted_on, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (business_id, customer_id) DO UPDATE SET "
    "alert_id = excluded.alert_id, severity = excluded.severity, alerted_on = excluded.alerted_on, "
    "created_at = excluded.created_at WHERE credit_alert.alerted_on <> excluded.alerted_on "
    "OR credit_alert.severity <> excluded.severity RETURNING alert_id"
)

HOLDINGS = (Holding("credit_alert", Until("created_at", BOOKS_DAYS), key=("customer_id",), customer="customer_id"),)


@dataclass(frozen=True, slots=True)
class SentAlert:
    """The last alert about a customer: how grave it was, and of which business-local day."""

    severity: str
    day: date


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert to tell now; `summary` is one sentence that names the customer."""

    alert_id: str
    customer_id: str
    severity: str
    day: date
    summary: str


async def sent_alerts(business_id: str, database: Database) -> Mapping[str, SentAlert]:
    """Return the last alert about each customer that was ever told of, by customer id."""
    rows = await database.fetch(_SENT, business_id)
    return {str(row[0]): SentAlert(str(row[1]), date.fromisoformat(str(row[2]))) for row in rows}


def remember(business_id: str, alert: NewAlert, now: int, tell: Callable[[str, Event], Script[bool]]) -> Script[None]:
    """Note an alert and tell of it; nothing happens when another scan has told the same of the same day."""
    values = (business_id, alert.customer_id, alert.alert_id, alert.severity, alert.day.isoformat(), now)
    if (yield Statement(_REMEMBER, values)):
        data = {
            "alert_id": alert.alert_id,
            "severity": alert.severity,
            "customer_id": alert.customer_id,
            "summary": alert.summary,
        }
        yield from tell(business_id, Event("credit.alert", alert.alert_id, data))
