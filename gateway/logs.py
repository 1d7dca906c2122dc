"""Structured log lines by allow-list: a field that is not named here never reaches a sink."""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec
import structlog

# fmt: off
ALLOWED = frozenset({
    "event", "level", "timestamp", "logger", "request_id", "method", "route", "status", "duration_ms", "feature",
    "model", "fault", "attempt", "reason", "kind", "place", "count", "seconds", "table", "backend", "version",
    "port", "url_scheme", "error", "cause", "reservations", "job_id",
})
# fmt: on
_UNHEARD: ContextVar[bool] = ContextVar("unheard", default=False)
_encode = msgspec.json.Encoder(enc_hook=lambda value: type(value).__name__).encode


class _StandardError:
    """Standard error as it is when a line is written: it may have been replaced since the start."""

    def write(self, line: bytes) -> int:
        return sys.stderr.buffer.write(line)

    def flush(self) -> None:
        sys.stderr.buffer.flush()


def configure(level: str) -> None:
    """Send lines at `level` and above to standard error, one JSON object each."""
    structlog.configure(
        processors=[
            drop_unheard,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(serializer=lambda event, **_: _encode(event)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.BytesLoggerFactory(_StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )


@contextmanager
def silent() -> Iterator[None]:
    """Write none but critical lines while the block runs; a logger that has written before goes on as it did."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def unheard() -> Iterator[None]:
    """Write no lines of what this task does in the block, while the rest of the process goes on writing its own."""
    token = _UNHEARD.set(True)
    try:
        yield
    finally:
        _UNHEARD.reset(token)


def drop_unheard(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the event, unless it is of a task that is not to be heard. Raises DropEvent."""
    if _UNHEARD.get() and method != "critical":
        raise structlog.DropEvent
    return event


def only_allowed(logger: Any, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Return the event without any field that is not on the list; an exception becomes its type's name."""
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    if "error" in kept and not isinstance(kept["error"], str):
        kept["error"] = type(kept["error"]).__name__
    return kept
