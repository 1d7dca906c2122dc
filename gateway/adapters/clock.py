"""The machine's clocks."""

import time


class SystemClock:
    """Time as the operating system tells it."""

    def now(self) -> int:
        """Return the wall clock in microseconds since the epoch (UTC)."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()
