"""Shows where the service spends its time, under the same load as the benchmark.

    python -m bench.profiling [--feature credit_risk] [--seconds 8] [--hit] [--out bench/build/profile.out]

Runs the service in this process's child under cProfile and prints the functions with the most own time. For a picture
of a running service without slowing it down, use py-spy, which is not a dependency of this project:

    py-spy record --pid PID --duration 10 --output flame.svg
"""

import argparse
import pstats
import signal
import sys
import tempfile
from pathlib import Path

from bench.processes import BUILD, load
from bench.run import TENANT, site
from bench.scenarios import scenarios


def main() -> None:
    """Load one feature under the profiler and print what it cost."""
    options = _options()
    BUILD.mkdir(exist_ok=True)
    profiled = [sys.executable, "-m", "cProfile", "-o", str(options.out), "-m"]
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), profiled) as running:
        wanted = [one for one in scenarios(TENANT, running.business_id) if one.feature == options.feature]
        if not wanted:
            sys.exit(f"{options.feature} is not among the measured features.")
        _, miss, hit = running.prepare(wanted[0])
        figures = load(hit if options.hit else miss, 16, options.seconds)
        running.gateway.stop(signal.SIGINT)
    print(f"{figures['requests']} calls, {figures['cpu_ms']:.2f} CPU-ms each (the profiler's own share included)")
    pstats.Stats(str(options.out)).sort_stats("tottime").print_stats(40)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feature", default="credit_risk")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--hit", action="store_true", help="profile answers from the cache")
    parser.add_argument("--out", type=Path, default=BUILD / "profile.out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
