"""Turns what was found in a report into ranked facts, each with values that are true and already worded."""

from gateway.features.report_book import Book, Fact
from gateway.features.report_changes import change_facts, effect_facts, stated_facts
from gateway.features.report_levels import level_facts, sum_facts
from gateway.features.report_series import series_facts
from gateway.features.report_spots import Findings


def collect_facts(found: Findings, currency: str) -> list[Fact]:
    """Return every fact of a report, weightiest first; equal weights keep the report's order."""
    book = Book(found, currency)
    sources = (change_facts, stated_facts, series_facts, effect_facts, level_facts, sum_facts)
    return sorted((fact for source in sources for fact in source(book)), key=lambda fact: -fact.weight)
