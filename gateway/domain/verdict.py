"""What evaluations found about one exact content with one exact model on one exact suite."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

Outcome = Literal["passed", "failed", "not_enough_evidence"]


class VerdictUnreadable(ValueError):
    """A verdict file is not one; the text names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Evals make it, the store keeps it, a release takes it. `model` is the one that really answered."""

    feature: str
    version: int
    content_hash: str
    model: str
    suite_hash: str
    outcome: Outcome
    figures: Mapping[str, Any]


def read_verdicts(folder: Path) -> list[Verdict]:
    """Return every verdict kept under `folder`, by path. Raises VerdictUnreadable."""
    return [read_verdict(path) for path in sorted(folder.glob("*/v*.json"))]


def read_verdict(path: Path) -> Verdict:
    """Return the verdict of one file. Raises VerdictUnreadable."""
    try:
        data = json.loads(path.read_text("utf-8"))
        known = {entry.name for entry in fields(Verdict)}
        if set(data) != known or data["outcome"] not in get_args(Outcome) or not isinstance(data["version"], int):
            raise ValueError("its keys or values are not a verdict's")
        return Verdict(**data)
    except (OSError, ValueError, TypeError) as error:
        raise VerdictUnreadable(f"{path}: {error}. Run `python -m evals gate --write`.") from None
