"""Bears services quickly: `python -m tests.flows.nursery` imports everything once and forks a service per line.

A line is `<port> <log file>`; the answer is the process id. The children are the real service from its command on.
"""

import os
import signal
import sys

import gateway.adapters.openai_model  # noqa: F401 - loaded once for all children
from gateway.cli.main import serve


def be_born(port: int, log_path: str) -> int:
    """Return the id of a new process that serves on this port until it is killed."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        serve(host="127.0.0.1", port=port, workers=1)
    finally:
        os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        port, log_path = line.split()
        print(be_born(int(port), log_path), flush=True)
