"""`vN.yaml`: one version of a prompt, which never changes once it has been released."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from gateway.domain.reply import ModelParams
from gateway.library.feature_file import INPUT_EVIDENCE, Feature
from gateway.library.filemodel import FileModel, read_model
from gateway.library.hashing import content_hash
from gateway.library.policy import Policy
from gateway.library.policy_types import frozen
from gateway.library.problems import Findings, Place, suggestion
from gateway.library.rules import Rule, read_rule
from gateway.library.schema_keywords import types_of
from gateway.library.schema_paths import check_sub_shape, first_optional, known_at, nodes_at, steps
from gateway.library.schemas import Schema, read_schema
from gateway.library.templates import MessageTemplate, fixed_text, read_template
from gateway.library.tokens import estimate_tokens
from gateway.library.wire import wire_bytes
from gateway.library.yamlfile import Document

_RULE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_POINTER = re.compile(r"(/[^/]+)+\Z")


class ParamsFile(FileModel):
    """The sampling parameters of a version; what is left out is the model's default."""

    max_output_tokens: int = Field(ge=16, le=32_000, description="the most tokens the answer may take")
    temperature: float | None = Field(None, ge=0, le=2, description="0 to 2, for models that accept it")
    top_p: float | None = Field(None, gt=0, le=1, description="above 0 to 1, for models that accept it")
    reasoning_effort: str | None = Field(None, description="none, low, medium or high, as the model knows it")


class MessageFile(FileModel):
    """One message of a version."""

    role: Literal["system", "user"] = Field(description="system first, then user")
    content: str = Field(min_length=1, description="the template's text")


class RuleFile(FileModel):
    """One invariant of a version."""

    id: str = Field(description="a name in small letters with hyphens, unique in the file")
    check: str = Field(min_length=1, description="an expression over answer, facts and request")
    message: str = Field(min_length=1, description="what is wrong when it does not hold, for people and the model")


class FewShotFile(FileModel):
    """One worked example shown to the model."""

    user: str = Field(min_length=1, description="what a user message would say")
    assistant: dict[str, Any] = Field(description="the answer, in the shape of `output`")


class VersionFile(FileModel):
    """The keys of `vN.yaml`."""

    feature: str = Field(description="the folder's name")
    version: int = Field(ge=1, le=100_000, description="the number in the file's name")
    description: str = Field(min_length=1, description="what changed and why, for people")
    route: str | None = Field(None, description="gpt-4 or gpt-3.5, where it differs from the feature's")
    params: ParamsFile = Field(description="max_output_tokens and, if wanted, temperature and reasoning_effort")
    token_budget: int = Field(ge=50, le=200_000, description="the most tokens the whole prompt may take")
    partials: list[str] = Field(default_factory=list, description="names of prompts/_shared/<name>.txt")
    messages: list[MessageFile] = Field(min_length=2, description="first the system message, then user messages")
    trim: list[str] = Field(default_factory=list, description="pointers of lists in facts that may be shortened")
    output: dict[str, Any] = Field(description="the schema of what the model must write")
    rules: list[RuleFile] = Field(default_factory=list, description="invariants of an answer")
    few_shots: list[FewShotFile] = Field(default_factory=list, description="worked examples: user and assistant")


@dataclass(frozen=True, slots=True, eq=False)
class PromptVersion:
    """A checked version. `messages` holds the few-shots too; `fixed_tokens` is what no data can make smaller."""

    feature: str
    version: int
    description: str
    route: str
    params: ModelParams
    token_budget: int
    messages: tuple[MessageTemplate, ...]
    trim: tuple[str, ...]
    output: Schema
    wire_schema: bytes
    rules: tuple[Rule, ...]
    fixed_tokens: int
    content_hash: str
    document: Mapping[str, Any]
    source: Path

    @property
    def label(self) -> str:
        """Name the version for logs and answers, such as `credit_risk@1`."""
        return f"{self.feature}@{self.version}"


