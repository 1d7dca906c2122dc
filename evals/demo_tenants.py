"""A workbench over the demo tenants, kept in a database of its own that is thrown away."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from evals.workbench import Workbench
from gateway.adapters.clock import SystemClock
from gateway.adapters.offline_model import OfflineModel
from gateway.app import feature_modules, offline_rules
from gateway.domain.caller import Business
from gateway.library.catalog import Catalog, load_catalog
from gateway.library.policy import load_policy
from gateway.masking.masker import Masker
from gateway.settings import ROOT, Settings
from gateway.store.database import open_database
from gateway.store.demo import load_tenant
from gateway.store.knowledge import SHARED, KnowledgeStore
from gateway.store.knowledge_files import PRODUCT, PRODUCT_URL, read_folder
from gateway.store.migrating import migrate_open
from gateway.store.records import RecordStore

DEMO_TENANT = ROOT / "demo" / "tenant"


@asynccontextmanager
async def open_workbench(settings: Settings, tenant: Path = DEMO_TENANT) -> AsyncIterator[Workbench]:
    """Yield a workbench that answers with the offline rules over the businesses of a tenant folder."""
    policy = load_policy(settings.policy_dir)
    catalog = load_catalog(settings.prompts_dir, policy)
    businesses: dict[str, Business] = {}

    async def register(business: Business) -> None:
        businesses[business.id] = business

    with tempfile.TemporaryDirectory(prefix="evals-") as folder:
        database = open_database(f"sqlite:///{folder}/records.sqlite")
        await database.open()
        try:
            await migrate_open(database)
            records = RecordStore(database)
            await load_tenant(tenant, records, register)
            model = OfflineModel(offline_rules(catalog, feature_modules(catalog), newest_versions(catalog).get))
            knowledge = KnowledgeStore(database)
            guides = read_folder(settings.guides_dir, PRODUCT_URL)
            await knowledge.replace(SHARED, PRODUCT, guides.documents)
            yield Workbench(catalog, policy, businesses, records, model, SystemClock(), Masker.default(), knowledge)
        finally:
            await database.close()


def newest_versions(catalog: Catalog) -> Mapping[str, str]:
    """Return feature → content hash of its highest version."""
    found = {}
    for name in catalog.features:
        if versions := catalog.versions(name):
            found[name] = max(versions, key=lambda prompt: prompt.version).content_hash
    return found
