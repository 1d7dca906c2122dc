"""`feature.yaml`: the contract of one feature, which no wording may change."""

import importlib
import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from gateway.domain.caller import Mode
from gateway.domain.ledger import UNLIMITED
from gateway.library.filemodel import FileModel, read_model
from gateway.library.hashing import contract_hash
from gateway.library.policy import Plan, Policy
from gateway.library.policy_types import frozen
from gateway.library.problems import Findings, Place, suggestion
from gateway.library.schema_paths import is_text, known_at, nodes_at, steps
from gateway.library.schemas import Schema, compiled, read_schema
from gateway.library.yamlfile import Document

INPUT_EVIDENCE = "input"
"""The evidence name of a feature without a module: what was sent is the evidence."""
AS_OF = {
    "type": "string", "format": "date", "x-pii": "none", "description": "The local day the answer speaks about.",
}  # fmt: skip
RECORDS = {
    "type": "object", "additionalProperties": {"type": "array"}, "description": "Rows that stand in for stored tables.",
}  # fmt: skip
"""Checked row by row where records are read, not here."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_PATH = re.compile(r"/api/ai/([a-z0-9-]+/|\{[a-z_]+\}/)+\Z")
_ALIAS = re.compile(r"/([a-z0-9-]+/|\{[a-z_]+\}/)+\Z")
"""Also the paths of the POS itself, so that it can be pointed here without a change."""
_FLAG = re.compile(r"AI_[A-Z_]+_ENABLED\Z")


class Example(FileModel):
    """One request with its answer, shown in the API's documentation and checked against the schemas."""

    request: dict[str, Any] = Field(description="a request that fits `input`")
    response: dict[str, Any] = Field(description="an answer that fits `response`")


class FeatureFile(FileModel):
    """The keys of `feature.yaml`."""

    name: str = Field(description="the folder's name, in small letters")
    title: str = Field(description="a short name for people")
    summary: str = Field(description="one sentence for the API's documentation")
    group: str = Field(description="the scope a service key needs")
    method: Literal["GET", "POST"] = Field(description="GET reads query parameters, POST a JSON body")
    path: str = Field(description="/api/ai/…/, with the trailing slash")
    aliases: list[str] = Field(
        default_factory=list, description="further paths that answer the same, also such as the POS itself has"
    )
    also_post: bool = Field(False, description="for GET: the same paths also take the fields as a JSON body")
    bulk: int = Field(0, ge=0, le=500, description="how many items POST <path>bulk/ takes as one job; 0 has none")
    flag: str = Field(description="AI_…_ENABLED, the switch in the environment")
    meter: str | None = Field(description="the quota it counts against, or null")
    units: int = Field(1, ge=1, le=1_000, description="how many units one request counts")
    limits: dict[str, int] = Field(
        default_factory=dict, description="plan: limit, for a meter plans.yaml does not know"
    )
    modes: dict[str, Mode] = Field(default_factory=dict, description="plan: ai, rules or none; plans not named: ai")
    route: str = Field(description="the class of model: gpt-4 or gpt-3.5")
    cache_seconds: int | None = Field(
        None, ge=0, le=604_800, description="how long an answer may be reused; 0 never; without it AI_CACHE_DURATION"
    )
    deadline_ms: int = Field(ge=100, le=120_000, description="the time for all attempts together")
    answer_within_ms: int | None = Field(
        None, ge=200, le=10_000, description="the latest moment for an answer in any case, by the module's bare()"
    )
    evidence: str = Field(description="the module in gateway/features, or `input`")
    decision_status: Literal["recommendation"] | None = Field(
        None, description="recommendation, where a person decides"
    )
    stream: str | None = Field(None, description="the answer's text field that is streamed, or null")
    languages: list[str] = Field(default_factory=list, description="languages with reviewed prompts, such as [en]")
    essential: list[str] = Field(default_factory=list, description="pointers of texts an answer cannot do without")
    free_input: list[str] = Field(default_factory=list, description="pointers of people's own words in the request")
    input: dict[str, Any] = Field(description="the schema of the request; every text carries x-pii")
    response: dict[str, Any] = Field(description="the schema of the answer without `meta`")
    example: Example = Field(description="a request and its answer")


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """A checked feature. `input` also accepts `as_of` and, in a body, `records`; `pii` is about `input` only."""

    name: str
    title: str
    summary: str
    group: str
    method: Literal["GET", "POST"]
    path: str
    aliases: tuple[str, ...]
    also_post: bool
    bulk: int
    flag: str
    meter: str | None
    units: int
    limits: Mapping[str, int]
    modes: Mapping[str, Mode]
    route: str
    cache_seconds: int | None
    deadline_ms: int
    answer_within_ms: int | None
    evidence: str
    decision_status: Literal["recommendation"] | None
    stream: str | None
    languages: tuple[str, ...]
    essential: tuple[str, ...]
    free_input: tuple[str, ...]
    input: Schema
    response: Schema
    pii: Mapping[str, str]
    example_request: Mapping[str, Any]
    example_response: Mapping[str, Any]
    contract_hash: str
    source: Path

    @property
    def methods(self) -> tuple[Literal["GET", "POST"], ...]:
        """The HTTP methods it answers, its own first."""
        return (self.method, "POST") if self.also_post else (self.method,)

    def limit(self, plan: Plan) -> int:
        """Return how many units a plan has per window: -1 unlimited, 0 not in the plan."""
        if self.meter is None:
            return UNLIMITED
        return plan.meters[self.meter] if self.meter in plan.meters else self.limits.get(plan.name, 0)

    def mode(self, plan: Plan) -> Mode:
        """Return how a plan is served: by a model, by the rules, or not at all."""
        if self.limit(plan) == 0:
            return "none"
        return plan.modes.get(self.name) or self.modes.get(plan.name) or "ai"


