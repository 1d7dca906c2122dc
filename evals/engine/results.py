"""The result of a run as promptfoo's document: `results` with prompts, rows and stats, the config, and what it is."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from evals.config.suite import SuiteConfig
from evals.engine.metrics import columns_of, totals
from evals.engine.redacting import redacted
from evals.engine.steps import Plan

COMPATIBLE_WITH = "promptfoo 0.123.1"


def document(
    suite: SuiteConfig, plan: Plan, rows: Sequence[dict[str, Any]], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the whole result, ready to be written."""
    ordered = sorted(rows, key=lambda row: (row["testIdx"], row["promptIdx"]))
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    columns = columns_of(plan, ordered, suite.derived)
    stats = totals(ordered)
    return {
        "evalId": f"eval-{uuid4().hex[:6]}-{now[:19]}",
        "results": {
            "version": 3, "timestamp": now, "prompts": columns,
            "results": [_written(row) for row in ordered],
            "stats": stats,
        },
        "config": redacted(suite.file.data),
        "shareableUrl": None,
        "metadata": {"compat": COMPATIBLE_WITH, "exportedAt": now, "author": None},
        "vars": sorted({name for row in ordered for name in row["vars"]}),
        "runtimeOptions": dict(options),
    }  # fmt: skip


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the file holds it: variables as the test gives them, secrets taken out."""
    cleaned = {key: redacted(row[key]) for key in ("prompt", "testCase", "provider")}
    kept = {key: value for key, value in row.items() if key != "comparisons"}
    return {**kept, **cleaned, "vars": cleaned["testCase"].get("vars") or {}}


def pass_rate(stats: Mapping[str, Any]) -> float:
    """Return the share of rows that passed, in per cent; errors count against it. No rows at all are 100, as there."""
    count = stats["successes"] + stats["failures"] + stats["errors"]
    return float(100 * stats["successes"] / count) if count else 100.0


def exit_status(stats: Mapping[str, Any], settings: Mapping[str, str]) -> int:
    """Return the exit status: 0, or 100 (PROMPTFOO_FAILED_TEST_EXIT_CODE) below PROMPTFOO_PASS_RATE_THRESHOLD."""
    try:
        wanted = float(settings.get("PROMPTFOO_PASS_RATE_THRESHOLD", "100"))
    except ValueError:
        wanted = 100.0
    if pass_rate(stats) >= wanted:
        return 0
    code = settings.get("PROMPTFOO_FAILED_TEST_EXIT_CODE", "").strip()
    return int(code) if code.isdigit() else 100
