"""Step 4: the facts, from the business's own records and, where the feature asks for it, what surrounds the request."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.domain.evidence import Evidence
from gateway.features.working_days import of_country
from gateway.pipeline.around import Surroundings
from gateway.pipeline.ask import Ask
from gateway.pipeline.kit import Kit

_ENCODE = msgspec.json.Encoder(order="sorted", decimal_format="string").encode


class Gathered(msgspec.Struct, frozen=True):
    """The evidence with its digest: equal records, request and day give the same bytes.

    `recalled` is what the module's `recall` read beside the records, None without one.
    """

    evidence: Evidence
    digest: str
    recalled: Any = None


async def gather(kit: Kit, ask: Ask) -> Gathered:
    """Return the evidence. Raises NotFound, InsufficientData or ConstraintsInfeasible."""
    business = ask.caller.business
    module = kit.features[ask.feature.name]
    if module is None:
        evidence = Evidence(facts=dict(ask.body), computed={}, as_of=ask.as_of, pii=ask.feature.pii, n=1)
        return Gathered(evidence, _digest(evidence))
    pos = await kit.records.open(business.id, business.currency, ask.as_of, ask.inline)
    pos.business_name, pos.is_patient, pos.utc_offset = business.name, kit.is_patient, business.utc_offset(ask.as_of)
    with of_country(business.country):
        if hasattr(module, "recall"):
            recalled = await module.recall(Surroundings.of(kit, ask), ask.body)
            evidence = await module.gather(pos, ask.body, ask.as_of, recalled)
            return Gathered(evidence, _digest(evidence), recalled)

        async def from_records() -> Gathered:
            evidence = await module.gather(pos, ask.body, ask.as_of)
            return Gathered(evidence, _digest(evidence))

        question = (ask.feature.name, business.name, business.timezone, business.country, _ENCODE(ask.body))
        gathered: Gathered = await kit.gathered.get(pos, question, from_records, lambda found: found.evidence.complete)
        return gathered


async def remember(kit: Kit, ask: Ask, gathered: Gathered, answer: Mapping[str, Any]) -> None:
    """Let the feature keep what its next request may need of this answer. Raises NotReady."""
    module = kit.features[ask.feature.name]
    assert module is not None
    await module.remember(Surroundings.of(kit, ask), gathered.recalled, gathered.evidence, answer)


def remembers(kit: Kit, ask: Ask) -> bool:
    """Tell whether the feature keeps anything of its answers."""
    return hasattr(kit.features[ask.feature.name], "remember")


def _digest(evidence: Evidence) -> str:
    content = [evidence.facts, evidence.computed, evidence.derived, evidence.as_of, evidence.around]
    return hashlib.sha256(_ENCODE(content)).hexdigest()
