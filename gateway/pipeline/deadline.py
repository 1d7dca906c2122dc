"""One deadline for a whole request, handed to every attempt."""

from dataclasses import dataclass

from gateway.pipeline.ask import Ask
from gateway.ports import Clock

BACKGROUND_MS = 30_000
"""How long an answer may take that nobody waits for."""


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


def deadline_ms(ask: Ask, longest: int) -> int:
    """Return how long all attempts of a request may take; `longest` is what the service allows in the foreground."""
    return BACKGROUND_MS if ask.background else min(ask.feature.deadline_ms, longest)
