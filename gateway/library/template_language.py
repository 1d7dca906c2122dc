"""The closed template language: a subset of Jinja2 by allow-list.

Allowed: text, `{{ … }}`, `{% if %}`, `{% for x in list %}` (two deep), `{% set %}` of numbers and constants, field
access by public name, comparisons, and/or/not, `~`, arithmetic on numbers, and the filters of `template_filters`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from gateway.library.problems import Findings, suggestion
from gateway.library.template_filters import FILTERS
from gateway.library.template_values import MAX_NUMBER, OPERATORS

MAX_LOOPS = 2
MAX_DEPTH = 40
MAX_TREE = 3_000
MAX_ARGUMENT = 64
LOOP_FIELDS = frozenset(("index", "first", "last", "length"))
TESTS = frozenset(("defined", "undefined", "none", "number", "string", "true", "false", "even", "odd"))

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
_KEY = re.compile(r"[^_].{0,63}\Z")
_SHAPE: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.If,
    nodes.For, nodes.Assign, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test,
    nodes.Filter, nodes.Concat, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Neg, nodes.Pos, nodes.List,
    nodes.Tuple, nodes.Keyword,
)  # fmt: skip
_REFUSED: Mapping[str, tuple[str, str]] = {
    "Call": ("Calls are not part of the template language.", "Use a filter, such as `facts.rows|length`."),
    "Pow": ("`**` is not part of the template language.", "Compute the number in the feature's evidence."),
    "Mod": ("`%` is not part of the template language.", "Compute the number in the feature's evidence."),
    "FloorDiv": ("`//` is not part of the template language.", "Compute the number in the feature's evidence."),
    "Slice": ("Slices are not part of the template language.", "Shorten lists with `trim:` in the version file."),
    "Include": ("`include` is not part of the template language.", "Use a partial: `{{ partials.name }}`."),
    "Import": ("`import` is not part of the template language.", "Use a partial: `{{ partials.name }}`."),
    "FromImport": ("`import` is not part of the template language.", "Use a partial: `{{ partials.name }}`."),
    "Macro": ("Macros are not part of the template language.", "Write the text out, or use a partial."),
    "Dict": ("Objects cannot be written in a template.", "Add the field to the feature's evidence."),
}
_NUMBER_FILTERS = frozenset(("length", "round", "sum"))


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A field that a template reads: its path, its line, and the paths that were tested to exist around it."""

    path: Path
    line: int
    tested: frozenset[Path] = frozenset()


