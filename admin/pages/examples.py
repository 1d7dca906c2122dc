"""A prompt's examples: golden cases as a table in words, and every way to add one."""

import json
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from admin.bench import suite_of
from admin.examples import (
    anonymised,
    fingerprint,
    from_csv,
    from_yaml,
    inputs_in_words,
    made,
    refuse_unsafe,
    row_of,
    to_csv,
    to_yaml,
)
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.office import Office
from evals.run import test_of
from gateway.errors import Conflict, FieldError, NotFound, ValidationFailed
from gateway.library.catalog import Feature
from gateway.library.problems import LibraryError
from gateway.store.examples import Example, Examples

KEYS = ("description", "vars", "assert", "metadata")
PER_PAGE = 20
ALWAYS = ("schema", "grounded", "no-pii")
"""What a case checks that says nothing else: every answer must hold to it."""
LIMIT = 600 * 1024
CHECKS = (
    ("icontains", "must say"), ("not-icontains", "must not say"), ("icontains-any", "must say one of (a; b; c)"),
    ("icontains-all", "must say all of (a; b; c)"),
)  # fmt: skip


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the table, the ways to add and remove, and the exports."""

    @get(
        "/admin/prompts/{feature:str}/examples/export/{kind:str}", name="examples export",
        opt={"access": "role:viewer"}, **office.fence,
    )  # fmt: skip
    async def export(request: Request[Any, Any, Any]) -> Response[bytes]:
        feature = office.life.feature(request.path_params["feature"])
        kind = str(request.path_params["kind"])
        tests = [_tidy(test_of(case)) for case in await _cases(office, feature.name)]
        if kind not in ("yaml", "csv"):
            raise NotFound("Examples are exported as YAML or CSV.")
        text = to_yaml(feature, tests) if kind == "yaml" else to_csv(tests)
        headers = {"Content-Disposition": f'attachment; filename="{feature.name}-examples.{kind}"'}
        media_type = "application/yaml" if kind == "yaml" else "text/csv"
        return Response(text.encode(), media_type=media_type, headers=headers)

    here = "/prompts/{feature:str}/examples"
    return [
        *view(office, here, "examples.html", load),
        *action(office, f"{here}/add", add, role="editor", limit=LIMIT),
        *action(office, f"{here}/import", import_, role="editor", limit=LIMIT),
        *action(office, f"{here}/from-request", from_request, role="editor"),
        *action(office, f"{here}/remove", remove, role="editor"),
        export,
    ]


async def load(visit: Visit) -> Context:
    """Return a page of the table, and kept requests that could become examples."""
    office, number = visit.office, visit.number("page")
    feature = office.life.feature(visit.path["feature"])
    added = await _store(office).of(feature.name)
    cases = await _cases(office, feature.name)
    first_added = len(cases) - len(added)
    rows = []
    for case in cases[(number - 1) * PER_PAGE : number * PER_PAGE]:
        own = added[case.index - first_added] if case.index >= first_added else None
        about = {"id": own.id, "by": own.author, "source": own.source} if own else None
        rows.append(row_of(case, about))
    samples = await office.life.samples.newest(feature.name, 8)
    bench = await office.bench.workbench()
    return {
        "feature": {"name": feature.name, "title": feature.title}, "rows": rows, "total": len(cases),
        "added": len(added), "number": number, "last": max(1, -(-len(cases) // PER_PAGE)),
        "slices": _slices([case.slice for case in cases]),
        "samples": [
            {"id": each.id, "at": each.created_at,
             "words": inputs_in_words({"request": anonymised(each.body, feature, office.site.kit.masker)})}
            for each in samples
        ],
        "kept": await office.life.samples.count(feature.name),
        "businesses": sorted(b.name for b in bench.businesses.values()),
        "checks": CHECKS,
        "request": json.dumps(dict(feature.example_request), indent=2, ensure_ascii=False),
    }  # fmt: skip


async def add(visit: Visit) -> Done:
    """Add a case from the form."""
    wanted = [(kind, visit.text(kind)) for kind, _ in CHECKS]
    test = made(visit.text("name"), visit.text("request"), visit.text("business"), wanted)
    return await _keep(visit, [test], "written")


async def import_(visit: Visit) -> Done:
    """Add the cases of a promptfoo file or of promptfoo's CSV."""
    text = visit.fields.get("text", "")
    if not text.strip():
        raise ValidationFailed("Paste a file first.", [FieldError("/text", "is needed")])
    tests = from_csv(text) if visit.text("kind") == "csv" else from_yaml(text)
    return await _keep(visit, tests, "imported")


