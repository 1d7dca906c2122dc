"""Outputs, suites and prompts for the tests of the evaluations."""

from pathlib import Path
from typing import Any

from evals.checks.registry import Output, all_checks, judge
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


def holds(name: str, value: Any = None, shown: Output | None = None) -> bool:
    """Tell whether a check passes on an output."""
    return judge(name, shown or output(), value).passed


def suite_of(folder: Path, text: str = CASES) -> Suite:
    """Return the suite that a text makes."""
    path = folder / "product_description.yaml"
    path.write_text(text, "utf-8")
    return load_suite(path, list(all_checks()))
