"""Starting, pausing and weighing the servers under test, and loading them. Linux only: it reads /proc."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = HERE / "build"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = "0", "1"
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BUILD / "pycache")}
"""Servers start from byte code, as an installed service does from its second start on."""


def compiled(name: str) -> Path:
    """Return the program built from `name`.c, building it when it is missing or old."""
    source, program = HERE / f"{name}.c", BUILD / name
    if not shutil.which("cc"):
        sys.exit("The benchmark needs a C compiler: install one that answers to `cc`.")
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(exist_ok=True)
        subprocess.run(["cc", "-O2", "-o", str(program), str(source)], check=True)
    return program


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pinned(core: str, command: Sequence[str]) -> list[str]:
    """Return the command bound to one core, where there are two and `taskset` exists."""
    if (os.cpu_count() or 1) < 2 or not shutil.which("taskset"):
        return list(command)
    return ["taskset", "-c", core, *command]


def http(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Return status and body of one request; status 0 when nobody answers."""
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


@dataclass
class Server:
    """A process tree that answers HTTP at `ready_url` when it is up; `boot_s` is how long that took."""

    name: str
    command: list[str]
    ready_url: str
    core: str = SERVER_CORE
    env: Mapping[str, str] = field(default_factory=dict)
    boot_s: float = 0.0
    patience_s: float = 300.0

    @property
    def pid(self) -> int:
        """The number of the process that was started."""
        return self._process.pid

    def __enter__(self) -> Self:
        began = time.monotonic()
        self._process = subprocess.Popen(
            pinned(self.core, self.command), cwd=ROOT, env={**ENVIRONMENT, **self.env}, start_new_session=True
        )
        while http(self.ready_url)[0] != 200:
            if self._process.poll() is not None or time.monotonic() - began > self.patience_s:
                self.stop()
                sys.exit(f"{self.name} did not start; its output is above.")
            time.sleep(0.02)
        self.boot_s = time.monotonic() - began
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask the server to end, and end it after ten seconds."""
        if self._process.poll() is not None:
            return
        self._signal(signal.SIGCONT)
        self._process.send_signal(number)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Take the processor away, so that idle work does not disturb another server's turn."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._signal(signal.SIGCONT)

    def cpu_ms(self) -> float:
        """Return the CPU time the process tree has used so far, in milliseconds."""
        ticks = 0
        for pid in self._tree():
            fields = _stat(pid)
            ticks += sum(map(int, fields[11:15])) if fields else 0
        return ticks * 1000 / TICKS_PER_SECOND

    def rss_mib(self) -> float:
        """Return the memory of the process tree in MiB, shared pages counted in proportion."""
        return sum(_pss_kib(pid) for pid in self._tree()) / 1024

    def _signal(self, number: int) -> None:
        for pid in self._tree():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def _tree(self) -> list[int]:
        parents = {int(at.name): _stat(int(at.name)) for at in Path("/proc").iterdir() if at.name.isdigit()}
        tree = [self._process.pid]
        for pid in tree:
            tree += [child for child, fields in parents.items() if fields and int(fields[1]) == pid]
        return tree


@dataclass(frozen=True)
class Target:
    """What is asked of a server: an URL, a body in which `@@SEQ@@_` counts up, headers, and a sign of a good answer."""

    name: str
    server: Server
    url: str
    body: Path
    headers: Mapping[str, str] = field(default_factory=dict)
    must_contain: str = ""


def load(target: Target, connections: int, seconds: float) -> dict[str, Any]:
    """Load a target in a closed loop; return the load generator's figures and `cpu_ms` per request."""
    command = [str(compiled("loadgen")), "-u", target.url, "-b", str(target.body), "-c", str(connections)]
    command += ["-d", str(seconds), "-t", "30", *(["-k", target.must_contain] if target.must_contain else [])]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    before = target.server.cpu_ms()
    done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    time.sleep(0.3)  # work put off until after the answer belongs to the requests too
    figures["cpu_ms"] = (target.server.cpu_ms() - before) / max(1, figures["requests"])
    return figures


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
