import re
from pathlib import Path

import pytest

from gateway.library.feature_file import Example, FeatureFile
from gateway.library.hashing import CONTRACT_KEYS, VERSION_KEYS
from gateway.library.rule_parser import MAX_STEPS, SPECIAL
from gateway.library.rule_values import FUNCTIONS
from gateway.library.schema_keywords import FORMATS, KEYWORDS, PII_TYPES, TYPES
from gateway.library.template_filters import FILTERS
from gateway.library.template_language import LOOP_FIELDS, TESTS
from gateway.library.template_values import WORK
from gateway.library.templates import VARIABLES
from gateway.library.version_file import FewShotFile, MessageFile, ParamsFile, RuleFile, VersionFile

PAGE = (Path(__file__).parents[2] / "docs" / "prompt-files.md").read_text(encoding="utf-8")


def table(header: str) -> list[dict[str, list[str]]]:
    """Return every table whose first column has this header: first cell without quotes → the other cells."""
    found = []
    for block in re.findall(rf"^\| {header} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in block.splitlines()]
        found.append({row[0].strip("` "): row[1:] for row in rows})
    return found


MODELS = [FeatureFile, Example, VersionFile, ParamsFile, MessageFile, RuleFile, FewShotFile]


@pytest.mark.parametrize(("model", "shown"), list(zip(MODELS, table("key"), strict=True)))
def test_the_tables_of_keys_are_those_of_the_code(model, shown):
    assert shown == {
        name: ["yes" if info.is_required() else "no", info.description] for name, info in model.model_fields.items()
    }


def test_the_tables_of_filters_functions_and_keywords_are_those_of_the_code():
    assert {name: cells[-1] for name, cells in table("filter")[0].items()} == {n: f.summary for n, f in FILTERS.items()}
    functions = {name: entry[3] for name, entry in FUNCTIONS.items()} | dict(SPECIAL)
    assert {name: cells[0] for name, cells in table("function")[0].items()} == functions
    keywords = {k: ["any" if len(t) == len(TYPES) else ", ".join(sorted(t))] for k, t in KEYWORDS.items()}
    assert table("keyword")[0] == keywords
    assert tuple(table("x-pii")[0]) == PII_TYPES


def test_the_page_names_the_variables_of_each_role():
    assert table("role")[0] == {
        role: [", ".join(f"`{name}`" for name in sorted(names))] for role, names in VARIABLES.items()
    }


def test_the_page_names_every_test_format_loop_field_limit_and_hashed_key():
    for name in (*TESTS, *FORMATS, *CONTRACT_KEYS, *(key for key in VERSION_KEYS)):
        assert f"`{name}`" in PAGE
    assert all(f"`loop.{name}`" in PAGE for name in LOOP_FIELDS)
    assert f"{WORK:,} steps" in PAGE and f"{MAX_STEPS:,} steps" in PAGE
