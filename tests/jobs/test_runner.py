"""The runner ends each job once, tries again what broke, and says what became of it."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field

import pytest

from gateway.domain.jobs import NewJob
from gateway.errors import InsufficientData, NotReady
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Daily, Every, JobKind, Outcome, Retry, TryLater, job_kinds
from gateway.jobs.runner import Runner
from gateway.jobs.schedule import Scheduler, due_turns
from gateway.store.database import Statement
from tests.fakes import NOON
from tests.service import SANKOFA, Served
from tests.waiting import PATIENCE_S, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOUR = 3_600_000_000


@dataclass
class Hand:
    """A handler that does what its script says, step by step."""

    steps: list[object] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)

    async def __call__(self, context: JobContext, job):
        self.seen.append(job.attempt)
        step = self.steps.pop(0) if self.steps else Outcome()
        if isinstance(step, Exception):
            raise step
        return await step(context, job) if callable(step) else step


def runner(served: Served, hand, name="test", **options) -> Runner:
    kind = JobKind(name, hand, **options)
    return Runner(served.service.tools, {name: kind}, dice=lambda: 0.5)


async def state(served: Served, job_id: str):
    view = await served.store.jobs.get(SANKOFA, job_id)
    return view.state, view.attempts, json.loads(view.outcome or b"{}")


async def ask(served: Served, name="test", **more) -> str:
    return (await served.store.jobs.add(SANKOFA, NewJob(name, **more))).id


async def test_a_result_and_the_errors_of_its_items_are_kept(still: Served):
    hand = Hand([Outcome({"a": 1}, [{"index": 3, "code": "not_found"}])])
    job_id = await ask(still, total=7)
    assert await runner(still, hand).drain() == 1
    wanted = {"result": {"a": 1}, "errors": [{"index": 3, "code": "not_found"}], "error": None}
    assert await state(still, job_id) == ("completed", 1, wanted)
    view = await still.store.jobs.get(SANKOFA, job_id)
    assert (view.done, view.total) == (7, 7)


async def test_what_breaks_is_tried_again_after_its_pause_and_then_a_dead_letter(still: Served):
    hand = Hand([RuntimeError("Ama Mensah"), NotReady("later"), TryLater("busy"), RuntimeError("again")])
    job_id = await ask(still)
    working = runner(still, hand, retry=Retry((10, 20)))
    assert await working.drain() == 1
    still.clock.advance(9)
    assert await working.drain() == 0
    still.clock.advance(1)
    assert await working.drain() == 1
    still.clock.advance(20)
    assert await working.drain() == 1
    still.clock.advance(9999)
    assert await working.drain() == 0
    how, attempts, outcome = await state(still, job_id)
    assert (how, attempts, outcome["error"]["code"]) == ("dead", 3, "job_failed")
    assert "Mensah" not in json.dumps(outcome)
    assert hand.seen == [1, 2, 3]


async def test_a_refusal_for_good_ends_the_job_with_its_problem(still: Served):
    hand = Hand([InsufficientData("There are no sales yet.")])
    job_id = await ask(still)
    await runner(still, hand).drain()
    how, _, outcome = await state(still, job_id)
    assert (how, outcome["error"]["code"], outcome["error"]["status"]) == ("failed", "insufficient_data", 422)
    assert outcome["error"]["detail"] == "There are no sales yet."


async def test_waiting_without_counting_uses_up_no_attempt(still: Served):
    hand = Hand([TryLater("busy", seconds=1, uncounted=True)] * 5)
    job_id = await ask(still)
    working = runner(still, hand, retry=Retry(()))
    for _ in range(6):
        await working.drain()
        still.clock.advance(1)
    assert (await state(still, job_id))[0] == "completed"


async def test_a_database_that_is_not_ready_delays_a_job_and_loses_none(still: Served, monkeypatch):
    """Locked or full, while jobs are looked for and while one ends."""
    jobs, hand, refused = still.store.jobs, Hand(), []
    assert jobs is still.service.tools.jobs
    for step in ("claim", "end"):
        monkeypatch.setattr(jobs, step, not_ready_twice(getattr(jobs, step), refused))
    job_id = await ask(still, "delayed")
    working = runner(still, hand, "delayed")
    working.start()

    async def done():
        still.clock.advance(31)  # leases of what could not be ended run out
        working._awake.set()
        return (await state(still, job_id))[0] == "completed"

    await eventually(done)
    await working.close(grace_s=PATIENCE_S)
    assert len(refused) == 4
    assert len(hand.seen) > 1, "whose end was refused was not done again"


def not_ready_twice(step, refused):
    """Return a step of the queue that the database refuses twice."""
    left = [None, None]

    async def tried(*args, **kwargs):
        if left:
            refused.append(left.pop())
            raise NotReady("The database is locked, or its disk is full.")
        return await step(*args, **kwargs)

    return tried


async def test_a_job_that_takes_its_process_with_it_each_time_is_laid_aside(still: Served):
    job_id = await ask(still)
    working = runner(still, Hand(), retry=Retry((1,)))
    for _ in range(2):
        assert await still.store.jobs.claim("died", ("test",), 1)
        still.clock.advance(61)
    await working.drain()
    assert (await state(still, job_id))[0] == "dead"


async def test_a_handler_that_never_ends_is_stopped(still: Served):
    async def for_ever(context, job):
        await asyncio.sleep(99)

    job_id = await ask(still)
    await runner(still, Hand([for_ever]), timeout_s=0.05, retry=Retry(())).drain()
    assert (await state(still, job_id))[0] == "dead"


async def test_a_cancelled_job_stops_at_its_next_step_and_leaves_nothing(still: Served):
    async def cancelled_meanwhile(context, job):
        await still.store.jobs.cancel(SANKOFA, job.id)
        await context.progress(1, 2)
        raise AssertionError("went on")

    job_id = await ask(still)
    await runner(still, Hand([cancelled_meanwhile])).drain()
    assert (await state(still, job_id))[0] == "cancelled"


async def test_stopping_puts_back_what_is_not_finished(still: Served):
    began = asyncio.Event()

    async def long(context, job):
        began.set()
        await asyncio.sleep(99)

    job_id = await ask(still, "long")
    working = runner(still, Hand([long]), "long")
    working.start()
    await asyncio.wait_for(began.wait(), PATIENCE_S)
    await working.close(grace_s=0.01)
    assert (await state(still, job_id))[:2] == ("queued", 0)
    await still.store.jobs.cancel(SANKOFA, job_id)


async def test_a_public_kind_tells_job_completed_once_and_others_tell_nothing(still: Served):
    for public in (True, False):
        name = f"public-{public}"
        job_id = await ask(still, name)
        await runner(still, Hand(), name, public=public).drain()
        once = hashlib.sha256(job_id.encode()).hexdigest()
        told = await still.store.database.fetch("SELECT id FROM event WHERE dedupe_key = $1", once)
        assert len(told) == public


async def test_what_a_handler_wants_written_is_written_with_the_end(still: Served):
    def effect():
        yield Statement("INSERT INTO revision (name, n) VALUES ($1, 1)", ("an effect of a job",))

    hand = Hand([TryLater("first", seconds=0, then=[]), Outcome(then=[effect])])
    await ask(still)
    await runner(still, hand).drain()
    rows = await still.store.database.fetch("SELECT n FROM revision WHERE name = $1", "an effect of a job")
    assert [row[0] for row in rows] == [1]


async def test_an_answer_of_a_job_is_asked_and_charged_once_however_often_it_runs(still: Served):
    body = {"product_name": "Lamp", "category": "Home", "attributes": {"colour": "white"}, "tone": "casual"}
    answers: list[bytes] = []

    async def answering(context, job):
        answers.append((await context.answer("product_description", body, step="a")).body)
        raise TryLater("once more", seconds=0) if len(answers) < 3 else StopAsyncIteration

    before = len(await still.usage())
    await ask(still)
    await runner(still, Hand([answering] * 3), retry=Retry((1, 1))).drain()
    assert len(answers) == 3 and len(set(answers)) == 1
    assert len(await still.usage()) == before + 1


async def test_kinds_are_found_by_their_files():
    kinds = job_kinds()
    assert {"feature_answer", "deliver_webhook"} <= kinds.keys()
    for kind in kinds.values():
        assert kind.retry.attempts >= 1


async def test_a_days_turn_comes_once_in_the_businesss_own_time_zone(still: Served):
    businesses = await still.store.businesses.list()
    lagos = [type(b)(b.id, b.name, b.plan, "Africa/Lagos") for b in businesses[:1]]
    night = NOON - 10 * HOUR + HOUR  # 03:00 in Accra, 04:00 in Lagos
    daily = JobKind("daily", Hand(), schedule=Daily(4, per_business=True))
    assert list(due_turns([daily], lagos, night)) == [("daily", lagos[0].id, "2026-11-20")]
    assert list(due_turns([daily], [type(b)(b.id, b.name, b.plan) for b in lagos], night)) == []
    assert list(due_turns([daily], lagos, night + 7 * HOUR)) == []
    often = JobKind("often", Hand(), schedule=Every(60))
    assert len({next(iter(due_turns([often], [], NOON + s * 1_000_000)))[2] for s in range(120)}) == 2


async def test_schedulers_of_many_processes_put_each_turn_there_once(still: Served):
    kind = JobKind("turning", Hand(), schedule=Every(3600))
    schedulers = [Scheduler(still.service.tools, [kind]) for _ in range(3)]
    assert sum([await scheduler.run() for scheduler in schedulers]) == 3
    assert await schedulers[0].run() == 0
    rows = await still.store.database.fetch("SELECT COUNT(*) FROM job WHERE kind = 'turning'")
    assert rows[0][0] == 1
