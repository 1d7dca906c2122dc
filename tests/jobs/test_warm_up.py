"""What businesses will ask is worked out ahead, for those first that asked last, and leaves no trace."""

from datetime import date
from typing import Any

import pytest

from gateway.errors import NotFound
from gateway.features import credit_dashboard, fraud_alerts
from gateway.features.remembering import forget_everything
from gateway.jobs.warm_up import WarmUp
from gateway.ports import PosData
from gateway.store import scope
from gateway.store.records import RecordStore
from tests.service import SANKOFA, VOLTA, Served, serving
from tests.store.record_rows import ndjson, sale
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
DASHBOARD, FRAUD = "/api/ai/credit/dashboard/", "/api/ai/fraud-alerts/"


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """The features that were prepared: name, business, and whose rows could be seen meanwhile."""
    found: list[tuple[str, str, str]] = []
    for module in (credit_dashboard, fraud_alerts):
        name, prepare = module.__name__.rpartition(".")[2], module.prepare

        async def noted(pos: PosData, as_of: date, name: str = name, prepare: Any = prepare) -> None:
            found.append((name, pos.business_id, scope.current().business_id))
            await prepare(pos, as_of)

        monkeypatch.setattr(module, "prepare", noted)
    return found


def warm_up(served: Served, most: int = 8) -> WarmUp:
    site, store = served.service.site, served.store
    return WarmUp(site.kit, store.records, store.usage, store.snapshots, most)


async def work(warm: WarmUp) -> None:
    with scope.acting(scope.OPERATOR):
        await warm.run()


async def ask(served: Served, business_id: str, path: str) -> None:
    served.clock.advance(61)
    await served.client(business_id).get(path)


async def test_only_what_was_asked_for_is_prepared_and_again_only_after_a_change(
    still: Served, prepared: list[tuple[str, str, str]]
) -> None:
    await ask(still, SANKOFA, FRAUD)
    warm, before = warm_up(still, 1), await still.usage()
    await work(warm)
    await work(warm)
    assert prepared == [("fraud_alerts", SANKOFA, SANKOFA)]
    with scope.acting(scope.business(SANKOFA)):
        await still.store.records.upsert(SANKOFA, "sales", ndjson([sale("warm-1", total_amount="3.00")]))
    await work(warm)
    assert len(prepared) == 2
    still.clock.advance(86_400)
    await work(warm)
    assert len(prepared) == 3
    assert await still.usage() == before


async def test_those_who_asked_last_come_first_within_the_setting(
    still: Served, prepared: list[tuple[str, str, str]]
) -> None:
    for business in (SANKOFA, VOLTA):
        await ask(still, business, FRAUD)
    await work(warm_up(still, 2))
    assert [business for _, business, _ in prepared] == [VOLTA, SANKOFA]
    prepared.clear()
    await work(warm_up(still, 1))
    assert [business for _, business, _ in prepared] == [VOLTA]
    prepared.clear()
    await work(warm_up(still, 0))
    assert prepared == []


async def test_free_slots_go_to_those_who_pushed_and_never_asked_after_a_start_and_once_their_records_rest(
    still: Served, prepared: list[tuple[str, str, str]]
) -> None:
    still.clock.advance(3 * 86_400)  # nobody asked within two days
    warm = warm_up(still, 1)
    await work(warm)
    assert {name for name, *_ in prepared} == {"credit_dashboard", "fraud_alerts"}
    prepared.clear()
    with scope.acting(scope.business(SANKOFA)):
        await still.store.records.upsert(SANKOFA, "sales", ndjson([sale("warm-2", total_amount="3.00")]))
    await work(warm)
    assert prepared == []
    await work(warm)
    await work(warm)
    both = [("credit_dashboard", SANKOFA, SANKOFA), ("fraud_alerts", SANKOFA, SANKOFA)]
    assert prepared == both


async def test_those_who_asked_leave_no_slot_to_others_and_a_full_memory_none_either(
    still: Served, prepared: list[tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    still.clock.advance(3 * 86_400)  # nobody else asked within two days, in whatever order these tests come
    await ask(still, VOLTA, FRAUD)
    warm = warm_up(still, 1)
    await work(warm)
    await work(warm)
    assert {business for _, business, _ in prepared} <= {VOLTA}
    prepared.clear()
    monkeypatch.setattr(RecordStore, "has_room", False)
    warm = warm_up(still, 4)
    await work(warm)
    await work(warm)
    assert {business for _, business, _ in prepared} <= {VOLTA}


async def test_a_feature_that_cannot_be_prepared_holds_up_no_other(
    still: Served, prepared: list[tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(pos: PosData, as_of: date) -> None:
        raise NotFound("There is nothing.")

    monkeypatch.setattr(credit_dashboard, "prepare", failing)
    await ask(still, SANKOFA, DASHBOARD)
    await ask(still, SANKOFA, FRAUD)
    await work(warm_up(still, 1))
    assert prepared == [("fraud_alerts", SANKOFA, SANKOFA)]


async def test_after_it_the_first_question_reads_no_sales(still: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask(still, SANKOFA, FRAUD)
    forget_everything()
    records = RecordStore(still.store.database)
    kit, store = still.service.site.kit, still.store
    monkeypatch.setattr(type(kit.records), "open", records.open)
    await work(WarmUp(kit, records, store.usage, store.snapshots, 1))
    read: list[str] = []
    fetch, script = store.database.fetch, store.database.read

    async def noted(sql: str, *args: Any) -> Any:
        read.append(sql)
        return await fetch(sql, *args)

    async def noted_script(work: Any, *args: Any) -> Any:
        read.append(work.__name__)
        return await script(work, *args)

    monkeypatch.setattr(store.database, "fetch", noted)
    monkeypatch.setattr(store.database, "read", noted_script)
    await ask(still, SANKOFA, FRAUD)
    assert not [sql for sql in read if "pos_sales" in sql or sql == "select_briefs"]


async def test_a_service_that_starts_warms_up_by_itself(sqlite_url: str, prepared: list[tuple[str, str, str]]) -> None:
    async with serving(sqlite_url, jobs_in_process="off") as served:
        await ask(served, SANKOFA, FRAUD)
    async with serving(sqlite_url, jobs_in_process="off", warm_businesses=1):
        await eventually(lambda: bool(prepared), "the warm-up")
    assert ("fraud_alerts", SANKOFA, SANKOFA) in prepared
