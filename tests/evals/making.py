"""Outputs, suites, rows and prompts for the tests of the evaluations."""

import asyncio
from pathlib import Path
from typing import Any

from evals.checks.registry import Outcome, Output, Row, Tools, all_checks
from evals.engine.grading import outcome_of
from evals.graders.none import NoGrader
from evals.scripting.workers import Workers
from evals.suite import Suite, load_suite
from gateway.domain.evidence import Evidence
from tests.features.fakes import DEMO_DAY
from tests.pipeline.making import catalog, prompt_of

CASES = """\
description: Labels.
defaultTest: {vars: {feature: product_description}}
tests:
  - description: One
    vars: {request: {product_name: Gari}}
    assert:
      - {type: contains, value: Gari}
"""


def output(body: dict[str, Any] | None = None, **changes: Any) -> Output:
    """Return an answer of the product description, as a check sees it."""
    shown = {"description": "Blender in red.", "word_count": 3} if body is None else body
    usual: dict[str, Any] = {
        "text": str(shown.get("description", "")), "body": shown, "meta": {"source": "offline", "degraded": None},
        "request": {"product_name": "Blender"}, "outgoing": (), "vault": None,
        "evidence": Evidence(facts={"product_name": "Blender", "stock": 17}, computed={}, as_of=DEMO_DAY),
        "feature": catalog().features["product_description"], "prompt": prompt_of("product_description"),
    }  # fmt: skip
    return Output(**{**usual, **changes})


def judged(name: str, value: Any = None, shown: Any = None, **more: Any) -> Outcome:
    """Return the outcome of one assertion on a feature's answer, or on a plain output given as `shown`."""

    async def run() -> Outcome:
        async with Workers({}) as workers:
            answer = shown if isinstance(shown, Output) else None if shown is not None else output()
            given = answer.text if answer is not None else shown
            tools = Tools(workers, NoGrader(), Path.cwd())
            response = {"output": given, **more.pop("response", {})}
            row = Row({}, more.pop("variables", {}), "", response, tools, answer=answer)
            return await outcome_of(row, {"type": name, **({} if value is None else {"value": value}), **more})

    return asyncio.run(run())


def holds(name: str, value: Any = None, shown: Any = None, **more: Any) -> bool:
    """Tell whether an assertion passes."""
    return judged(name, value, shown, **more).passed


def suite_of(folder: Path, text: str = CASES) -> Suite:
    """Return the suite that a text makes."""
    path = folder / "product_description.yaml"
    path.write_text(text, "utf-8")
    return load_suite(path, list(all_checks()))
