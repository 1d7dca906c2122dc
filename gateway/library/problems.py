"""What is wrong in a file of the library, said so that its author can put it right."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Place = tuple[str | int, ...]
"""Where something stands inside a document: keys and indexes from the top."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One refusal: `line` counts from 1 (0 when the whole file is meant), `fix` says what to write instead."""

    file: str
    line: int
    message: str
    fix: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message} {self.fix}".rstrip()


class LibraryError(Exception):
    """Files of the library were refused; `problems` holds every reason found, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class Findings:
    """Collects the problems of one document and turns places into line numbers."""

    def __init__(self, file: str, line_of: Callable[[Place], int] = lambda _: 0, base: Place = ()) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._line_of = line_of
        self._base = base

    def add(self, at: Place, message: str, fix: str, *, lines_below: int = 0) -> None:
        """Note a problem at a place; `lines_below` points into a block text that starts there."""
        line = self._line_of(self._base + at)
        self.problems.append(Problem(self.file, line + lines_below if line else 0, message, fix))

    def under(self, *base: str | int) -> "Findings":
        """Return a view whose places start at `base`; what it finds is found here too."""
        view = Findings(self.file, self._line_of, self._base + base)
        view.problems = self.problems
        return view

    def line(self, at: Place = ()) -> int:
        """Return the line of a place, 0 when the document has no lines."""
        return self._line_of(self._base + at)

    def raise_if_any(self) -> None:
        """Raise `LibraryError` when something was found."""
        if self.problems:
            raise LibraryError(self.problems)


def suggestion(word: object, known: Iterable[object], otherwise: str = "") -> str:
    """Return "Did you mean …?" for the closest known word, else the list of what is known, or `otherwise`."""
    names = sorted(str(name) for name in known)
    close = get_close_matches(str(word), names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    return otherwise or (f"Known here: {', '.join(names)}." if names else "Nothing is known here; take it out.")


def pointer(place: Place) -> str:
    """Return a place as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)
