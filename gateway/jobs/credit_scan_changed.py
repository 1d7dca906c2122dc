"""Looks for new credit alerts soon after a business's invoices, payments or customers have changed."""

from gateway.jobs.credit_scan import run
from gateway.jobs.kinds import JobKind

KIND = JobKind("credit_scan_changed", run)