@dataclass(slots=True)
class Checker:
    """Walks one template's tree. `roots` are the variables this message may use; `uses` the fields it reads."""

    roots: frozenset[str]
    partials: frozenset[str]
    findings: Findings
    offset: int = 0
    uses: list[Use] = field(default_factory=list)
    _tested: frozenset[Path] = frozenset()

    def check(self, tree: nodes.Template) -> None:
        """Note everything outside the language, each with its line."""
        if self._within_limits(tree):
            self._statements(tree.body, frozenset(), loops=0)

    def _within_limits(self, tree: nodes.Node) -> bool:
        """Look at the shape first, without recursion: what comes after may rely on a shallow tree of known nodes."""
        count, good = 0, True
        open_nodes: list[tuple[nodes.Node, int]] = [(tree, 0)]
        while open_nodes:
            node, depth = open_nodes.pop()
            count += 1
            if count > MAX_TREE or depth > MAX_DEPTH:
                self._refuse(node, "The template is too large or nested too deep.", "Make it simpler.")
                return False
            if not isinstance(node, _SHAPE):
                name = type(node).__name__
                message = f"`{name.lower()}` is not part of the template language."
                self._refuse(node, *_REFUSED.get(name, (message, "See docs/prompt-files.md for what is.")))
                good = False
                continue
            open_nodes.extend((child, depth + 1) for child in node.iter_child_nodes())
        return good

    def _refuse(self, node: nodes.Node, message: str, fix: str) -> None:
        self.findings.add((), message, fix, lines_below=(node.lineno or 1) - 1 + self.offset)

    def _statements(self, body: Iterable[nodes.Node], names: frozenset[str], loops: int) -> frozenset[str]:
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    self._expression(part, names)
            elif isinstance(node, nodes.If):
                names = self._branches(node, names, loops)
            elif isinstance(node, nodes.For):
                self._loop(node, names, loops)
            elif isinstance(node, nodes.Assign):
                names |= self._assignment(node, names)
        return names

    def _branches(self, node: nodes.If, names: frozenset[str], loops: int) -> frozenset[str]:
        with self._testing(_tested_paths(node.test)):
            self._expression(node.test, names)
            inside = self._statements(node.body, names, loops)
        return names.union(inside, *(self._statements(part, names, loops) for part in (node.elif_, node.else_)))

    @contextmanager
    def _testing(self, paths: frozenset[Path]) -> Iterator[None]:
        """Take paths as existing while the block runs."""
        before, self._tested = self._tested, self._tested | paths
        yield
        self._tested = before

    def _loop(self, node: nodes.For, names: frozenset[str], loops: int) -> None:
        if node.recursive or loops >= MAX_LOOPS:
            self._refuse(node, f"Loops may be {MAX_LOOPS} deep and not recursive.", "Prepare the rows in the evidence.")
            return
        if not _is_list(node.iter):
            self._refuse(node, "A loop runs over a list of the data.", "Write `{% for row in facts.rows %}`.")
        self._expression(node.iter, names)
        inner = names | self._new_name(node.target) | {"loop"}
        if node.test:
            self._expression(node.test, inner)
        self._statements(node.body, inner, loops + 1)
        self._statements(node.else_, names, loops)

    def _assignment(self, node: nodes.Assign, names: frozenset[str]) -> frozenset[str]:
        self._expression(node.node, names)
        if not _is_number_or_constant(node.node):
            fix = "Set only numbers, true, false or a constant; write the text where it is used."
            self._refuse(node, "`set` may not hold a text made of other texts.", fix)
        return self._new_name(node.target)

    def _new_name(self, target: nodes.Node) -> frozenset[str]:
        if not isinstance(target, nodes.Name) or not _FIELD.match(target.name):
            self._refuse(target, "Only one plain name can be set here.", "Write for example `row`.")
            return frozenset()
        if target.name in {"facts", "request", "evidence", "partials", "loop"}:
            self._refuse(target, f"`{target.name}` cannot be given another meaning.", "Choose another name.")
        return frozenset((target.name,))

    def _expression(self, node: nodes.Node, names: frozenset[str]) -> None:
        if isinstance(node, nodes.Const):
            self._constant(node)
        elif isinstance(node, nodes.Name):
            self._name(node, names)
        elif isinstance(node, (nodes.Getattr, nodes.Getitem)):
            self._access(node, names)
        elif isinstance(node, (nodes.Filter, nodes.Test)):
            self._apply(node, names)
        elif isinstance(node, (nodes.List, nodes.Tuple)):
            if len(node.items) > 100 or not all(isinstance(item, nodes.Const) for item in node.items):
                self._refuse(node, "A list in a template holds constants only.", 'Write for example `["LOW", "HIGH"]`.')
        elif isinstance(node, nodes.CondExpr):
            self._choice(node, names)
        else:
            for child in node.iter_child_nodes():
                self._expression(child, names)

    def _choice(self, node: nodes.CondExpr, names: frozenset[str]) -> None:
        if node.expr2 is None:
            return self._refuse(node, "`… if …` needs an `else`.", "Write `a if b else c`.")
        with self._testing(_tested_paths(node.test)):
            self._expression(node.test, names)
            self._expression(node.expr1, names)
        return self._expression(node.expr2, names)

    def _constant(self, node: nodes.Const) -> None:
        number = isinstance(node.value, (int, float))
        if number and not abs(node.value) <= MAX_NUMBER:
            self._refuse(node, "The number is too large.", f"Numbers go to {MAX_NUMBER:,}.")

    def _name(self, node: nodes.Name, names: frozenset[str]) -> None:
        if node.name in names:
            return
        if node.name in self.roots:
            self._use(node, ())
        elif node.name in {"facts", "request", "evidence"}:
            fix = "People's words and records belong into a user message."
            self._refuse(node, f"A system message may not use `{node.name}`.", fix)
        else:
            self._refuse(node, f"`{node.name}` is not known here.", suggestion(node.name, self.roots | names))

    def _access(self, node: nodes.Getattr | nodes.Getitem, names: frozenset[str]) -> None:
        steps = list(_steps(node))
        base = steps.pop(0)
        for part, step in steps:
            if not isinstance(step, (str, int)) or isinstance(step, bool):
                fix = "Write `facts.name`, `facts.rows[0]` or `facts.rows|last`."
                return self._refuse(part, "A field must be named by a constant.", fix)
            if isinstance(step, str) and not _KEY.match(step):
                return self._refuse(part, "Names that begin with `_` are not public.", "Use a field of the data.")
        path = tuple(str(step) for _, step in steps)
        if not isinstance(base[0], nodes.Name):
            return self._expression(base[0], names)
        return self._path(base[0], path, names)

    def _path(self, root: nodes.Name, path: tuple[str, ...], names: frozenset[str]) -> None:
        if root.name == "loop" and "loop" in names:
            if path[0] not in LOOP_FIELDS or len(path) > 1:
                self._refuse(root, f"`loop.{path[0]}` is not known.", suggestion(path[0], LOOP_FIELDS))
        elif root.name == "partials" and "partials" in self.roots:
            if len(path) > 1 or path[0] not in self.partials:
                fix = f"Add it to `partials:`. {suggestion(path[0], self.partials, '')}".rstrip()
                self._refuse(root, f"The partial `{path[0]}` is not declared.", fix)
            self._use(root, path)
        elif root.name in self.roots and root.name not in names:
            self._use(root, path)
        else:
            self._name(root, names)

    def _use(self, root: nodes.Name, path: Path) -> None:
        self.uses.append(Use((root.name, *path), root.lineno + self.offset, self._tested))

    def _apply(self, node: nodes.Filter | nodes.Test, names: frozenset[str]) -> None:
        if node.node is not None:
            answers_missing = node.name in {"default", "defined", "undefined"}
            with self._testing(_path_of(node.node) if answers_missing else frozenset()):
                self._expression(node.node, names)
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return self._refuse(node, "`*` arguments are not part of the template language.", "Write them out.")
        if isinstance(node, nodes.Test):
            if node.name not in TESTS or node.args or node.kwargs:
                self._refuse(node, f"The test `is {node.name}` is not known.", suggestion(node.name, TESTS))
            return None
        known = FILTERS.get(node.name)
        if known is None or node.node is None:
            return self._refuse(node, f"The filter `{node.name}` is not known.", suggestion(node.name, FILTERS))
        given: list[tuple[str | None, nodes.Node]] = list(zip(known.arguments, node.args, strict=False))
        given += [((known.named or {}).get(str(pair.key)), pair.value) for pair in node.kwargs]
        if len(node.args) > len(known.arguments) or len(given) < known.required:
            usage = ", ".join([*known.arguments, *(f"{name}=…" for name in known.named or {})]) or "no arguments"
            return self._refuse(node, f"`{node.name}` is given wrong arguments.", f"It takes {usage}.")
        for kind, value in given:
            self._argument(node, kind, value)
        return None

    def _argument(self, node: nodes.Filter, kind: str | None, value: nodes.Node) -> None:
        constant = value.value if isinstance(value, nodes.Const) else _NOT_CONSTANT
        good = kind is not None and _ARGUMENT_CHECKS[kind](constant)
        if not good or constant is _NOT_CONSTANT:
            wanted = "known by name" if kind is None else f"a constant ({kind}, at most {MAX_ARGUMENT} characters)"
            self._refuse(node, f"An argument of `{node.name}` must be {wanted}.", "See docs/prompt-files.md.")


