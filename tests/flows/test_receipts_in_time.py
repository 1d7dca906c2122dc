"""A receipt is printed whatever happens inside: model, records and ledger may hang or fail."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest

from gateway.errors import NotReady
from tests.fakes import FakeModel
from tests.flows.test_degraded import assert_whole
from tests.service import SANKOFA, Served, serving
from tests.service import assert_problem as refused

RECEIPT = "/api/ai/receipt-enhancement/"
SALE = "5de733a6-6980-475b-9f50-3c736954377c"
ASK = {"receipt_id": "REC-001", "items": [{"name": "Royal Grain Rice 5kg"}], "as_of": "2026-11-20"}
Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(sqlite_url: str) -> Serve:
    return partial(serving, sqlite_url)


async def test_the_paths_of_the_pos_itself_answer_the_same(serve: Serve) -> None:
    async with serve(models=FakeModel()) as served:
        client = served.client()
        direct = await client.post(RECEIPT, {**ASK, "sale_id": SALE})
        alias = await client.post(f"/sales/api/sales/{SALE}/receipt/", ASK)
        assert direct.status == alias.status == 200
        assert alias.json()["sale_id"] == SALE
        assert alias.json()["ai_enhancements"] == direct.json()["ai_enhancements"]
        report = await client.post("/reports/api/customer/segmentation/", {"rfm_segments": [{"segment_name": "Lost"}]})
        assert len(report.json()["rfm_segments"][0]["ai_recommendations"]["retention_tactics"]) == 3
        stranger = served.client(None)
        refused(await stranger.post(f"/sales/api/sales/{SALE}/receipt/", ASK), 401, "unauthenticated")


async def test_a_model_that_hangs_does_not_hold_the_printer(serve: Serve) -> None:
    given_up = asyncio.Event()

    async def hang(_: Any) -> None:
        await given_up.wait()

    async with serve(models=FakeModel(always=hang)) as served:
        answer = await served.client().post(RECEIPT, ASK)  # after 0.8 s, though the model never ends by itself
        given_up.set()
        meta = assert_whole(answer, served, "receipt_enhancement")
        assert (meta["source"], meta["degraded"]["reason"]) == ("rules", "deadline")


@pytest.mark.parametrize("part", ["records", "ledger"])
async def test_a_store_that_fails_or_hangs_does_not_hold_the_printer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    async with serve(models=FakeModel()) as served:
        kit, given_up = served.service.site.kit, asyncio.Event()

        async def fails(*_: Any, **__: Any) -> Any:
            raise NotReady("The database is locked.")

        async def hangs(*_: Any, **__: Any) -> Any:
            await given_up.wait()
            raise NotReady("The database is locked.")

        target, names = (kit.records, ["open"]) if part == "records" else (kit.ledger, ["reserve", "settle_direct"])
        for step, reason in ((fails, "upstream_unavailable"), (hangs, "deadline")):
            for name in names:
                monkeypatch.setattr(target, name, step)
            meta = assert_whole(await served.client().post(RECEIPT, ASK), served, "receipt_enhancement")
            assert (meta["source"], meta["degraded"]["reason"]) == ("rules", reason)
        given_up.set()
        refused(await served.client(SANKOFA).post(RECEIPT, {"items": 1}), 422, "validation_failed", "/items")


async def test_a_garbage_model_leaves_the_rules_words(serve: Serve) -> None:
    async with serve(models=FakeModel(always="garbage")) as served:
        meta = assert_whole(await served.client().post(RECEIPT, ASK), served, "receipt_enhancement")
        assert meta["degraded"]["reason"] == "output_invalid"
