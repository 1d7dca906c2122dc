"""A business is registered, changed and listed from the command line, and its key works at once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from tests.service import AKWAABA, SECRET, Databases

ID = "0b0f5c52-5b8e-4a3e-9d6f-5f1f0c2d3e4f"


@pytest.fixture
async def url(databases: Databases, tmp_path: Path):
    async with databases.copy("sqlite", tmp_path) as copied:
        yield copied


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"DATABASE_URL": url, "SECRET_KEY": SECRET, "COLUMNS": "200"})


def listed(url: str) -> dict[str, dict[str, object]]:
    rows = json.loads(run(url, "businesses", "list", "--json").output)["businesses"]
    return {row["id"]: row for row in rows}


def test_a_business_is_added_with_what_the_pos_knows_of_it_and_gets_a_key(url: str):
    more = ("--id", ID, "--plan", "professional", "--timezone", "Africa/Lagos", "--currency", "NGN")
    made = run(url, "businesses", "add", "Esi Cloth", *more)
    assert made.output.strip() == ID
    row = listed(url)[ID]
    assert (row["name"], row["plan"], row["timezone"], row["currency"]) == (
        "Esi Cloth", "PROFESSIONAL", "Africa/Lagos", "NGN",
    )  # fmt: skip
    assert run(url, "keys", "create", "pos", "--business", ID).output.startswith("gw_")


def test_an_id_is_made_where_none_is_given_and_one_in_use_is_never_taken_over(url: str):
    made = run(url, "businesses", "add", "Kofi Spares", "--json")
    assert json.loads(made.output)["id"] in listed(url)
    taken = run(url, "businesses", "add", "Somebody", "--id", AKWAABA)
    assert taken.exit_code == 1 and listed(url)[AKWAABA]["name"] == "Akwaaba Mini Mart"


def test_a_trial_ends_after_its_days(url: str):
    row = json.loads(run(url, "businesses", "add", "New Shop", "--plan", "TRIAL", "--json").output)
    ends = datetime.fromisoformat(row["trial_ends_at"])
    assert timedelta(days=13) < ends - datetime.now(UTC) <= timedelta(days=14)


def test_a_change_leaves_the_rest_as_it_was(url: str):
    before = listed(url)[AKWAABA]
    assert run(url, "businesses", "change", AKWAABA, "--name", "Akwaaba Mart").exit_code == 0
    assert listed(url)[AKWAABA] == before | {"name": "Akwaaba Mart"}


@pytest.mark.parametrize(
    "wrong",
    [
        ("add", "A", "--plan", "GOLD"), ("add", "A", "--timezone", "Accra"), ("add", "A", "--currency", "cedi"),
        ("add", "A", "--id", "7"), ("add", " "), ("change", AKWAABA), ("change", ID, "--name", "B"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(url: str, wrong: tuple[str, ...]):
    before = listed(url)
    refused = run(url, "businesses", *wrong)
    assert refused.exit_code == 1 and refused.stderr.strip().endswith(".")
    assert listed(url) == before
