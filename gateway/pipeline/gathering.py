"""Step 4: the facts, from the business's own records."""

import hashlib
from dataclasses import dataclass

import msgspec

from gateway.domain.evidence import Evidence
from gateway.pipeline.ask import Ask
from gateway.pipeline.kit import Kit

_ENCODE = msgspec.json.Encoder(order="sorted", decimal_format="string").encode


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence with its digest: equal records, request and day give the same bytes."""

    evidence: Evidence
    digest: str


async def gather(kit: Kit, ask: Ask) -> Gathered:
    """Return the evidence. Raises NotFound, InsufficientData or ConstraintsInfeasible."""
    business = ask.caller.business
    module = kit.features[ask.feature.name]
    if module is None:
        evidence = Evidence(facts=dict(ask.body), computed={}, as_of=ask.as_of, pii=ask.feature.pii, n=1)
    else:
        pos = await kit.records.open(business.id, business.currency, ask.as_of, ask.inline)
        evidence = await module.gather(pos, ask.body, ask.as_of)
    return Gathered(evidence, _digest(evidence))


def _digest(evidence: Evidence) -> str:
    content = [evidence.facts, evidence.computed, evidence.derived, evidence.as_of]
    return hashlib.sha256(_ENCODE(content)).hexdigest()
