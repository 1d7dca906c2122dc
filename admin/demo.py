"""A demo that is alive: a month of real calls by the demo businesses, and prompts in every stage of their life.

Nothing is painted. The calls go through the whole pipeline with a clock set back, answered by the offline rules over
the businesses' own records; versions are written, proven on their examples, approved by somebody else and released.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from admin import lifecycle
from admin.app import create
from admin.bench import MODEL, Bench, suite_of
from admin.jobs import carry_out
from admin.life import Life, Where, life_of
from gateway.adapters.clock import SystemClock
from gateway.app import Service
from gateway.domain.caller import Business
from gateway.domain.staff import Person
from gateway.errors import GatewayError
from gateway.pipeline.answer import answer
from gateway.pipeline.deferred import from_payload
from gateway.ports import Clock
from gateway.settings import Settings
from gateway.store.releases import EVERYONE, PRODUCTION
from gateway.store.retention import purge

DAYS = 30
CALLS_A_DAY = 24
DAY = 86_400_000_000
HOUR = 3_600_000_000
AUTHOR = Person("demo-author", "esi.demo@example.com", "Esi", "editor", True, False, False, 0, None)
REVIEWER = Person("demo-reviewer", "kofi.demo@example.com", "Kofi", "releaser", True, False, False, 0, None)
CHANGES = (
    ("credit_risk", "Warmer words for customers", "Write as one shopkeeper to another: short, warm, without jargon."),
    ("product_description", "Shorter sentences", "Keep every sentence under twenty words."),
)
IN_REVIEW = ("sales_assistant", "Offer one alternative", "Where nothing fits exactly, offer the nearest product first.")
TOO_TIGHT = ("credit_risk", "Half the length")
TRIED = ("credit_risk", "product_description", "sales_assistant", "collection_message")
BUSY = 4
"""So many times as often as the others the prompts that people work on are asked."""


class SetBack:
    """A clock that can be set to another day; it goes on ticking from there, as `real` does."""

    def __init__(self, real: Clock | None = None) -> None:
        self.real: Clock = real or SystemClock()
        self._behind = 0

    def set(self, instant: int) -> None:
        """Let it be `instant` (microseconds) now."""
        self._behind = self.real.now() - instant

    def now(self) -> int:
        """Return the instant that it is here, in microseconds since the epoch (UTC)."""
        return self.real.now() - self._behind

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return self.real.monotonic()


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a demo business, at an instant in microseconds."""

    at: int
    business: Business
    feature: str
    body: dict[str, object]


def before_the_month(days: int = DAYS) -> SetBack:
    """Return a clock that is at the day before the demo's month began, for what was there before it."""
    clock = SetBack()
    clock.set(clock.real.now() - (days + 1) * DAY)
    return clock


async def live_through(settings: Settings, days: int = DAYS) -> int:
    """Open the service with a clock set back and let the demo live; returns how many calls were answered."""
    clock, bench = SetBack(), Bench(settings)
    service = create(replace(settings, jobs_in_process="off", schedules="off", warm_businesses=0), clock, bench)
    async with service.running():
        return await furnish(service, clock, bench, days=days)


async def furnish(service: Service, clock: SetBack, bench: Bench, *, days: int = DAYS, a_day: int = CALLS_A_DAY) -> int:
    """Let the demo live through `days` up to now and return how many calls were answered; once is enough."""
    life = life_of(service.store, service.site.kit.catalog, service.site.kit.policy)
    if await life.drafts.open() or [draft for name in service.site.kit.catalog.features
                                    for draft in await life.drafts.of(name)]:  # fmt: skip
        return 0
    calls = list(_calls(service, clock.real.now(), days, a_day))
    half = len(calls) // 2
    done = await _make(service, clock, calls[:half])
    for feature, title, words in CHANGES:
        if feature in service.site.kit.catalog.features:
            await _released(service, life, bench, feature, title, words)
    done += await _make(service, clock, calls[half:])
    clock.set(clock.real.now() - 2 * HOUR)
    await _in_review(service, life, bench)
    await _failing(service, life, bench)
    await purge(service.store.database, clock.real.now())
    return done


