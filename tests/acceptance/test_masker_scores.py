"""The floors of the scorer on the sample corpus; time is measured by `bench/masking.py`, not here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("scores") / "scores.json"
    command = [sys.executable, "pii_sample/score.py", "--callable", "masker:Masker", "--json", str(out)]
    subprocess.run(command, cwd=HERE, check=True, capture_output=True, timeout=120)
    scores: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return scores["figures"]


def test_no_marked_value_and_no_part_of_one_leaks(figures: dict[str, Any]) -> None:
    assert figures["payloads"]["broke"] == 0
    assert figures["payloads"]["leak"]["marked"][0] == 0
    assert figures["payloads"]["leak"]["derived"][0] == 0


def test_free_text_leaks_at_most_one_in_a_hundred(figures: dict[str, Any]) -> None:
    unmarked = figures["payloads"]["leak"]["free"]
    assert figures["free"]["leak"] <= 0.01
    assert unmarked[0] / unmarked[1] <= 0.01


def test_what_is_not_personal_survives(figures: dict[str, Any]) -> None:
    over = figures["payloads"]["over"]
    assert figures["free"]["over"] <= 0.005
    assert over[0] / over[1] <= 0.005
    assert figures["free"]["clean_changed"] <= 0.005


def test_everything_comes_back_however_it_is_written_or_streamed(figures: dict[str, Any]) -> None:
    lines = {name: counts for name, counts in figures["restore"].items() if name != "max held-back chars"}
    assert len(lines) >= 17
    assert {name: counts for name, counts in lines.items() if counts[0] != counts[1]} == {}


def test_the_guard_stops_every_planted_value_and_no_masked_body(figures: dict[str, Any]) -> None:
    assert len(figures["guard"]) >= 8
    assert {name: counts for name, counts in figures["guard"].items() if counts[0] != counts[1]} == {}
