"""Assertions on SQL: `is-sql` and `contains-sql`, with allow-lists of tables and columns."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.checks.sql_expressions import NotSql
from evals.checks.sql_statements import SqlReader
from evals.scripting.values import UNDEFINED, trim, truthy

_IGNORED = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|`[^`]*`|--[^\r\n]*|#[^\r\n]*|/\*[\s\S]*?\*/")
_MODIFIER = r"(?:all|distinct(?:row)?|high_priority|straight_join|sql_\w+)"
_COMMA = re.compile(
    rf"\bselect\s+(?:{_MODIFIER}\s+)*(?!{_MODIFIER}\b)[A-Za-z_]\w*\s+[A-Za-z_]\w*\s+from\b", re.IGNORECASE | re.ASCII
)
_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})([^\n]*)\n([\s\S]*?)^[ \t]{0,3}\1[`~]*[ \t]*$", re.MULTILINE)


@assertion("is-sql")
def is_sql(subject: Subject) -> Outcome:
    """The output is one or more SQL statements, on allowed tables and columns only."""
    reason = _misfit(subject, subject.text)
    return subject.holds(reason is None, reason or "", "the output is SQL")


@assertion("contains-sql")
def contains_sql(subject: Subject) -> Outcome:
    """A fenced block without a language or marked sql, or else the whole output, is SQL."""
    output = re.sub(r"\r\n?", "\n", subject.text)
    blocks = [found[3].strip() for found in _FENCE.finditer(output) if found[2].strip().lower() in ("", "sql")]
    reason: str | None = "Output does not contain valid SQL"
    for block in blocks or [output]:
        if block.strip():
            reason = _misfit(subject, block)
            if reason is None:
                break
    return subject.holds(reason is None, reason or "", "the output contains SQL")


def _misfit(subject: Subject, source: str) -> str | None:
    options = subject.value if subject.value is not UNDEFINED else None
    if truthy(options) and not isinstance(options, dict | list):
        raise CheckError("is-sql assertion must have a object value.")
    wanted: Mapping[str, Any] = options if isinstance(options, dict) else {}
    source, dialect = trim(source), str(wanted.get("databaseType") or "MySQL").lower()
    if dialect == "mysql" and re.search(r"\bgenerate_series\s*\(", source, re.IGNORECASE):
        return "MySQL does not know generate_series"
    if _COMMA.search(_IGNORED.sub(" ? ", source)):
        return "a comma seems to be missing between two columns"
    if source.count("`") % 2 or not source:
        return "the output is no SQL statement"
    reader = SqlReader(source, dialect)
    try:
        reader.read()
    except (NotSql, RecursionError) as error:
        return f"the output is no SQL statement: {error}"
    return _beyond(reader.tables, wanted.get("allowedTables"), "table") or _beyond(
        reader.columns, _loosened(wanted.get("allowedColumns")), "column"
    )


def _loosened(allowed: Any) -> Any:
    """Let `select::table::column` also allow the column where it is written without its table."""
    if not isinstance(allowed, list):
        return allowed
    parts = [str(item).split("::") for item in allowed]
    return [*allowed, *(f"{part[0]}::null::{part[2]}" for part in parts if len(part) == 3)]


def _beyond(found: Sequence[str], allowed: Any, kind: str) -> str | None:
    if not isinstance(allowed, list):
        return None
    patterns = [re.compile(f"{item}\\Z", re.IGNORECASE) for item in map(str, allowed)]
    other = [name for name in found if not any(pattern.match(name) for pattern in patterns)]
    return f"SQL references unauthorized {kind}(s): {', '.join(other)}" if other else None
