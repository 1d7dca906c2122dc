"""The shapes of the POS backend's own AI client: what it sends in our words, and our answers in its words.

Every function is pure; figures are only moved and renamed, never computed anew. What we do not know is null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from gateway.domain.records import Product
from gateway.errors import FieldError, LanguageNotSupported, ValidationFailed
from gateway.features.report_wording import say
from gateway.library.yamlfile import read_yaml_file

Json = dict[str, Any]
TONES = ("professional", "casual", "technical", "marketing")
_QUERY_TYPES = {
    "customer": ("top_customers", "at_risk_customers", "segments", "new_customers", "one_customer"),
    "product": ("top_products", "slow_products", "one_product", "categories"),
    "inventory": ("restock", "stock_value"),
    "sales": ("compare_periods", "busy_times", "discounts"),
    "financial": ("debtors", "margins", "payment_mix"),
}
_TREND_KINDS = ("trend", "last_step", "change", "stated_change")
MOST_TRENDS = 4
SINGLE = ("", "pc", "pcs", "piece", "pieces", "unit", "units", "each", "ea")
"""Units that tell a buyer nothing, so a description leaves them out."""


class Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One path of the dialect: the client's name of it, our feature, its price in credits, its 404 code."""

    path: str
    name: str
    feature: str
    credits: float
    missing: str


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mapping file."""

    endpoints: tuple[Endpoint, ...]
    risk_levels: dict[str, str]
    terms_days: tuple[int, ...]
    report_types: tuple[str, ...]
    errors: dict[str, tuple[int, str]]


def load_dialect(folder: Path) -> Dialect:
    """Return the mapping. Raises LibraryError or msgspec.ValidationError for a file that cannot be used."""
    path = folder / "dialect.yaml"
    return msgspec.convert(read_yaml_file(path, path.name).data, Dialect)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer needs to know of its request: the body as sent, and the product it is about."""

    body: Mapping[str, Any]
    product: Product | None = None


def request_of(endpoint: Endpoint, dialect: Dialect, asked: Asked) -> Json:
    """Return our request of theirs. Raises ValidationFailed or LanguageNotSupported; the feature checks the rest."""
    body = {key: value for key, value in asked.body.items() if key not in ("business", "business_id")}
    shared: Json = {key: body.pop(key) for key in ("as_of", "records") if key in body}
    if endpoint.feature == "credit_risk":
        return {"assessment_type": "new_credit", **body, **shared}
    if endpoint.feature == "collection_message":
        usual = {"tone": "professional_friendly", "language": "en", "include_payment_plan": False}
        return {**usual, **body, **shared}
    if endpoint.feature == "customer_insights":
        body.pop("storefront_id", None)
        return {**body, **shared}
    if endpoint.feature == "product_description":
        return {**_description(body, asked.product), **shared}
    if endpoint.feature == "report_narrative":
        return {**_narrative(body, dialect), **shared}
    usual = {"forecast_days": 30, "include_seasonality": True, "include_recommendations": True}
    return {**usual, **body, **shared}


def _description(body: Json, product: Product | None) -> Json:
    language, tone = body.pop("language", "en"), body.pop("tone", "professional")
    body.pop("product_id", None)
    include_seo = body.pop("include_seo", True)
    errors = [FieldError(f"/{name}", "is not known here") for name in body]
    if tone not in TONES:
        errors.append(FieldError("/tone", f"must be one of: {', '.join(TONES)}"))
    if not isinstance(include_seo, bool):
        errors.append(FieldError("/include_seo", "must be true or false"))
    if errors:
        raise ValidationFailed("Correct the fields named in `errors`.", errors)
    if language != "en":
        raise LanguageNotSupported("Descriptions are written in: en.", [FieldError("/language", "must be en")])
    assert product is not None
    attributes = {"unit": product.unit} if product.unit.lower() not in SINGLE else {}
    category = product.category or "General"
    return {"product_name": product.name, "category": category, "attributes": attributes, "tone": tone}


def _narrative(body: Json, dialect: Dialect) -> Json:
    kind, data = body.get("report_type"), body.get("report_data")
    errors = [
        FieldError(f"/{name}", "is not known here") for name in body if name not in ("report_type", "report_data")
    ]
    if kind not in dialect.report_types:
        errors.append(FieldError("/report_type", f"must be one of: {', '.join(dialect.report_types)}"))
    if not isinstance(data, dict):
        errors.append(FieldError("/report_data", "must be an object"))
    if errors:
        raise ValidationFailed("Correct the fields named in `errors`.", errors)
    return {"report_type": kind, "data": data}


