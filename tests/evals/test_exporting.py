"""An exported suite asks for its own checks in words that promptfoo does not take for a template."""

import json
import re

import pytest

from evals.exporting import exported
from gateway.settings import ROOT

SUITES = sorted((ROOT / "evals" / "suites").glob("*.yaml"))
_CHECK = re.compile(r"context\.providerResponse\.metadata\.checks\[(.*)\]\Z", re.DOTALL)


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_no_exported_check_is_a_template_and_each_names_what_it_asks_for(suite):
    tests = json.loads(exported(suite))["tests"]
    asked = [item["value"] for test in tests for item in test["assert"] if item["type"] == "javascript"]
    keys = [json.loads(found[1]) for value in asked if (found := _CHECK.fullmatch(value))]
    assert keys
    assert not [value for value in asked if "{{" in value or "{%" in value]
    assert all(json.loads(key).keys() <= {"type", "value"} for key in keys)
