"""What every process does without; the first thing that a command loads."""

import sys


def _load_structlog() -> None:
    """Load structlog without rich, which it would load to draw tracebacks; this service logs none.

    With what rich takes along, that is 6 MiB of every process.
    """
    if sys.modules.keys().isdisjoint({"rich", "structlog"}):
        sys.modules["rich"] = None  # type: ignore[assignment]
        try:
            import structlog  # noqa: F401
        finally:
            del sys.modules["rich"]


_load_structlog()
