"""Piccolo's view of the tables, for the admin and the command line; the hot path speaks SQL (see `ledger.py`).

The migrations are the truth; a test compares. Piccolo knows no composite keys: where a table has one, the first
column stands in for it, so these classes are for reading and for updates with a `where`, not for `save()`.
"""

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Text
from piccolo.table import Table

from gateway.store.tables_alerts import AlertOutcome, CreditAlert
from gateway.store.tables_plans import PlanRevision
from gateway.store.tables_usage import PromptHour, UsageDay, UsageHour


class Revision(Table, tablename="revision"):
    """Counters that tell every process that its copy of something is old."""

    name = Text(primary_key=True)
    n = BigInt()


class Business(Table, tablename="business"):
    """A tenant."""

    id = Text(primary_key=True)
    name = Text()
    plan = Text()
    timezone = Text()
    currency = Text()
    ai_opt_out = Boolean()
    trial_ends_at = BigInt(null=True, default=None)
    created_at = BigInt()


class ApiKey(Table, tablename="api_key"):
    """A service key; only its hash is kept."""

    id = Text(primary_key=True)
    hash = Text(unique=True)
    prefix = Text()
    name = Text()
    business_id = Text(null=True, default=None)
    scopes = Text()
    created_at = BigInt()
    revoked_at = BigInt(null=True, default=None)
    last_used_at = BigInt(null=True, default=None)


class FeatureSetting(Table, tablename="feature_setting"):
    """A switch that an operator or a business has set. Key: business, name."""

    business_id = Text(primary_key=True)
    name = Text()
    enabled = Boolean(null=True, default=None)
    opted_out = Boolean(null=True, default=None)
    changed_at = BigInt()


class QuotaCounter(Table, tablename="quota_counter"):
    """Units used of a meter in a calendar window. Key: business, meter, period."""

    business_id = Text(primary_key=True)
    meter = Text()
    period = Text()
    used = BigInt()


class Budget(Table, tablename="budget"):
    """Money of a month, nano-USD. Key: business, period."""

    business_id = Text(primary_key=True)
    period = Text()
    spent = BigInt()
    reserved = BigInt()
    alerted = BigInt()


class Reservation(Table, tablename="reservation"):
    """What one request holds until it is settled; then the row goes. Key: business, request."""

    business_id = Text(primary_key=True)
    request_id = Text()
    feature = Text()
    meter = Text(null=True, default=None)
    units = BigInt()
    quota_period = Text()
    budget_period = Text()
    amount = BigInt()
    state = Text()
    owner = Text()
    created_at = BigInt()
    expires_at = BigInt()


class AIUsageTracking(Table, tablename="usage"):
    """One row per logical request. Key: business, request."""

    business_id = Text(primary_key=True)
    request_id = Text()
    feature = Text()
    tokens_used = BigInt()
    cost = BigInt()
    created_at = BigInt()
    prompt = Text()
    prompt_hash = Text()
    source = Text()
    route = Text()
    model = Text()
    degraded = Text()
    status = BigInt()
    input_tokens = BigInt()
    cached_tokens = BigInt()
    cache_write_tokens = BigInt()
    output_tokens = BigInt()
    reasoning_tokens = BigInt()
    attempts = BigInt()
    latency_ms = BigInt()
    user_hash = Text()
    grounding = Text()


class AuditHead(Table, tablename="audit_head"):
    """The end of each business's hash chain."""

    business_id = Text(primary_key=True)
    seq = BigInt()
    hash = Text()


class Audit(Table, tablename="audit"):
    """One line of a hash chain. Key: business, seq."""

    business_id = Text(primary_key=True)
    seq = BigInt()
    at = BigInt()
    actor = Text()
    action = Text()
    object_id = Text()
    details = Text()
    prev_hash = Text()
    hash = Text()


class Idempotency(Table, tablename="idempotency"):
    """The outcome of an Idempotency-Key. Key: business, key."""

    business_id = Text(primary_key=True)
    key = Text()
    feature = Text()
    request_hash = Text()
    state = Text()
    status = BigInt(null=True, default=None)
    body = Bytea(null=True, default=None)
    lease_until = BigInt()
    created_at = BigInt()
    expires_at = BigInt()


class AIInsightCache(Table, tablename="answer_cache"):
    """A finished answer. Key: business, query hash."""

    business_id = Text(primary_key=True)
    query_hash = Text()
    response = Bytea()
    subjects = Text()
    created_at = BigInt()
    expires_at = BigInt()


class Job(Table, tablename="job"):
    """Work for later. Key: business, id."""

    business_id = Text(primary_key=True)
    id = Text()
    kind = Text()
    dedupe_key = Text(null=True, default=None)
    request_hash = Text()
    scope = Text()
    state = Text()
    payload = Bytea(null=True, default=None)
    outcome = Bytea(null=True, default=None)
    subjects = Text()
    done = BigInt()
    total = BigInt()
    attempts = BigInt()
    priority = BigInt()
    run_at = BigInt()
    owner = Text(null=True, default=None)
    lease_until = BigInt(null=True, default=None)
    fault = Text()
    created_at = BigInt()
    finished_at = BigInt(null=True, default=None)


