"""Room for calls: each model has its own, so that a slow one starves no other, shared fairly between businesses.

Who finds no free place waits in a fair queue: businesses take turns, and a plan with high priority has more of them. A
business that asks much therefore delays itself before it delays others.
"""

import asyncio
import heapq
from dataclasses import dataclass, field
from itertools import count

from gateway.library.policy_types import Priority

PLACES = 64
"""Calls to one model that one process makes at the same time."""

TURNS = {"high": 4.0, "normal": 1.0}
"""How many turns a business of this priority has for one of the lowest."""

BACKGROUND_TURNS = 0.5


class NoPlace(Exception):
    """No place came free in the time that was left."""


@dataclass(order=True, slots=True)
class _Waiter:
    turn: float
    number: int
    business_id: str = field(compare=False)
    admitted: "asyncio.Future[None]" = field(compare=False)


class Bulkhead:
    """The places of one model in this process."""

    def __init__(self, places: int = PLACES) -> None:
        self._free = places
        self._waiting: list[_Waiter] = []
        self._turns: dict[str, float] = {}
        self._now = 0.0
        self._numbers = count()

    @property
    def waiting(self) -> int:
        """How many calls wait for a place."""
        return len(self._waiting)

    def place(self, business_id: str, priority: Priority, patience: float, *, background: bool = False) -> "Place":
        """Hold a place for the block. Raises NoPlace when none comes free within `patience` seconds."""
        return Place(self, business_id, 1.0 / (BACKGROUND_TURNS if background else TURNS[priority]), patience)

    async def enter(self, business_id: str, step: float, patience: float) -> None:
        """Take a place, which `leave` gives back; `step` is how far a call moves its business's turn."""
        if self._free > 0:
            self._free -= 1
        else:
            await self._wait(business_id, step, patience)

    async def _wait(self, business_id: str, step: float, patience: float) -> None:
        # A business that comes anew joins at the present turn: it neither saves up turns nor pays for the past.
        turn = max(self._now, self._turns.get(business_id, 0.0)) + step
        self._turns[business_id] = turn
        admitted = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiter(turn, next(self._numbers), business_id, admitted))
        try:
            async with asyncio.timeout(patience):
                await admitted
        except BaseException as error:
            if admitted.done() and not admitted.cancelled():  # the place came at the last moment: hand it on
                self.leave()
            admitted.cancel()
            if isinstance(error, TimeoutError):
                raise NoPlace from None
            raise

    def leave(self) -> None:
        """Hand the place to who waits for it, if anybody does."""
        while self._waiting:
            waiter = heapq.heappop(self._waiting)
            if not waiter.admitted.done():
                self._now = waiter.turn
                waiter.admitted.set_result(None)
                return
        self._turns.clear()
        self._free += 1


class Place:
    """One call's place. A class and no generator, since every call to a model goes through it."""

    __slots__ = ("_bulkhead", "_wish")

    def __init__(self, bulkhead: Bulkhead, business_id: str, step: float, patience: float) -> None:
        self._bulkhead, self._wish = bulkhead, (business_id, step, patience)

    async def __aenter__(self) -> None:
        await self._bulkhead.enter(*self._wish)

    async def __aexit__(self, *_: object) -> None:
        self._bulkhead.leave()


class Bulkheads:
    """The bulkheads of all models in this process."""

    def __init__(self, places: int = PLACES) -> None:
        self._places = places
        self._by_model: dict[str, Bulkhead] = {}

    def of(self, model: str) -> Bulkhead:
        """Return the model's bulkhead, made on first use."""
        if (found := self._by_model.get(model)) is None:
            found = self._by_model[model] = Bulkhead(self._places)
        return found
