"""Every refusal the service can answer with, one class per stable code.

GatewayError
├── BadRequest 400            malformed
├── Unauthenticated 401       unauthenticated
├── Forbidden 403             forbidden · not_in_plan
├── NotFound 404              not_found · method_not_allowed (405)
├── Conflict 409              feature_disabled · idempotency_conflict · conflict (the admin)
├── PayloadTooLarge 413       payload_too_large
├── UnsupportedMediaType 415  unsupported_media_type
├── Unprocessable 422         validation_failed · insufficient_data · constraints_infeasible
│                             language_not_supported · idempotency_mismatch · injection_blocked
├── TooMany 429               quota_exceeded · rate_limited
└── Unavailable 503           not_ready · upstream_unavailable (streams that had begun)

Budget used up, opted out, model down, too slow, invalid or ungrounded are not errors:
they answer 200 from the rules with `meta.degraded` (see `gateway.domain.answer.Degraded`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: `pointer` is a JSON Pointer (RFC 6901) or `line N: /field`, `message` says what is wanted."""

    pointer: str
    message: str


@dataclass(eq=False)
class GatewayError(Exception):
    """A refusal with an RFC 9457 status and a stable code; `detail` is a sentence that says what to do."""

    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, object] = field(default_factory=dict)

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class Malformed(GatewayError):
    """The body is not the JSON that RFC 8259 and our limits allow."""

    status, code, title = 400, "malformed", "The request body cannot be read"


class Unauthenticated(GatewayError):
    """No key, or one that is unknown or revoked; all three look the same from outside."""

    status, code, title = 401, "unauthenticated", "A valid API key is needed"


class Forbidden(GatewayError):
    """The key is good but its scopes do not cover this feature group."""

    status, code, title = 403, "forbidden", "This key may not do that"


class NotInPlan(GatewayError):
    """The business's plan does not hold this feature."""

    status, code, title = 403, "not_in_plan", "The plan does not include this feature"


class NotFound(GatewayError):
    """There is no such thing for this business; another business's record looks the same."""

    status, code, title = 404, "not_found", "Not found"


class MethodNotAllowed(GatewayError):
    """The path exists, but not with this method."""

    status, code, title = 405, "method_not_allowed", "Method not allowed"


class FeatureDisabled(GatewayError):
    """An operator or the business has switched the feature off."""

    status, code, title = 409, "feature_disabled", "The feature is switched off"


class IdempotencyConflict(GatewayError):
    """The first request with this Idempotency-Key is still running."""

    status, code, title, retryable = 409, "idempotency_conflict", "The same request is still running", True


class Conflict(GatewayError):
    """The thing is in another state than this change expects: somebody was faster, or a step comes first."""

    status, code, title = 409, "conflict", "This cannot be done in the present state"


class IdempotencyMismatch(GatewayError):
    """The Idempotency-Key was used before with another payload."""

    status, code, title = 422, "idempotency_mismatch", "The Idempotency-Key belongs to another request"


class PayloadTooLarge(GatewayError):
    """The body is larger than the route accepts."""

    status, code, title = 413, "payload_too_large", "The body is too large"


class UnsupportedMediaType(GatewayError):
    """The Content-Type is not the one the route reads."""

    status, code, title = 415, "unsupported_media_type", "Unsupported media type"


class ValidationFailed(GatewayError):
    """Well-formed, but one or more fields are wrong; each is named in `errors`."""

    status, code, title = 422, "validation_failed", "Some fields are wrong"


class InsufficientData(GatewayError):
    """There are too few records for any honest answer."""

    status, code, title = 422, "insufficient_data", "Not enough data for an honest answer"


class ConstraintsInfeasible(GatewayError):
    """No answer can satisfy the given constraints; the detail names the two that clash."""

    status, code, title = 422, "constraints_infeasible", "The constraints exclude every answer"


class LanguageNotSupported(GatewayError):
    """No reviewed template set exists for this language."""

    status, code, title = 422, "language_not_supported", "The language is not supported yet"


class InjectionBlocked(GatewayError):
    """The free text tries to give orders to the model beyond doubt."""

    status, code, title = 422, "injection_blocked", "The text was refused"


class QuotaExceeded(GatewayError):
    """The plan's calendar quota is used up; carries `Retry-After` and an upgrade hint."""

    status, code, title, retryable = 429, "quota_exceeded", "The plan's quota is used up", True


class RateLimited(GatewayError):
    """Too many calls in a short time; carries `Retry-After`."""

    status, code, title, retryable = 429, "rate_limited", "Too many requests", True


class NotReady(GatewayError):
    """The store cannot take a durable reservation now, so nothing was sent."""

    status, code, title, retryable = 503, "not_ready", "The service cannot answer now", True


class UpstreamUnavailable(GatewayError):
    """A stream that had begun could not be finished; used as the SSE event `error`."""

    status, code, title, retryable = 503, "upstream_unavailable", "The model stopped answering", True


def all_errors() -> tuple[type[GatewayError], ...]:
    """Return every concrete refusal, sorted by status and code; docs and OpenAPI are made from it."""
    return tuple(sorted(GatewayError.__subclasses__(), key=lambda e: (e.status, e.code)))
