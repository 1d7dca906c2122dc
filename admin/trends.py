"""How a prompt has done day by day: who answered, what had to be repaired, cost, time and tokens, with its releases."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from admin.web.chart import COUNT, MILLISECONDS, Axis, Stacked, cedis, stacked
from admin.web.money import Cost, cost
from admin.web.office import Office
from admin.web.rendering import plural, shown_day
from gateway.domain.answer import DegradedReason, Source
from gateway.store.prompt_hours import PromptDay, PromptHours
from gateway.store.releases import EVERYONE, PRODUCTION, ReleaseLine

DAYS = 30
ASKED = (Source.MODEL, Source.OFFLINE)
"""Who takes time to answer: the cache and the rules would only make the average look good."""


ANSWERED = (
    (Source.MODEL, "a model"), (Source.OFFLINE, "the offline rules"), (Source.CACHE, "the cache"),
    (Source.RULES, "the rules"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day. `latency_ms` is the average of answers that were worked out, None without one."""

    day: date
    calls: int
    by: Mapping[Source, int]
    repaired: int
    ungrounded: int
    cost: Cost
    latency_ms: int | None
    input_tokens: int
    output_tokens: int
    released: str


@dataclass(frozen=True, slots=True)
class Trends:
    """The days, their charts with titles and what each says of itself when it is empty."""

    days: list[Day]
    charts: list[tuple[str, str, Stacked, str]]
    calls: int


async def trends(office: Office, feature: str, history: Iterable[ReleaseLine]) -> Trends:
    """Return the last 30 UTC days of a feature."""
    today = office.today()
    since = today - timedelta(days=DAYS - 1)
    flags = _released(history)
    rows: dict[date, list[PromptDay]] = {since + timedelta(days=n): [] for n in range(DAYS)}
    for row in await PromptHours(office.site.database).by_day(feature, since, today):
        rows[row.day].append(row)
    days = [_day(office, day, found, flags.get(day, "")) for day, found in rows.items()]
    return Trends(days, _charts(days, flags, cedis(office.rate)), sum(day.calls for day in days))


def _released(history: Iterable[ReleaseLine]) -> dict[date, str]:
    """Return which versions went live for everyone on which day, in the order in which they did."""
    found: dict[date, list[str]] = {}
    for line in history:
        if line.label == PRODUCTION and line.target == EVERYONE:
            day = datetime.fromtimestamp(line.created_at // 1_000_000, UTC).date()
            found.setdefault(day, []).insert(0, f"v{line.version}")
    return {day: ", ".join(dict.fromkeys(names[-3:])) for day, names in found.items()}


def _day(office: Office, day: date, rows: list[PromptDay], released: str) -> Day:
    by = {source: sum(row.calls for row in rows if row.source == source) for source in Source}
    asked = [row for row in rows if row.source in ASKED]
    worked_out = sum(row.calls for row in asked)
    return Day(
        day=day, calls=sum(row.calls for row in rows), by=by,
        # A kept answer was repaired once, when it was made.
        repaired=sum(row.repaired for row in rows if row.source != Source.CACHE),
        ungrounded=sum(row.calls for row in rows if row.degraded == DegradedReason.UNGROUNDED),
        cost=cost(sum(row.cost for row in rows), office.rate(day)),
        latency_ms=round(sum(row.latency_ms for row in asked) / worked_out) if worked_out else None,
        input_tokens=sum(row.input_tokens for row in rows), output_tokens=sum(row.output_tokens for row in rows),
        released=released,
    )  # fmt: skip


def _charts(days: list[Day], flags: Mapping[date, str], money: Axis) -> list[tuple[str, str, Stacked, str]]:
    """Return (title, unit, chart, what is said when it is empty)."""

    def chart(
        words: Callable[[Day], str], *series: tuple[str, str, Callable[[Day], int]], axis: Axis = COUNT
    ) -> Stacked:  # fmt: skip
        drawn = [(name, kind, [value(day) for day in days]) for name, kind, value in series]
        said = [f"{shown_day(day.day)}: {words(day)}" for day in days]
        return stacked([day.day for day in days], drawn, said.__getitem__, flags, axis)

    def by(source: Source) -> Callable[[Day], int]:
        return lambda day: day.by[source]

    def answered(day: Day) -> str:
        parts = [f"{day.by[source]:,} by {name}" for source, name in ANSWERED if day.by[source]]
        return plural(day.calls, "answer") + (f" – {', '.join(parts)}" if parts else "")

    answers = chart(
        answered, *((name, f"s{n}", by(source)) for n, (source, name) in enumerate(ANSWERED, 1)),
    )  # fmt: skip
    repairs = chart(
        lambda day: f"{day.repaired:,} repaired, {day.ungrounded:,} not grounded",
        ("repaired", "s5", lambda day: day.repaired), ("not grounded", "s6", lambda day: day.ungrounded),
    )  # fmt: skip
    costs = chart(lambda day: f"{day.cost.ghs} ({day.cost.usd})", ("cost", "s1", lambda day: day.cost.nano), axis=money)
    times = chart(
        lambda day: "no answer was worked out" if day.latency_ms is None else f"{day.latency_ms:,} ms",
        ("average", "s1", lambda day: day.latency_ms or 0), axis=MILLISECONDS,
    )  # fmt: skip
    tokens = chart(
        lambda day: f"{day.input_tokens:,} tokens in, {day.output_tokens:,} out",
        ("in", "s1", lambda day: day.input_tokens), ("out", "s3", lambda day: day.output_tokens),
    )  # fmt: skip
    return [
        ("Answers", "by who gave them", answers, "Nobody asked in these days."),
        ("Grounding", "answers with a figure put right or a sentence taken out, and those given up", repairs,
         "Every figure was in the records."),
        ("Cost", "per day", costs, "Nothing was spent: the offline rules answer free of charge."),
        ("Time to answer", "average per day, without kept answers", times, "No answer was worked out in these days."),
        ("Tokens", "per day", tokens, "No model read or wrote anything."),
    ]  # fmt: skip
