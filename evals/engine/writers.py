"""Writes a run's result: JSON, JSONL, YAML, CSV, HTML, text, Markdown and JUnit XML, chosen by the file's ending."""

import csv
import io
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import yaml

from evals.config.loading import ConfigError
from evals.scripting.values import coerce, dump, text

_MARKS = ("PASS", "FAIL", "ERROR")


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write the result into a file. Raises ConfigError for an ending that means nothing."""
    makers = {
        ".json": lambda: dump(document, 2) + "\n", ".jsonl": lambda: _lines(document), ".yaml": lambda: _yaml(document),
        ".yml": lambda: _yaml(document), ".csv": lambda: _csv(document), ".html": lambda: _html(document),
        ".txt": lambda: summary(document), ".md": lambda: markdown(document), ".xml": lambda: junit(document),
    }  # fmt: skip
    if path.suffix not in makers:
        raise ConfigError(f"Unsupported output file format: {path.suffix or path.name}; use {', '.join(makers)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(makers[path.suffix](), "utf-8", errors="replace")


def _rows(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = document["results"]["results"]
    return found


def mark(row: Mapping[str, Any]) -> str:
    """Return PASS, FAIL or ERROR."""
    return "PASS" if row["success"] else "ERROR" if row["failureReason"] == 2 else "FAIL"


def title(row: Mapping[str, Any]) -> str:
    """Return what a person calls the row."""
    return str(row["testCase"].get("description") or f"test {row['testIdx'] + 1}")


def output(row: Mapping[str, Any]) -> str:
    """Return the row's answer as text, its error where it has none."""
    found = (row.get("response") or {}).get("output")
    return coerce(found) if found is not None else str(row.get("error") or "")


def _lines(document: Mapping[str, Any]) -> str:
    return "".join(dump(row) + "\n" for row in _rows(document))


def _yaml(document: Mapping[str, Any]) -> str:
    import json

    return str(yaml.safe_dump(json.loads(dump(document)), allow_unicode=True, sort_keys=False))


def _csv(document: Mapping[str, Any]) -> str:
    columns, buffer = document["results"]["prompts"], io.StringIO()
    names = document["vars"]
    writer = csv.writer(buffer)
    heads = [f"[{column['provider']}] {column['label']}" for column in columns]
    writer.writerow(["Description", *names, *heads, *(f"{head} status" for head in heads)])
    grouped: dict[int, dict[int, Mapping[str, Any]]] = {}
    for row in _rows(document):
        grouped.setdefault(row["testIdx"], {})[row["promptIdx"]] = row
    for cells in grouped.values():
        first = next(iter(cells.values()))
        shown = [cells.get(index) for index in range(len(columns))]
        writer.writerow([
            _cell(title(first)), *(_cell(coerce(first["vars"].get(name, ""))) for name in names),
            *(_cell(output(row)) if row else "" for row in shown), *(mark(row) if row else "" for row in shown),
        ])  # fmt: skip
    return buffer.getvalue()


def _cell(value: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _html(document: Mapping[str, Any]) -> str:
    columns = document["results"]["prompts"]
    heads = "".join(f"<th>{escape(c['provider'])}: {escape(str(c['label'])[:120])}</th>" for c in columns)
    grouped: dict[int, dict[int, Mapping[str, Any]]] = {}
    for row in _rows(document):
        grouped.setdefault(row["testIdx"], {})[row["promptIdx"]] = row
    body = []
    for cells in grouped.values():
        shown = "".join(_html_cell(cells.get(index)) for index in range(len(columns)))
        body.append(f"<tr><th>{escape(title(next(iter(cells.values()))))}</th>{shown}</tr>")
    style = "body{font-family:sans-serif}td,th{border:1px solid #ccc;padding:6px;text-align:left;vertical-align:top}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Evaluation</title>'
        f"<style>{style}</style></head>"
        f"<body><h1>Evaluation</h1><p>{escape(summary(document).splitlines()[0])}</p><table><tr><th>Case</th>{heads}</tr>"
        f"{''.join(body)}</table></body></html>\n"
    )


def _html_cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "<td></td>"
    reason = "" if row["success"] else f"<p><em>{escape(str(row.get('error', '')))[:500]}</em></p>"
    return (
        f"<td><strong>{mark(row)} ({text(row['score'])})</strong><pre>{escape(output(row)[:2000])}</pre>{reason}</td>"
    )


def summary(document: Mapping[str, Any]) -> str:
    """Return the counts, and a line for every row that did not pass."""
    stats = document["results"]["stats"]
    lines = [f"{stats['successes']} passed, {stats['failures']} failed, {stats['errors']} errors"]
    lines += [f"{mark(row)} {title(row)}: {_short(row)}" for row in _rows(document) if not row["success"]]
    return "\n".join(lines) + "\n"


def markdown(document: Mapping[str, Any]) -> str:
    """Return a summary fit for a pull-request comment."""
    stats = document["results"]["stats"]
    lines = [
        "# Evaluation", "", "| prompt | provider | passed | failed | errors |", "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for column in document["results"]["prompts"]:
        figures, label = column["metrics"], str(column["label"]).replace("|", "\\|").replace("\n", " ")[:80]
        counts = f"{figures['testPassCount']} | {figures['testFailCount']} | {figures['testErrorCount']}"
        lines.append(f"| {label} | {column['provider']} | {counts} |")
    lines += ["", f"{stats['successes']} passed, {stats['failures']} failed, {stats['errors']} errors."]
    broken = [row for row in _rows(document) if not row["success"]]
    if broken:
        lines += ["", "## Not passed", "", *(f"- **{title(row)}** ({mark(row)}): {_short(row)}" for row in broken)]
    return "\n".join(lines) + "\n"


def _short(row: Mapping[str, Any]) -> str:
    return " ".join(str(row.get("error") or "").split())[:300]


def junit(document: Mapping[str, Any]) -> str:
    """Return a JUnit document: one suite for each column."""
    root = Element("testsuites")
    for index, column in enumerate(document["results"]["prompts"]):
        rows = [row for row in _rows(document) if row["promptIdx"] == index]
        marks = [mark(row) for row in rows]
        counts = {"tests": len(rows), "failures": marks.count("FAIL"), "errors": marks.count("ERROR")}
        name = f"{column['provider']}: {str(column['label'])[:80]}"
        suite = SubElement(root, "testsuite", {"name": name, **{key: str(value) for key, value in counts.items()}})
        for row in rows:
            seconds = f"{(row.get('latencyMs') or 0) / 1000:.3f}"
            case = SubElement(suite, "testcase", {"name": title(row), "classname": name, "time": seconds})
            if not row["success"]:
                SubElement(case, "error" if mark(row) == "ERROR" else "failure", {"message": _short(row)})
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"
