"""Starting the HTTP server."""

import uvicorn

from gateway.settings import Settings

GRACE_S = 30
"""How long a stopping process may take to finish what it has begun, in seconds."""


def serve_forever(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until told to stop. Each worker reads the environment itself."""
    uvicorn.run(
        "admin.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers if workers > 1 else None,
        loop="uvloop",
        http="httptools",
        log_config=None,
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=65,
    )
