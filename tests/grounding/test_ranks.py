"""Amounts that a sentence calls the largest or smallest, against texts of the evidence that state them."""

from datetime import date

import pytest

from gateway.domain.evidence import Evidence
from gateway.grounding.facts import FactIndex
from gateway.grounding.stream import clean

FACTS = {
    "facts": [
        {"id": "F1", "about": "monthly revenue", "best_period": "2026-06", "best": "GHS 208,268.91"},
        {"id": "F2", "about": "receivables overdue", "value": "GHS 301,500.00"},
        {"id": "F3", "about": "petty cash", "value": "GHS 310.00"},
    ]
}


@pytest.mark.parametrize(
    ("sentence", "stays"),
    [
        ("Monthly revenue stayed level; the highest was GHS 208,268.91 in June 2026.", True),
        ("The largest was GHS 301,500.00.", True),
        ("The largest was GHS 310.00.", False),
    ],
)
def test_amounts_are_ranked_among_those_of_the_same_field(sentence, stays):
    index = FactIndex(Evidence(facts=FACTS, computed={}, as_of=date(2026, 11, 20)))
    assert bool(clean(sentence, index).text) is stays