def read_feature(document: Document, policy: Policy, findings: Findings, source: Path, package: str) -> Feature | None:
    """Return the feature of a document, or None after noting every problem. `package` holds the feature modules."""
    before = len(findings.problems)
    file = read_model(FeatureFile, document.data, findings)
    schemas = [
        read_schema(document.data[key], key, findings.under(key)) if isinstance(document.data.get(key), dict) else None
        for key in ("input", "response")
    ]
    if file is None or schemas[0] is None or schemas[1] is None:
        return None
    request, response = schemas[0], schemas[1]
    _check_names(file, source.parent.name, findings)
    _check_policy(file, policy, findings)
    _check_module(file, package, findings)
    _check_pointers(file, findings)
    whole_input = _with_common_fields(file, request, findings)
    _check_example(file, whole_input, response, findings)
    if len(findings.problems) > before:
        return None
    return _feature(file, whole_input, request.pii(), response, document, source)


def _check_names(file: FeatureFile, folder: str, findings: Findings) -> None:
    if file.name != folder or not _NAME.match(file.name):
        findings.add(("name",), f"`{file.name}` is not the folder's name.", f"Write `name: {folder}`.")
    for place, path in ((("path",), file.path), *((("aliases", i), alias) for i, alias in enumerate(file.aliases))):
        if not (_PATH if place == ("path",) else _ALIAS).match(path):
            findings.add(place, f"`{path}` is not a path of this API.", "Write `/api/ai/some-name/` with both slashes.")
        for parameter in re.findall(r"\{([a-z_]+)\}", path):
            if parameter not in file.input.get("properties", {}):
                findings.add(place, f"`{{{parameter}}}` is no field of `input`.", "Add it to `input` as required.")
    if file.also_post and (file.method == "POST" or "{" in "".join([file.path, *file.aliases])):
        findings.add(("also_post",), "Only a GET without fields in its path can also be a POST.", "Take it out.")
    if file.bulk and (file.method == "GET" or "{" in file.path):
        findings.add(("bulk",), "Only a POST without fields in its path takes many at once.", "Take `bulk` out.")
    if not _FLAG.match(file.flag):
        findings.add(("flag",), f"`{file.flag}` is not a flag's name.", "Write for example AI_CREDIT_ENABLED.")
    if file.languages and "language" not in file.input.get("properties", {}):
        findings.add(("languages",), "`input` has no field `language`.", "Add it, or take `languages` out.")


def _check_policy(file: FeatureFile, policy: Policy, findings: Findings) -> None:
    if file.route not in policy.routes:
        findings.add(("route",), f"There is no route `{file.route}`.", suggestion(file.route, policy.routes))
    for key, named in (("limits", file.limits), ("modes", file.modes)):
        for plan in named:
            if plan not in policy.plans:
                findings.add((key, plan), f"There is no plan `{plan}`.", suggestion(plan, policy.plans))
    for plan, mode in file.modes.items():
        settled = policy.plans[plan].modes.get(file.name, mode) if plan in policy.plans else mode
        if settled != mode:
            findings.add(("modes", plan), f"plans.yaml says `{settled}` for this plan.", "Say it in one place only.")
    _check_meter(file, policy, findings)


