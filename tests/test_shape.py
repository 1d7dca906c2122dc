"""The rules of the house that a test can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import get
from litestar.routes import HTTPRoute

from gateway.api.access import UndeclaredAccess, require_declared_access
from gateway.app import create_service
from gateway.settings import ROOT
from tests.service import catalog_of, settings_for

PACKAGES = ("gateway", "evals", "admin")
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "piccolo_migrations" not in path.parts
]
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in SOURCES}
MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 400
LONG_FUNCTIONS: dict[str, str] = {}
"""`file:function` → why it may be longer."""
TOLD_BY_THEIR_CLASS = {"gateway/library/rule_parser.py: Parser": "one method for each kind of node, named like it"}
ENVIRONMENT_READERS = {
    *("gateway/cli/running.py", "gateway/cli/serving.py", "admin/app.py"),
    *("evals/__main__.py", "evals/provider.py", "evals/commands/gate.py", "evals/commands/compare.py"),
}
TEMPLATE_ENGINES = {"gateway/library/templates.py", "admin/web/rendering.py"}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|WIP|not implemented|NotImplementedError)\b")
ASSIGNMENT = re.compile(r"\b(?:acceptance criteri|this assignment|the grader|issue \d|spine)\b", re.IGNORECASE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Yield the public names without a docstring; methods of a Protocol are told by their class."""
    stack: list[tuple[str, ast.Module | ast.ClassDef]] = [("", tree)]
    while stack:
        prefix, owner = stack.pop()
        protocol = isinstance(owner, ast.ClassDef) and any(ast.unparse(b).startswith("Protocol") for b in owner.bases)
        for node in owner.body:
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
                if not protocol and ast.get_docstring(node) is None:
                    yield prefix + node.name
                if isinstance(node, ast.ClassDef):
                    stack.append((f"{prefix}{node.name}.", node))


@pytest.mark.parametrize("name", catalog_of().features)
def test_a_feature_has_its_five_files(name: str):
    feature = catalog_of().features[name]
    files = [f"prompts/{name}/feature.yaml", f"prompts/{name}/v1.yaml", f"evals/suites/{name}.yaml"]
    if feature.evidence != "input":
        files += [f"gateway/features/{feature.evidence}.py", f"tests/features/test_{name}.py"]
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_no_folder_of_prompts_holds_python():
    assert not list((ROOT / "prompts").rglob("*.py"))


def test_every_route_that_is_served_declares_who_may_use_it(tmp_path: Path):
    service = create_service(settings_for(f"sqlite:///{tmp_path}/unused.sqlite"))
    app = service.asgi.app.app  # type: ignore[attr-defined]
    handlers = [handler for route in app.routes if isinstance(route, HTTPRoute) for handler in route.route_handlers]
    declared = {path: handler.opt.get("access") for handler in handlers for path in handler.paths if handler.opt}
    assert len(declared) > 10
    assert all(declared.values())


def test_a_route_that_declares_nothing_stops_the_start():
    @get("/open", sync_to_thread=False)
    def opened() -> str:
        return "anybody"

    with pytest.raises(UndeclaredAccess, match="/open"):
        require_declared_access([opened])


@pytest.mark.parametrize("access", ["", "anyone", "Public", "scope", None])
def test_a_misspelt_declaration_stops_the_start_too(access: str | None):
    @get("/open", sync_to_thread=False, opt={"access": access})
    def opened() -> str:
        return "anybody"

    with pytest.raises(UndeclaredAccess):
        require_declared_access([opened])


def test_templates_are_compiled_in_two_places_only():
    engines = {
        file
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and "jinja2" in ast.unparse(node)
        if re.search(r"\b(?:\w*Environment|Template)\b", ast.unparse(node))
    }
    assert engines <= TEMPLATE_ENGINES


def test_the_environment_is_read_where_a_process_starts_and_nowhere_else():
    readers = {file for file, tree in TREES.items() if re.search(r"os\.(?:environ|getenv)\b", ast.unparse(tree))}
    assert readers <= ENVIRONMENT_READERS


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{file}:{node.name}"
        for file, tree in TREES.items()
        for node in functions(tree)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert long == set(LONG_FUNCTIONS)


def test_no_file_is_longer_than_can_be_read_at_once():
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {file: lines for file, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_nine_functions_in_ten_are_short():
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for tree in TREES.values() for node in functions(tree))
    assert lengths[len(lengths) * 9 // 10] <= 35


def test_every_public_object_says_what_it_gives():
    found = [f"{file}: {name}" for file, tree in TREES.items() for name in undocumented(tree)]
    assert [name for name in found if name.rpartition(".")[0] not in TOLD_BY_THEIR_CLASS] == []


def test_every_file_says_what_it_is_for():
    empty = [file for file, tree in TREES.items() if tree.body and ast.get_docstring(tree) is None]
    assert empty == []


def test_packages_of_the_gateway_re_export_nothing():
    full = [file for file in TREES if file.endswith("__init__.py") and (ROOT / file).read_text("utf-8").strip()]
    assert full == []


def test_nothing_is_left_unfinished():
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in SOURCES}
    assert [file for file, text in texts.items() if UNFINISHED.search(text) or ASSIGNMENT.search(text)] == []


def test_no_error_is_swallowed_without_a_word():
    silent = [
        f"{file}:{node.lineno}"
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
        if len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
    ]
    assert silent == []