class EventRow(Table, tablename="event"):
    """Something that happened. Key: business, id."""

    business_id = Text(primary_key=True)
    id = Text()
    type = Text()
    dedupe_key = Text()
    data = Bytea()
    created_at = BigInt()


class WebhookRow(Table, tablename="webhook"):
    """An address that is told. Key: business, id."""

    business_id = Text(primary_key=True)
    id = Text()
    url = Bytea()
    events = Text()
    secret = Bytea()
    secret_previous = Bytea(null=True, default=None)
    previous_until = BigInt(null=True, default=None)
    disabled_at = BigInt(null=True, default=None)
    created_at = BigInt()


class WebhookDelivery(Table, tablename="webhook_delivery"):
    """One event on its way to one address. Key: business, webhook, event."""

    business_id = Text(primary_key=True)
    webhook_id = Text()
    event_id = Text()
    event_business_id = Text()
    type = Text()
    state = Text()
    attempts = BigInt()
    log = Text()
    created_at = BigInt()
    changed_at = BigInt()


class FeedbackRow(Table, tablename="feedback"):
    """What one person says of one answer. Key: business, request, user hash."""

    business_id = Text(primary_key=True)
    request_id = Text()
    user_hash = Text()
    feature = Text()
    rating = BigInt(null=True, default=None)
    outcome = Text()
    comment = Bytea(null=True, default=None)
    created_at = BigInt()


class Decision(Table, tablename="decision"):
    """What a person decided on a recommendation. Key: business, id."""

    business_id = Text(primary_key=True)
    id = Text()
    request_id = Text()
    feature = Text()
    decision = Text()
    content = Bytea()
    user_hash = Text()
    created_at = BigInt()


class PromptVersion(Table, tablename="prompt_version"):
    """A version that can be released; never changed once imported."""

    content_hash = Text(primary_key=True)
    feature = Text()
    version = BigInt()
    body = Text()
    imported_at = BigInt()


class Verdict(Table, tablename="verdict"):
    """What a suite said of a content with a model. Key: content hash, model, suite hash."""

    content_hash = Text(primary_key=True)
    model = Text()
    suite_hash = Text()
    outcome = Text()
    figures = Text()
    run_by = Text()
    run_at = BigInt()


class Release(Table, tablename="release"):
    """A label moved onto a version; the newest row of a label and target is live."""

    id = Text(primary_key=True)
    feature = Text()
    label = Text()
    target = Text()
    content_hash = Text()
    model = Text()
    suite_hash = Text()
    outcome = Text()
    released_by = Text()
    note = Text()
    created_at = BigInt()


class KnowledgeChunk(Table, tablename="knowledge_chunk"):
    """A passage of a document; business `*` holds the product's own. Key: business, id."""

    business_id = Text(primary_key=True)
    id = BigInt()
    document = Text()
    place = Integer()
    title = Text()
    heading = Text()
    url = Text()
    body = Text()
    terms = Text()
    length = Integer()


class KnowledgeTerm(Table, tablename="knowledge_term"):
    """How many passages of a business hold a word. Key: business, term."""

    business_id = Text(primary_key=True)
    term = Text()
    chunks = Integer()


class AIConversation(Table, tablename="conversation"):
    """A support conversation of one user. Key: business, id."""

    business_id = Text(primary_key=True)
    id = Text()
    user_hash = Text()
    turns = Integer()
    created_at = BigInt()
    updated_at = BigInt()
    expires_at = BigInt()


class ConversationMessage(Table, tablename="conversation_message"):
    """Something said in a conversation, encrypted. Key: business, conversation, n."""

    business_id = Text(primary_key=True)
    conversation_id = Text()
    n = Integer()
    role = Text()
    body = Bytea()
    created_at = BigInt()
    expires_at = BigInt()


class Escalation(Table, tablename="escalation"):
    """A conversation that a person must take over. Key: business, ticket."""

    business_id = Text(primary_key=True)
    ticket_ref = Text()
    conversation_id = Text()
    user_hash = Text()
    reason = Text()
    state = Text()
    questions = Integer()
    created_at = BigInt()
    updated_at = BigInt()
    expires_at = BigInt()


TABLES: tuple[type[Table], ...] = (
    Revision,
    Business,
    ApiKey,
    FeatureSetting,
    QuotaCounter,
    Budget,
    Reservation,
    AIUsageTracking,
    UsageDay,
    UsageHour,
    PromptHour,
    AuditHead,
    Audit,
    Idempotency,
    AIInsightCache,
    Job,
    EventRow,
    WebhookRow,
    WebhookDelivery,
    FeedbackRow,
    Decision,
    CreditAlert,
    AlertOutcome,
    PromptVersion,
    Verdict,
    Release,
    KnowledgeChunk,
    KnowledgeTerm,
    AIConversation,
    ConversationMessage,
    Escalation,
    PlanRevision,
)
