"""The entries of the tables that are older than the registry, and of those that hold nothing of a person."""

from gateway.domain.records import TABLES
from gateway.store import cache, feedback, idempotency, webhooks
from gateway.store.events import PURPOSE as EVENT
from gateway.store.holdings import BOOKS_DAYS, PRIVATE_DAYS, Holding, Kept, Period, Sealed, Until
from gateway.store.jobs import OUTCOME, PAYLOAD

STALE_DAYS = 7
POS = Kept("the shop's own records, as long as it keeps them here; erasure takes the person out of them")
RELEASED = Kept("which words served traffic, and the proof for it")

HOLDINGS = (
    Holding("revision", Kept("counters only"), key=("name",), scoped=False),
    Holding("business", Kept("tenants, for as long as they are customers"), scoped=False),
    Holding("api_key", Kept("hashes of keys; audit lines name them")),
    Holding("feature_setting", Kept("switches and opt-outs in force"), key=("name",)),
    Holding("quota_counter", Period("period", BOOKS_DAYS), key=("meter", "period")),
    Holding("budget", Period("period", BOOKS_DAYS), key=("period",)),
    Holding("reservation", Until("expires_at", 1), key=("request_id",), where="state IN ('charged', 'returned')"),
    Holding("usage", Until("created_at", BOOKS_DAYS), key=("request_id",), user="user_hash", blank_user=True),
    Holding("audit", Kept("evidence: hashes, codes and counts, chained; a change would break the chain"), key=("seq",)),
    Holding("audit_head", Kept("the chains' ends"), key=()),
    Holding("idempotency", Until("expires_at"), key=("key",), sealed=[Sealed("body", idempotency.PURPOSE)]),
    Holding(
        "answer_cache", Until("expires_at", STALE_DAYS), key=("query_hash",), sealed=[Sealed("response", cache.PURPOSE)]
    ),
    Holding("prompt_version", RELEASED, key=("content_hash",), scoped=False),
    Holding("verdict", RELEASED, key=("content_hash", "model", "suite_hash"), scoped=False),
    Holding("release", RELEASED, scoped=False),
    Holding(
        "job",
        Until("finished_at", PRIVATE_DAYS),
        sealed=[Sealed("payload", PAYLOAD), Sealed("outcome", OUTCOME)],
        on_mark="payload = NULL, outcome = NULL, subjects = '[]', lease_until = NULL, owner = NULL, "
        "finished_at = COALESCE(finished_at, created_at), "
        "state = CASE WHEN state IN ('queued', 'running') THEN 'cancelled' ELSE state END",
    ),
    Holding("event", Until("created_at", PRIVATE_DAYS), sealed=[Sealed("data", EVENT)]),
    Holding(
        "webhook",
        Kept("addresses of the business's own, until it deletes them"),
        sealed=[Sealed(c, webhooks.SECRET) for c in ("secret", "secret_previous")] + [Sealed("url", webhooks.URL)],
    ),
    Holding("webhook_delivery", Until("created_at", PRIVATE_DAYS), key=("webhook_id", "event_id")),
    Holding(
        "feedback",
        Until("created_at", PRIVATE_DAYS),
        key=("request_id", "user_hash"),
        sealed=[Sealed("comment", feedback.COMMENT, lambda key: f"{key[0]}|{key[1]}")],
        user="user_hash",
        on_mark="comment = NULL",
    ),
    Holding(
        "decision",
        Until("created_at", BOOKS_DAYS),
        sealed=[Sealed("content", feedback.CONTENT)],
        user="user_hash",
        blank_user=True,
    ),
    Holding(
        "admin_person", Kept("staff who sign in; an owner removes them"), sealed=[Sealed("totp", "totp")], scoped=False
    ),
    Holding("admin_link", Until("expires_at", 1), key=("hash",), scoped=False),
    Holding("admin_session", Until("created_at", PRIVATE_DAYS), key=("hash",), scoped=False),
    Holding("admin_wrong_try", Until("tried_at", 1), scoped=False),
    Holding("pos_revision", Kept("counters only"), key=()),
    Holding("pos_table_revision", Kept("counters only"), key=("name",)),
    Holding("pos_change", Kept("ids of the rows of the last 64 pushes; erasure empties it"), key=("name", "revision")),
    Holding("pos_sale_mark", Kept("when sales of a day or customer changed; erasure empties it"), key=("about", "key")),
    Holding("pos_sale_items", POS, key=("sale", "line")),
    Holding("pos_product_days", POS, key=("product", "day")),
    *(Holding(f"pos_{table}", POS) for table in TABLES),
)
