"""Marks that occur nowhere else are planted in records and requests; then every sink of the service is searched."""

import json
import re

import pytest

from gateway.store.holdings import holdings
from tests.flows.asking import (
    ASSISTANT,
    CREDIT,
    DESCRIPTION,
    NARRATIVE,
    SUPPORT,
    assistant,
    credit,
    description,
    narrative,
    support,
)
from tests.flows.processes import running
from tests.flows.upstream import honest, in_turn, says, status, streams
from tests.waiting import eventually_here

CUSTOMER_ID = "0b5f2c52-6a1e-4f39-9d1b-2f0f5c7f7a11"
MARKS = {
    "customer": "Zuwerakwaa Provisions",
    "contact": "Yawbrekete Domfehqua",
    "customer phone": "+233279990417",
    "customer mail": "domfehqua@example.com",
    "employee": "Ntiamoahxi Quarshigah",
    "asked about": "Oforiwaaxe Tetteyfio",
    "phone": "0209990533",
    "card": "GHA-990417533-1",
    "mail": "tetteyfio.ox@example.com",
    "note": "Kwesiplange Botwexi",
    "user": "cashier-bediakoxu",
}
SEARCHED = ("zuwerakwaa", "yawbrekete", "domfehqua", "279990417", "ntiamoahxi", "quarshigah", "oforiwaaxe", "tetteyfio",
            "209990533", "990417533", "kwesiplange", "botwexi", "bediakoxu")  # fmt: skip
ENCRYPTED = {(holding.table, sealed.column) for holding in holdings() for sealed in holding.sealed}
ABOUT = f"{MARKS['asked about']} (0209990533, GHA-990417533-1, {MARKS['mail']}) wants a TV, says {MARKS['note']}"


def found_in(text):
    """Return the marks that occur in a text, in whatever way their letters and digits are divided."""
    bare = re.sub(r"[^a-z0-9]", "", text.lower())
    return [mark for mark in SEARCHED if mark in bare]


@pytest.fixture(scope="module", params=["info", "debug"])
def used(request, filled_site, upstream, tmp_path_factory):
    """Give a service on which every feature was used with the marks, well and badly, and every answer's text."""
    site = filled_site.copy(tmp_path_factory.mktemp("site"))
    with running(site, upstream.url, LOG_LEVEL=request.param) as service:
        upstream.reset()
        push_records(service.client())
        said = [use_everything(service, upstream, behave) for behave in behaviours()]
        service.client().post(CREDIT, {"customer_id": MARKS["customer"], "name": MARKS["contact"]})
        upstream.reset(says(honest))
        use_the_platform(service.client(), said[0][0].meta["request_id"])
        service.client().post(ASSISTANT, {"message": MARKS["asked about"], "extra": MARKS["note"]})
        yield service, said
        upstream.reset()


def behaviours():
    def echo(call):
        return f"{honest(call)} and {call.messages[-1]['content']}"

    cut_off = streams(lambda call: [honest(call)[:250]], pause=0, then="cut")
    return [says(honest), status(500), status(400), says(echo), in_turn(says(echo), says(honest)), cut_off]


def push_records(client):
    customer = {
        "id": CUSTOMER_ID,
        "name": MARKS["customer"],
        "contact_person": MARKS["contact"],
        "phone": MARKS["customer phone"],
        "email": MARKS["customer mail"],
        "customer_type": "RETAIL",
        "credit_limit": "5000.00",
        "outstanding_balance": "1200.00",
        "created_at": "2025-01-05T09:00:00Z",
    }
    invoice = {"id": "0b5f2c52-6a1e-4f39-9d1b-000000000001", "customer": CUSTOMER_ID, "total": "1200.00"}
    answer = client.put("/api/ai/records/customers/", [customer])
    assert answer.status == 200, answer.body
    answer = client.put("/api/ai/records/customers/", [{**customer, "phone": MARKS["note"], "nickname": MARKS["note"]}])
    assert answer.status == 422
    answer = client.put("/api/ai/records/invoices/", [{**invoice, "issue_date": MARKS["note"]}])
    assert answer.status == 422


def use_the_platform(client, request_id):
    """Leave marks in a job, a webhook's address, feedback, a decision and an erasure of somebody else."""
    later = client.post(NARRATIVE, narrative(note=ABOUT, stamp="later"), Prefer="respond-async")
    eventually_here(lambda: client.get(later.json["url"]).json["status"] == "completed")
    hook = f"https://pos.example.com/{MARKS['mail'].split('@')[0]}"
    answers = [
        later,
        client.post("/api/ai/webhooks/", {"url": hook}),
        client.post("/api/ai/feedback/", {"request_id": request_id, "comment": ABOUT}, X_User_Id=MARKS["user"]),
        client.post(f"/api/ai/decisions/{request_id}/", {"decision": "override", "value": ABOUT, "reason": ABOUT}),
        client.post("/api/ai/privacy/erasure/", {"subject": {"type": "user", "id": "nobody"}, "reason": ABOUT}),
        client.post(NARRATIVE, narrative(note=ABOUT, stamp="never"), Prefer="respond-async", X_User_Id=MARKS["user"]),
    ]
    assert [answer.status for answer in answers] == [202, 201, 201, 201, 202, 202]