def _calls(service: Service, now: int, days: int, a_day: int) -> Iterator[Call]:
    """Yield requests of the demo businesses in order of time: those of the suites, at shop hours, fewer on Sundays."""
    dice = Random(20261122)  # noqa: S311 - the same demo everywhere
    shops = list(service.site.snapshots.current.businesses.values())
    asked = {name: _requests(name, shops) for name in service.site.kit.catalog.features}
    known = [name for name, bodies in asked.items() if bodies for _ in range(BUSY if name in TRIED else 1)]
    start = now - days * DAY
    for day in range(1, days + 1):  # the last one is today
        weekday = datetime.fromtimestamp((start + day * DAY) / 1e6, UTC).weekday()
        count = round(a_day * (0.4 if weekday == 6 else 1.2 if weekday == 5 else 1.0) * dice.uniform(0.8, 1.2))
        midnight = start + day * DAY - start % DAY
        made = []
        for _ in range(count):
            feature, at = dice.choice(known), midnight + round(dice.uniform(7.5, 19) * HOUR)
            shop, body = dice.choice(asked[feature])
            made.append(Call(at, shop, feature, body))
        yield from sorted((call for call in made if call.at < now), key=lambda call: call.at)


def _requests(feature: str, shops: Sequence[Business]) -> list[tuple[Business, dict[str, object]]]:
    """Return what the examples of a feature ask, each with the shop whose records it asks about."""
    suite = suite_of(feature, [])
    plain = [case for case in suite.cases if "records" not in case.vars and "reply" not in case.vars] if suite else []
    return [
        (shop, dict(case.vars["request"]))
        for case in plain
        if isinstance(case.vars.get("request"), dict)
        for shop in shops
        if shop.name.lower().startswith(str(case.vars.get("business", "")).lower())
    ]


async def _make(service: Service, clock: SetBack, calls: list[Call]) -> int:
    kit, done = service.site.kit, 0
    for number, call in enumerate(calls):
        clock.set(call.at)
        day = datetime.fromtimestamp(call.at / 1e6, UTC).date().isoformat()
        body = {key: value for key, value in call.body.items() if key not in ("as_of", "records")}
        payload = {"feature": call.feature, "body": body, "as_of": day}
        try:
            ask = from_payload(kit, call.business, payload, service.site.records.parse_inline, f"demo-{number}")
            await answer(kit, ask)
        except GatewayError:
            continue  # what another shop's ids or a small plan refuse is refused here as well
        done += 1
    return done


async def _proven(
    service: Service, life: Life, bench: Bench, feature: str, title: str, change: tuple[str, str]
) -> str:  # fmt: skip
    """Write a draft and run its examples; returns its id."""
    draft_id = await lifecycle.start_draft(life, AUTHOR, feature, title)
    draft = await life.draft(draft_id)
    old, new = change
    assert old in draft.body, "the demo's change fits no longer"
    await lifecycle.save_draft(life, AUTHOR, draft_id, draft.edit, draft.body.replace(old, new, 1))
    draft = await life.draft(draft_id)
    prompt, live = life.readable(draft), life.live(feature)
    hashes = (prompt.content_hash, live.content_hash if live else "")
    run_id = await life.runs.new("examples", draft_id, feature, draft.body, hashes, AUTHOR.email, MODEL)
    await carry_out(service.tools, life, run_id, bench)
    return draft_id


def _added(service: Service, feature: str, words: str) -> tuple[str, str]:
    """Return what to replace by what in the YAML, so that more words follow the first line that ends a sentence."""
    newest = service.site.kit.catalog.versions(feature)[-1]
    lines = [line.strip() for line in str(newest.document["messages"][0]["content"]).splitlines()]
    first = next((line for line in lines if line.endswith(".")), lines[0])
    return first, f"{first} {words}"


async def _released(service: Service, life: Life, bench: Bench, feature: str, title: str, words: str) -> None:
    draft_id = await _proven(service, life, bench, feature, title, _added(service, feature, words))
    await lifecycle.ask_for_review(life, AUTHOR, draft_id, "Shop owners asked for it.")
    await lifecycle.approve(life, REVIEWER, draft_id, "Reads better, and nothing got worse.")
    await lifecycle.release_draft(life, REVIEWER.email, draft_id, Where(PRODUCTION, EVERYONE), title)


async def _in_review(service: Service, life: Life, bench: Bench) -> None:
    feature, title, words = IN_REVIEW
    if feature in service.site.kit.catalog.features:
        draft_id = await _proven(service, life, bench, feature, title, _added(service, feature, words))
        await lifecycle.ask_for_review(life, AUTHOR, draft_id, "Please look at the tone.")


async def _failing(service: Service, life: Life, bench: Bench) -> None:
    feature, title = TOO_TIGHT
    if feature not in service.site.kit.catalog.features:
        return
    output = service.site.kit.catalog.versions(feature)[-1].output.raw
    longest = max(_lengths(output), default=0)
    if longest:
        await _proven(service, life, bench, feature, title, (f"maxLength: {longest}", "maxLength: 20"))


def _lengths(schema: Any) -> list[int]:
    if isinstance(schema, Mapping):
        own = [schema["maxLength"]] if isinstance(schema.get("maxLength"), int) else []
        return own + [length for part in schema.values() for length in _lengths(part)]
    return []
