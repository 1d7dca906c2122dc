"""The OpenAPI 3.1 document, made from the same files that the routes are made from."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.api.openapi_answers import answer_schemas, preview_schema
from gateway.api.openapi_parts import TEXT, example_meta, job_schema, meta_schema, parameters, problem_schema
from gateway.api.openapi_platform import PLATFORM_TAGS, Operation, bulk_operation, platform_operations
from gateway.api.openapi_records import inline_schema, record_schemas
from gateway.domain.records import TABLES
from gateway.errors import GatewayError, all_errors
from gateway.library.catalog import Catalog, Feature
from gateway.library.feature_file import RECORDS

_COMMON_ERRORS = ("unauthenticated", "not_found", "rate_limited", "validation_failed", "not_ready")
_POST_ERRORS = ("malformed", "payload_too_large", "unsupported_media_type")
_FEATURE_ERRORS = (
    "forbidden", "not_in_plan", "feature_disabled", "idempotency_conflict", "idempotency_mismatch", "quota_exceeded",
    "insufficient_data", "constraints_infeasible", "language_not_supported", "injection_blocked",
)  # fmt: skip
_ANSWERS = answer_schemas()


def openapi_document(catalog: Catalog, version: str) -> dict[str, Any]:
    """Return the document; every feature of the catalogue is in it with its schemas, errors and example."""
    paths: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    for feature in catalog.features.values():
        for method in feature.methods:
            paths.setdefault(feature.path, {})[method.lower()] = _feature_operation(feature, method)
        if feature.bulk:
            paths[f"{feature.path}bulk/"] = {"post": _platform_operation(bulk_operation(feature))}
        for kind, schema in (("input", feature.input), ("response", feature.response)):
            shared.update(_shared(schema.raw, f"{feature.name}.{kind}."))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "POS AI gateway",
            "version": version,
            "description": "AI features for a multi-tenant POS. Figures are computed by code; a model only words them.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"serviceKey": []}],
        "tags": [
            {"name": name}
            for name in sorted({f.group for f in catalog.features.values()} | {"records", "service", *PLATFORM_TAGS})
        ],
        "paths": {**paths, **_service_paths()},
        "components": {
            "securitySchemes": {
                "serviceKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`Bearer` or `Token` and a service key.",
                }
            },
            "schemas": {
                "Problem": problem_schema(),
                "Meta": meta_schema(),
                "Job": job_schema(),
                **record_schemas(),
                **shared,
            },
            "parameters": parameters(),
        },
    }


def _feature_operation(feature: Feature, method: str) -> dict[str, Any]:
    response = _public(feature.response.raw, f"{feature.name}.response.")
    body = {
        **response,
        "properties": {**response.get("properties", {}), "meta": {"$ref": "#/components/schemas/Meta"}},
        "required": [*response.get("required", []), "meta"],
    }
    example = {**feature.example_response, "meta": example_meta(feature)}
    content: dict[str, Any] = {"application/json": {"schema": body, "example": example}}
    if feature.stream is not None:
        content["text/event-stream"] = {
            "schema": {
                "type": "string",
                "description": f"Events `delta` (text of `{feature.stream}`), `final`, `error`.",
            }
        }
    operation: dict[str, Any] = {
        "operationId": feature.name if method == feature.method else f"{feature.name}_post",
        "summary": feature.title,
        "description": feature.summary,
        "tags": [feature.group],
        "parameters": [*_common_parameters(method), *_query_parameters(feature, method)],
        "responses": {"200": _described("The answer.", content), **_problems(_errors_of(method))},
        "x-meter": feature.meter,
        "x-scope": feature.group,
    }
    if method == "POST":
        operation["responses"]["202"] = accepted("With `Prefer: respond-async`: the job that will answer.")
        media = {"schema": _public(feature.input.raw, f"{feature.name}.input."), "example": feature.example_request}
        operation["requestBody"] = {"required": True, "content": {"application/json": media}}
    return operation


def _errors_of(method: str) -> tuple[str, ...]:
    return (*_COMMON_ERRORS, *_FEATURE_ERRORS, *(_POST_ERRORS if method == "POST" else ()))


def _common_parameters(method: str) -> list[dict[str, str]]:
    names = ["BusinessId", "UserId", "RequestId", "Explain", "Traceparent"]
    if method == "POST":
        names += ["IdempotencyKey", "Prefer"]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _query_parameters(feature: Feature, method: str) -> list[dict[str, Any]]:
    if method == "POST":
        return []
    in_path = set(re.findall(r"\{(\w+)\}", feature.path))
    schema = _public(feature.input.raw, f"{feature.name}.input.")
    required = set(schema.get("required", ()))
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in required | in_path,
            "schema": sub,
            **({"example": feature.example_request[name]} if name in feature.example_request else {}),
        }
        for name, sub in schema.get("properties", {}).items()
        if name != "records"
    ]


def _problems(codes: tuple[str, ...]) -> dict[str, Any]:
    by_status: dict[int, list[type[GatewayError]]] = {}
    for error in all_errors():
        if error.code in codes:
            by_status.setdefault(error.status, []).append(error)
    schema = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): _described(" · ".join(f"`{error.code}`: {error.title}." for error in errors), schema)
        for status, errors in sorted(by_status.items())
    }


def _service_paths() -> dict[str, Any]:
    table = {"name": "table", "in": "path", "required": True, "schema": {"type": "string", "enum": list(TABLES)}}
    business = [{"$ref": "#/components/parameters/BusinessId"}, {"$ref": "#/components/parameters/RequestId"}]
    rows = {
        "application/x-ndjson": {
            "schema": {
                "type": "string",
                "description": "One JSON object a line, at most 5,000; see `components.schemas`, `records.{table}`.",
            }
        }
    }
    ids = {"type": "object", "required": ["ids"], "additionalProperties": False}
    ids["properties"] = {"ids": {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 5000}}
    days = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string", "format": "date"}}
        for name in ("since", "until")
    ]
    key_errors = (*_COMMON_ERRORS, "forbidden")
    body_errors = (*key_errors, *_POST_ERRORS)
    return {
        "/api/ai/records/{table}/": {
            "put": {
                **_operation("records_put", "Push records", "records", [*business, table], rows, body_errors),
                "x-scope": "records",
            },
            "delete": {
                **_operation(
                    "records_delete", "Delete records by id", "records", [*business, table],
                    {"application/json": {"schema": ids}}, body_errors,
                ),
                "x-scope": "records",
            },
        },
        "/api/ai/records/": {
            "get": {
                **_operation("records_counts", "Rows and last dates", "records", business, None, key_errors),
                "x-scope": "records",
            }
        },
        "/api/ai/usage/": {
            "get": _operation("usage", "What was used and is left", "service", [*business, *days], None, _COMMON_ERRORS)
        },
        **_platform_paths(),
        "/health/live": {"get": _public_operation("health_live", "The process is alive")},
        "/health/ready": {"get": _public_operation("health_ready", "The service may take traffic", unavailable=True)},
        "/metrics": {"get": _public_operation("metrics", "Prometheus metrics", media="text/plain")},
    }  # fmt: skip


def accepted(text: str) -> dict[str, Any]:
    """Return the 202 response of a request that a job will answer."""
    location = {"Location": {"description": "Where the job is.", "schema": TEXT}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}
    return {**_described(text, content), "headers": location}


def _platform_paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in platform_operations():
        paths.setdefault(operation.path, {})[operation.method] = _platform_operation(operation)
    return paths


def _platform_operation(operation: Operation) -> dict[str, Any]:
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in ("BusinessId", "RequestId")]
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": TEXT}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    errors = (*_COMMON_ERRORS, "forbidden", *operation.errors, *(_POST_ERRORS if operation.body else ()))
    if operation.method == "post":
        shared.append({"$ref": "#/components/parameters/IdempotencyKey"})
        errors += ("idempotency_conflict", "idempotency_mismatch")
    content = None
    if operation.body is not None:
        content = {"application/json": {"schema": operation.body, "example": operation.example}}
    made = _operation(
        operation.name, operation.summary, operation.tag, [*shared, *in_path, *operation.query], content, errors
    )
    done = made["responses"].pop("200")
    if operation.response is not None:
        done = _described("Done.", _told(operation.response))
    if operation.at_once:
        made["responses"]["200"] = _described(operation.at_once, {"application/json": {"schema": preview_schema()}})
    made["responses"][str(operation.status)] = done
    if operation.scope:
        made["x-scope"] = operation.scope
    return made


def _operation(
    name: str,
    summary: str,
    tag: str,
    parameters: list[dict[str, Any]],
    body: dict[str, Any] | None,
    errors: tuple[str, ...],
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "parameters": parameters,
        "responses": {"200": _described("Done.", _told(_ANSWERS.get(name, {}))), **_problems(errors)},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _public_operation(
    name: str, summary: str, *, media: str = "application/json", unavailable: bool = False
) -> dict[str, Any]:
    content = {media: {"schema": TEXT if media == "text/plain" else _ANSWERS[name]}}
    responses = {"200": _described(summary + ".", content)}
    if unavailable:
        responses["503"] = _described("Not now.", content)
    return {"operationId": name, "summary": summary, "tags": ["service"], "security": [], "responses": responses}


def _told(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _described(text: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": content}


def _shared(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return a schema's own definitions under names that are unique in the document."""
    return {prefix + name: _public(sub, prefix) for name, sub in schema.get("$defs", {}).items()}


def _public(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return a schema without our own annotations, its references pointing into the document's components."""

    def cleaned(value: Any) -> Any:
        if isinstance(value, Mapping):
            return inline_schema() if value == RECORDS else _public(value, prefix)
        return [cleaned(item) for item in value] if isinstance(value, list) else value

    kept = {key: cleaned(value) for key, value in schema.items() if key != "$defs" and not key.startswith("x-")}
    if isinstance(reference := kept.get("$ref"), str):
        kept["$ref"] = reference.replace("#/$defs/", f"#/components/schemas/{prefix}")
    return kept
