"""A budget for further attempts: in a brown-out every caller would try again, and the model would see the load doubled.

The bucket gains a tenth of an attempt with every request and three attempts a second; each attempt after a request's
first takes one. An empty bucket means that the rules answer at once.
"""

from collections.abc import Callable

SHARE_OF_REQUESTS = 0.1
PER_SECOND = 3.0
MOST = 40.0


class RetryBudget:
    """One process's further attempts; instants are monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since = now()
        self._left = MOST

    def request(self) -> None:
        """Count a request's first attempt."""
        self._left = min(MOST, self._left + SHARE_OF_REQUESTS)

    def take(self) -> bool:
        """Return whether one more attempt may be made, and count it."""
        now = self._now()
        self._left = min(MOST, self._left + PER_SECOND * max(0.0, now - self._since))
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
