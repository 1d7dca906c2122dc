"""What callers feel while models fail: a brown-out, a blackout with its recovery, and one slow model.

    .venv/bin/python -m bench.faults [--rate 50] [--seconds 20]

serves the real service on SQLite before a model server that fails as told, with callers who arrive at a fixed rate, and
prints one table with the targets. Callers and model server share one process, so the latencies are upper bounds.
"""

import argparse
import asyncio
import itertools
import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.flows.asking import CREDIT, DESCRIPTION, credit, description
from tests.flows.loading import Request, days, same
from tests.flows.pacing import Timed, arriving, share
from tests.flows.processes import Service, Site, make_site, running
from tests.flows.upstream import Behaviour, Upstream, honest, says, serving, status

RECOVERY_S = 42
_DAYS, _LIMITS = days(), itertools.count(9_000)


def descriptions() -> Iterator[Request]:
    """Yield requests to the economy model that no cache can answer."""
    return (Request(DESCRIPTION, {**description(), "as_of": day}) for day in _DAYS)


def assessments(site: Site) -> Iterator[Request]:
    """Yield requests to the strong models that no cache can answer."""
    customer = site.tenant("PROFESSIONAL").customer_id or ""
    return (Request(CREDIT, credit(customer, limit)) for limit in _LIMITS)


def half(behave: Behaviour, otherwise: Behaviour) -> Behaviour:
    """Behave so for a random half of the calls."""
    dice = random.Random(11)
    return lambda call, writer: (behave if dice.random() < 0.5 else otherwise)(call, writer)


def asked(service: Service, requests: Iterator[Request], rate: float, seconds: float) -> list[Timed]:
    """Return what came of requests that arrive at this rate."""
    return asyncio.run(arriving(service.port, service.site.tenant("PROFESSIONAL").key, requests, rate, seconds))


def brownout(service: Service, upstream: Upstream, rate: float, seconds: float) -> list[tuple[str, str, str]]:
    """Half of all calls fail at once."""
    upstream.reset(half(status(500), says(same())))
    timed = asked(service, descriptions(), rate, seconds)
    answered = sum(one.outcome.status == 200 for one in timed)
    by_model = sum(one.outcome.source == "model" for one in timed)
    return [
        ("brown-out: answered", f"{answered / len(timed):.1%} ({by_model / len(timed):.0%} by a model)", "≥ 95 %"),
        ("brown-out: p99", f"{share(timed, 0.99) * 1000:.0f} ms", "≤ 3,000 ms"),
        ("brown-out: attempts per call", f"{len(upstream.calls) / len(timed):.2f}", "≤ 1.5"),
    ]


def blackout(service: Service, upstream: Upstream, rate: float, seconds: float) -> list[tuple[str, str, str]]:
    """Every call fails for a while, then none does."""
    upstream.reset(status(500))
    failing = asked(service, descriptions(), rate, seconds)
    opened = max(call.at for call in upstream.calls) - upstream.calls[0].at
    resting = [one for one in failing if one.at > 5]
    upstream.reset(says(same()))
    began = time.monotonic()
    recovering = asked(service, descriptions(), rate, RECOVERY_S)
    first = next((one.at for one in recovering if one.outcome.source == "model"), float("nan"))
    states = json.loads(service.client().get("/health/ready").body)["breakers"]
    answers = failing + recovering
    return [
        ("blackout: answered", f"{sum(o.outcome.status == 200 for o in answers) / len(answers):.1%}", "all"),
        ("blackout: last call before the rest", f"{opened:.1f} s after the first failure", "≤ 5 s"),
        ("blackout: p50 / p99 by rules", " / ".join(f"{share(resting, q) * 1000:.0f}" for q in (0.5, 0.99)) + " ms",
         "p99 ≤ 50 ms"),
        ("blackout: first answer by a model", f"{first:.1f} s after recovery ({'/'.join(sorted(set(states.values())))}"
         f" after {time.monotonic() - began:.0f} s)", "≤ 35 s"),
    ]  # fmt: skip


def slow_model(service: Service, upstream: Upstream, rate: float, seconds: float) -> list[tuple[str, str, str]]:
    """One model takes eight seconds; half of the callers use another one."""
    quick, slow = says(honest), says(honest, after=8)
    upstream.reset(lambda call, writer: (slow if call.model == "gpt-6-luna" else quick)(call, writer))
    both = itertools.chain.from_iterable(zip(descriptions(), assessments(service.site), strict=False))
    timed = asked(service, both, rate, seconds)
    others = [one for one in timed if one.outcome.request.path == CREDIT]
    by_model = sum(one.outcome.source == "model" for one in others)
    latencies = " / ".join(f"{share(others, q) * 1000:.0f}" for q in (0.5, 0.99)) + " ms"
    return [
        ("slow model: p50 / p99 of other features", latencies, "p99 ≤ 500 ms"),
        ("slow model: others answered by their model", f"{by_model / len(others):.1%}", "all"),
        ("slow model: p99 of its own callers", f"{share([o for o in timed if o not in others], 0.99):.1f} s",
         "≤ 3.5 s"),
    ]  # fmt: skip


def main() -> None:
    """Run the three on a fresh service each and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    chosen = parser.parse_args()
    lines = ["| what | measured | target |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder, serving() as upstream:
        site = make_site(Path(folder))
        for run in (brownout, blackout, slow_model):
            with running(site, upstream.url, LOG_LEVEL="error", AI_DEADLINE_MS="3000") as service:
                upstream.reset()
                asked(service, descriptions(), 5, 1)
                asked(service, assessments(site), 5, 1)
                lines += [
                    f"| {what} | {found} | {goal} |"
                    for what, found, goal in run(service, upstream, chosen.rate, chosen.seconds)
                ]
                assert site.open_holds() == (0, 0)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
