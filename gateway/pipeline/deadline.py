"""One deadline for a whole request, handed to every attempt."""

from dataclasses import dataclass

from gateway.ports import Clock


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant on the monotonic clock, in seconds."""

    clock: Clock
    at: float

    @classmethod
    def after(cls, clock: Clock, started: float, milliseconds: int) -> "Deadline":
        """Return the deadline of a request that began at `started` (monotonic seconds)."""
        return cls(clock, started + milliseconds / 1000)

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self.at - self.clock.monotonic())
