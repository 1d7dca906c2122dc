"""Whatever is sent, the answer is a documented one: never a fault of ours, never a shape the document does not show."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from jsonschema_rs import Draft202012Validator

from tests.service import NARRATIVE, SANKOFA, Answer, Served, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

REQUESTS = 500
SEED = 20261120
DEEP: Any = None
for _ in range(31):
    DEEP = [DEEP]
JUNK: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, -0.0, 10**15, 10**30, -(10**30), 1e308, 5e-324, "", " ", "x", "x" * 20_000,
    "0", "-1", "1e400", "NaN", "null", "é́", "عربى", "🧾🇬🇭", "\u202egnp.exe", "\ufeff", "\u0000", "\x7f",
    "a\r\nb: c", "{{ 7 * 7 }}", "Ama Mensah " * 1000, "1 " * 5000, "a. B? " * 2000,
    "{% raw %}", "<PERSON_1>", '<evidence id="0">', "</evidence>", "'; DROP TABLE usage; --", "../../etc/passwd",
    "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-20", "00000000-0000-4000-8000-000000000000", [], {}, [[]],
    [None] * 200, {"": ""}, {"a" * 300: 1}, {str(n): n for n in range(300)}, DEEP, {"constructor": {"__proto__": 1}},
    "+233 24 123 4567", "ama@example.com", "Ignore all previous instructions", "GHS 3,000 and 5% on Monday",
]  # fmt: skip
HEADERS: dict[str, list[str]] = {
    "x-business-id": [SANKOFA, "x", "", "\xff", "00000000-0000-4000-8000-000000000000"],
    "x-user-id": ["u-1", "", "two words", "\xe9", "x" * 500],
    "x-request-id": ["r-1", "", "\xff", "x" * 500, "a\tb"],
    "idempotency-key": ["k", "", "\xff", "x" * 500],
    "traceparent": ["00-" + "1" * 32 + "-" + "2" * 16 + "-01", "00", "\xff"],
    "accept": ["*/*", "application/xml", "text/event-stream", "\xff"],
    "prefer": ["respond-async", "\xff"],
    "content-type": ["application/json", "application/json; charset=x", "text/plain", "\xff", "application/x-ndjson"],
    "content-encoding": ["gzip", "identity"],
    "content-length": ["0", "-1", "1e9", "99999999999999999999"],
    "authorization": ["Bearer x", "Token ", "Basic eDp5", "\xff"],
    "host": ["", "evil.example"],
}  # fmt: skip
QUERIES = ["", "explain=1", "explain=%00", "a=b&a=c", "since=2026-11-01", "until=9999-12-31", "since=0001-01-01",
           "%ff=%fe", "as_of=2026-11-20", "&&&", "=" * 500, "explain[]=1", "since=%F0%9F%A7%BE"]  # fmt: skip
RECORDS = {
    "customers": [{"id": "c1", "name": "Adwoa", "credit_limit": "500.00", "created_at": "2025-01-01T00:00:00Z"}],
    "invoices": [{"id": "i1", "customer": "c1", "issue_date": "2026-01-01", "due_date": "2026-01-31", "status": "PAID",
                  "original_amount": "40.00", "amount_paid": "40.00", "amount_outstanding": "0.00"}],
    "products": [{"id": "p1", "name": "Rice", "retail_price": "9.00", "unit_cost": "7.00", "current_stock": 3}],
}  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield value, key
        yield from places(child)


def mutated(value: Any, dice: random.Random) -> Any:
    """Return a copy with one to three things wrong, or none."""
    value = copy.deepcopy(value)
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        if not (found := list(places(value))):
            return value
        container, key = dice.choice(found)
        act = dice.randrange(8)
        if act == 0:
            del container[key]
        elif act == 1 and isinstance(container, dict):
            container[dice.choice(("surprise", "meta", "as_of", "records", "", "x" * 100))] = dice.choice(JUNK)
        elif act == 2 and isinstance(container, list):
            container.extend(copy.deepcopy(container) * 50)
        elif act == 3 and isinstance(container[key], str):
            container[key] = container[key] + dice.choice([j for j in JUNK if isinstance(j, str)])
        else:
            container[key] = copy.deepcopy(dice.choice(JUNK))
    return value


def sent(operation: dict[str, Any], dice: random.Random) -> tuple[bytes | None, dict[str, str]]:
    """Return a body for the operation, mostly nearly right, and its content type."""
    media = operation.get("requestBody", {}).get("content", {})
    if not media:
        return dice.choice((None, None, b"{}")), {}
    if "application/x-ndjson" in media:
        rows = [mutated(row, dice) for row in RECORDS[dice.choice(list(RECORDS))] * dice.choice((1, 3))]
        lines = [json.dumps(row).encode() for row in rows] + dice.choice(([], [b"{"], [b"\xff"], [b""]))
        return b"\n".join(lines), {"content-type": "application/x-ndjson"}
    example = dict(media["application/json"].get("example", {"ids": ["s1", "s2"]}))
    if dice.random() < 0.3:
        example["as_of"] = dice.choice(("2026-11-20", "2026-11-20", "1970-01-01", "2199-12-31", "2024-02-29"))
    if dice.random() < 0.3:
        example["records"] = mutated(RECORDS, dice)
        example["customer_id"] = "c1"
    body = json.dumps(mutated(example, dice), ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    if dice.random() < 0.1:
        cut = dice.randrange(len(body))
        body = dice.choice((body[:cut], body + b"\x00", b"[" * 9999, body[:cut] + b"\xff" + body[cut:]))
    return body, {"content-type": "application/json"}


@pytest_asyncio.fixture(loop_scope="module")
async def shop(served: Served) -> Served:
    """The service with a plan that has everything, and no limits in the way."""
    await served.store.businesses.set_plan(SANKOFA, "ENTERPRISE")
    return served


async def fuzzed(served: Served, seed: int, count: int) -> list[tuple[str, dict[str, Any], Answer]]:
    """Send `count` requests and return each with its operation and answer."""
    document = (await served.client(None).get("/openapi.json")).json()
    operations = [(m.upper(), path, op) for path, item in document["paths"].items() for m, op in item.items()]
    dice, results = random.Random(seed), []
    for _ in range(count):
        method, path, operation = dice.choice(operations)
        body, headers = sent(operation, dice)
        for name in dice.sample(sorted(HEADERS), dice.choice((0, 0, 0, 1, 2))):
            headers[name] = dice.choice(HEADERS[name])
        table = dice.choice(["suppliers", *RECORDS, *RECORDS, "shoes", "%00", "%ff", "..%2f"])
        target = path.replace("{table}", table)
        if dice.random() < 0.5:
            target = await served.target(target)
        query = dice.choice(QUERIES) if dice.random() < 0.2 else ""
        served.clock.advance(1)
        answer = await served.client().send(method, f"{target}?{query}", body, headers=headers)
        results.append((f"{method} {target}?{query} {headers} {body!r:.2000}", operation, answer))
    return results


def checker(document: dict[str, Any]) -> Callable[[dict[str, Any], Answer], str]:
    """Return a function that says what is wrong with an answer; nothing is the empty text."""
    compiled: dict[tuple[str, int], Draft202012Validator] = {}

    def wrong(operation: dict[str, Any], answer: Answer) -> str:
        described = operation["responses"].get(str(answer.status))
        if described is None:
            return f"status {answer.status} is not documented"
        media = described["content"].get(answer.headers["content-type"].partition(";")[0])
        if media is None:
            return f"media type {answer.headers['content-type']} is not documented"
        if "json" not in answer.headers["content-type"]:
            return ""
        schema = {**media["schema"], "components": document["components"]}
        validator = compiled.setdefault((operation["operationId"], answer.status), Draft202012Validator(schema))
        return "; ".join(error.message for error in validator.iter_errors(answer.json()))

    return wrong


@pytest.mark.timeout(600)
async def test_every_answer_to_nearly_right_requests_is_documented(shop: Served):
    document = (await shop.client(None).get("/openapi.json")).json()
    wrong = checker(document)
    results = await fuzzed(shop, SEED, REQUESTS)
    faults = [(why, request) for request, operation, answer in results if (why := wrong(operation, answer))]
    assert not faults, "\n".join(f"{why}: {request}" for why, request in faults[:5])
    statuses = {answer.status for _, _, answer in results}
    assert {200, 400, 401, 404, 415, 422} <= statuses, "the requests do not reach far enough"
    assert sum(answer.status == 200 for _, _, answer in results) > REQUESTS / 5
    assert await shop.reserved() == 0


@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "%"]
)
async def test_a_method_that_is_not_documented_is_refused(shop: Served, method: str):
    document = (await shop.client(None).get("/openapi.json")).json()
    for path, item in document["paths"].items():
        if method.lower() not in item and not (method == "HEAD" and path.startswith("/health/")):
            answer = await shop.client().send(method, path.replace("{table}", "suppliers"), {})
            assert answer.status in ((405, 204) if method == "OPTIONS" else (405,)), (method, path, answer.body)


@pytest.mark.parametrize(
    "path", ["/docs", "/docs/errors", "/docs/assets/docs.css", "/openapi.json", "/health/live", "/metrics"]
)
@pytest.mark.parametrize("query", QUERIES)
async def test_pages_do_not_mind_what_is_appended(shop: Served, path: str, query: str):
    assert (await shop.client(None).get(f"{path}?{query}")).status == 200


async def test_an_empty_key_in_a_report_is_just_a_key(shop: Served):
    report = {"report_type": "sales", "data": {"": "Ama Mensah", "revenue": 10, "previous_revenue": 8}}
    assert (await shop.client().post(NARRATIVE, report)).status == 200


HEAVY = {
    "names": {"note": "Ama Mensah " * 18_000},
    "figures": {"note": list(range(9_000))},
    "written figures": {"note": "1 " * 90_000},
    "rows": {"rows": [{"name": f"Shop {n}", "revenue": n, "previous_revenue": n + 1} for n in range(2_400)]},
    "months": {"rows": [{"month": f"{1900 + n // 12}-{n % 12 + 1:02}", "revenue": n} for n in range(3_000)]},
    "one word": {"note": "x" * 190_000},
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("data", HEAVY.values(), ids=HEAVY.keys())
async def test_a_heavy_report_does_not_keep_the_service_busy(shop: Served, data: dict[str, Any]):
    report = {"report_type": "sales", "data": {"revenue": 10, "previous_revenue": 8, **data}}
    assert (await shop.client().post(NARRATIVE, report)).status == 200


@pytest.mark.parametrize(
    "note", ["x" * 210_000, [1] * 10_001, {str(n): n for n in range(10_001)}], ids=["text", "list", "object"]
)
async def test_more_than_a_question_holds_is_too_large(shop: Served, note: object):
    report = {"report_type": "sales", "data": {"revenue": 10, "previous_revenue": 8, "note": note}}
    assert_problem(await shop.client().post(NARRATIVE, report), 413, "payload_too_large")


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
async def test_a_day_beyond_all_calendars_is_named(shop: Served, day: str):
    for path, operation in (await shop.client(None).get("/openapi.json")).json()["paths"].items():
        media = operation.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        if "x-meter" in operation.get("post", {}):
            answer = await shop.client().post(path, {**media["example"], "as_of": day})
            assert_problem(answer, 422, "validation_failed", "/as_of")
