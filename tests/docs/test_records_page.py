"""docs/records.md and the OpenAPI document name exactly the columns that a push takes."""

import json
import re

import jsonschema_rs
import pytest

from gateway.api.openapi import openapi_document
from gateway.settings import ROOT
from gateway.store.demo import tenant_files
from gateway.store.records_schema import LINES, SCHEMA
from tests.features.fakes import DEMO_DIR
from tests.service import catalog_of

PAGE = (ROOT / "docs" / "records.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
ROW = re.compile(r"^\| \*?`(\w+)`\*? \| ([^|]+) \| ([^|]*) \|", re.MULTILINE)
DOCUMENT = openapi_document(catalog_of(), "0")


def told(text: str) -> list[tuple[str, bool]]:
    return [(name, needed.strip() == "yes") for name, _, needed in ROW.findall(text)]


def test_every_table_has_its_section():
    assert list(SECTIONS) == list(SCHEMA)


@pytest.mark.parametrize("name", SCHEMA)
def test_a_table_is_told_column_by_column(name: str):
    columns = [(column.name, column.required) for column in SCHEMA[name].columns]
    if name == "sales":
        columns += [("items", False), *((column.name, column.required) for column in LINES.columns)]
    assert told(SECTIONS[name]) == columns
    for column in SCHEMA[name].columns:
        kind = next(kind for one, kind, _ in ROW.findall(SECTIONS[name]) if one == column.name)
        assert not column.kind.allowed or re.findall(r"`(\w+)`", kind) == list(column.kind.allowed)


@pytest.mark.parametrize("name", SCHEMA)
def test_the_rows_of_the_demo_fit_the_documents_schema_and_a_strange_column_does_not(name: str):
    schema = DOCUMENT["components"]["schemas"][f"records.{name}"]
    fits = jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})
    with tenant_files(DEMO_DIR)[name].open(encoding="utf-8") as lines:
        rows = [json.loads(line) for _, line in zip(range(50), lines, strict=False)]
    assert rows and all(fits.is_valid(row) for row in rows)
    assert not fits.is_valid(rows[0] | {"shoe_size": 42})
    for column in SCHEMA[name].columns:
        assert not column.required or not fits.is_valid({key: v for key, v in rows[0].items() if key != column.name})


def test_inline_records_of_a_request_are_tables_of_such_rows():
    operation = DOCUMENT["paths"]["/api/ai/credit/risk-assessment/"]["post"]
    records = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]["records"]
    assert set(records["properties"]) == set(SCHEMA)
