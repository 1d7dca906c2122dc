"""What the HTTP handlers need; made by `app.py`."""

from dataclasses import dataclass

from gateway.adapters.webhook_sender import WebhookSender
from gateway.pipeline.kit import Kit
from gateway.store.alert_outcomes import AlertOutcomeStore
from gateway.store.audit import AuditLog
from gateway.store.businesses import Businesses
from gateway.store.database import Database
from gateway.store.feedback import FeedbackStore
from gateway.store.idempotency import IdempotencyKeys
from gateway.store.jobs import Jobs
from gateway.store.records import RecordStore
from gateway.store.snapshot import Snapshots
from gateway.store.usage import UsageQueries
from gateway.store.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Site:
    """The joined service as the edge sees it. Limits are in bytes; `version` is the package's."""

    kit: Kit
    database: Database
    snapshots: Snapshots
    businesses: Businesses
    records: RecordStore
    usage: UsageQueries
    audit: AuditLog
    jobs: Jobs
    webhooks: Webhooks
    feedback: FeedbackStore
    alert_outcomes: AlertOutcomeStore
    idempotency: IdempotencyKeys
    sender: WebhookSender
    max_body_bytes: int
    max_records_bytes: int
    version: str