def read_version(
    document: Document, feature: Feature, shared: Mapping[str, str], policy: Policy, findings: Findings, source: Path
) -> PromptVersion | None:
    """Return the version of a document, or None after noting every problem. `shared` is the text of each partial."""
    before = len(findings.problems)
    file = read_model(VersionFile, document.data, findings)
    if file is None:
        return None
    partials = _partials(file, shared, findings)
    _check_identity(file, feature, source, findings)
    _check_trim(file, feature, findings)
    _check_params(file, feature, policy, findings)
    output = read_schema(file.output, "output", findings.under("output"))
    if output:
        check_sub_shape(output.raw, feature.response.raw, findings.under("output"))
    messages = _messages(file, partials, feature, findings)
    messages[1:1] = _few_shots(file, output, findings)
    rules = _rules(file, feature, findings)
    fixed_tokens = _fixed_tokens(file, messages, output, findings)
    if output is None or len(findings.problems) > before:
        return None
    route = file.route or feature.route
    identity = content_hash(document.data, route=route, partials=partials, contract=feature.contract_hash)
    return PromptVersion(
        feature=file.feature,
        version=file.version,
        description=file.description,
        route=route,
        params=_params(file),
        token_budget=file.token_budget,
        messages=tuple(messages),
        trim=tuple(file.trim),
        output=output,
        wire_schema=wire_bytes(output.raw),
        rules=tuple(rules),
        fixed_tokens=fixed_tokens,
        content_hash=identity,
        document=frozen(document.data),
        source=source,
    )


def _fixed_tokens(file: VersionFile, messages: list[MessageTemplate], output: Schema | None, findings: Findings) -> int:
    """Return what the prompt takes whatever the data: its text, its worked answers and the schema sent with it."""
    tokens = estimate_tokens(fixed_text(messages)) + (estimate_tokens(wire_bytes(output.raw).decode()) if output else 0)
    if tokens > file.token_budget:
        fix = f"Write at least {tokens}, better {2 * tokens}, or shorten the messages and the output schema."
        findings.add(("token_budget",), f"Without any data the prompt takes about {tokens} tokens.", fix)
    return tokens


def _partials(file: VersionFile, shared: Mapping[str, str], findings: Findings) -> dict[str, str]:
    for index, name in enumerate(file.partials):
        if name not in shared:
            findings.add(("partials", index), f"There is no prompts/_shared/{name}.txt.", suggestion(name, shared))
    return {name: shared[name] for name in file.partials if name in shared}


def _check_identity(file: VersionFile, feature: Feature, source: Path, findings: Findings) -> None:
    if file.feature != feature.name:
        findings.add(("feature",), f"`{file.feature}` is not the folder's name.", f"Write `feature: {feature.name}`.")
    if source.name != f"v{file.version}.yaml":
        findings.add(
            ("version",), f"The file's name is {source.name}.", f"Name it v{file.version}.yaml, or change this."
        )


def _check_trim(file: VersionFile, feature: Feature, findings: Findings) -> None:
    """Check the pointers; what `facts` holds is known beforehand only where the input is the evidence."""
    raw = feature.input.raw
    for index, pointer in enumerate(file.trim):
        path = steps(pointer)
        if not _POINTER.match(pointer):
            findings.add(("trim", index), f"`{pointer}` is not a pointer.", "Write for example `/invoices`.")
        elif feature.evidence == INPUT_EVIDENCE and not nodes_at(raw, path):
            fix = suggestion(path[-1], known_at(raw, path[:-1]))
            findings.add(("trim", index), f"The input has no field `{pointer}`.", fix)
        elif feature.evidence == INPUT_EVIDENCE and not any("array" in types_of(node) for node in nodes_at(raw, path)):
            findings.add(("trim", index), f"`{pointer}` is not a list.", "Only lists can be shortened.")


def _params(file: VersionFile) -> ModelParams:
    given = file.params
    return ModelParams(given.max_output_tokens, given.temperature, given.top_p, given.reasoning_effort)


def _check_params(file: VersionFile, feature: Feature, policy: Policy, findings: Findings) -> None:
    if file.route is not None and file.route not in policy.routes:
        findings.add(("route",), f"There is no route `{file.route}`.", suggestion(file.route, policy.routes))
        return
    route = file.route or feature.route
    for model in policy.routes[route]:
        refusal = policy.models[model].refuses(_params(file))
        if refusal:
            findings.add(("params",), f"A model of the route {route} refuses these parameters.", refusal)


