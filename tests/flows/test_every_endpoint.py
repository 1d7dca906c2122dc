"""Every endpoint of the contract answers on the demo, the tiny and the empty tenant, whatever the model does."""

from typing import Any
from urllib.parse import urlencode

import pytest

from bench.features import asked
from gateway.domain.reply import Fault, UpstreamFault
from tests.fakes import FakeModel
from tests.features.fakes import DEMO_DIR, InlinePos
from tests.service import AKWAABA, SANKOFA, VOLTA, serving

DAY = "2026-11-20"
MODELS = {
    "no model": None,
    "garbage": lambda: FakeModel(always="\u0000 {garbage"),
    "a wrong shape": lambda: FakeModel(always={"answer": [1], "x": {"y": "GHS 1,000,000"}}),
    "down": lambda: FakeModel(always=UpstreamFault(Fault.SERVER_ERROR)),
}
REFUSALS = {"insufficient_data", "not_in_plan", "not_found", "constraints_infeasible"}


async def requests_of(business: str) -> dict[str, list[dict[str, Any]]]:
    """Return what to ask each feature about a business's own records, or about ids that it does not have."""
    pos = InlinePos.from_dir(DEMO_DIR, business)
    owing = [one.id for one in await pos.customers() if one.outstanding_balance > 0][:2] or ["nobody"]
    products = [one.id for one in await pos.products()][:2] or ["nothing"]
    sales = await pos.sales()
    every = asked(owing, products, sales[-1].id if sales else "none")
    found = {name: [dict(one) for one in feature.requests] for name, feature in every.items()}
    return {**found, "support_chat": [{**one, "user_id": "owner"} for one in found["support_chat"]]}


@pytest.mark.parametrize("kind", MODELS)
async def test_every_feature_answers_by_its_schema_or_refuses_with_a_documented_code(
    sqlite_url: str, kind: str
) -> None:
    make = MODELS[kind]
    async with serving(sqlite_url, models=make() if make else None) as served:
        features = served.service.site.kit.catalog.features
        for business in (SANKOFA, AKWAABA, VOLTA):
            client, wanted = served.client(business), await requests_of(business)
            assert wanted.keys() == features.keys()
            for name, requests in wanted.items():
                for request in requests:
                    answer = await asked_of(client, features[name], request)
                    if answer.status == 200:
                        found = answer.json()
                        found.pop("meta")
                        assert features[name].response.check(found) == [], (business, name, request)
                        assert "1,000,000" not in answer.body.decode()
                    else:
                        assert answer.status < 500, (business, name, request, answer.body)
                        assert answer.json()["code"] in REFUSALS, (business, name, request, answer.body)


async def asked_of(client: Any, feature: Any, request: dict[str, Any]) -> Any:
    """Ask by the feature's own method: reading features take their fields from the path and the query."""
    path = feature.path.format_map(request)
    if feature.method == "GET":
        left = {key: value for key, value in request.items() if f"{{{key}}}" not in feature.path}
        return await client.get(f"{path}?{urlencode({**left, 'as_of': DAY})}")
    return await client.post(path, {**request, "as_of": DAY})
