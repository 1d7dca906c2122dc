"""Work for later: what the table keeps of it, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

JobState = Literal["queued", "running", "completed", "failed", "dead", "cancelled"]
"""`failed`: it was refused for good and says why; `dead`: every attempt broke, an operator may start it again."""

FINISHED: frozenset[JobState] = frozenset({"completed", "failed", "dead", "cancelled"})


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be done once for each (business, kind, `dedupe_key`); without a key always.

    `payload` and whatever comes of the job rest encrypted. `run_at` is in microseconds since the epoch; 0 is now.
    `subjects` are keyed hashes of the people it is about; `scope` is what a key needs to see it.
    """

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    dedupe_key: str | None = None
    run_at: int = 0
    priority: int = 0
    total: int = 1
    scope: str = ""
    subjects: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its handler sees it: `attempt` is 1 at the first try; `owner` is this try's claim on it."""

    business_id: str
    id: str
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    owner: str
    created_at: int


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as callers see it; `outcome` is JSON bytes of `{result, errors, error}` once it has ended."""

    id: str
    kind: str
    state: JobState
    done: int
    total: int
    attempts: int
    scope: str
    request_hash: str
    outcome: bytes | None
    created_at: int
    finished_at: int | None
