"""The benchmark's figures as a table, and its place in the documentation."""

import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"

GOAL_RATIO, GOAL_HIT_MS, GOAL_BOOT_S, GOAL_RSS_MIB = 1.8, 0.35, 3.0, 120.0


@dataclass(frozen=True)
class Measured:
    """One turn: what was asked (`floor`, `miss`, `hit`), over how many connections, and the figures."""

    feature: str
    kind: str
    connections: int
    figures: dict[str, Any]


@dataclass
class Results:
    """All turns of a run."""

    boot_s: float
    floor_boot_s: float
    rounds: int
    seconds: float
    rss_mib: float = 0.0
    turns: list[Measured] = field(default_factory=list)

    def add(self, measured: Measured) -> None:
        """Keep a turn."""
        self.turns.append(measured)

    def series(self, feature: str, kind: str, connections: int, figure: str) -> list[float]:
        """Return one figure of each round, in order of the rounds."""
        wanted = (feature, kind, connections)
        return [t.figures[figure] for t in self.turns if (t.feature, t.kind, t.connections) == wanted]

    def median(self, feature: str, kind: str, connections: int, figure: str) -> float:
        """Return the median of a figure over the rounds."""
        return statistics.median(self.series(feature, kind, connections, figure))

    def ratio(self, feature: str, connections: int) -> float:
        """Return the CPU of a cache miss over the floor's, paired within each round, then the median."""
        pairs = zip(
            self.series(feature, "miss", connections, "cpu_ms"),
            self.series(feature, "floor", connections, "cpu_ms"),
            strict=True,
        )
        return statistics.median(ours / floor for ours, floor in pairs)


def table(results: Results) -> str:
    """Return the run as Markdown."""
    wrong = sum(turn.figures["errors"] for turn in results.turns)
    answered = sum(turn.figures["requests"] for turn in results.turns)
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {_machine()}: medians of {results.rounds} interleaved rounds of "
        f"{results.seconds:g} s, {answered:,} calls, {wrong:,} of them not answered as expected.",
        "",
        "| feature | connections | floor CPU-ms | miss CPU-ms | miss / floor | hit CPU-ms | floor p50 / p99 ms "
        "| miss p50 / p99 ms | hit p50 / p99 ms | misses/s |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *_rows(results),
        "",
        "| what | measured | goal |",
        "|---|---|---|",
        *_goals(results),
    ]
    return "\n".join(lines)


def write_table(document: Path, text: str) -> None:
    """Put the table between the markers of a document. Raises ValueError when it has none."""
    before, begin, rest = document.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document} has no {BEGIN} and {END} lines to write between.")
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def _rows(results: Results) -> Iterator[str]:
    for feature, connections in dict.fromkeys((turn.feature, turn.connections) for turn in results.turns):

        def cpu(kind: str, of: tuple[str, int] = (feature, connections)) -> str:
            return f"{results.median(of[0], kind, of[1], 'cpu_ms'):.2f}"

        def times(kind: str, of: tuple[str, int] = (feature, connections)) -> str:
            p50, p99 = (results.median(of[0], kind, of[1], figure) for figure in ("p50", "p99"))
            return f"{p50:.1f} / {p99:.1f}"

        ratio = f"**{results.ratio(feature, connections):.2f}**"
        rate = f"{results.median(feature, 'miss', connections, 'rps'):.0f}"
        cells = [feature, str(connections), cpu("floor"), cpu("miss"), ratio, cpu("hit")]
        yield f"| {' | '.join([*cells, times('floor'), times('miss'), times('hit'), rate])} |"


def _goals(results: Results) -> Iterator[str]:
    seen = list(dict.fromkeys((turn.feature, turn.connections) for turn in results.turns))
    # At one connection every wake-up is paid by a single call, so the goals are stated for a busy server.
    busy = [pair for pair in seen if pair[1] == 16] or seen
    ratio = max(results.ratio(*pair) for pair in busy)
    hit = max(results.median(*(pair[0], "hit", pair[1], "cpu_ms")) for pair in busy)
    yield f"| CPU of a miss over the floor, {busy[0][1]} connections, worst feature | {ratio:.2f} | ≤ {GOAL_RATIO} |"
    yield f"| CPU of a cache hit, worst feature | {hit:.2f} ms | ≤ {GOAL_HIT_MS} ms |"
    yield f"| start to ready | {results.boot_s:.1f} s (floor {results.floor_boot_s:.1f} s) | ≤ {GOAL_BOOT_S:g} s |"
    yield f"| memory after the load | {results.rss_mib:.0f} MiB | ≤ {GOAL_RSS_MIB:g} MiB |"


def _machine() -> str:
    return f"{os.cpu_count()} cores {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