def answer_of(endpoint: Endpoint, dialect: Dialect, asked: Asked, answer: Json, evidence: Json) -> Json:
    """Return our answer in their shape, without credits and `meta`."""
    if endpoint.feature == "credit_risk":
        return _assessment(answer, dialect, str(asked.body.get("customer_id", "")))
    if endpoint.feature == "collection_message":
        message = answer["message"]
        return {key: message[key] for key in ("subject", "body", "sms_version", "whatsapp_version")}
    if endpoint.feature == "customer_insights":
        return _insight(answer, evidence, str(asked.body.get("query", "")))
    if endpoint.feature == "product_description":
        seo = asked.body.get("include_seo", True)
        kept = {key: answer[key] for key in ("description", "short_description", "seo_keywords", "meta_description")}
        return kept if seo else {**kept, "seo_keywords": [], "meta_description": ""}
    if endpoint.feature == "report_narrative":
        return _story(answer["ai_narrative"], evidence)
    return _forecast(answer, evidence, asked)


def _assessment(answer: Json, dialect: Dialect, customer_id: str) -> Json:
    recommendation = answer["recommendation"]
    terms = recommendation["suggested_terms_days"]
    nearest = min(dialect.terms_days, key=lambda days: (abs(days - terms), days))
    return {
        **answer,
        "customer": {"id": customer_id, **answer["customer"]},
        "risk_level": dialect.risk_levels[answer["risk_level"]],
        "recommendation": {**recommendation, "suggested_terms_days": nearest},
    }


def _insight(answer: Json, evidence: Json, query: str) -> Json:
    kind, rows = str(evidence.get("kind", "")), answer["data"]
    query_type = next((name for name, kinds in _QUERY_TYPES.items() if kind in kinds), "general")
    return {
        "answer": answer["answer"],
        "query_type": query_type,
        "data": {"rows": rows, "insights": answer["insights"], "recommendations": answer["recommendations"]},
        "follow_up_questions": answer["suggestions"],
        "visualization_hints": _chart(rows, query),
    }


def _chart(rows: Sequence[Mapping[str, Any]], title: str) -> Json:
    """Return how rows are best drawn: bars or a line of the first number over the first text, else a table or none."""
    if not rows:
        return {"type": "none", "x_axis": None, "y_axis": None, "title": title}
    texts = [key for key, value in rows[0].items() if isinstance(value, str) and not key.endswith("_id")]
    texts = [key for key in texts if not _is_figure(rows[0][key])]
    figures = [key for key, value in rows[0].items() if _is_figure(value)]
    if not texts or not figures:
        return {"type": "table", "x_axis": None, "y_axis": None, "title": title}
    kind = "line" if texts[0] in ("day", "date", "week", "month") else "bar"
    return {"type": kind, "x_axis": texts[0], "y_axis": figures[0], "title": title}


def _is_figure(value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    return isinstance(value, int | float) or str(value).replace(",", "").replace(".", "", 1).lstrip("-").isdigit()


def _story(story: Json, evidence: Json) -> Json:
    moving = [fact for fact in evidence.get("facts", ()) if fact["kind"] in _TREND_KINDS]
    return {
        "executive_summary": story["summary"],
        "key_insights": story["key_insights"],
        "trends": [say(fact) for fact in moving[:MOST_TRENDS]],
        "recommendations": story["recommendations"],
        "alerts": story["risk_factors"],
    }


def _forecast(answer: Json, evidence: Json, asked: Asked) -> Json:
    product, forecast, advice = answer["product"], answer["forecast"], answer.get("recommendations") or {}
    week, month = forecast["next_7_days"], forecast["next_30_days"]
    one = {
        "product_id": product["id"],
        "product_name": product["name"],
        "sku": asked.product.sku if asked.product else "",
        "current_stock": product["current_stock"],
        "reorder_point": _first(evidence, "reorder_point_units"),
        "predicted_stockout_date": forecast["predicted_stockout_date"],
        "days_until_stockout": _first(evidence, "days_until_stockout"),
        "recommended_reorder_quantity": advice.get("suggested_quantity"),
        "recommended_reorder_date": evidence.get("as_of") if advice.get("action") == "REORDER" else None,
        "confidence_score": month["confidence"],
        "weekly_sales_velocity": week["predicted_units"],
        "trend": None,
        "seasonality_factor": None,
        "risk_level": advice.get("urgency"),
    }
    at_risk = int(one["risk_level"] in ("HIGH", "CRITICAL"))
    return {"forecasts": [one], "summary": {"total_products": 1, "products_at_risk": at_risk}, **answer}


def _first(value: Any, key: str) -> Any:
    """Return the first value under a key anywhere in the evidence, None when there is none."""
    if isinstance(value, Mapping):
        if key in value:
            return value[key]
        return next((found for child in value.values() if (found := _first(child, key)) is not None), None)
    return None
