"""What a gate run found, for machines (JSON, JUnit) and for people (Markdown)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

from evals.report_page import as_page
from evals.run import CaseResult
from evals.verdict import Judgement

MARK = {"passed": "✅ passed", "failed": "❌ failed", "not_enough_evidence": "⚠️ not enough evidence"}


def write_reports(folder: Path, judgements: Sequence[Judgement], complaints: Sequence[str]) -> None:
    """Write `gate.json`, `gate.xml` (JUnit), `gate.md` (a pull request's comment) and `gate.html` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.json").write_text(
        json.dumps(as_json(judgements, complaints), indent=2, ensure_ascii=False), "utf-8"
    )
    ElementTree(as_junit(judgements)).write(folder / "gate.xml", encoding="utf-8", xml_declaration=True)
    (folder / "gate.md").write_text(as_markdown(judgements, complaints), "utf-8")
    (folder / "gate.html").write_text(as_page(judgements, complaints), "utf-8")


def as_json(judgements: Sequence[Judgement], complaints: Sequence[str]) -> dict[str, Any]:
    """Return the whole outcome as data."""
    return {
        "passed": not complaints,
        "complaints": list(complaints),
        "verdicts": [
            {
                "feature": j.verdict.feature,
                "version": j.verdict.version,
                "content_hash": j.verdict.content_hash,
                "model": j.verdict.model,
                "suite_hash": j.verdict.suite_hash,
                "outcome": j.verdict.outcome,
                "figures": j.verdict.figures,
                "cases": [_case(result) for result in j.results],
            }
            for j in judgements
        ],
    }


def as_junit(judgements: Sequence[Judgement]) -> Element:
    """Return a JUnit document: one suite for each prompt version."""
    root = Element("testsuites")
    for judgement in judgements:
        failures = sum(result.failure == "assertion" for result in judgement.results)
        errors = sum(result.failure == "error" for result in judgement.results)
        suite = SubElement(
            root, "testsuite", name=_name(judgement), tests=str(len(judgement.results)), failures=str(failures),
            errors=str(errors),
        )  # fmt: skip
        for result in judgement.results:
            case = SubElement(suite, "testcase", name=result.case.description, classname=_name(judgement))
            if not result.passed:
                SubElement(case, "error" if result.failure == "error" else "failure", message=result.reason)
    return root


def as_markdown(judgements: Sequence[Judgement], complaints: Sequence[str]) -> str:
    """Return a summary fit for a pull-request comment."""
    lines = [
        "# Prompt evaluations",
        "",
        "| prompt | model | cases | passed | verdict |",
        "| --- | --- | --- | --- | --- |",
    ]
    for judgement in judgements:
        figures = judgement.verdict.figures
        lines.append(
            f"| {_name(judgement)} | {judgement.verdict.model} | {figures['cases']} | {figures['passed']} "
            f"| {MARK[judgement.verdict.outcome]} |"
        )
    for judgement in judgements:
        failed = [result for result in judgement.results if not result.passed]
        if failed:
            lines += ["", f"## {_name(judgement)}", ""]
            lines += [
                f"- **{result.case.description}** (line {result.case.line}): {result.reason}" for result in failed
            ]
    if complaints:
        lines += ["", "## The gate is closed", "", *[f"- {complaint}" for complaint in complaints]]
    return "\n".join(lines) + "\n"


def _case(result: CaseResult) -> dict[str, Any]:
    return {
        "description": result.case.description,
        "slice": result.case.slice,
        "zero_tolerance": result.case.zero_tolerance,
        "success": result.passed,
        "score": result.score,
        "failure": result.failure,
        "reason": result.reason,
        "checks": [{"type": c.type, "pass": c.passed, "score": c.score, "reason": c.reason} for c in result.checks],
    }


def _name(judgement: Judgement) -> str:
    return f"{judgement.verdict.feature}@{judgement.verdict.version}"
