"""docs/data-model.md names every column of every table of ours, in the order of the database."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-model.md"
MONTHS = ("usage_past", "usage_all", "audit_past", "audit_all")


def documented():
    tables = {}
    for section in re.split(r"^### ", PAGE.read_text("utf-8"), flags=re.M)[1:]:
        name = section.split("\n", 1)[0].strip()
        tables[name] = re.findall(r"^\| ([a-z_]+) \| \S", section.split("\n## ")[0], flags=re.M)[1:]
    return tables


async def of_the_database(database):
    if database.dialect == "sqlite":
        sql = (
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid"
        )
    else:
        sql = (
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "ORDER BY table_name, ordinal_position"
        )
    tables = {}
    for table, column in await database.fetch(sql):
        # The months of usage and audit, and the views over them, have the columns of these.
        if not table.startswith(("pos_", "knowledge_search", *MONTHS)) and table != "migration":
            tables.setdefault(table, []).append(column)
    return tables


async def test_the_page_and_the_database_name_the_same_columns(database):
    assert documented() == await of_the_database(database)
