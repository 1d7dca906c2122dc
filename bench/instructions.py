"""Counts the processor instructions of one call: of the bare floor, a miss and a hit. Needs valgrind.

    python -m bench.instructions [--feature credit_risk] [--calls 200] [--connections 4] [--out FILE]

Instructions hardly depend on what else the machine does: runs agreed within three percent while times doubled. They
leave out the kernel's own work. The service runs about fifty times as slowly under valgrind; with --out, what
callgrind wrote about the misses is kept, to be read with `callgrind_annotate`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.processes import Target, compiled
from bench.run import TENANT, site
from bench.scenarios import scenarios

os.environ.setdefault("PYTHONHASHSEED", "0")
EVENTS = "Collected :"


def main() -> None:
    """Start floor and service under callgrind, and print instructions per call."""
    options = _options()
    if not shutil.which("valgrind"):
        sys.exit("This needs valgrind.")
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        watched = ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={files}/out.%p"]
        with site(files, [*watched, sys.executable, "-m"], [*watched, sys.executable, "-m"]) as running:
            for scenario in scenarios(TENANT, running.business_id):
                if options.feature in ("", scenario.feature):
                    for target in running.prepare(scenario):
                        _call(target, options.warm, options.connections)
                        counted = _counted(target, files, options)
                        print(f"{scenario.feature} {target.name}: {counted / 1e6:.2f} M instructions", flush=True)


def _counted(target: Target, files: Path, options: argparse.Namespace) -> float:
    """Return the instructions of one call; keep the details of a miss where asked to."""
    pid = target.server.pid
    _control("--instr=on", pid)
    _control("--zero", pid)  # what an earlier count left behind
    _call(target, options.calls, options.connections)
    before = set(files.glob("out.*"))
    _control("--dump", pid)
    _control("--instr=off", pid)
    written = (set(files.glob("out.*")) - before).pop()
    text = written.read_text()
    total = next(line for line in text.splitlines() if line.startswith(("totals:", "summary:"))).split()[1]
    if options.out and target.name == "miss":
        shutil.copy(written, options.out)
    return int(total) / options.calls


def _control(order: str, pid: int) -> None:
    subprocess.run(["callgrind_control", order, str(pid)], check=True, capture_output=True)


def _call(target: Target, calls: int, connections: int) -> None:
    command = [str(compiled("loadgen")), "-u", target.url, "-b", str(target.body), "-c", str(connections)]
    command += ["-n", str(calls), "-t", "100", *(["-k", target.must_contain] if target.must_contain else [])]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    subprocess.run(command, capture_output=True, check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feature", default="")
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--warm", type=int, default=50, help="calls before")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--out", type=Path, help="where to keep callgrind's details of the misses")
    return parser.parse_args()


if __name__ == "__main__":
    main()
