"""Joins everything: the only file of the service that names concrete adapters and reads the settings."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from gateway.adapters.clock import SystemClock
from gateway.adapters.heap import give_back
from gateway.adapters.metrics import Metrics, Several
from gateway.adapters.offline_model import OfflineModel, Rules
from gateway.adapters.rate_limiter import MemoryRateLimiter
from gateway.adapters.webhook_sender import WebhookSender
from gateway.api.access import require_declared_access
from gateway.api.credit_alerts import credit_alert_routes
from gateway.api.dialect import dialect_handlers, dialect_routes
from gateway.api.dialect_shapes import load_dialect
from gateway.api.docs import docs_routes
from gateway.api.edge import Edge
from gateway.api.features import feature_routes
from gateway.api.feedback import feedback_routes
from gateway.api.fraud_feedback import fraud_feedback_routes
from gateway.api.guides import guide_routes
from gateway.api.health import health_routes
from gateway.api.jobs import job_routes
from gateway.api.openapi import openapi_document
from gateway.api.privacy import privacy_routes
from gateway.api.problems import HANDLERS
from gateway.api.records import record_routes
from gateway.api.site import Site
from gateway.api.stopping import Stopping
from gateway.api.usage import usage_routes
from gateway.api.webhooks import webhook_routes
from gateway.jobs.context import Tools
from gateway.jobs.housekeeping import Chore, Housekeeping
from gateway.jobs.kinds import JobKind
from gateway.jobs.running import background_work
from gateway.jobs.warm_up import WarmUp
from gateway.library.catalog import Catalog, load_catalog
from gateway.library.policy import load_policy
from gateway.library.policy_types import Policy
from gateway.masking.masker import Masker
from gateway.pipeline.background import drain
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.kit import Kit
from gateway.pipeline.stand_ins import feature_modules as feature_modules
from gateway.pipeline.stand_ins import offline_rules as offline_rules
from gateway.ports import Clock, Model, RateLimiter, Telemetry
from gateway.settings import Settings, SettingsError
from gateway.store.alert_outcomes import AlertOutcomeStore
from gateway.store.audit import AuditLog
from gateway.store.businesses import Businesses
from gateway.store.cache import TieredCache
from gateway.store.conversations import ConversationStore
from gateway.store.crypto import Sealer
from gateway.store.database import Database, open_database
from gateway.store.events import Events
from gateway.store.feedback import FeedbackStore
from gateway.store.idempotency import IdempotencyKeys
from gateway.store.jobs import Jobs
from gateway.store.keys import Keys
from gateway.store.knowledge import KnowledgeStore
from gateway.store.ledger import DatabaseLedger
from gateway.store.migrating import pending
from gateway.store.plan_shelf import PlanShelf
from gateway.store.records import RecordStore
from gateway.store.releases import Releases
from gateway.store.retention import purge
from gateway.store.revisions import CACHE, PLANS, SWITCHES
from gateway.store.samples import Samples
from gateway.store.shelf import Shelf
from gateway.store.snapshot import Snapshots
from gateway.store.usage import UsageQueries
from gateway.store.webhooks import Webhooks

VERSION = version("pos-ai-gateway")

MAX_SWEEP_EVERY_S = 10.0
PURGE_EVERY_S = 3600.0
COST_EVERY_S = 300.0
WARM_EVERY_S = 30.0
GIVE_BACK_EVERY_S = 60.0

GC_THRESHOLDS = (20_000, 20, 20)
"""A request makes thousands of containers and hardly a cycle: look for cycles once in several requests, not often."""


class NotMigrated(RuntimeError):
    """The database is older than this release; the text says which command to run."""


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that stands on the database."""

    database: Database
    clock: Clock
    sealer: Sealer
    redis: Any
    limiter: RateLimiter
    keys: Keys
    businesses: Businesses
    releases: Releases
    snapshots: Snapshots
    records: RecordStore
    ledger: DatabaseLedger
    idempotency: IdempotencyKeys
    cache: TieredCache
    usage: UsageQueries
    audit: AuditLog
    jobs: Jobs
    events: Events
    webhooks: Webhooks
    samples: Samples
    knowledge: KnowledgeStore
    conversations: ConversationStore


RouteMaker = Callable[[Site, Store], Sequence[HTTPRouteHandler]]


@dataclass(frozen=True, slots=True)
class Service:
    """The joined service: its ASGI application and the parts that the admin and the command line use."""

    asgi: ASGIApp
    site: Site
    store: Store
    tools: Tools
    running: Callable[[], AbstractAsyncContextManager[None]]
    """Everything but the HTTP server: the open store, housekeeping and background work."""


