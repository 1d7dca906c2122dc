"""The service as `make run` starts it: a process with the demo tenants, and the link that it printed."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from gateway.settings import ROOT
from tests.flows.processes import free_port

START_S = 240
STOP_S = 60
LINK = re.compile(r"(http://\S+/admin/sign-in\?token=\S+)")


@dataclass
class Running:
    """A service that answers; `link` is the sign-in link of its first screen."""

    url: str
    link: str
    environment: dict[str, str]

    def new_link(self) -> str:
        """Return what `admin link` prints."""
        command = [sys.executable, "-m", "gateway", "admin", "link", "--url", self.url]
        made = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=True)
        return LINK.findall(made.stdout)[0]


@contextmanager
def quickstarted(folder: Path, **more: str) -> Iterator[Running]:
    """Run `quickstart` on a free port with a database in `folder`, without a provider key.

    `more` are further variables of its environment; `{url}` in one stands for the service's address.
    """
    port, screen = free_port(), folder / "screen.txt"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "AI_", "APP_ENV"))}
    environment = {
        **kept,
        "DATABASE_URL": f"sqlite:///{folder}/gateway.sqlite",
        "PYTHONUNBUFFERED": "1",
        "SCHEDULES": "off",
    }
    environment |= {name: value.format(url=f"http://127.0.0.1:{port}") for name, value in more.items()}
    command = [sys.executable, "-m", "gateway", "quickstart", "--no-month", "--port", str(port)]
    with screen.open("wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    try:
        link = _ready(process, port, screen)
        yield Running(f"http://127.0.0.1:{port}", link, environment)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(process: "subprocess.Popen[bytes]", port: int, screen: Path) -> str:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        links = LINK.findall(screen.read_text())
        if links and _answers(port):
            return links[0]
        time.sleep(0.1)
    raise RuntimeError(f"the service did not start:\n{screen.read_text()[-3000:]}")


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