async def from_request(visit: Visit) -> Done:
    """Add a case from a real request; what is personal in it is taken out before it is kept."""
    office = visit.office
    feature = office.life.feature(visit.path["feature"])
    sample = await office.life.samples.get(feature.name, visit.text("sample"))
    if sample is None:
        raise NotFound("This request is no longer kept.")
    bench = await office.bench.workbench()
    body = anonymised(sample.body, feature, office.site.kit.masker)
    variables: dict[str, Any] = {"request": body, "as_of": sample.as_of}
    if sample.business_id in bench.businesses:
        variables["business"] = bench.businesses[sample.business_id].name
    else:
        # Another shop's records are not here: its question is asked about a demo shop's instead.
        variables["business"] = min(b.name for b in bench.businesses.values())
        example = {name: value for name, value in feature.example_request.items() if name.endswith("_id")}
        variables["request"] = {**body, **{name: value for name, value in example.items() if name in body}}
    return await _keep(visit, [{"description": f"from a request of {sample.as_of}", "vars": variables}], "request")


async def remove(visit: Visit) -> Done:
    """Take a case away that was added here."""
    feature = visit.office.life.feature(visit.path["feature"])
    if not await _store(visit.office).remove(feature.name, visit.text("example"), visit.who.email):
        raise NotFound("This example is not there any more; those of the repository are changed in its files.")
    return Done("The example was removed.", f"/admin/prompts/{feature.name}/examples")


async def _keep(visit: Visit, tests: list[dict[str, Any]], source: str) -> Done:
    """Add cases that are none yet; everything is checked first, so that a bad one adds nothing."""
    office, feature = visit.office, visit.office.life.feature(visit.path["feature"])
    refuse_unsafe(tests)
    tests = [
        {key: value for key, value in test.items() if key in ("description", "vars", "assert", "metadata")}
        for test in tests
    ]
    tests = [{**test, "assert": test.get("assert") or [{"type": kind} for kind in ALWAYS]} for test in tests]
    known = {fingerprint({"vars": dict(case.vars)}) for case in await _cases(office, feature.name)}
    fresh = [test for test in tests if fingerprint(test) not in known]
    if not fresh:
        raise Conflict("Every one of these questions is an example already; nothing was added.")
    _check(feature, office, fresh, source, visit.who.email)
    added = 0
    for test in fresh:
        text = json.dumps(test, ensure_ascii=False)
        added += await _store(office).add(feature.name, fingerprint(test), text, source, visit.who.email)
    said = f"{added} example{'s' if added != 1 else ''} added"
    said += f", {len(tests) - added} left out: known already." if len(tests) > added else "."
    return Done(said, f"/admin/prompts/{feature.name}/examples", {"added": added, "known": len(tests) - added})


def _check(feature: Feature, office: Office, tests: list[dict[str, Any]], source: str, by: str) -> None:
    trial = [Example(str(n), feature.name, "", json.dumps(test), source, by, 0) for n, test in enumerate(tests)]
    try:
        suite = suite_of(feature.name, trial)
    except LibraryError as error:
        raise ValidationFailed(
            error.problems[0].message, [FieldError("/tests", p.message) for p in error.problems]
        ) from None
    if suite is None:
        raise ValidationFailed("This prompt has no suite in the repository yet; add evals/suites/ first.")


async def _cases(office: Office, feature: str) -> list[Any]:
    suite = suite_of(feature, await _store(office).of(feature))
    return list(suite.cases) if suite else []


def _store(office: Office) -> Examples:
    return Examples(office.site.database, office.life.clock)


def _slices(names: list[str]) -> list[tuple[str, int]]:
    return sorted({name: names.count(name) for name in names}.items())


def _tidy(test: dict[str, Any]) -> dict[str, Any]:
    variables = {name: value for name, value in test["vars"].items() if name != "feature"}
    return {**test, "vars": variables, "assert": test["assert"]}
