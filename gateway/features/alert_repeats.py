"""Whether an alert is worth telling again: only if it is graver than the last one, or two weeks have passed."""

from datetime import date

from gateway.features.credit_signals import SEVERITIES

AGAIN_AFTER_DAYS = 14


def worth_telling(severity: str, day: date, last_severity: str, last_day: date) -> bool:
    """Return whether an alert of `day` is news beside the last one told about the same customer."""
    if SEVERITIES.index(severity) > SEVERITIES.index(last_severity):
        return day >= last_day
    return (day - last_day).days >= AGAIN_AFTER_DAYS