_NOT_CONSTANT = object()
_ARGUMENT_CHECKS: Mapping[str, Any] = {
    "count": lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 1_000,
    "text": lambda v: isinstance(v, str) and len(v) <= MAX_ARGUMENT,
    "field": lambda v: isinstance(v, str) and _FIELD.match(v) is not None,
    "operator": lambda v: v in OPERATORS,
    "flag": lambda v: isinstance(v, bool),
    "constant": lambda v: v is None or isinstance(v, (int, float)) or (isinstance(v, str) and len(v) <= MAX_ARGUMENT),
}


def _steps(node: nodes.Node) -> Iterator[tuple[nodes.Node, Any]]:
    """Yield the base of `a.b[0]` with None, then each access with its constant name or index."""
    path: list[tuple[nodes.Node, Any]] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        step = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", _NOT_CONSTANT)
        path.append((node, step))
        node = node.node
    yield node, None
    yield from reversed(path)


def _path_of(node: nodes.Node) -> frozenset[Path]:
    """Return the path a node reads, as a set of one; empty when it is no plain path."""
    (base, _), *steps = _steps(node)
    return frozenset(((base.name, *(str(step) for _, step in steps)),)) if isinstance(base, nodes.Name) else frozenset()


def _tested_paths(node: nodes.Node) -> frozenset[Path]:
    """Return the paths that must exist where a condition is true: `a is defined and b is defined`."""
    if isinstance(node, nodes.And):
        return _tested_paths(node.left) | _tested_paths(node.right)
    return _path_of(node.node) if isinstance(node, nodes.Test) and node.name == "defined" else frozenset()


def _is_list(node: nodes.Node) -> bool:
    while isinstance(node, nodes.Filter) and node.name in {"sort", "map", "selectattr", "list"} and node.node:
        node = node.node
    return isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem))


def _is_number_or_constant(node: nodes.Node) -> bool:
    if isinstance(node, nodes.CondExpr):
        return node.expr2 is not None and _is_number_or_constant(node.expr1) and _is_number_or_constant(node.expr2)
    if isinstance(
        node,
        (
            nodes.Const,
            nodes.Compare,
            nodes.Not,
            nodes.Test,
            nodes.Neg,
            nodes.Pos,
            nodes.Add,
            nodes.Sub,
            nodes.Mul,
            nodes.Div,
        ),
    ):
        return True
    return isinstance(node, nodes.Filter) and node.name in _NUMBER_FILTERS
