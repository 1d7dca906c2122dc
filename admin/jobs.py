"""Background work of the admin: runs of drafts, planned releases, and the watch over canaries."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from admin import lifecycle
from admin.access import Refused
from admin.asking import EvalLedger, budget_of, live_bench, refuse_unless_askable, today_of
from admin.bench import MODEL, UNANSWERED, Bench, Side, answered, suite_of
from admin.canary import why_halt, why_turned
from admin.committing import commit_kind
from admin.life import Life, Where
from admin.replaying import flips, replay_cases
from admin.wording import parsed
from evals.suite import Case, Suite
from evals.verdict import MIN_CASES
from evals.workbench import Workbench
from gateway.adapters.offline_model import OfflineModel
from gateway.app import feature_modules, offline_rules
from gateway.domain.events import Event
from gateway.domain.jobs import Job
from gateway.errors import GatewayError
from gateway.jobs.context import JobContext, Tools
from gateway.jobs.kinds import Every, JobKind, Outcome
from gateway.library.catalog import PromptVersion
from gateway.library.problems import LibraryError
from gateway.store.admin_access import THE_SERVICE
from gateway.store.canaries import Canaries, Canary
from gateway.store.drafts import Drafts
from gateway.store.eval_budget import CapReached
from gateway.store.eval_runs import EvalCase, EvalRun, EvalRuns
from gateway.store.examples import Examples
from gateway.store.releases import NotPassed, Releases
from gateway.store.samples import Samples

WATCH_EVERY_S = 15
SPAN = 40_000_000
"""How far back a later look at decisions reaches, in microseconds: a little more than from one look to the next."""
COMPARED = 40
REPLAYED = 200
"""How many kept requests a replay asks again."""
ASKED_AT_MOST = 2
"""How often a model that does not answer is asked for one case before the run stops."""


def life_of(tools: Tools) -> Life:
    """Return the stores of a prompt's life, from a job's tools."""
    database, clock = tools.database, tools.kit.clock
    return Life(
        catalog=tools.kit.catalog, policy=tools.kit.policy, clock=clock,
        releases=Releases(database, clock, tools.snapshots.refresh), snapshots=tools.snapshots,
        drafts=Drafts(database, clock), runs=EvalRuns(database, clock, tools.sealer),
        canaries=Canaries(database, clock), jobs=tools.jobs, events=tools.events,
        samples=Samples(database, clock, tools.sealer),
    )  # fmt: skip


def kinds(bench: Bench) -> tuple[JobKind, ...]:
    """Return the kinds of the admin's jobs; `bench` is where examples are run."""

    async def run(context: JobContext, job: Job) -> Outcome:
        return await _run(context, job, bench)

    async def watch(context: JobContext, _: Job) -> Outcome:
        return await _watch(context, bench)

    return (
        JobKind("prompt_run", run, timeout_s=3600.0),
        JobKind("prompt_release", _release),
        commit_kind(bench.settings),
        JobKind("canary_watch", watch, schedule=Every(WATCH_EVERY_S)),
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run works through: two versions, the cases, and the workbench that asks them."""

    run: EvalRun
    prompt: PromptVersion
    live: PromptVersion | None
    suite: Suite | None
    cases: tuple[Case, ...]
    bench: Workbench


async def _silent(done: int, total: int) -> None:
    """Take no note of progress."""


async def _run(context: JobContext, job: Job, bench: Bench) -> Outcome:
    await carry_out(context.tools, life_of(context.tools), str(job.payload["run"]), bench, context.progress)
    return Outcome()


async def carry_out(
    tools: Tools, life: Life, run_id: str, bench: Bench, progress: Callable[[int, int], Awaitable[None]] = _silent
) -> None:
    """Ask every case of a run that is not done yet of both versions, keep each at once, and judge at the end."""
    run = await life.runs.get(run_id)
    if run is None or run.state not in ("queued", "running"):
        return
    try:
        trial = await _trial(tools, life, run, bench)
    except (LibraryError, GatewayError) as error:
        await life.runs.end(run.id, "failed", "", {"why": str(error)[:500]})
        return
    if not await life.runs.begin(
        run.id, len(trial.cases), trial.suite.hash if trial.suite else "replay", run.model or MODEL
    ):
        return
    done = {case.number for case in await life.runs.known(run.id)}
    for case in trial.cases:
        if case.index in done:
            continue
        try:
            kept = await _case(trial, case, tools)
        except (CapReached, Refused, _Silence) as stopped:
            await life.runs.end(run.id, "failed", "", {"why": str(stopped)})
            return
        done.add(case.index)
        if not await life.runs.keep(run.id, kept, len(done)):
            return
        await progress(len(done), len(trial.cases))
    await _finish(life, trial)


async def _trial(tools: Tools, life: Life, run: EvalRun, bench: Bench) -> Trial:
    feature = life.feature(run.feature)
    found = parsed(run.body, feature, life.catalog, life.policy)
    if found.prompt is None:
        raise LibraryError(found.problems)
    live = life.catalog.by_hash.get(run.live_hash)
    if run.kind == "replay":
        workbench = _asking(tools, run, bench, _shop_floor(tools, await bench.workbench()))
        samples = await life.samples.newest(run.feature, REPLAYED)
        if workbench.chosen:
            samples = [each for each in samples if _may_be_sent(tools, each.business_id, run.feature)]
        return Trial(run, found.prompt, live, None, tuple(replay_cases(samples)), workbench)
    suite = suite_of(run.feature, await Examples(tools.database, life.clock).of(run.feature))
    if suite is None:
        raise LibraryError([])
    return Trial(run, found.prompt, live, suite, suite.cases, _asking(tools, run, bench, await bench.workbench()))


def _asking(tools: Tools, run: EvalRun, bench: Bench, workbench: Workbench) -> Workbench:
    """Return the workbench that asks the run's model, paid by whoever started it; the rules where it names none."""
    if run.model in ("", MODEL):
        return workbench
    budget = budget_of(tools.database, tools.kit.clock, bench.settings)
    return live_bench(workbench, tools.kit, run.model, EvalLedger(budget, run.started_by, run.model, tools.kit.clock))


def _may_be_sent(tools: Tools, business_id: str, feature: str) -> bool:
    """Tell whether a business's kept requests may go to a model now: it is here, and has not opted out since."""
    business = tools.snapshots.current.business(business_id)
    if business is None or tools.snapshots.opted_out(business_id, feature):
        return False
    plan = tools.kit.policy.plans.get(business.plan)
    return plan is not None and tools.kit.catalog.features[feature].mode(plan) == "ai"


def _shop_floor(tools: Tools, bench: Workbench) -> Workbench:
    """Return a workbench over the businesses' own records, for requests that they really made."""
    rules = offline_rules(bench.catalog, feature_modules(bench.catalog), tools.snapshots.live)
    return replace(
        bench, businesses=tools.snapshots.current.businesses, records=tools.records, model=OfflineModel(rules),
        clock=tools.kit.clock, knowledge=tools.kit.knowledge,
    )  # fmt: skip


class _Silence(Exception):
    """The model does not answer: what it would have said is not known, so no case may be judged by it."""


async def _asked(trial: Trial, case: Case, prompt: PromptVersion, tools: Tools) -> Side:
    """Return an answer, asked for again where the model was silent. Raises _Silence when it stays so."""
    for _ in range(ASKED_AT_MOST):
        side = await answered(trial.bench, case, prompt, tools.kit.policy)
        if side.source != UNANSWERED:
            return side
    said = f"{trial.bench.chosen} does not answer at the moment, so the run waits before “{case.description}”. "
    raise _Silence(said + "What was found is kept; go on when the model answers again.")


async def _case(trial: Trial, case: Case, tools: Tools) -> EvalCase:
    if trial.bench.chosen:
        refuse_unless_askable(tools.kit, trial.prompt, trial.bench.chosen, today_of(tools.kit.clock))
    draft = await _asked(trial, case, trial.prompt, tools)
    live = await _asked(trial, case, trial.live, tools) if trial.live else None
    turned = flips(live.body if live else {}, draft.body, trial.prompt) if live else []
    if trial.run.kind == "replay":
        # Answers hold names; what a replay needs of them is which decisions turned and what they cost.
        detail: dict[str, Any] = {"flips": turned, "draft": _figures(draft), "live": _figures(live) if live else None}
        fine = draft.source not in ("error", "rules") or (live is not None and draft.source == live.source)
        return EvalCase(case.index, case.description, fine, True, bool(turned), detail)
    detail = {
        "flips": turned, "draft": draft.kept(), "live": live.kept() if live else None,
        "request": dict(case.vars.get("request", {})), "slice": case.slice, "must": case.zero_tolerance,
    }  # fmt: skip
    changed = live is not None and (live.text != draft.text or live.passed != draft.passed)
    return EvalCase(case.index, case.description, draft.passed, live.passed if live else False, changed, detail)


def _figures(side: Side) -> Mapping[str, Any]:
    kept = side.kept()
    return {key: kept[key] for key in ("source", "degraded", "cost", "latency_ms", "input_tokens", "output_tokens")}


async def _finish(life: Life, trial: Trial) -> None:
    cases = await life.runs.cases(trial.run.id)
    figures = summary(cases)
    outcome = ""
    if trial.suite is not None:
        broken = [case.name for case in cases if case.detail.get("must") and not case.passed]
        figures |= {"zero_tolerance_failed": broken, "threshold": trial.suite.threshold}
        outcome = judged(figures, trial.suite.threshold)
    run = await life.runs.get(trial.run.id)
    draft = await life.drafts.get(trial.run.draft_id) if trial.run.draft_id else None
    if run and draft and draft.content_hash == run.content_hash and run.kind == "examples":
        prompt = life.catalog.by_hash.get(run.content_hash) or replace(trial.prompt, version=draft.version or 1)
        # Before the run is closed: a process that dies in between finds it open, and comes here again.
        await lifecycle.record_run(life, prompt, replace(run, state="completed", outcome=outcome, figures=figures))
    if not await life.runs.end(trial.run.id, "completed", outcome, figures):
        return
    if run and outcome == "failed":
        data = {"feature": run.feature, "version": draft.version if draft else None, "model": run.model}
        await life.events.tell(THE_SERVICE, Event("eval.failed", run.id, data))


def summary(cases: list[EvalCase]) -> dict[str, Any]:
    """Return the sums of a run's cases: how many pass, got worse or better, turned, and what each side takes."""

    def total(side: str, key: str) -> int:
        return sum(int((case.detail.get(side) or {}).get(key, 0)) for case in cases)

    turned: dict[str, int] = {}
    for case in cases:
        for flip in case.detail.get("flips", []):
            turned[flip] = turned.get(flip, 0) + 1
    return {
        "cases": len(cases),
        "passed": sum(case.passed for case in cases),
        "live_passed": sum(case.live_passed for case in cases),
        "worse": sum(case.live_passed and not case.passed for case in cases),
        "better": sum(case.passed and not case.live_passed for case in cases),
        "changed": sum(case.changed for case in cases),
        "flips": turned,
        "cost": total("draft", "cost"), "live_cost": total("live", "cost"),
        "latency_ms": total("draft", "latency_ms"), "live_latency_ms": total("live", "latency_ms"),
        "tokens": total("draft", "input_tokens") + total("draft", "output_tokens"),
        "live_tokens": total("live", "input_tokens") + total("live", "output_tokens"),
    }  # fmt: skip


def judged(figures: Mapping[str, Any], threshold: float) -> str:
    """Return the outcome: nothing got worse, what must never fail holds, enough pass, and there are enough cases."""
    if figures["worse"] or figures["zero_tolerance_failed"] or figures["passed"] < threshold * figures["cases"]:
        return "failed"
    return "passed" if figures["cases"] >= MIN_CASES else "not_enough_evidence"


async def _turned(tools: Tools, life: Life, canary: Canary, bench: Bench) -> str:
    """Ask kept requests of both versions: at first the newest ones, then those that came since the last look."""
    new, old = life.catalog.by_hash.get(canary.content_hash), life.catalog.by_hash.get(canary.baseline_hash)
    if new is None or old is None:
        return ""
    now = life.clock.now()
    since = 0 if now - canary.started_at < SPAN else now - SPAN
    samples = [each for each in await life.samples.newest(canary.feature, COMPARED) if each.created_at > since]
    if not samples:
        return ""
    floor, turned = _shop_floor(tools, await bench.workbench()), 0
    for case in replay_cases(samples):
        mine = await answered(floor, case, new, tools.kit.policy)
        usual = await answered(floor, case, old, tools.kit.policy)
        turned += bool(flips(usual.body, mine.body, new))
    return why_turned(turned, len(samples))


async def _release(context: JobContext, job: Job) -> Outcome:
    """Carry out a planned release, if every check still holds."""
    life = life_of(context.tools)
    plan = await life.canaries.planned(str(job.payload["plan"]))
    if plan is None or plan.state != "waiting":
        return Outcome()
    where = Where(plan.label, plan.target)
    try:
        await lifecycle.release_draft(life, plan.planned_by, plan.draft_id, where, plan.note, plan.id)
    except (NotPassed, GatewayError, Refused) as error:
        await life.canaries.end_plan(plan.id, "failed", str(error)[:300])
    return Outcome()


async def _watch(context: JobContext, bench: Bench) -> Outcome:
    """Halt every canary that does worse than what it is compared with, or turns decisions."""
    life = life_of(context.tools)
    await life.canaries.mend()
    for canary in await life.canaries.watched():
        ours, theirs = await life.canaries.figures(canary)
        if said := why_halt(ours, theirs) or await _turned(context.tools, life, canary, bench):
            await lifecycle.halt_canary(life, canary, said)
    return Outcome()
