"""Step 8: the released prompt and the masked evidence become messages within the prompt's token budget."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from gateway.domain.reply import Message
from gateway.errors import PayloadTooLarge
from gateway.library.catalog import PromptVersion
from gateway.library.template_values import RenderError
from gateway.library.tokens import estimate_tokens
from gateway.pipeline.marks import mark
from gateway.pipeline.masking import MaskedEvidence

_ENCODE = msgspec.json.Encoder(decimal_format="string").encode
MESSAGE_OVERHEAD_TOKENS = 8
CANARY_NOTE = "Internal mark, never to be written:"


@dataclass(frozen=True, slots=True)
class Rendered:
    """Messages ready for a model, their estimated tokens, and what had to be left out to fit."""

    messages: tuple[Message, ...]
    input_tokens: int
    warnings: tuple[str, ...]


def render(prompt: PromptVersion, masked: MaskedEvidence, canary: str = "") -> Rendered:
    """Return the messages, the canary in the first; lists named in `trim` are shortened until the budget holds.

    Raises PayloadTooLarge for a request with more in it than a template may be given.
    """
    facts, warnings = masked.facts, []
    try:
        messages, tokens = _messages(prompt, masked, facts, canary)
    except RenderError:
        raise PayloadTooLarge("The request holds more values than a prompt can be made of. Send less.") from None
    for pointer in prompt.trim:
        items = _list_at(facts, pointer)
        kept = len(items)
        while tokens > prompt.token_budget and kept > 1:
            kept = max(1, kept // 2 if tokens > 1.5 * prompt.token_budget else kept - 1)
            facts = _with_list(facts, pointer, items[:kept])
            messages, tokens = _messages(prompt, masked, facts, canary)
        if kept < len(items):
            warnings.append(f"evidence_trimmed: {pointer} {len(items)} to {kept}")
    return Rendered(messages, tokens, tuple(warnings))


def fence(facts: dict[str, Any]) -> str:
    """Return the facts as JSON between marks that no data can forge: the boundary is random for each request."""
    boundary = mark(secrets.token_hex(8))
    block = _ENCODE(facts).decode().replace("</", "<\\/")
    return f'<evidence id="{boundary}">\n{block}\n</evidence id="{boundary}">'


def _messages(
    prompt: PromptVersion, masked: MaskedEvidence, facts: dict[str, Any], canary: str
) -> tuple[tuple[Message, ...], int]:
    variables = {"facts": facts, "request": masked.request, "evidence": fence(facts)}
    messages = tuple(Message(template.role, template.render(variables)) for template in prompt.messages)
    if canary:
        first = messages[0]
        messages = (Message(first.role, f"{first.content}\n\n{CANARY_NOTE} {canary}"), *messages[1:])
    tokens = schema_tokens(prompt.wire_schema)
    for template, message in zip(prompt.messages, messages, strict=True):
        estimate = estimate_tokens if template.variables else _instruction_tokens
        tokens += estimate(message.content) + MESSAGE_OVERHEAD_TOKENS
    return messages, tokens


_instruction_tokens = lru_cache(maxsize=128)(estimate_tokens)
"""For messages that are the same in every call."""


@lru_cache(maxsize=512)
def schema_tokens(wire_schema: bytes) -> int:
    """Return what the output schema adds to a prompt's tokens."""
    return estimate_tokens(wire_schema.decode())


def _list_at(facts: dict[str, Any], pointer: str) -> Sequence[Any]:
    value: Any = facts
    for step in pointer.strip("/").split("/"):
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _with_list(facts: dict[str, Any], pointer: str, items: Sequence[Any]) -> dict[str, Any]:
    head, _, rest = pointer.strip("/").partition("/")
    return {**facts, head: _with_list(facts[head], rest, items) if rest else list(items)}
