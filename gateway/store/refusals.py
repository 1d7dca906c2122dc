"""The store's refusals in words."""

from datetime import UTC, datetime

from gateway.domain.ledger import Claim
from gateway.errors import FieldError, QuotaExceeded, ValidationFailed


def quota_exceeded(claim: Claim, used: int, now: int) -> QuotaExceeded:
    """Return the refusal for a used-up meter: how much, until when, and what helps sooner."""
    resets_at = datetime.fromtimestamp(claim.quota_window.resets_at / 1e6, UTC).isoformat().replace("+00:00", "Z")
    return QuotaExceeded(
        f"The plan allows {claim.quota_limit} of `{claim.meter}`; {used} are used. Wait until {resets_at} or upgrade.",
        headers={"Retry-After": str(max(1, -(-(claim.quota_window.resets_at - now) // 1_000_000)))},
        extensions={
            "meter": claim.meter,
            "limit": claim.quota_limit,
            "used": used,
            "resets_at": resets_at,
        },
    )


def request_id_used() -> ValidationFailed:
    """Return the refusal for a request id that this business has used before."""
    return ValidationFailed(
        "This X-Request-Id was used before. Leave it out or send a new one with each request.",
        errors=[FieldError("/headers/X-Request-Id", "must be new")],
    )
