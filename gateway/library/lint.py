"""`python -m gateway.library.lint prompts/`: says what is wrong in the library, file by file, line by line."""

import argparse
import sys
from pathlib import Path

from gateway.library.catalog import load_catalog
from gateway.library.policy import Policy, load_policy
from gateway.library.problems import LibraryError, Problem

POLICY_DIR = Path(__file__).parent.parent / "policy"


def lint(prompts_dir: Path, policy: Policy) -> list[Problem]:
    """Return every problem of a folder of prompts, sorted; [] when it can be served."""
    try:
        load_catalog(prompts_dir, policy)
    except LibraryError as error:
        return list(error.problems)
    return []


def main(arguments: list[str] | None = None) -> int:
    """Print the problems and return the exit status: 0 when there are none, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m gateway.library.lint", description="Check prompts and policy.")
    parser.add_argument("prompts", type=Path, nargs="?", default=Path("prompts"), help="folder of prompts")
    parser.add_argument("--policy", type=Path, default=POLICY_DIR, help="folder of plans.yaml and models.yaml")
    given = parser.parse_args(arguments)
    try:
        problems = lint(given.prompts.resolve(), load_policy(given.policy))
    except LibraryError as error:
        problems = list(error.problems)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(f"{len(problems)} problem(s)\n" if problems else "No problems.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
