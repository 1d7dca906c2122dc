"""One process's tools with fakes behind every port, over the demo tenant's records."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from gateway.app import feature_modules
from gateway.domain.caller import Business, Caller
from gateway.domain.records import Record
from gateway.library.catalog import Catalog, PromptVersion
from gateway.library.policy import Policy, load_policy
from gateway.masking.masker import Masker
from gateway.pipeline.ask import Ask
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.kit import Kit
from gateway.settings import ROOT
from tests.fakes import NOON, FakeClock, FakeModel, MemoryCache, MemoryLedger, OpenDoor, Shelf, Switches, Talks, Used
from tests.features.fakes import DEMO_DAY, DEMO_DIR, SANKOFA, InlinePos
from tests.service import CUSTOMER, catalog_of

SHOP = Business(SANKOFA, "Sankofa Stores Ltd", "PROFESSIONAL")
RISK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}
DESCRIBE = {"product_name": "Blender", "category": "Kitchen", "attributes": {"colour": "red"}, "tone": "casual"}


@cache
def catalog() -> Catalog:
    return catalog_of()


@cache
def policy() -> Policy:
    return load_policy(ROOT / "gateway" / "policy")


@cache
def demo() -> InlinePos:
    return InlinePos.from_dir(DEMO_DIR, SANKOFA)


@dataclass
class DemoRecords:
    """The demo tenant's records, whoever asks."""

    async def open(
        self, business_id: str, currency: str, as_of: date, inline: Mapping[str, list[Record]] | None = None
    ) -> InlinePos:
        return demo()


def prompt_of(feature: str = "credit_risk") -> PromptVersion:
    return catalog().versions(feature)[-1]


def make_kit(model: FakeModel | None = None, **changes: Any) -> Kit:
    """Return a kit on which every feature's newest version is live and proven; `changes` replace its fields."""
    clock, model = changes.pop("clock", None) or FakeClock(), model or FakeModel()
    live = {name: prompt_of(name).content_hash for name in catalog().features}
    usual: dict[str, Any] = {
        "catalog": catalog(), "policy": policy(), "features": feature_modules(catalog()), "records": DemoRecords(),
        "ledger": MemoryLedger(), "cache": MemoryCache(), "idempotency": OpenDoor(), "limiter": OpenDoor(),
        "switches": Switches(live), "models": {"responses": model, "chat": model}, "masker": Masker.default(),
        "clock": clock, "sign": lambda purpose, text: hashlib.sha256(f"{purpose}|{text}".encode()).hexdigest(),
        "flag_default": lambda name: True, "offline": False, "model_proof": "require", "deadline_ms": 3000,
        "cache_seconds": 60, "breakers": Breakers(lambda: 0.5), "knowledge": Shelf(), "conversations": Talks(),
        "counters": Used(),
    }  # fmt: skip
    return Kit(**{**usual, **changes})


def make_ask(feature: str = "credit_risk", body: Mapping[str, Any] = RISK, **changes: Any) -> Ask:
    """Return a request of the demo shop; `business`, `scopes` and `user_id` go into its caller."""
    caller = Caller(
        changes.pop("business", SHOP),
        "key-1",
        "tests",
        frozenset(changes.pop("scopes", ("*",))),
        changes.get("user_id"),
    )
    changes.pop("user_id", None)
    usual: dict[str, Any] = {
        "feature": catalog().features[feature], "caller": caller, "body": dict(body), "as_of": DEMO_DAY, "inline": None,
        "request_id": "request-1", "ledger_id": "ledger-1", "request_hash": "0" * 64,
        "started": FakeClock().monotonic(), "received_at": NOON,
    }  # fmt: skip
    return Ask(**{**usual, **changes})
