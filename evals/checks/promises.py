"""Checks of the promises themselves: grounded, private, within the schema, the rules and the token budget."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from evals.checks.registry import CheckError, Outcome, Output, check
from gateway.domain.reply import EgressBlocked
from gateway.domain.sms import segments
from gateway.grounding.ground import is_word, overwrite
from gateway.grounding.stream import ungrounded
from gateway.library.tokens import estimate_tokens
from gateway.masking.egress import guard
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault
from gateway.pipeline.masking import marked
from gateway.pipeline.validating import request_text, shape

GUARD_SECONDS = 30.0
"""A check must not depend on how fast the machine is."""


@check("schema")
def schema(output: Output, value: Any) -> Outcome:
    """The body fits the feature's response schema."""
    errors = output.feature.response.check(dict(output.body))
    return Outcome(not errors, "; ".join(f"{e.pointer} {e.message}" for e in errors) or "the response schema holds")


@check("grounded")
def grounded(output: Output, value: Any) -> Outcome:
    """No figure, date or id of the answer's texts is missing from the evidence."""
    if output.evidence is None:
        raise CheckError("there is no evidence to compare with")
    said = request_text(output.request)
    owned, _ = overwrite(output.evidence.around, output.evidence.computed)
    evidence = replace(output.evidence, computed=owned)
    _, codes = shape(output.prompt.output.raw, output.prompt.output.raw.get("$defs", {}))
    found = [
        f"{pointer}: {finding.text} {finding.reason}"
        for pointer, text in _words(output.body, owned, codes, "", "")
        for finding in ungrounded(text, evidence, said)
    ]
    return Outcome(not found, "; ".join(found[:5]) or "every figure is in the evidence")


@check("no-pii")
def no_pii(output: Output, value: Any) -> Outcome:
    """No personal value of this request is in the bytes that were made for a model.

    Looked for is what the masker found and, whether it was masked or not, what contract and evidence mark as personal.
    """
    if output.vault is None:
        return Outcome(not output.outgoing, "nothing was made for a model")
    for body, vault in product(output.outgoing, (output.vault, _declared(output))):
        try:
            guard(json.dumps([body]).encode(), vault, time_limit=GUARD_SECONDS)
        except EgressBlocked as blocked:
            return Outcome(False, f"the prompt held a personal value ({blocked.kind})")
    return Outcome(True, "the prompt held no personal value")


def _declared(output: Output) -> Vault:
    """Return a vault of the values that are marked as personal, found without the pipeline's own masking."""
    vault = Vault()
    if output.evidence is not None:
        tree = {"facts": output.evidence.facts, "request": output.request}
        Masker.default().collect(tree, vault, pii=marked(output.feature, output.evidence))
    return vault


@check("rule")
def rule(output: Output, value: Any) -> Outcome:
    """A rule of the prompt version holds; the value is its id, `all` means every rule."""
    rules = [r for r in output.prompt.rules if value in ("all", r.id)]
    if not rules:
        raise CheckError(f"the prompt has no rule `{value}`; it has: {', '.join(r.id for r in output.prompt.rules)}")
    facts = output.evidence.facts if output.evidence else {}
    broken = [r.message for r in rules if not r.holds(output.body, facts, output.request)]
    return Outcome(not broken, "; ".join(broken) or "the rules hold")


@check("tokens")
def tokens(output: Output, value: Any) -> Outcome:
    """The prompt has at most this many tokens."""
    if not isinstance(value, int):
        raise CheckError("the value must be a whole number of tokens")
    most = max((estimate_tokens(body) for body in output.outgoing), default=0)
    return Outcome(most <= value, f"the prompt has about {most} tokens")


@check("sms-segments")
def sms_segments(output: Output, value: Any) -> Outcome:
    """A text for a phone fits into so many SMS: a number for the longest text, or {path, max}."""
    most = value.get("max") if isinstance(value, dict) else value
    if not isinstance(most, int) or isinstance(most, bool):
        raise CheckError("the value must be a whole number of segments, or a mapping with `path` and `max`")
    path = value.get("path", "") if isinstance(value, dict) else ""
    texts = list(_texts_at(output.body, path))
    if not texts:
        raise CheckError(f"there is no text at {path or '/'}")
    found = max(segments(text) for text in texts)
    return Outcome(found <= most, f"the longest text takes {found} SMS, at most {most} are wanted")


@check("source")
def source(output: Output, value: Any) -> Outcome:
    """The answer came from where it should: model, cache, rules or offline."""
    return Outcome(output.meta.get("source") == value, f"the answer came from {output.meta.get('source')}")


@check("degraded")
def degraded(output: Output, value: Any) -> Outcome:
    """The answer was degraded for this reason; `none` means that it was not."""
    reason = (output.meta.get("degraded") or {}).get("reason", "none")
    return Outcome(reason == value, f"degraded: {reason}")


def _texts_at(body: Any, pointer: str) -> Iterator[str]:
    for step in filter(None, pointer.split("/")):
        body = body.get(step) if isinstance(body, dict) else None
    stack = [body]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            stack += value.values() if isinstance(value, dict) else value


def _words(value: Any, computed: Any, codes: frozenset[str], pointer: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Yield (pointer, text) of what a model may have worded: no code's field, no enum."""
    if pattern in codes or (computed is not None and not isinstance(computed, dict | list)):
        return
    if isinstance(value, str):
        if value and not is_word(value):
            yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            owned = computed.get(key) if isinstance(computed, dict) else None
            yield from _words(item, owned, codes, f"{pointer}/{key}", f"{pattern}/{key}")
    elif isinstance(value, list):
        owned = computed if isinstance(computed, list) else []
        for index, item in enumerate(value):
            yield from _words(
                item, owned[index] if index < len(owned) else None, codes, f"{pointer}/{index}", f"{pattern}/*"
            )
