"""Bears services quickly: `python -m tests.flows.nursery` makes the service once and forks a process per line.

A line is `<port> <log file>`; the answer is the process id. The parent has brought the database up to date and made the
application, connected to nothing; each child connects and serves, as a worker of `serve` does.
"""

import os
import signal
import sys

import uvicorn

import gateway.adapters.openai_model  # noqa: F401 - loaded once for all children
from admin.app import from_environment
from gateway.cli.serving import SERVER


def be_born(app: object, port: int, log_path: str) -> int:
    """Return the id of a new process that serves on this port until it is killed."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        uvicorn.run(app, host="127.0.0.1", port=port, **SERVER)
    finally:
        os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    service = from_environment()
    for line in sys.stdin:
        port, log_path = line.split()
        print(be_born(service, int(port), log_path), flush=True)
