"""Models behind the gateway's own routes, for graded assertions and for configs that name `openai:` models.

Everything that leaves is masked first and checked once more on the final bytes, as in the pipeline; the answer is
restored. A model of the offline mode cannot grade: the row is an error that says which setting is missing.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from evals.config.providers import ProviderSpec
from evals.config.yaml12 import YamlError, load
from evals.providers.base import Answered, ProviderError
from evals.scripting.values import dump, parse_json
from gateway.domain.reply import EgressBlocked, Message, ModelCall, ModelParams, Role, UpstreamFault
from gateway.library.policy import load_policy
from gateway.library.problems import LibraryError
from gateway.masking.egress import guard
from gateway.masking.masker import Masker
from gateway.masking.restoring import restore_text
from gateway.masking.vault import Vault
from gateway.ports import Model
from gateway.settings import Settings

SECONDS = 60.0
MOST_TOKENS = 1500
_SCHEMA = json.dumps({
    "type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"],
    "additionalProperties": False,
}).encode()  # fmt: skip
_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "assistant": "assistant"}


@dataclass(slots=True)
class ModelProvider:
    """`gateway:<route>` or `openai:[chat:|responses:]<model>`; key and address are the gateway's own settings."""

    spec: ProviderSpec
    settings: Mapping[str, str]
    model: Model | None = None
    _name: str = ""
    _dialect: Any = "responses"
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def call(self, prompt: str, context: Mapping[str, Any]) -> Answered:
        """Return the model's text. Raises ProviderError."""
        async with self._lock:
            if self.model is None or not self._name:
                self._open()
        assert self.model is not None
        vault, masker = Vault(), Masker.default()
        messages = tuple(Message(role, masker.mask_text(content, vault)) for role, content in messages_of(prompt))
        call = ModelCall(
            model=self._name, dialect=self._dialect, messages=messages, params=ModelParams(MOST_TOKENS),
            schema_name="answer", wire_schema=_SCHEMA, feature="evals", prompt_cache_key="evals",
            safety_identifier="evals", guard=partial(guard, vault=vault), timeout=SECONDS, request_id="evals",
        )  # fmt: skip
        try:
            reply = await self.model.complete(call)
            answer = json.loads(reply.text)["answer"]
        except (UpstreamFault, EgressBlocked) as error:
            raise ProviderError(f"the model {self._name} gave no answer: {error}") from None
        except (ValueError, KeyError, TypeError):
            raise ProviderError(f"the model {self._name} did not answer in the wanted form") from None
        usage = reply.usage
        tokens = {"prompt": usage.input_tokens, "completion": usage.output_tokens, "numRequests": 1}
        tokens["total"] = tokens["prompt"] + tokens["completion"]
        return Answered(
            {"output": restore_text(answer, vault), "tokenUsage": tokens, "finishReason": reply.finish_reason}
        )

    async def close(self) -> None:
        """Close the connection."""
        closing = getattr(self.model, "aclose", None)
        if closing is not None:
            await closing()

    def _open(self) -> None:
        settings = Settings.from_environ(self.settings)
        try:
            policy = load_policy(settings.policy_dir)
        except LibraryError as error:
            raise ProviderError(str(error)) from None
        kind, _, name = self.spec.id.partition(":")
        if kind == "gateway":
            if name not in policy.routes:
                raise ProviderError(f"there is no route `{name}`; known: {', '.join(sorted(policy.routes))}")
            name = policy.routes[name][0]
        else:
            name = name.removeprefix("chat:").removeprefix("responses:")
        self._dialect = "chat" if "chat:" in self.spec.id else "responses"
        self._name = name
        if self.model is not None:
            return
        if not settings.openai_api_key:
            self._name = ""
            raise ProviderError("there is no model to ask: set OPENAI_API_KEY, or name another provider")
        from gateway.adapters.openai_model import OpenAIModel

        address = self.spec.config.get("apiBaseUrl") or settings.openai_base_url
        self.model = OpenAIModel(
            settings.openai_api_key, address, organization=settings.openai_organization, dialect=settings.openai_dialect
        )


def messages_of(prompt: str) -> list[tuple[Role, str]]:
    """Return (role, text) pairs: a JSON or YAML chat as it is, any other text as one message of a user."""
    found: Any = None
    try:
        found = parse_json(prompt)
    except ValueError:
        if prompt.lstrip().startswith("- role:"):
            try:
                found = load(prompt)
            except YamlError as error:
                raise ProviderError(f"the chat is no YAML: {error}") from None
    if isinstance(found, list) and found and all(isinstance(item, dict) and "role" in item for item in found):
        return [(_ROLES.get(str(item["role"]), "user"), _content(item.get("content"))) for item in found]
    return [("user", prompt)]


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in content)
    return dump(content)
