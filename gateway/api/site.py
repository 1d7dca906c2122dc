"""What the HTTP handlers need; made by `app.py`."""

from dataclasses import dataclass

from gateway.pipeline.kit import Kit
from gateway.store.audit import AuditLog
from gateway.store.businesses import Businesses
from gateway.store.database import Database
from gateway.store.records import RecordStore
from gateway.store.snapshot import Snapshots
from gateway.store.usage import UsageQueries


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
    max_body_bytes: int
    max_records_bytes: int
    version: str
