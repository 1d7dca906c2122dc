"""What is asked of the service in the benchmark, and what the mock model answers so that every guard is satisfied."""

import importlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "@@SEQ@@_"
"""The load generator puts a running number of eight digits here, so that the answer cache never hits."""

_EVIDENCE = re.compile(r'<evidence id="([a-z0-9]{16})">\n(.*?)\n</evidence id="\1">', re.DOTALL)


@dataclass(frozen=True)
class Scenario:
    """A feature's path, one request that may be answered from the cache, and one that never is."""

    feature: str
    path: str
    repeated: str
    varying: str


def scenarios(tenant: Path, business_id: str) -> tuple[Scenario, ...]:
    """Return the measured features, about the demo customer with the most invoices."""
    return (_product_description(), _credit_risk(_busiest_customer(tenant, business_id)))


def model_answer(feature: str, upstream_body: bytes) -> bytes:
    """Return what a good model would write to this request: the feature's own rules applied to the masked evidence."""
    request = json.loads(upstream_body)
    found = _EVIDENCE.search("\n".join(message["content"] for message in request["input"]))
    if found is None:
        raise ValueError(f"The prompt of {feature} holds no evidence block.")
    rules = importlib.import_module(f"gateway.features.{feature}").fallback
    wanted = request["text"]["format"]["schema"]
    return json.dumps(_only_wanted(rules(json.loads(found[2])), wanted), ensure_ascii=False).encode()


def _product_description() -> Scenario:
    product = {
        "product_name": "Golden Tree Rice 5 kg",
        "category": "Provisions",
        "attributes": {"brand": "Golden Tree", "weight": "5 kg", "grain": "long", "origin": "Ghana"},
        "tone": "professional",
    }
    # A shelf code that changes from call to call and that no sentence needs.
    varying = {**product, "attributes": {**product["attributes"], "shelf_code": MARK}}  # type: ignore[dict-item]
    return Scenario("product_description", "/api/ai/product-description/", json.dumps(product), json.dumps(varying))


def _credit_risk(customer_id: str) -> Scenario:
    def request(limit: str) -> str:
        return f'{{"customer_id": "{customer_id}", "requested_credit_limit": {limit}, "assessment_type": "increase"}}'

    # Fractions of a pesewa change the request and none of the rounded facts.
    path = "/api/ai/credit/risk-assessment/"
    return Scenario("credit_risk", path, request("5000"), request(f"5000.0000{MARK}"))


def _busiest_customer(tenant: Path, business_id: str) -> str:
    rows = (json.loads(line) for line in (tenant / "invoices.jsonl").read_text().splitlines())
    return str(Counter(row["customer"] for row in rows if row["business"] == business_id).most_common(1)[0][0])


def _only_wanted(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return `value` without the fields that the model's schema does not ask for."""
    if isinstance(value, dict) and "properties" in schema:
        wanted = schema["properties"]
        return {name: _only_wanted(part, wanted[name]) for name, part in value.items() if name in wanted}
    return value
