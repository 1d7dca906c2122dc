"""Output for people. rich is loaded when something is printed: a service that runs prints nothing without need."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


class Printer:
    """Standard output, or standard error, with rich's `print`."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._stderr = stderr

    def print(self, *what: Any, **how: Any) -> None:
        """Print as `rich.console.Console.print` does."""
        from rich.console import Console

        Console(stderr=self._stderr).print(*what, **how)


def table_of(*headings: str) -> "Table":
    """Return an empty table with these headings."""
    from rich.table import Table

    return Table(*headings)
