"""Model replies that are kept in the repository, so that a model's verdict can be recomputed without a key.

A reply is found by the hash of what was sent: model, messages, parameters and output schema. What is kept is masked
text, as the model wrote it. The boundary of the evidence is random for each request and does not count.
"""

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from evals.checks.registry import CheckError
from gateway.domain.reply import Delta, ModelCall, Reply
from gateway.domain.usage import Usage
from gateway.ports import Model

_BOUNDARY = re.compile(r'(</?evidence id=")[a-z]+(">)')
_CANONICAL = msgspec.json.Encoder(order="sorted").encode


def request_hash(call: ModelCall) -> str:
    """Return the hash under which the reply to a call is kept."""
    sent = [
        call.model,
        [[message.role, _BOUNDARY.sub(r"\1\2", message.content)] for message in call.messages],
        asdict(call.params),
        hashlib.sha256(call.wire_schema).hexdigest(),
    ]
    return hashlib.sha256(_CANONICAL(sent)).hexdigest()


class Shelf:
    """The kept replies of one folder, one JSON Lines file for each feature."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, dict[str, Any]]] = {}

    def find(self, feature: str, key: str) -> Reply | None:
        """Return the kept reply, or None."""
        kept = self._of(feature).get(key)
        if kept is None:
            return None
        return Reply(kept["text"], kept["model"], Usage(**kept["usage"]), kept.get("finish_reason", "stop"))

    def keep(self, feature: str, key: str, reply: Reply) -> None:
        """Keep a reply; it is on disk when this returns, so that an interrupted run loses none."""
        entry = {
            "key": key, "model": reply.model, "text": reply.text, "usage": asdict(reply.usage),
            "finish_reason": reply.finish_reason,
        }  # fmt: skip
        entries = self._of(feature)
        entries[key] = entry
        path = self._path(feature)
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = b"\n".join(_CANONICAL(entries[name]) for name in sorted(entries))
        path.with_suffix(".tmp").write_bytes(lines + b"\n")
        path.with_suffix(".tmp").replace(path)

    def _path(self, feature: str) -> Path:
        return self._folder / f"{feature}.jsonl"

    def _of(self, feature: str) -> dict[str, dict[str, Any]]:
        if feature not in self._known:
            path = self._path(feature)
            lines = path.read_bytes().splitlines() if path.exists() else []
            found = [msgspec.json.decode(line) for line in lines]
            self._known[feature] = {entry["key"]: entry for entry in found}
        return self._known[feature]


class RecordedModel:
    """A model that repeats what was recorded. A call that was not is an error of the case, never an answer."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def complete(self, call: ModelCall) -> Reply:
        """Return the kept reply. Raises CheckError when there is none."""
        found = self._shelf.find(call.feature, request_hash(call))
        if found is None:
            raise CheckError(
                f"no recorded reply of {call.model} to this request; record it with "
                f"`python -m evals gate --feature {call.feature} --mode live --model {call.model} --record`"
            )
        return found

    async def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        """Yield the whole reply at once."""
        yield await self.complete(call)


class RecordingModel:
    """Asks the real model and keeps what it says; what was asked before is not asked again unless `afresh`."""

    def __init__(self, model: Model, shelf: Shelf, *, afresh: bool = False) -> None:
        self._model = model
        self._shelf = shelf
        self._afresh = afresh

    async def complete(self, call: ModelCall) -> Reply:
        """Return the model's reply once it is kept."""
        key = request_hash(call)
        found = None if self._afresh else self._shelf.find(call.feature, key)
        if found is None:
            found = await self._model.complete(call)
            self._shelf.keep(call.feature, key, found)
        return found

    async def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        """Yield the whole reply at once."""
        yield await self.complete(call)
