"""docs/faults.md promises a test for each fault: each of them exists."""

import ast
import re

from gateway.settings import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_page_names_is_there():
    named = set(NAMED.findall((ROOT / "docs" / "faults.md").read_text("utf-8")))
    assert len(named) > 25
    functions = {
        file: {node.name for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))) if hasattr(node, "name")}
        for file, _ in named
    }
    assert [f"{file}::{name}" for file, name in named if name not in functions[file]] == []