def use_everything(service, upstream, behave):
    upstream.reset(behave)
    client, stamp = service.client(), str(id(behave))
    headers = {"X_User_Id": MARKS["user"], "Idempotency_Key": f"key-{stamp}"}
    staff = [{"employee": MARKS["employee"], "sales": "1,250.00", "note": MARKS["note"]}]
    answers = [
        client.post(CREDIT, credit(CUSTOMER_ID, 5000 + int(stamp[-4:])), **headers),
        client.post(NARRATIVE, narrative(staff=staff, note=ABOUT, stamp=stamp)),
        client.post(DESCRIPTION, description(contact=ABOUT, stamp=stamp)),
        client.post(ASSISTANT, assistant(ABOUT, customer_id=CUSTOMER_ID), X_User_Id=MARKS["user"]),
        client.post(ASSISTANT, assistant(ABOUT), Accept="text/event-stream"),
        client.post(SUPPORT, support(f"How do I refund a customer? {ABOUT}", user=MARKS["user"])),
    ]
    assert {answer.status for answer in answers} <= {200, 422}
    return answers


def test_the_marks_were_really_used(used):
    service, said = used
    assert found_in("".join(answer.body.decode() for answer in said[0]))
    stored = service.site.rows("SELECT name FROM pos_customers WHERE id = ?", CUSTOMER_ID)
    assert stored == [(MARKS["customer"],)]


def test_no_log_line_holds_a_mark_or_a_secret(used):
    service, _ = used
    assert service.log.count("\n") > 20
    assert found_in(service.log) == []
    assert service.site.tenant("PROFESSIONAL").key not in service.log
    assert service.site.env["OPENAI_API_KEY"] not in service.log
    assert service.site.env["SECRET_KEY"] not in service.log
    assert "Traceback" not in service.log
    assert "UPSTREAM-SAYS" not in service.log


def test_neither_metrics_nor_health_nor_documents_hold_a_mark(used):
    service, _ = used
    for path in ("/metrics", "/health/ready", "/openapi.json", "/docs"):
        assert found_in(service.client().get(path).body.decode()) == []


def test_another_business_never_reads_a_mark(used):
    service, _ = used
    other = service.client("ENTERPRISE")
    answers = [
        other.post(CREDIT, credit(CUSTOMER_ID)),
        other.post(ASSISTANT, assistant(customer_id=CUSTOMER_ID)),
        other.post(ASSISTANT, assistant("What did they ask before?")),
        other.get("/api/ai/usage/"),
        other.get("/api/ai/records/"),
    ]
    assert [answer.status for answer in answers] == [404, 404, 200, 200, 200]
    assert found_in("".join(answer.body.decode() for answer in answers)) == []


def test_problems_repeat_no_value_of_the_request(used):
    service, _ = used
    for body in ({"message": "", "context": {"customer_id": MARKS["note"]}}, {"message": 7, MARKS["note"]: 1}):
        answer = service.client().post(ASSISTANT, body)
        assert answer.status in (404, 422)
        assert (
            found_in(json.dumps({**answer.json, "errors": [e["message"] for e in answer.json.get("errors", [])]})) == []
        )


def test_no_table_but_the_records_and_no_column_but_the_encrypted_ones_holds_a_mark(used):
    service, _ = used
    tables = [row[0] for row in service.site.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    searched = [table for table in tables if not table.startswith(("pos_", "knowledge_search"))]  # FTS5's own tables
    assert {"usage", "audit", "answer_cache", "idempotency", "reservation", "budget"} <= set(searched)
    for table in searched:
        columns = [row[1] for row in service.site.rows(f"PRAGMA table_info({table})")]
        for row in service.site.rows(f"SELECT * FROM {table}"):
            for column, value in zip(columns, row, strict=True):
                text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                assert found_in(text) == [], (table, column)
                assert isinstance(value, bytes) == ((table, column) in ENCRYPTED) or value is None
    assert service.site.rows("SELECT COUNT(*) FROM answer_cache")[0][0] > 0
    assert service.site.rows("SELECT COUNT(*) FROM job WHERE outcome IS NOT NULL")[0][0] > 0
    assert service.site.rows("SELECT COUNT(*) FROM idempotency WHERE body IS NOT NULL")[0][0] > 0