def _messages(
    file: VersionFile, partials: Mapping[str, str], feature: Feature, findings: Findings
) -> list[MessageTemplate]:
    roles = [message.role for message in file.messages]
    if roles[0] != "system" or "system" in roles[1:]:
        findings.add(
            ("messages",), "The first message, and only it, is the system message.", "Put `role: user` after it."
        )
    read: list[MessageTemplate] = []
    for index, message in enumerate(file.messages):
        place: Place = ("messages", index, "content")
        template = read_template(message.role, message.content, findings.under(*place), partials, offset=1)
        if template:
            _check_request_fields(template, feature, findings.under(*place))
            read.append(template)
    if len(read) == len(roles) and not any("evidence" in template.variables for template in read):
        fix = "Put `{{ evidence }}` on a line of its own into the last user message."
        findings.add(("messages",), "No message shows the evidence.", fix)
    for name in partials:
        if len(read) == len(roles) and not any(use.path == ("partials", name) for m in read for use in m.uses):
            findings.add(
                ("partials",), f"The partial `{name}` is not used.", f"Use `{{{{ partials.{name} }}}}` or drop it."
            )
    return read


def _check_request_fields(template: MessageTemplate, feature: Feature, findings: Findings) -> None:
    raw = feature.input.raw
    for use in (use for use in template.uses if use.path[0] == "request"):
        path = use.path[1:]
        if not nodes_at(raw, path) or path[:1] in (("as_of",), ("records",)):
            message = f"The input has no field `{'.'.join(use.path)}`."
            findings.add((), message, suggestion(path[-1], known_at(raw, path[:-1])), lines_below=use.line - 1)
            continue
        missing = first_optional(raw, path)
        if missing and not any(known[1 : len(missing) + 1] == missing for known in use.tested):
            name = ".".join(("request", *missing))
            fix = f"Write `{{{{ {name}|default('…') }}}}`, or `{{% if {name} is defined %}}` around it."
            findings.add((), f"`{name}` may be left out by a caller.", fix, lines_below=use.line - 1)


def _rules(file: VersionFile, feature: Feature, findings: Findings) -> list[Rule]:
    rules: list[Rule] = []
    for index, entry in enumerate(file.rules):
        here = findings.under("rules", index)
        if not _RULE_ID.match(entry.id) or entry.id in {rule.id for rule in rules}:
            here.add(
                ("id",), f"`{entry.id}` is no unique name.", "Write small letters with hyphens: `limit-not-above`."
            )
        rule = read_rule(entry.id, entry.check, entry.message, here)
        if rule:
            _check_rule_paths(rule, feature, here)
            rules.append(rule)
    return rules


def _check_rule_paths(rule: Rule, feature: Feature, findings: Findings) -> None:
    schemas = {"answer": feature.response.raw, "request": feature.input.raw}
    for root, *path in (path for path in sorted(rule.paths) if path[0] in schemas and len(path) > 1):
        if not nodes_at(schemas[root], path):
            known = known_at(schemas[root], path[:-1])
            findings.add(("check",), f"`{root}` has no field `{'.'.join(path)}`.", suggestion(path[-1], known))
            continue
        missing = (root, *first_optional(schemas[root], path))
        if len(missing) > 1 and not any(tested[: len(missing)] == missing for tested in rule.tested):
            fix = "Put `implies(exists(…), …)` around what is said of it, or the rule fails wherever it is missing."
            findings.add(("check",), f"`{'.'.join(missing)}` may be left out.", fix)


def _few_shots(file: VersionFile, output: Schema | None, findings: Findings) -> list[MessageTemplate]:
    messages: list[MessageTemplate] = []
    for index, shot in enumerate(file.few_shots):
        for error in output.check(shot.assistant) if output else ():
            place = ("few_shots", index, "assistant")
            findings.add(place, f"The worked answer{error.pointer} {error.message}", "It must fit `output`.")
        text = json.dumps(shot.assistant, ensure_ascii=False)
        messages += [MessageTemplate.constant("user", shot.user), MessageTemplate.constant("assistant", text)]
    return messages
