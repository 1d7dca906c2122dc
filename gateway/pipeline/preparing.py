"""Works out ahead what the evidence of a business rests on, so that its first question need not wait for it."""

import asyncio
from collections.abc import Collection
from datetime import date

from gateway.domain.caller import Business
from gateway.errors import GatewayError
from gateway.features.working_days import of_country
from gateway.pipeline.kit import Kit

PAUSE_S = 0.05
"""Between two features: whoever waits for the event loop goes first."""


async def prepare(kit: Kit, business: Business, features: Collection[str], as_of: date) -> None:
    """Prepare these features, those that have something to prepare; nothing is charged, logged or sent anywhere."""
    for name in sorted(features):
        module = kit.features.get(name)
        if module is None or not hasattr(module, "prepare"):
            continue
        pos = await kit.records.open(business.id, business.currency, as_of)
        try:
            with of_country(business.country):
                await module.prepare(pos, as_of)
        except GatewayError:
            continue  # whoever asks will be told what is wrong
        await asyncio.sleep(PAUSE_S)
