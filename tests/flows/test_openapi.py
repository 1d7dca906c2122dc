"""The OpenAPI document is a whole and true 3.1 document: it describes exactly what is served."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from jsonschema_rs import Draft202012Validator

from tests.service import SANKOFA, Client, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")

Document = dict[str, Any]


@pytest_asyncio.fixture(loop_scope="module")
async def document(served: Served) -> Document:
    found: Document = (await served.client(None).get("/openapi.json")).json()
    return found


def operations(document: Document) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, op) for path, item in document["paths"].items() for method, op in item.items()]


def everything(value: Any) -> list[Any]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for child in children for found in everything(child))]


def at(document: Document, reference: str) -> Any:
    value: Any = document
    for step in reference.removeprefix("#/").split("/"):
        value = value[step.replace("~1", "/").replace("~0", "~")]
    return value


async def test_it_is_a_3_1_document(document: Document):
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(document["info"])
    for _, path, operation in operations(document):
        assert path.startswith("/")
        assert operation["responses"]
        assert all(re.fullmatch(r"[1-5]\d\d", status) for status in operation["responses"])
        assert all(response["description"] for response in operation["responses"].values())


async def test_every_reference_resolves(document: Document):
    references = {node["$ref"] for node in everything(document) if isinstance(node, dict) and "$ref" in node}
    assert references
    assert all(at(document, reference) for reference in references)


async def test_operation_ids_are_unique(document: Document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))


async def test_every_schema_is_one(document: Document):
    for node in everything(document):
        if isinstance(node, dict) and "schema" in node:
            Draft202012Validator({**node["schema"], "components": document["components"]})


async def test_every_example_fits_its_schema(document: Document):
    examples = [
        node for node in everything(document["paths"]) if isinstance(node, dict) and {"schema", "example"} <= set(node)
    ]
    assert len(examples) >= 8
    for media in examples:
        Draft202012Validator({**media["schema"], "components": document["components"]}).validate(media["example"])


async def test_path_parameters_are_declared(document: Document):
    for _, path, operation in operations(document):
        declared = [at(document, p["$ref"]) if "$ref" in p else p for p in operation.get("parameters", ())]
        names = {p["name"] for p in declared if p["in"] == "path"}
        assert names == set(re.findall(r"{(\w+)}", path))
        assert all(p["required"] for p in declared if p["in"] == "path")


async def test_no_annotation_of_ours_is_shown_in_a_schema(document: Document):
    assert "x-pii" not in {key for node in everything(document) if isinstance(node, dict) for key in node}


async def test_both_forms_of_every_address_are_served(document: Document, served: Served, client: Client):
    for method, path, _ in operations(document):
        for form in (await served.target(path), (await served.target(path)).rstrip("/")):
            answer = await client.send(method.upper(), form)
            assert answer.status not in (404, 405), form


async def test_every_route_that_takes_a_key_is_documented(document: Document, served: Served):
    app = served.service.asgi.app.app  # type: ignore[attr-defined]
    documented = {
        (method.upper(), re.sub(r"{\w+}", "{}", path).rstrip("/")) for method, path, _ in operations(document)
    }
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if str(handler.opt.get("access", "")).startswith(("key", "scope:")):
                form = re.sub(r"{[^}]+}", "{}", route.path).rstrip("/")
                methods = {str(m) for m in handler.http_methods} - {"OPTIONS", "HEAD"}
                aliases = {alias for f in served.service.site.kit.catalog.features.values() for alias in f.aliases}
                if form not in {re.sub(r"{[^}]+}", "{}", alias).rstrip("/") for alias in aliases}:
                    assert {(method, form) for method in methods} <= documented


async def test_every_operation_that_takes_a_key_says_401(document: Document):
    for _, _, operation in operations(document):
        assert ("401" in operation["responses"]) == (operation.get("security") != [])


async def test_the_example_request_gives_the_example_answer(document: Document, served: Served):
    await served.store.businesses.set_plan(SANKOFA, "ENTERPRISE")
    client = served.client()
    for method, path, operation in operations(document):
        media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        shown = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("example")
        if shown is not None:
            answer = (await client.send(method.upper(), target_of(path, operation), media.get("example"))).json()
            of_this_request = dict.fromkeys({"meta", "conversation_id"} & set(shown))
            assert {**answer, **of_this_request} == {**shown, **of_this_request}
            assert set(answer["meta"]) == set(shown["meta"])


def target_of(path: str, operation: dict[str, Any]) -> str:
    """The address with the examples of its parameters in it."""
    query = {}
    for parameter in operation.get("parameters", ()):
        if "example" in parameter and parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", str(parameter["example"]))
        elif "example" in parameter and parameter["in"] == "query":
            query[parameter["name"]] = parameter["example"]
    return f"{path}?{urlencode(query)}" if query else path


async def test_options_names_every_method_of_a_path(served: Served):
    document = (await served.client().get("/openapi.json")).json()
    wrong = {}
    for path, operations in document["paths"].items():
        answer = await served.client().send("OPTIONS", path.replace("{", "").replace("}", ""))
        documented = {method.upper() for method in operations if method in {"get", "post", "put", "delete"}}
        if not documented <= set(answer.headers.get("allow", "").split(", ")):
            wrong[path] = answer.headers.get("allow")
    assert wrong == {}
