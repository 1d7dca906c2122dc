"""Whoever may write a prompt may not thereby stop, fill or read the machine."""

import json
import subprocess
import sys

import pytest

from gateway.library.problems import LibraryError
from gateway.library.schemas import Schema
from gateway.settings import ROOT
from tests.library.hostile import bomb, chain, documents
from tests.waiting import PATIENCE_S

CPU_S = 3.0
GROWTH_MB = 256.0


def test_hostile_documents_are_refused_soon_in_little_memory_and_nothing_is_opened():
    command = [sys.executable, "-m", "tests.library.hostile"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3 * PATIENCE_S, check=True)
    *rows, last = map(json.loads, ran.stdout.splitlines())
    assert len(rows) == len(documents()) > 140
    assert [row["name"] for row in rows if not row["refused"]] == []
    assert [row for row in rows if row["touched"]] == []
    assert [row["name"] for row in rows if row["seconds"] > CPU_S] == [], "processor time, not the clock's"
    assert last["grown_mb"] < GROWTH_MB


@pytest.mark.parametrize("schema", [bomb(), chain()], ids=["wide", "deep"])
def test_a_schema_that_is_small_until_its_references_are_followed_is_refused(schema):
    with pytest.raises(LibraryError, match="With every reference followed"):
        Schema.compile(schema)


def test_definitions_that_use_one_another_within_reason_are_fine():
    name = {"type": "object", "properties": {"text": {"type": "string"}}}
    pair = {"type": "object", "properties": {"a": {"$ref": "#/$defs/name"}, "b": {"$ref": "#/$defs/name"}}}
    schema = Schema.compile(
        {"type": "object", "properties": {"pair": {"$ref": "#/$defs/pair"}}, "$defs": {"name": name, "pair": pair}}
    )
    assert schema.is_valid({"pair": {"a": {"text": "x"}}}) and not schema.is_valid({"pair": {"a": {"text": 1}}})