def _check_meter(file: FeatureFile, policy: Policy, findings: Findings) -> None:
    known = file.meter in policy.meters
    if file.meter is None and file.limits:
        findings.add(("limits",), "Limits need a meter.", "Name a `meter`, or take `limits` out.")
    elif file.meter is not None and not known and not file.limits:
        fix = "Add `limits: {STARTER: …}` or use a known meter. " + suggestion(file.meter, policy.meters)
        findings.add(("meter",), f"plans.yaml does not know the meter `{file.meter}`.", fix)
    elif file.meter is not None and not known and not file.meter.endswith(("_per_day", "_per_month")):
        findings.add(("meter",), f"`{file.meter}` does not say its window.", "End it in _per_day or _per_month.")
    elif known and file.limits:
        findings.add(("limits",), f"plans.yaml already limits `{file.meter}`.", "Take `limits` out.")
    for plan, limit in file.limits.items():
        if limit < UNLIMITED:
            findings.add(("limits", plan), f"{limit} is no limit.", "-1 is unlimited, 0 not in the plan.")


def _check_module(file: FeatureFile, package: str, findings: Findings) -> None:
    if file.evidence == INPUT_EVIDENCE:
        if file.answer_within_ms is not None:
            findings.add(("answer_within_ms",), "It needs a module with bare().", "Write one, or take it out.")
        return
    name = f"{package}.{file.evidence}"
    if not _NAME.match(file.evidence) or importlib.util.find_spec(name) is None:
        fix = "Write its gather() and fallback(), or `evidence: input`."
        findings.add(("evidence",), f"There is no module gateway/features/{file.evidence}.py.", fix)
        return
    module = importlib.import_module(name)
    for function in ("gather", "fallback", *(("bare",) if file.answer_within_ms else ())):
        if not callable(getattr(module, function, None)):
            findings.add(("evidence",), f"gateway/features/{file.evidence}.py has no {function}().", "Add it.")


def _check_pointers(file: FeatureFile, findings: Findings) -> None:
    pointed: list[tuple[Place, str, str]] = [
        (("essential", i), pointer, "response") for i, pointer in enumerate(file.essential)
    ]
    pointed += [(("free_input", i), pointer, "input") for i, pointer in enumerate(file.free_input)]
    pointed += [(("stream",), f"/{file.stream}", "response")] if file.stream else []
    for place, pointer, key in pointed:
        schema = file.response if key == "response" else file.input
        path = steps(pointer)
        if not pointer.startswith("/") or not nodes_at(schema, path):
            known = known_at(schema, path[:-1])
            findings.add(place, f"`{key}` has no field `{pointer}`.", suggestion(path[-1] if path else "", known))
        elif not is_text(schema, path):
            findings.add(place, f"`{pointer}` is not a text.", "Point to a text field.")


def _with_common_fields(file: FeatureFile, own: Schema, findings: Findings) -> Schema:
    in_body = file.method == "POST" or file.also_post
    common = {"as_of": AS_OF, "records": RECORDS} if in_body else {"as_of": AS_OF}
    properties = own.raw.get("properties", {})
    for name in common.keys() & properties.keys():
        findings.add(("input", "properties", name), f"`{name}` is added to every feature.", "Take it out.")
    if own.raw.get("type") != "object":
        findings.add(("input",), "The input must be an object.", "Write `type: object` and `properties`.")
    return compiled({**own.raw, "properties": {**properties, **common}})


def _check_example(file: FeatureFile, request: Schema, response: Schema, findings: Findings) -> None:
    for key, schema, value in (
        ("request", request, file.example.request),
        ("response", response, file.example.response),
    ):
        for error in schema.check(value):
            at: tuple[str | int, ...] = tuple(int(s) if s.isdigit() else s for s in steps(error.pointer))
            findings.add(("example", key, *at), f"The example's {key}{error.pointer} {error.message}", "")


def _feature(
    file: FeatureFile, request: Schema, pii: Mapping[str, str], response: Schema, document: Document, source: Path
) -> Feature:
    same = {name: getattr(file, name) for name in FeatureFile.model_fields}
    for name in ("aliases", "languages", "essential", "free_input"):
        same[name] = tuple(same[name])
    for name in ("limits", "modes"):
        same[name] = frozen(same[name])
    example: Example = same.pop("example")
    same.update(input=request, response=response, pii=frozen(pii))
    return Feature(
        **same,
        example_request=frozen(example.request),
        example_response=frozen(example.response),
        contract_hash=contract_hash(document.data),
        source=source,
    )
