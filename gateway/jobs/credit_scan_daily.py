"""Looks for new credit alerts of every business each morning, at its own six o'clock."""

from gateway.jobs.credit_scan import run
from gateway.jobs.kinds import Daily, JobKind

KIND = JobKind("credit_scan_daily", run, schedule=Daily(6, per_business=True))
