"""Joins everything: the only file of the service that names concrete adapters and reads the settings."""

import gc
import importlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from types import ModuleType
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from gateway.adapters.clock import SystemClock
from gateway.adapters.offline_model import OfflineModel, Rules
from gateway.adapters.rate_limiter import MemoryRateLimiter
from gateway.api.access import require_declared_access
from gateway.api.docs import docs_routes
from gateway.api.edge import Edge
from gateway.api.features import feature_routes
from gateway.api.health import health_routes
from gateway.api.openapi import openapi_document
from gateway.api.problems import HANDLERS
from gateway.api.records import record_routes
from gateway.api.site import Site
from gateway.api.usage import usage_routes
from gateway.jobs.housekeeping import Chore, Housekeeping
from gateway.library.catalog import Catalog, load_catalog
from gateway.library.policy import load_policy
from gateway.library.policy_types import Policy
from gateway.masking.masker import Masker
from gateway.pipeline.background import drain
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.kit import Kit
from gateway.pipeline.validating import rules_from_schema
from gateway.ports import Clock, Model, RateLimiter
from gateway.settings import Settings
from gateway.store.audit import AuditLog
from gateway.store.businesses import Businesses
from gateway.store.cache import TieredCache
from gateway.store.crypto import Sealer
from gateway.store.database import Database, open_database
from gateway.store.idempotency import IdempotencyKeys
from gateway.store.keys import Keys
from gateway.store.ledger import DatabaseLedger
from gateway.store.migrating import pending
from gateway.store.records import RecordStore
from gateway.store.releases import Releases
from gateway.store.revisions import CACHE
from gateway.store.snapshot import Snapshots
from gateway.store.sweeping import purge
from gateway.store.usage import UsageQueries

VERSION = version("pos-ai-gateway")

MAX_SWEEP_EVERY_S = 10.0
PURGE_EVERY_S = 3600.0

GC_THRESHOLDS = (20_000, 20, 20)
"""A request makes thousands of containers and hardly a cycle: look for cycles once in several requests, not often."""


class NotMigrated(RuntimeError):
    """The database is older than this release; the text says which command to run."""


def feature_modules(catalog: Catalog) -> dict[str, ModuleType | None]:
    """Return the module behind each feature; None where the input is the evidence."""
    return {
        feature.name: None
        if feature.evidence == "input"
        else importlib.import_module(f"gateway.features.{feature.evidence}")
        for feature in catalog.features.values()
    }


def offline_rules(
    catalog: Catalog, modules: Mapping[str, ModuleType | None], live: Callable[[str], str | None]
) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
    """Return, by feature, the rules that stand in for a model when there is no key."""

    def rules_of(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def words(facts: dict[str, Any]) -> dict[str, Any]:
            module = modules[name]
            if module is not None:
                written: dict[str, Any] = module.fallback(facts)
                return written
            prompt = catalog.by_hash.get(live(name) or "")
            schema = prompt.output.raw if prompt else catalog.features[name].response.raw
            return rules_from_schema(schema, facts)

        return words

    return {name: rules_of(name) for name in catalog.features}


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


RouteMaker = Callable[[Site, Store], Sequence[HTTPRouteHandler]]


@dataclass(frozen=True, slots=True)
class Service:
    """The joined service: its ASGI application and the parts that the admin and the command line use."""

    asgi: ASGIApp
    site: Site
    store: Store


def create_service(
    settings: Settings,
    *,
    clock: Clock | None = None,
    models: Mapping[str, Model] | None = None,
    extra_routes: RouteMaker | None = None,
) -> Service:
    """Return the service for these settings; nothing is connected before its first event loop starts it.

    `clock` and `models` replace the real ones in tests; `extra_routes` are the admin's.
    """
    policy = load_policy(settings.policy_dir)
    catalog = load_catalog(settings.prompts_dir, policy)
    store = open_store(settings, clock or SystemClock())
    site = _site(settings, policy, catalog, store, models)
    handlers = [
        *feature_routes(site), *record_routes(site), *usage_routes(site), *health_routes(site),
        *docs_routes(openapi_document(catalog, VERSION)), *(extra_routes(site, store) if extra_routes else ()),
    ]  # fmt: skip
    require_declared_access(handlers)
    app = Litestar(
        route_handlers=handlers,
        exception_handlers=HANDLERS,
        lifespan=[_lifespan(site, store)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    return Service(Edge(app), site, store)


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
    settings: Settings, policy: Policy, catalog: Catalog, store: Store, models: Mapping[str, Model] | None
) -> Site:
    modules = feature_modules(catalog)
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
    )
    return Site(
        kit=kit,
        database=store.database,
        snapshots=store.snapshots,
        businesses=store.businesses,
        records=store.records,
        usage=store.usage,
        audit=store.audit,
        max_body_bytes=settings.max_body_bytes,
        max_records_bytes=settings.max_records_bytes,
        version=VERSION,
    )


def _models(settings: Settings, rules: Mapping[str, Rules]) -> dict[str, Model]:
    if settings.offline:
        stand_in = OfflineModel(rules)
        return {"responses": stand_in, "chat": stand_in}
    # Imported here: the SDK takes a second to load, and offline mode needs none of it.
    from gateway.adapters.openai_model import OpenAIModel

    model = OpenAIModel(
        settings.openai_api_key or "not-needed",
        settings.openai_base_url,
        organization=settings.openai_organization,
        dialect=settings.openai_dialect,
    )
    return {"responses": model, "chat": model}


def _lifespan(site: Site, store: Store) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await store.database.open()
        try:
            if waiting := await pending(store.database):
                raise NotMigrated(f"The database lacks {', '.join(waiting)}. Run `python -m gateway migrate` first.")
            store.snapshots.watch(CACHE, store.cache.clear_memory)
            await store.snapshots.start()
            chores = Housekeeping(
                Chore("sweep", min(MAX_SWEEP_EVERY_S, site.kit.reservation_grace_s / 2), store.ledger.sweep),
                Chore("purge", PURGE_EVERY_S, lambda: purge(store.database, store.clock.now())),
            )
            chores.start()
            # What start-up made lives as long as the process: a collection need not walk through it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            try:
                yield
            finally:
                await chores.close()
                await drain()
                await store.snapshots.stop()
        finally:
            for model in site.kit.models.values():
                if hasattr(model, "aclose"):
                    await model.aclose()
            if store.redis is not None:
                await store.redis.aclose()
            await store.database.close()

    return lifespan
