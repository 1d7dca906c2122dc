"""Templates and assertions give what nunjucks 3.2.4 and promptfoo 0.123.1 gave for the same input."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evals.checks.registry import Row, Tools
from evals.engine.grading import RowError, grade
from evals.graders.none import NoGrader
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.names import free_names
from evals.nunjucks.render import render
from evals.scripting.workers import Workers

HERE = Path(__file__).parent
TEMPLATES = json.loads((HERE / "nunjucks.json").read_text("utf-8"))
ASSERTIONS = json.loads((HERE / "recorded_assertions.json").read_text("utf-8"))


def test_templates_render_as_nunjucks_renders_them():
    wrong = []
    for template, expected in TEMPLATES["cases"]:
        try:
            found = render(template, json.loads(json.dumps(TEMPLATES["variables"])))
        except TemplateError:
            found = None
        if found != expected:
            wrong.append((template, expected, found))
    assert len(TEMPLATES["cases"]) > 500
    assert wrong == []


def test_assertions_decide_as_promptfoo_decides():
    async def run() -> list[Any]:
        wrong = []
        async with Workers({}) as workers:
            tools = Tools(workers, NoGrader(), HERE)
            for variables, item, expected in ASSERTIONS:
                row = Row({"assert": [item]}, variables, "", {"output": variables["out"]}, tools)
                try:
                    found: Any = await grade(row)
                    found = [found.passed, found.score]
                except RowError:
                    found = "error"
                if found != expected and not (isinstance(found, list) and found == pytest.approx(expected)):
                    wrong.append((variables, item, expected, found))
        return wrong

    assert len(ASSERTIONS) > 500
    assert asyncio.run(run()) == []


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{a}} {{b.c}} {% if d %}{% endif %}", {"a", "b", "d"}),
        ("{% for x in list %}{{x}}{{loop.index}}{% endfor %}", {"list"}),
        ("{{ a | default('x') }} {% if b is defined %}{{b}}{% endif %}", set()),
        ("{% set a = 1 %}{{a}}{% macro m(q) %}{{q}}{{z}}{% endmacro %}{{m(1)}}", {"z"}),
    ],
)
def test_the_variables_a_template_needs_are_found(template: str, names: set[str]):
    assert free_names(template) == names


@pytest.mark.parametrize(
    "template",
    ["{% for i in range(9000) %}{% for j in range(9000) %}{% endfor %}{% endfor %}", "{{ 'x'.repeat(99999999) }}",
     "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{{ a.__class__.__mro__[1].__subclasses__() }}"],
)  # fmt: skip
def test_a_template_that_runs_wild_or_reaches_out_is_stopped(template: str):
    with pytest.raises(TemplateError):
        render(template, {"a": "x"})
