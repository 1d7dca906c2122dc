"""`python -m gateway`: the operator's commands."""

import gateway.lean  # noqa: F401 - before anything that loads structlog
from gateway.cli.main import app

if __name__ == "__main__":
    app(prog_name="python -m gateway")
