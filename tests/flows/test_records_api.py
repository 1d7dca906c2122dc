"""Records are pushed as NDJSON, counted and deleted; a push is stored whole or not at all."""

import json
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from gateway.domain.caller import Business
from gateway.domain.records import TABLES
from tests.service import SANKOFA, Answer, Client, Served, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

NDJSON = {"content-type": "application/x-ndjson"}
PATH = "/api/ai/records/"


@pytest_asyncio.fixture(loop_scope="module")
async def shop(served: Served) -> Client:
    """A caller of a business without any records."""
    business = Business(str(uuid4()), "A new shop", "STARTER")
    await served.store.businesses.put(business)
    return await served.caller(business.id)


async def push(client: Client, table: str, *rows: Any, **headers: str) -> Answer:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return await client.send("PUT", f"{PATH}{table}/", b"\n".join(lines), headers={**NDJSON, **headers})


async def count(client: Client, table: str) -> int:
    found: int = (await client.get(PATH)).json()["tables"][table]["rows"]
    return found


async def test_a_push_inserts_and_a_second_one_updates(shop: Client):
    first = await push(shop, "suppliers", {"id": "s1", "name": "Kente"}, {"id": "s2", "name": "Volta"})
    again = await push(shop, "suppliers", {"id": "s2", "name": "Volta Ltd"}, {"id": "s3", "name": "Keta"})
    assert first.json() == {"table": "suppliers", "inserted": 2, "updated": 0}
    assert again.json() == {"table": "suppliers", "inserted": 1, "updated": 1}
    assert await count(shop, "suppliers") == 3


async def test_every_bad_row_is_named_and_nothing_is_stored(shop: Client):
    answer = await push(
        shop, "suppliers", {"id": "s1", "name": "Good"}, {"name": "no id"}, {"id": "s3", "name": "x", "colour": "red"}
    )
    assert_problem(answer, 422, "validation_failed", "line 2: /id", "line 3: /colour")
    assert await count(shop, "suppliers") == 0


UNREADABLE = [b"{", b"[]]", b'{"id": NaN}', b'{"id": "\xff"}', b'{"id": "a", "id": "b"}', b"[" * 999]
NO_ROW = [b"[]", b"1", b'"text"', b"null", b'{"id": "a\\u0000", "name": "x"}', b'{"id": "\\ud800", "name": "x"}']


@pytest.mark.parametrize("line", NO_ROW)
async def test_a_line_that_is_no_row_is_refused(shop: Client, line: bytes):
    answer = await push(shop, "suppliers", line)
    assert answer.status in (400, 422)
    assert "line 1" in answer.json()["errors"][0]["pointer"]


async def test_blank_lines_and_no_lines_are_fine(shop: Client):
    assert (await push(shop, "suppliers", b"", {"id": "s1", "name": "A"}, b"  ", b"")).json()["inserted"] == 1
    assert (await push(shop, "suppliers")).json() == {"table": "suppliers", "inserted": 0, "updated": 0}


async def test_five_thousand_rows_fit_and_one_more_does_not(shop: Client):
    rows = [{"id": f"s{n}", "name": "x"} for n in range(5001)]
    assert_problem(await push(shop, "suppliers", *rows), 413, "payload_too_large")
    assert (await push(shop, "suppliers", *rows[:5000])).json()["inserted"] == 5000


async def test_more_bytes_than_a_push_may_hold_are_refused(shop: Client):
    answer = await shop.send("PUT", f"{PATH}suppliers/", headers=NDJSON, chunks=[b" " * (1 << 20)] * 11)
    assert_problem(answer, 413, "payload_too_large")


async def test_a_push_of_json_instead_of_lines_is_told(shop: Client):
    answer = await push(shop, "suppliers", {"id": "s1", "name": "A"}, **{"content-type": "application/json"})
    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("table", ["shoes", "Customers", "customers%20", "pos_customers", "%00", "x" * 300])
async def test_an_unknown_table_is_not_found(shop: Client, table: str):
    assert_problem(await push(shop, table, {"id": "1"}), 404, "not_found")
    assert_problem(await shop.send("DELETE", f"{PATH}{table}/", {"ids": ["1"]}), 404, "not_found")


async def test_rows_are_deleted_by_id_and_unknown_ids_do_not_matter(shop: Client):
    await push(shop, "suppliers", {"id": "s1", "name": "A"}, {"id": "s2", "name": "B"})
    answer = await shop.send("DELETE", f"{PATH}suppliers/", {"ids": ["s1", "s9", "s1"]})
    assert answer.json() == {"table": "suppliers", "deleted": 1}
    assert await count(shop, "suppliers") == 1


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": "s1"}, {"ids": ["s1"], "all": True}, {"ids": ["x"] * 5001}])
async def test_a_deletion_without_a_list_of_ids_is_refused(shop: Client, body: object):
    assert_problem(await shop.send("DELETE", f"{PATH}suppliers/", body), 422, "validation_failed", "/ids")


async def test_each_id_that_is_no_text_is_named(shop: Client):
    answer = await shop.send("DELETE", f"{PATH}suppliers/", {"ids": ["a", 1, None, ""]})
    assert_problem(answer, 422, "validation_failed", "/ids/1", "/ids/2", "/ids/3")


async def test_counts_name_every_table_with_its_last_day(client: Client):
    body = (await client.get(PATH)).json()
    assert set(body) == {"business_id", "as_of", "tables"}
    assert body["business_id"] == SANKOFA
    assert set(body["tables"]) == set(TABLES)
    assert body["tables"]["sales"]["rows"] > 1000
    assert body["tables"]["sales"]["last_date"] == "2026-11-20"
    assert body["tables"]["suppliers"]["last_date"] is None


async def test_both_forms_of_the_address_are_served(shop: Client):
    with_slash, without = await shop.get(PATH), await shop.get(PATH.rstrip("/"))
    assert with_slash.json()["tables"] == without.json()["tables"]


async def test_what_was_pushed_is_what_features_see_next(shop: Client):
    ask = {"message": "How much is the bench grinder?", "context": {"chat_history": []}}
    await push(shop, "products", {"id": "p1", "name": "Bench Grinder", "retail_price": "310.00", "current_stock": 4})
    dear = await shop.post("/api/ai/sales-assistant/", ask)
    await push(shop, "products", {"id": "p1", "name": "Bench Grinder", "retail_price": "290.00", "current_stock": 4})
    cheap = await shop.post("/api/ai/sales-assistant/", ask)
    assert [a.json()["recommendations"][0]["price"] for a in (dear, cheap)] == ["310.00", "290.00"]


async def test_inline_rows_win_over_pushed_ones_for_one_request(shop: Client):
    ask = {"message": "How much is the bench grinder?", "context": {"chat_history": []}}
    row = {"id": "p1", "name": "Bench Grinder", "retail_price": "310.00", "current_stock": 4}
    await push(shop, "products", row)
    inline = await shop.post(
        "/api/ai/sales-assistant/", {**ask, "records": {"products": [{**row, "retail_price": "99.00"}]}}
    )
    stored = await shop.post("/api/ai/sales-assistant/", ask)
    assert [a.json()["recommendations"][0]["price"] for a in (inline, stored)] == ["99.00", "310.00"]
