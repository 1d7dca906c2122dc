"""The shape of a corpus case: evidence, sentences it carries, sentences it does not."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.domain.evidence import Evidence
from gateway.grounding.stream import ungrounded


@dataclass(frozen=True)
class Case:
    as_of: str
    facts: dict[str, Any]
    honest: list[str]
    dishonest: list[str]
    computed: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, float] = field(default_factory=dict)
    request: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence(
            facts=self.facts, computed=self.computed, derived=self.derived, as_of=date.fromisoformat(self.as_of)
        )

    def false_drops(self) -> list[str]:
        return [s for s in self.honest if ungrounded(s, self.evidence, self.request)]

    def missed(self) -> list[str]:
        return [s for s in self.dishonest if not ungrounded(s, self.evidence, self.request)]
