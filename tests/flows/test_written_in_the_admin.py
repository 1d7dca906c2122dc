"""A version that exists only in the database serves traffic as soon as it is released, in every process."""

import copy
from itertools import count

import pytest

from gateway.domain.verdict import Verdict
from gateway.library.catalog import revived_version
from gateway.store.audit import canonical
from gateway.store.releases import ImportedVersion
from tests.service import CUSTOMER, RISK, SANKOFA, serving

BODY = {"customer_id": CUSTOMER, "requested_credit_limit": 5000, "assessment_type": "increase", "as_of": "2026-11-20"}


NUMBERS = count(50)


def rewritten(kit, words):
    """Return the next version of the credit prompt, with other words in it."""
    feature = kit.catalog.features["credit_risk"]
    newest = kit.catalog.versions("credit_risk")[-1]
    document = copy.deepcopy(dict(newest.document)) | {"version": next(NUMBERS)}
    document["messages"][0]["content"] += f"\n{words} {document['version']}\n"
    return revived_version(document, feature, kit.catalog.partials, kit.policy)


async def released(served, prompt, **where):
    """Keep the version and release it, as another process would: nothing is put into this one's catalog."""
    releases = served.store.releases
    kept = ImportedVersion(prompt.feature, prompt.version, prompt.content_hash, canonical(prompt.document))
    await releases.import_versions([kept])
    verdict = Verdict(prompt.feature, prompt.version, prompt.content_hash, "offline", "tests", "passed", {})
    await releases.record_verdicts([verdict], "tests")
    await releases.release(verdict, released_by="tests", **where)


async def test_the_next_answer_carries_the_new_version(shop_url):
    async with serving(shop_url) as served:
        client = served.client()
        before = (await client.post(RISK, BODY)).meta["prompt"]["hash"]
        prompt = rewritten(served.service.site.kit, "Be brief.")
        await released(served, prompt)
        assert (await client.post(RISK, BODY)).meta["prompt"]["hash"] == prompt.content_hash != before
        await served.store.releases.roll_back("credit_risk", released_by="tests")
        assert (await client.post(RISK, BODY)).meta["prompt"]["hash"] == before


@pytest.mark.parametrize("target", ["plan:PROFESSIONAL", f"business:{SANKOFA}"])
async def test_a_target_gets_its_own_version_and_nobody_else(shop_url, target):
    async with serving(shop_url) as served:
        prompt = rewritten(served.service.site.kit, "Be kind.")
        await released(served, prompt, target=target)
        assert (await served.client().post(RISK, BODY)).meta["prompt"]["hash"] == prompt.content_hash
        live, end = served.store.snapshots.live, served.store.releases.end
        assert live("credit_risk", "another", "ENTERPRISE") != prompt.content_hash
        await end("credit_risk", label="production", target=target, ended_by="tests")
        assert live("credit_risk", SANKOFA, "PROFESSIONAL") == live("credit_risk")


async def test_a_stored_version_whose_content_is_not_what_was_proven_is_not_called(shop_url):
    async with serving(shop_url) as served:
        prompt = rewritten(served.service.site.kit, "Be careful.")
        changed = canonical(prompt.document).replace("Be careful", "Be reckless")
        await served.store.releases.import_versions(
            [ImportedVersion(prompt.feature, prompt.version, prompt.content_hash, changed)]
        )
        await released(served, prompt)
        answer = await served.client().post(RISK, BODY)
        assert answer.status == 200
        assert answer.meta["degraded"]["reason"] == "no_verdict"
