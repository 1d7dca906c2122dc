"""A clock for golden cases: it stands while this machine works and runs while a model is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.ports import Clock


class ModelTime:
    """One request's clock; a deadline taken from it does not depend on how fast the machine is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at = clock.monotonic()
        self._asked_at: float | None = None

    def now(self) -> int:
        """Return the wall clock in microseconds since the epoch (UTC)."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Return the seconds of models since the request began, from an arbitrary start."""
        return self._at if self._asked_at is None else self._at + self._clock.monotonic() - self._asked_at

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clock run until the block ends."""
        self._asked_at = self._clock.monotonic()
        try:
            yield
        finally:
            self._at, self._asked_at = self.monotonic(), None
