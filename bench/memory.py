"""Prints what the served gateway takes: after the start, and again and again while different calls go by.

    python -m bench.memory [--calls 30000] [--steps 5] [--connections 16]

Memory does not depend on speed, so this may run beside other work. Figures are PSS: pages that processes share count in
proportion. The last one is read after a rest, since the service gives free pages back once a minute.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

from bench.processes import LOAD_CORE, Target, compiled, pinned
from bench.run import TENANT, site
from bench.scenarios import scenarios


def main() -> None:
    """Start everything, load each feature, and print one line per step."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as running:
        running.floor.pause()
        print(f"start: {running.gateway.rss_mib():.0f} MiB", flush=True)
        for scenario in scenarios(TENANT, running.business_id):
            _, miss, _ = running.prepare(scenario)
            for step in range(1, options.steps + 1):
                wrong = _call(miss, options.calls // options.steps, options.connections)
                done = options.calls // options.steps * step
                mib = running.gateway.rss_mib()
                print(f"{scenario.feature}, {done:,} calls: {mib:.0f} MiB, {wrong} not as expected", flush=True)
        time.sleep(options.rest)
        print(f"{options.rest} s later: {running.gateway.rss_mib():.0f} MiB")


def _call(target: Target, calls: int, connections: int) -> int:
    """Make so many different calls; return how many were not answered by the model."""
    command = [str(compiled("loadgen")), "-u", target.url, "-b", str(target.body), "-c", str(connections)]
    command += ["-n", str(calls), "-t", "30", "-k", target.must_contain]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, check=True)
    return int(json.loads(done.stdout)["errors"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=30_000, help="of each feature")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rest", type=int, default=70, help="seconds to wait before the last figure")
    return parser.parse_args()


if __name__ == "__main__":
    main()
