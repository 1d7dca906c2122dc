"""Starting the HTTP server, or a worker without one."""

import asyncio
import os
import signal
import tempfile
from dataclasses import replace
from functools import partial
from typing import Any

import uvicorn

from admin.app import create, from_environment
from gateway import logs
from gateway.library.catalog import Catalog
from gateway.settings import Settings

GRACE_S = 5
"""How long the server waits for what `Stopping` has let finish to be written out, in seconds."""


SERVER: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "timeout_graceful_shutdown": GRACE_S,
    "timeout_keep_alive": 65,
}
"""What every server is started with; seconds."""


def serve_forever(settings: Settings, host: str, port: int, workers: int, catalog: Catalog) -> None:
    """Serve until told to stop. A single process goes on with the catalogue; each of several workers reads its own."""
    if workers > 1 and not settings.metrics_folder:
        # Before the workers start, since their metrics library looks for it when it is loaded.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="gateway-metrics-")
    uvicorn.run(
        "admin.app:from_environment" if workers > 1 else partial(from_environment, catalog),
        factory=True,
        host=host,
        port=port,
        workers=workers if workers > 1 else None,
        log_level=settings.log_level,
        **SERVER,
    )


async def work_forever(settings: Settings) -> None:
    """Do background jobs, and start those that repeat, until SIGTERM or SIGINT; what runs then may finish."""
    logs.configure(settings.log_level)
    service = create(replace(settings, jobs_in_process="on", warm_businesses=0))
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with service.running():
        await stop.wait()
