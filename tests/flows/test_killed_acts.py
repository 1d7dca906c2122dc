"""kill -9 at every statement of what a caller decides: a retry works, and the effect is there once."""

import asyncio
import json
import sys

import pytest

from tests.service import CUSTOMER, RISK, SANKOFA, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}


async def test_whoever_dies_during_an_act_leaves_all_of_it_or_nothing(shop_url: str):
    async with serving(shop_url, jobs_in_process="off") as served:
        request_id = (await served.client().post(RISK, ASK)).meta["request_id"]
        key = served.keys[SANKOFA]
        acts = {
            "decision": (f"/api/ai/decisions/{request_id}/", {"decision": "approve", "reason": "Known to us."}),
            "opt_out": ("/api/ai/privacy/opt-out/", {"features": ["credit_risk", "support_chat"]}),
        }
        lines = [json.dumps([target, body, {"idempotency-key": name}]) for name, (target, body) in acts.items()]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.flows.mortal", shop_url, key, stdin=-1, stdout=-1
        )
        printed, _ = await process.communicate("\n".join(lines).encode())
        assert process.returncode == 0
        # The one that was killed after its commit counts too: the answer came from memory.
        killed = [int(line.split()[1]) for line in printed.decode().splitlines() if line.startswith("killed ")]
        assert len(killed) == len(acts) and min(killed) >= 3
        database = served.store.database
        assert await database.fetch("SELECT COUNT(*) FROM decision") == [(1,)]
        actions = await database.fetch(
            "SELECT action FROM audit WHERE action IN ('decision.approve', 'privacy.opt_out')"
        )
        assert sorted(action for (action,) in actions) == ["decision.approve", "privacy.opt_out"]
        assert (await served.store.businesses.opted_out(SANKOFA))[1] == ["credit_risk", "support_chat"]
        assert await served.store.audit.verify(SANKOFA) is None
        states = await database.fetch("SELECT state, COUNT(*) FROM idempotency GROUP BY state")
        assert states == [("done", len(acts))]
        for name, (target, body) in acts.items():
            again = await served.client().post(target, body, headers={"idempotency-key": name})
            assert again.headers["idempotent-replayed"] == "true"
