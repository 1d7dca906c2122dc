"""Forgets a customer or user: every table, the caches and the shop's records; the result is a signed receipt."""

from typing import Any

from gateway.domain.events import Event
from gateway.domain.jobs import Job
from gateway.domain.ledger import AuditEntry
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import JobKind, Outcome
from gateway.pipeline.meta import instant
from gateway.store import audit
from gateway.store.audit import canonical
from gateway.store.database import Script
from gateway.store.erasing import erase
from gateway.store.holdings import Subject, holdings
from gateway.store.records_erasing import forget, marks_of


async def run(context: JobContext, job: Job) -> Outcome:
    """Erase, then sign what was erased where. A second run for the same person finds nothing and says so."""
    subject = await _subject(context, job)
    places = holdings()
    counts: dict[str, int] = {}
    for done, holding in enumerate(places):
        gone = await erase(context.tools.database, context.tools.sealer, holding, subject, spare=(job.id,))
        counts[holding.table] = gone
        await context.progress(done, len(places) + 2)
    counts["answer_cache"] += await context.tools.cache.forget(job.business_id, subject.id, subject.marks)
    await context.progress(len(places) + 1, len(places) + 2)
    # Last, since the names in the records are how the rest is found: a run that was cut off begins again.
    records = await context.tools.database.run(forget, job.business_id, subject.type, subject.id)
    for table, rows in records.items():
        counts[table] = counts.get(table, 0) + rows
    receipt = _receipt(context, job, subject, counts)
    return Outcome(result=receipt, then=[lambda: _told(context, job, receipt)])


async def _subject(context: JobContext, job: Job) -> Subject:
    kind, subject_id = job.payload["subject"]["type"], job.payload["subject"]["id"]
    user_hash = context.tools.kit.sign("user", f"{job.business_id}|{subject_id}") if kind == "user" else ""
    marks = await marks_of(context.tools.database, job.business_id, kind, subject_id)
    # An id of a letter or two would be found in every text.
    telling = tuple(mark for mark in marks if len(mark) >= 4)
    return Subject(job.business_id, kind, subject_id, user_hash, telling)


def _receipt(context: JobContext, job: Job, subject: Subject, counts: dict[str, int]) -> dict[str, Any]:
    """Return the receipt: it names the person by a keyed hash only; `signature` covers the JSON of all before it."""
    body = {
        "receipt_id": job.id,
        "business_id": job.business_id,
        "subject": {"type": subject.type, "hash": context.tools.kit.sign("erased", f"{job.business_id}|{subject.id}")},
        "requested_at": instant(job.created_at),
        "completed_at": instant(context.now()),
        "rows": sum(counts.values()),
        "tables": {table: count for table, count in sorted(counts.items()) if count},
    }
    signature, public_key = context.tools.sealer.sign_publicly(canonical(body))
    return {**body, "algorithm": "Ed25519", "public_key": public_key, "signature": signature}


def _told(context: JobContext, job: Job, receipt: dict[str, Any]) -> Script[None]:
    data = {"job_id": job.id, "subject_type": receipt["subject"]["type"], "rows": receipt["rows"]}
    yield from context.tools.events.emit(job.business_id, Event("privacy.erased", job.id, data))
    details = {"rows": receipt["rows"], "subject": receipt["subject"]["hash"]}
    entry = AuditEntry(job.business_id, str(job.payload["by"]), "privacy.erased", job.id, context.now(), details)
    yield from audit.append(entry)


KIND = JobKind("erasure", run, public=True)
