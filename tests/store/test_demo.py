"""Loading tenants from a directory."""

import gzip
import json
from pathlib import Path

import pytest

from gateway.domain.caller import Business
from gateway.errors import ValidationFailed
from gateway.store.businesses import Businesses
from gateway.store.database import Database
from gateway.store.demo import load_tenant
from gateway.store.records import RecordStore
from tests.store.making import SetClock
from tests.store.record_rows import AS_OF, customer, movement, ndjson, sale

SHOP = {"id": "b1", "name": "Shop", "tin": "C1", "subscription_tier": "ENTERPRISE", "ai_opt_out": True}
TENANT = Path(__file__).parents[2] / "demo" / "tenant"


class Register:
    """Remembers the businesses it was given."""

    def __init__(self) -> None:
        self.seen: list[Business] = []

    async def __call__(self, business: Business) -> None:
        self.seen.append(business)


@pytest.fixture
def store(database: Database) -> RecordStore:
    return RecordStore(database)


def write(directory: Path, **tables: list[dict]) -> Path:
    for name, rows in tables.items():
        owned = rows if name == "businesses" else [{"business": "b1", **row} for row in rows]
        (directory / f"{name}.jsonl").write_bytes(ndjson(owned))
    return directory


async def test_businesses_are_registered_in_the_words_of_the_gateway(store: RecordStore, tmp_path: Path) -> None:
    register = Register()
    loaded = await load_tenant(write(tmp_path, businesses=[SHOP], customers=[customer()]), store, register)
    assert register.seen == [Business(id="b1", name="Shop", plan="ENTERPRISE", ai_opt_out=True)]
    assert [(tenant.business.id, tenant.rows) for tenant in loaded] == [("b1", 1)]


async def test_businesses_of_the_demo_tenant_are_tenants_of_the_gateway(store: RecordStore, database: Database) -> None:
    businesses = Businesses(database, SetClock())
    loaded = await load_tenant(TENANT, store, businesses.put)
    assert sorted(await businesses.list(), key=str) == sorted((tenant.business for tenant in loaded), key=str)
    assert {business.plan for business in await businesses.list()} == {"STARTER", "PROFESSIONAL", "ENTERPRISE"}


async def test_loading_twice_changes_nothing(store: RecordStore, tmp_path: Path) -> None:
    write(tmp_path, businesses=[SHOP], stock_movements=[movement(1), movement(1)], sales=[sale()])
    for _ in range(2):
        await load_tenant(tmp_path, store, Register())
    counts = await store.counts("b1")
    assert (counts["stock_movements"].rows, counts["sales"].rows) == (2, 1)


async def test_equal_rows_far_apart_in_a_long_file_all_survive(store: RecordStore, tmp_path: Path) -> None:
    filler = [movement(reference=str(number)) for number in range(5000)]
    write(tmp_path, businesses=[SHOP], stock_movements=[movement(1), *filler, movement(2)])
    seen: list[tuple[str, int]] = []
    await load_tenant(tmp_path, store, Register(), lambda table, rows: seen.append((table, rows)))
    assert (await store.counts("b1"))["stock_movements"].rows == 5002
    assert seen == [("stock_movements", 5000), ("stock_movements", 5002)]


async def test_a_gzipped_table_is_read_alike(store: RecordStore, tmp_path: Path) -> None:
    write(tmp_path, businesses=[SHOP])
    (tmp_path / "customers.jsonl.gz").write_bytes(gzip.compress(ndjson([customer(business="b1")])))
    await load_tenant(tmp_path, store, Register())
    assert (await store.counts("b1"))["customers"].rows == 1


@pytest.mark.parametrize(
    ("tables", "place"),
    [
        ({"customers": [customer(), customer("c2", credit_limit="much")]}, "customers.jsonl line 2: /credit_limit"),
        ({"customers": [customer(business="b2")]}, "customers.jsonl line 1: /business"),
        ({"orders": [{}]}, "orders.jsonl"),
        ({"businesses": [{"id": "b1", "name": "Shop", "colour": "red"}]}, "businesses.jsonl line 1"),
        ({"sales": [{"total": 1}]}, "sales.jsonl line 1: /created_at"),
    ],
)
async def test_a_bad_row_is_named_by_file_line_and_field(
    store: RecordStore, tmp_path: Path, tables: dict[str, list[dict]], place: str
) -> None:
    write(tmp_path, **{"businesses": [SHOP], **tables})
    with pytest.raises(ValidationFailed) as refusal:
        await load_tenant(tmp_path, store, Register())
    assert place in [error.pointer for error in refusal.value.errors]


async def test_an_unreadable_line_is_named(store: RecordStore, tmp_path: Path) -> None:
    write(tmp_path, businesses=[SHOP])
    (tmp_path / "sales.jsonl").write_bytes(b'\n{"id": }\n')
    with pytest.raises(ValidationFailed, match=r"sales\.jsonl line 2 is not JSON"):
        await load_tenant(tmp_path, store, Register())


async def test_a_directory_without_a_tenant_says_so(store: RecordStore, tmp_path: Path) -> None:
    with pytest.raises(ValidationFailed, match=r"no businesses\.jsonl"):
        await load_tenant(tmp_path, store, Register())


async def test_every_row_of_the_demo_tenant_is_stored(store: RecordStore) -> None:
    loaded = await load_tenant(TENANT, store, Register())
    lines = {path.stem: path.read_bytes().splitlines() for path in TENANT.glob("*.jsonl")}
    for tenant in loaded:
        counts = await store.counts(tenant.business.id)
        expected = {
            name: sum(json.loads(row).get("business") == tenant.business.id for row in rows)
            for name, rows in lines.items()
            if name != "businesses"
        }
        assert {name: count.rows for name, count in counts.items()} == expected
    assert (await store.open(loaded[0].business.id, "GHS", AS_OF)).excluded == 0
