"""A process that spends as fast as it can: `python -m tests.store.spender '{"url": …}'`; prints what it got as JSON."""

import asyncio
import json
import random
import sys

from gateway.domain.ledger import BudgetExhausted
from gateway.errors import QuotaExceeded
from gateway.store.database import open_database
from gateway.store.ledger import DatabaseLedger
from gateway.store.scope import OPERATOR, enter
from tests.store.making import SetClock, claim, sealer, settlement


async def call(ledger: DatabaseLedger, order: dict, number: int, dice: random.Random) -> str:
    """Make one call with a random reserve and a random cost within it; tell how it went."""
    amount = dice.randint(0, order["most"])
    wanted = claim(
        request_id=f"{order['name']}-{number}", amount=amount, budget_cap=order["cap"], quota_limit=order["limit"]
    )
    try:
        hold = await ledger.reserve(wanted)
    except BudgetExhausted:
        return "budget"
    except QuotaExceeded:
        return "quota"
    if dice.random() < 0.05:
        await ledger.release(hold)
        return "released"
    await ledger.mark_sent(hold)
    if dice.random() < 0.2 and await ledger.extend(hold, order["most"]):
        amount += order["most"]
    await ledger.settle(hold, settlement(wanted, cost=dice.randint(0, amount)))
    return "settled"


async def spend(order: dict) -> dict[str, int]:
    """Run `calls` calls in `tasks` tasks and count the outcomes."""
    enter(OPERATOR)
    database = open_database(order["url"])
    await database.open()
    ledger = DatabaseLedger(database, sealer(), SetClock())
    numbers = iter(range(order["calls"]))
    outcomes: dict[str, int] = {}

    async def work(seed: str) -> None:
        dice = random.Random(seed)
        for number in numbers:
            outcome = await call(ledger, order, number, dice)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1

    await asyncio.gather(*(work(f"{order['name']}{task}") for task in range(order["tasks"])))
    await database.close()
    return outcomes


if __name__ == "__main__":
    print(json.dumps(asyncio.run(spend(json.loads(sys.argv[1])))))
