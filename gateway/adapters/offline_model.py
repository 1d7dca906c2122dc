"""The model that needs no key: it reads the masked evidence out of the prompt and applies the feature's own rules.

It never pretends to be a language model, but the whole line before and after it runs for real.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

from gateway.domain.reply import Delta, Fault, ModelCall, Reply, UpstreamFault

MODEL_ID = "offline"
PIECE_CHARACTERS = 48

Rules = Callable[[dict[str, Any]], dict[str, Any]]

_OPENING = re.compile(r'<evidence id="([a-z0-9]{16})">\n')
_encode = msgspec.json.Encoder().encode


class OfflineModel:
    """Answers from rules: `rules` maps a feature to the function that words its facts. Costs nothing, sends nothing."""

    def __init__(self, rules: Mapping[str, Rules]) -> None:
        self._rules = rules

    async def complete(self, call: ModelCall) -> Reply:
        """Return the rules' answer as JSON text.

        Raises `UpstreamFault` when the feature has no rules or the prompt not exactly one evidence block, and
        `EgressBlocked` where a call over the network would have been stopped.
        """
        call.guard(_encode([message.content for message in call.messages]))
        rules = self._rules.get(call.feature)
        facts = find_evidence(_evidence_text(call))
        if rules is None or facts is None:
            raise UpstreamFault(Fault.BAD_REQUEST, sent=False)
        return Reply(_encode(rules(facts)).decode(), MODEL_ID, upstream_id=f"offline-{call.request_id}")

    async def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        """Yield the answer in pieces as a model would, then one `Reply`. Raises as `complete` does."""
        reply = await self.complete(call)
        for start in range(0, len(reply.text), PIECE_CHARACTERS):
            yield Delta(reply.text[start : start + PIECE_CHARACTERS])
            await asyncio.sleep(0)
        yield reply


def find_evidence(text: str) -> dict[str, Any] | None:
    """Return the object in the one evidence block of a prompt.

    A block inside another's fence is data and does not count. Two blocks side by side cannot be told apart, since
    either may be somebody's free text, so then there is no answer; nor when the block holds no JSON object.
    """
    blocks, position = [], 0
    while opening := _OPENING.search(text, position):
        closing = text.find(f'\n</evidence id="{opening[1]}">', opening.end())
        if closing >= 0:
            blocks.append(text[opening.end() : closing])
        position = max(opening.end(), closing)
    return _decoded(blocks[0]) if len(blocks) == 1 else None


def _decoded(block: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(block)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return value if isinstance(value, dict) else None


def _evidence_text(call: ModelCall) -> str:
    """Return the last user message with a fence; a repair call has a plain one after it."""
    asked = (message.content for message in reversed(call.messages) if message.role == "user")
    return next((text for text in asked if _OPENING.search(text)), "")
