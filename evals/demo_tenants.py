"""The demo tenants in memory, and a workbench over them."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from gateway.masking.masker import Masker

from evals.workbench import Tenants, Workbench
from gateway.adapters.clock import SystemClock
from gateway.adapters.offline_model import OfflineModel
from gateway.app import feature_modules, offline_rules
from gateway.domain.caller import Business
from gateway.domain.records import Record
from gateway.library.catalog import load_catalog
from gateway.library.policy import load_policy
from gateway.settings import ROOT, Settings
from gateway.store.demo import read_businesses, read_rows, tenant_files
from gateway.store.records import parse_inline

DEMO_TENANT = ROOT / "demo" / "tenant"


def load_tenants(folder: Path) -> Tenants:
    """Return every business of a tenant folder with its records."""
    files = tenant_files(folder)
    businesses: dict[str, Business] = {b.id: b for b in read_businesses(files["businesses"])}
    raw: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    for table, path in files.items():
        if table == "businesses":
            continue
        for row in read_rows(path):
            raw[row["business"]].setdefault(table, []).append(row)
    tables: dict[str, dict[str, tuple[Record, ...]]] = {
        business: parse_inline(business, rows, max_rows=10**7) for business, rows in raw.items()
    }
    return Tenants(businesses, tables)


def open_workbench(settings: Settings, folder: Path = DEMO_TENANT) -> Workbench:
    """Return a workbench that answers with the offline rules over the demo tenants."""
    policy = load_policy(settings.policy_dir)
    catalog = load_catalog(settings.prompts_dir, policy)
    latest = {name: max((p for p in catalog.prompts.values() if p.feature == name), key=lambda p: p.version).content_hash
              for name in catalog.features}  # fmt: skip
    rules = offline_rules(catalog, feature_modules(catalog), latest.get)
    clock = SystemClock()
    return Workbench(catalog, policy, load_tenants(folder), OfflineModel(rules), clock, Masker.default())