def create_service(
    settings: Settings,
    *,
    clock: Clock | None = None,
    catalog: Catalog | None = None,
    models: Mapping[str, Model] | None = None,
    extra_routes: RouteMaker | None = None,
    sender: WebhookSender | None = None,
    extra_kinds: Sequence[JobKind] = (),
    at_end: Callable[[], Awaitable[None]] | None = None,
) -> Service:
    """Return the service for these settings; nothing is connected before its first event loop starts it.

    `clock`, `models` and `sender` replace the real ones in tests; `catalog` is what was read of `settings.prompts_dir`
    before, and belongs to this service alone; `extra_routes` and `extra_kinds` are the admin's; `at_end` is awaited
    when the service stops.
    """
    policy = load_policy(settings.policy_dir)
    catalog = catalog or load_catalog(settings.prompts_dir, policy)
    store = open_store(settings, clock or SystemClock())
    sender = sender or WebhookSender(loopback=settings.webhook_loopback == "on")
    metrics = Metrics(settings.metrics_folder)
    site = _site(settings, policy, catalog, store, models, sender, metrics)
    metrics.breakers = site.kit.breaker_states
    tools = _tools(site, store)
    dialect = load_dialect(settings.policy_dir) if settings.pos_dialect == "on" else None
    handlers = [
        *feature_routes(site), *record_routes(site), *usage_routes(site), *job_routes(site), *webhook_routes(site),
        *credit_alert_routes(site), *fraud_feedback_routes(site),
        *feedback_routes(site), *privacy_routes(site),
        *health_routes(site, metrics),
        *docs_routes(openapi_document(catalog, VERSION)), *guide_routes(settings.guides_dir),
        *(dialect_routes(site, dialect) if dialect else ()),
        *(extra_routes(site, store) if extra_routes else ()),
    ]  # fmt: skip
    require_declared_access(handlers)
    running = _lifespan(settings, site, store, tools, metrics, extra_kinds, at_end)
    app = Litestar(
        route_handlers=handlers,
        exception_handlers=dialect_handlers(site, dialect) if dialect else HANDLERS,
        lifespan=[lambda _: running()],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    allowed = {r.path_format: ", ".join(sorted(r.methods)) for r in app.routes if isinstance(r, HTTPRoute)}
    return Service(Edge(Stopping(app), site.kit.telemetry.served, allowed), site, store, tools, running)


def open_store(settings: Settings, clock: Clock) -> Store:
    """Return everything that stands on the database, not connected yet; the command line uses it without a server."""
    database = open_database(settings.database_url, durability=settings.ledger_durability)
    sealer = Sealer(settings.secrets())
    redis, tier, limiter = _shared(settings.redis_url, clock)
    keys = Keys(database, clock)
    snapshots = Snapshots(database, keys)
    return Store(
        database=database,
        clock=clock,
        sealer=sealer,
        redis=redis,
        limiter=limiter,
        keys=Keys(database, clock, snapshots.refresh),
        businesses=Businesses(database, clock, snapshots.refresh),
        releases=Releases(database, clock, snapshots.refresh),
        snapshots=snapshots,
        records=RecordStore(database),
        ledger=DatabaseLedger(database, sealer, clock),
        idempotency=IdempotencyKeys(database, sealer, clock),
        cache=TieredCache(database, sealer, clock, redis=tier),
        usage=UsageQueries(database),
        audit=AuditLog(database),
        jobs=Jobs(database, sealer, clock),
        events=Events(database, sealer, clock),
        webhooks=Webhooks(database, sealer, clock),
        samples=Samples(database, clock, sealer),
        knowledge=KnowledgeStore(database),
        conversations=ConversationStore(database, sealer, clock),
    )


def _shared(redis_url: str, clock: Clock) -> tuple[Any, Any, RateLimiter]:
    """Return the Redis client, the cache's tier in it and the limiter; without a URL all of it is in this process."""
    if not redis_url:
        return None, None, MemoryRateLimiter(clock)
    # Imported here: most set-ups have no Redis, and its client takes 5 MiB.
    from gateway.adapters.redis_rate_limiter import RedisRateLimiter
    from gateway.store.redis_tier import RedisTier, redis_client

    redis = redis_client(redis_url)
    return redis, RedisTier(redis, clock), RedisRateLimiter(redis, clock)


def _site(
    settings: Settings,
    policy: Policy,
    catalog: Catalog,
    store: Store,
    models: Mapping[str, Model] | None,
    sender: WebhookSender,
    metrics: Metrics,
) -> Site:
    modules = feature_modules(catalog)
    outcomes = AlertOutcomeStore(store.database, store.sealer, store.clock)
    kit = Kit(
        catalog=catalog,
        policy=policy,
        features=modules,
        records=store.records,
        ledger=store.ledger,
        cache=store.cache,
        idempotency=store.idempotency,
        limiter=store.limiter,
        switches=store.snapshots,
        models=models or _models(settings, offline_rules(catalog, modules, store.snapshots.live)),
        masker=Masker.default(),
        clock=store.clock,
        sign=store.sealer.sign,
        flag_default=settings.flag,
        offline=settings.offline and models is None,
        model_proof=settings.model_proof,
        deadline_ms=settings.deadline_ms,
        cache_seconds=settings.cache_duration_s,
        reservation_grace_s=settings.reservation_grace_s,
        breakers=Breakers(),
        telemetry=_telemetry(settings, metrics),
        journal=store.samples,
        knowledge=store.knowledge,
        conversations=store.conversations,
        counters=store.usage,
        alert_outcomes=outcomes,
    )
    return Site(
        kit=kit,
        database=store.database,
        snapshots=store.snapshots,
        businesses=store.businesses,
        records=store.records,
        usage=store.usage,
        audit=store.audit,
        jobs=store.jobs,
        webhooks=store.webhooks,
        feedback=FeedbackStore(store.database, store.sealer, store.clock),
        alert_outcomes=outcomes,
        idempotency=store.idempotency,
        sender=sender,
        max_body_bytes=settings.max_body_bytes,
        max_records_bytes=settings.max_records_bytes,
        version=VERSION,
    )


def _tools(site: Site, store: Store) -> Tools:
    return Tools(
        kit=site.kit,
        database=store.database,
        sealer=store.sealer,
        jobs=store.jobs,
        events=store.events,
        webhooks=store.webhooks,
        businesses=store.businesses,
        snapshots=store.snapshots,
        records=store.records,
        usage=store.usage,
        audit=store.audit,
        cache=store.cache,
        sender=site.sender,
    )


def _telemetry(settings: Settings, metrics: Metrics) -> Telemetry:
    if not settings.otlp_endpoint:
        return metrics
    try:  # imported here: few set-ups send traces, and the SDK is an optional extra
        from gateway.adapters.traces import otlp

        return Several(metrics, otlp(settings.otlp_endpoint, VERSION))
    except ImportError:
        wanted = "install the extra: pip install 'pos-ai-gateway[telemetry]', or unset it."
        raise SettingsError(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: {wanted}"
        ) from None


async def _tell_cost(site: Site, metrics: Metrics) -> None:
    """Compare this month's cost of each plan's businesses with what they pay for it."""
    today = datetime.fromtimestamp(site.kit.clock.now() / 1e6, UTC).date()
    rate, plans = site.kit.policy.rate(today), site.kit.policy.plans
    for plan, businesses, spent in await site.usage.cost_by_plan(f"{today:%Y-%m}"):
        if plan in plans and (paid := plans[plan].price_ghs * businesses) > 0:
            metrics.cost_to_price.labels(plan).set(float(rate.ghs_from_nano(spent) / paid))


def _models(settings: Settings, rules: Mapping[str, Rules]) -> dict[str, Model]:
    if settings.offline:
        stand_in = OfflineModel(rules)
        return {"responses": stand_in, "chat": stand_in}
    # Imported here: the SDK takes a second to load, and offline mode needs none of it.
    from gateway.adapters.openai_model import OpenAIModel

    key, organization = settings.openai_api_key or "not-needed", settings.openai_organization
    model = OpenAIModel(key, settings.openai_base_url, organization=organization, dialect=settings.openai_dialect)
    return {"responses": model, "chat": model}


def _lifespan(
    settings: Settings,
    site: Site,
    store: Store,
    tools: Tools,
    metrics: Metrics,
    extra_kinds: Sequence[JobKind],
    at_end: Callable[[], Awaitable[None]] | None,
) -> Callable[[], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await store.database.open()
        try:
            if waiting := await pending(store.database):
                raise NotMigrated(f"The database lacks {', '.join(waiting)}. Run `python -m gateway migrate` first.")
            store.snapshots.watch(CACHE, store.cache.clear_memory)
            store.snapshots.watch(PLANS, PlanShelf(store.database, site.kit.policy).fill)
            store.snapshots.watch(SWITCHES, Shelf(store.database, site.kit.catalog, site.kit.policy).fill)
            await store.snapshots.start()
            warm_up = WarmUp(site.kit, store.records, store.usage, store.snapshots, settings.warm_businesses)
            chores = Housekeeping(
                Chore("sweep", min(MAX_SWEEP_EVERY_S, site.kit.reservation_grace_s / 2), store.ledger.sweep),
                Chore("purge", PURGE_EVERY_S, lambda: purge(store.database, store.clock.now())),
                Chore("cost_to_price", COST_EVERY_S, lambda: _tell_cost(site, metrics)),
                Chore("warm_up", WARM_EVERY_S, warm_up.run),
                Chore("give_back", GIVE_BACK_EVERY_S, give_back),
            )
            chores.start()
            # What start-up made lives as long as the process: a collection need not walk through it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            try:
                async with background_work(
                    tools, jobs=settings.jobs_in_process == "on", clock=settings.schedules == "on", extra=extra_kinds
                ):
                    yield
            finally:
                await chores.close()
                await drain()
                await store.snapshots.stop()
        finally:
            site.kit.telemetry.close()
            if at_end is not None:
                await at_end()
            for model in site.kit.models.values():
                if hasattr(model, "aclose"):
                    await model.aclose()
            if store.redis is not None:
                await store.redis.aclose()
            await store.database.close()

    return lifespan
