"""`python -m gateway`: the operator's commands."""

from gateway.cli.main import app

if __name__ == "__main__":
    app(prog_name="python -m gateway")
