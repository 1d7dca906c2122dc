"""Invariants of an answer, written in a small safe expression language over `answer`, `facts` and `request`.

`answer.limit <= request.wanted and all(x.price > 0 for x in answer.items)` is parsed once into closures; nothing is
ever handed to Python's own evaluation. Numbers are exact, an amount may be text, a missing field makes a rule fail.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.library.problems import Findings
from gateway.library.rule_parser import Parser, Path, Refused, Scope, Step
from gateway.library.rule_values import RuleFailed, described

MAX_CHARACTERS = 500
MAX_TREE = 200


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One invariant. `paths` are the fields it reads, `tested` those it asks `exists` about; `*` is any list entry."""

    id: str
    check: str
    message: str
    paths: frozenset[Path]
    tested: frozenset[Path]
    _run: Step = field(repr=False)
    _sides: tuple[tuple[str, Step], ...] = field(default=(), repr=False)

    def holds(self, answer: Any, facts: Any, request: Any) -> bool:
        """Tell whether the invariant is true; a rule that cannot be evaluated is not."""
        try:
            return self._run(Scope(answer, facts, request)) is True
        except RuleFailed:
            return False

    def explain(self, answer: Any, facts: Any, request: Any) -> str:
        """Return "" when the rule holds, else its message and the reason; texts of the data are never repeated."""
        scope = Scope(answer, facts, request)
        try:
            result = self._run(scope)
            if result is True:
                return ""
            if result is not False:
                return f"{self.message} ({self.check}: gives {described(result)}, not true or false)"
            sides = [f"{text} is {described(step(scope))}" for text, step in self._sides]
        except RuleFailed as reason:
            return f"{self.message} ({reason})"
        return f"{self.message} ({'; '.join(sides) or self.check})"


def read_rule(id: str, check: str, message: str, findings: Findings) -> Rule | None:
    """Return the parsed rule, or None after noting why its check is outside the language."""
    if len(check) > MAX_CHARACTERS:
        findings.add(("check",), f"The check is longer than {MAX_CHARACTERS} characters.", "Split it into two rules.")
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on odd literals is not for the author of a rule
            tree = ast.parse(check.strip(), mode="eval").body
        if sum(1 for _ in ast.walk(tree)) > MAX_TREE:
            raise Refused("The check is too large.", "Split it into two rules.")
        parser = Parser()
        run = parser.expression(tree)
        sides = tuple((ast.unparse(side), parser.expression(side)) for side in _sides(tree))
    except Refused as refused:
        findings.add(("check",), refused.message, refused.fix)
        return None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        findings.add(
            ("check",), "The check is not an expression.", "Write for example `answer.limit <= request.limit`."
        )
        return None
    return Rule(id, check, message, frozenset(parser.paths), frozenset(parser.tested), run, sides)


def _sides(tree: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts worth showing when a rule fails: both sides of a plain comparison of fields and numbers."""
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        for side in (tree.left, tree.comparators[0]):
            if not isinstance(side, (ast.Constant, ast.List)):
                yield side
