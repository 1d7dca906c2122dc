"""Writes the table of holidays from the `holidays` package: `python -m tests.features.holiday_table`.

The package holds the calendars of 250 countries and stays in memory with all of them, so the service reads this table.
"""

from gateway.features.working_days import TABLE

YEARS = range(1957, 2101)
"""The years that the package knows for Ghana."""


def table() -> str:
    """Return a line for each public holiday: its date, a tab, its name, marked where it is an estimate."""
    from holidays.countries.ghana import Ghana

    days = sorted((day, name) for day, name in Ghana(years=YEARS).items() if day.year in YEARS)
    return "".join(f"{day.isoformat()}\t{name}\n" for day, name in days)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
    print(f"Wrote {TABLE}.")
