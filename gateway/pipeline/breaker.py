"""A circuit breaker per model: closed → open after a bad stretch → half open for probes → closed.

It opens when at least half of 20 or more attempts within 10 s failed, and at once when the provider says that the key
or the account is the trouble. Refusals, bad requests and rate limits are no sign of a sick model and do not count.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.domain.reply import Fault

WINDOW_S = 10.0
MIN_ATTEMPTS = 20
FAILURE_SHARE = 0.5
OPEN_S = 30.0
PROBES = 5

_COUNTS = frozenset({Fault.TIMEOUT, Fault.CONNECTION, Fault.SERVER_ERROR, Fault.INVALID})
_OPENS_AT_ONCE = frozenset({Fault.AUTHENTICATION, Fault.QUOTA_EXHAUSTED, Fault.MODEL_GONE})


@dataclass(slots=True)
class Breaker:
    """One model's state; all instants are monotonic seconds."""

    jitter: Callable[[], float]
    attempts: deque[tuple[float, bool]] = field(default_factory=deque)
    open_until: float | None = None
    probes_left: int = 0
    probing_since: float = 0.0

    def allows(self, now: float) -> bool:
        """Return whether an attempt may go on; in the half-open state this takes one of the probes."""
        if self.open_until is None:
            return True
        if now < self.open_until:
            return False
        if self.probes_left == 0 and now >= self.probing_since + WINDOW_S:
            self.probes_left = PROBES  # probes whose callers went away never reported back
        if self.probes_left == 0:
            return False
        self.probing_since = now
        self.probes_left -= 1
        return True

    def succeeded(self, now: float) -> None:
        """Count a good answer; one good probe closes the breaker."""
        if self.open_until is not None:
            self.open_until = None
            self.attempts.clear()
        self._count(now, ok=True)

    def failed(self, now: float, fault: Fault) -> None:
        """Count a failed attempt, and open when that was one too many."""
        if fault in _OPENS_AT_ONCE or (self.open_until is not None and fault in _COUNTS):
            self._open(now)
            return
        if fault not in _COUNTS:
            if self.open_until is not None:
                self.probes_left += 1
            return
        self._count(now, ok=False)
        bad = sum(not ok for _, ok in self.attempts)
        if len(self.attempts) >= MIN_ATTEMPTS and bad >= FAILURE_SHARE * len(self.attempts):
            self._open(now)

    def state(self, now: float) -> str:
        """Return `closed`, `open` or `half_open`."""
        if self.open_until is None:
            return "closed"
        return "open" if now < self.open_until else "half_open"

    def _count(self, now: float, *, ok: bool) -> None:
        self.attempts.append((now, ok))
        while self.attempts and self.attempts[0][0] < now - WINDOW_S:
            self.attempts.popleft()

    def _open(self, now: float) -> None:
        self.open_until = now + OPEN_S * (0.9 + 0.2 * self.jitter())
        self.probes_left = PROBES
        self.attempts.clear()


class Breakers:
    """The breakers of all models in this process."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        self._jitter = jitter
        self._by_model: dict[str, Breaker] = {}

    def of(self, model: str) -> Breaker:
        """Return the model's breaker, made on first use."""
        if (breaker := self._by_model.get(model)) is None:
            breaker = self._by_model[model] = Breaker(self._jitter)
        return breaker
