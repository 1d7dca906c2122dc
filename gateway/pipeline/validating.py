"""Steps 11 and 12: a reply becomes an object of the output schema whose every figure is in the evidence, or is refused.

A `Judge` is made once per prompt version: which leaves are words, how many items a list needs, which fields are code's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import msgspec

from gateway.domain.evidence import Evidence
from gateway.grounding.facts import FactIndex
from gateway.grounding.ground import Grounded, ground, overwrite
from gateway.grounding.language import is_foreign
from gateway.grounding.stream import StreamGrounder
from gateway.library.catalog import Feature, PromptVersion
from gateway.library.wire import nulls_dropped
from gateway.masking.leaks import LeakDetector
from gateway.masking.restoring import restore_tree
from gateway.pipeline.masking import MaskedEvidence

_DECODE = msgspec.json.Decoder().decode
MAX_PROBLEMS = 6
MAX_REQUEST_TEXT = 8_000
NOT_ENGLISH = "words that are not English"
LEAKED = "The answer repeats its instructions."


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one reply. `words` is None when the reply is unusable; `problems` tell the model what to mend.

    `corrected` counts the fields that only code may fill and that the model filled otherwise; `ungrounded` says that
    the reply states what the evidence does not carry, `leaked` that it repeats the prompt's instructions.
    """

    words: dict[str, Any] | None
    grounded: Grounded | None
    problems: tuple[str, ...]
    corrected: int = 0
    ungrounded: bool = False
    leaked: bool = False

    @property
    def usable(self) -> bool:
        """True when the words fit the schema and the rules and no essential text had to be replaced."""
        return self.words is not None and not self.problems


class Judge:
    """What one prompt version demands of a reply."""

    def __init__(
        self, feature: Feature, prompt: PromptVersion | None, module: ModuleType | None, canary: str = ""
    ) -> None:
        self._feature = feature
        instructions = [m.fixed for m in prompt.messages if m.role == "system"] if prompt else []
        self.leaks = LeakDetector(instructions, canary).leaks
        self._output = prompt.output if prompt else feature.response
        self._rules = prompt.rules if prompt else ()
        self._fallback: Callable[[Mapping[str, Any]], dict[str, Any]] | None = getattr(module, "fallback", None)
        self._expand = getattr(module, "expand", None)
        self._merge = getattr(module, "merge", None)
        self._unsupported = getattr(module, "unsupported", None)
        self._min_items, self._skip = shape(self._output.raw, self._output.raw.get("$defs", {}))

    def rules_words(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the words that fixed rules write from these facts, true or masked."""
        if self._fallback is None:
            return rules_from_schema(self._output.raw, facts)
        words: dict[str, Any] = self._fallback(facts)
        if self._expand is not None:
            words = self._expand(words, facts)
        return words

    def judge(self, text: str, masked: MaskedEvidence) -> Judged:
        """Return what the reply is worth: schema first, then figures, then the prompt's own rules."""
        try:
            reply = _DECODE(text)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            return Judged(None, None, ("The answer is not one JSON object.",))
        if not isinstance(reply, dict):
            return Judged(None, None, ("The answer is not a JSON object.",))
        asked = self._without_computed(reply)
        words = nulls_dropped(self._output.raw, asked)
        errors = self._output.check(words)
        if errors:
            return Judged(None, None, tuple(f"{e.pointer}: {e.message}" for e in errors[:MAX_PROBLEMS]))
        if self.leaks(_joined(words)):
            return Judged({}, None, (LEAKED,), leaked=True)
        grounded = self._ground(words, masked)
        problems = [f"{f.pointer}: {f.reason}" for f in grounded.findings] if grounded.essential_replaced else []
        ungrounded = bool(problems)
        problems += self._broken_rules(grounded.answer, masked)
        corrected = 0
        if asked != reply:
            _, corrected = overwrite(restore_tree(reply, masked.vault), masked.evidence.computed)
        return Judged(grounded.answer, grounded, tuple(problems[:MAX_PROBLEMS]), corrected, ungrounded)

    def rules_judged(self, masked_facts: Mapping[str, Any], masked: MaskedEvidence) -> Grounded:
        """Return the rules' words, put through the same grounding as a model's."""
        return self._ground(self.rules_words(masked_facts), masked, by_rules=True)

    def stream_grounder(self, masked: MaskedEvidence) -> StreamGrounder:
        """Return a grounder for text that is shown while it is written; its verdicts are those of the whole text."""
        evidence, known = replace(masked.evidence, facts=masked.facts), masked.vault.placeholders()
        return StreamGrounder(FactIndex(evidence, request_text(masked.request), known, self._claims(masked)))

    def compose(self, words: dict[str, Any], evidence: Evidence) -> tuple[dict[str, Any], int]:
        """Return the answer, code's fields over the words, and how many of the words' fields had to be corrected."""
        if self._merge is not None:
            words = self._merge(words, evidence)
        return overwrite(words, evidence.computed)

    def _ground(self, words: dict[str, Any], masked: MaskedEvidence, *, by_rules: bool = False) -> Grounded:
        if self._expand is not None:
            words = self._expand(words, masked.facts)
        facts = masked.facts
        return ground(
            words,
            replace(masked.evidence, facts=facts),
            request_text=request_text(masked.request),
            known_placeholders=masked.vault.placeholders(),
            essential=self._feature.essential,
            rules_answer=lambda: self.rules_words(facts),
            min_items=self._min_items,
            skip=self._skip,
            unsupported=self._claims(masked, by_rules=by_rules),
        )

    def _claims(self, masked: MaskedEvidence, *, by_rules: bool = False) -> Callable[[str], list[str]]:
        """Return the check of what a sentence claims beside figures, and of the language of a model's words."""
        unsupported, facts = self._unsupported, masked.facts

        def known() -> str:
            return f"{request_text(facts)}\n{request_text(masked.request)}"

        def claims(text: str) -> list[str]:
            found = [] if unsupported is None else list(unsupported(text, facts))
            return [*found, NOT_ENGLISH] if not by_rules and is_foreign(text, known) else found

        return claims

    def _broken_rules(self, words: dict[str, Any], masked: MaskedEvidence) -> list[str]:
        answer, _ = self.compose(words, masked.evidence)
        return [rule.message for rule in self._rules if not rule.holds(answer, masked.evidence.facts, masked.request)]

    def _without_computed(self, reply: dict[str, Any]) -> dict[str, Any]:
        return _keep_known(reply, self._output.raw, self._feature.response.raw)


def request_text(request: Mapping[str, Any]) -> str:
    """Return the text leaves and numbers of a request as lines: what people wrote may be repeated to them.

    Every figure of an answer is compared with every figure of these lines, so they end after `MAX_REQUEST_TEXT`.
    """
    lines: list[str] = []
    room = MAX_REQUEST_TEXT
    stack: list[Any] = [request]
    while stack and room > 0:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            lines.append(str(value)[:room])
            room -= len(lines[-1]) + 1
    return "\n".join(lines)


def _joined(value: Any) -> str:
    """Return every text of a reply in its order, one below the other."""
    if isinstance(value, str):
        return value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "\n".join([text for item in items if (text := _joined(item))])


def rules_from_schema(schema: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return an honest answer for a feature without a module: its required texts restate the input, nothing more."""
    stated = "; ".join(f"{key.replace('_', ' ')}: {value}" for key, value in _scalars(facts, ""))
    sentence = f"Stated in the request: {stated}." if stated else "Nothing was stated in the request."
    answer: dict[str, Any] = _filled(schema, sentence)
    return answer


def _filled(schema: Mapping[str, Any], sentence: str) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        required = schema.get("required", ())
        return {name: _filled(sub, sentence) for name, sub in schema.get("properties", {}).items() if name in required}
    if kind == "array":
        return [_filled(schema["items"], sentence) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return sentence[: schema.get("maxLength", len(sentence))]
    return {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0), "boolean": False}.get(str(kind))


def _scalars(value: Any, name: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _scalars(item, key)]
    if isinstance(value, list):
        return [pair for item in value for pair in _scalars(item, name)]
    return [] if value is None or value == "" else [(name, value)]


def _keep_known(reply: dict[str, Any], output: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, Any]:
    """Drop what only code may fill: in the response, not asked of the model. Unknown keys stay, to be refused."""
    asked, owned = output.get("properties", {}), response.get("properties", {})
    kept: dict[str, Any] = {}
    for key, value in reply.items():
        if key in asked:
            nested = isinstance(value, dict) and key in owned
            kept[key] = _keep_known(value, asked[key], owned[key]) if nested else value
        elif key not in owned:
            kept[key] = value
    return kept


def shape(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> tuple[dict[str, int], frozenset[str]]:
    """Return (list pointer → fewest items, pointers of strings that are codes) of an output schema."""
    min_items: dict[str, int] = {}
    codes: set[str] = set()

    def walk(node: Mapping[str, Any], pointer: str) -> None:
        if "$ref" in node:
            node = defs[node["$ref"].rsplit("/", 1)[-1]]
        if node.get("minItems"):
            min_items[pointer] = node["minItems"]
        if "enum" in node or "const" in node or "pattern" in node or "format" in node:
            codes.add(pointer)
        for name, sub in node.get("properties", {}).items():
            walk(sub, f"{pointer}/{name}")
        if "items" in node:
            walk(node["items"], f"{pointer}/*")
        for sub in node.get("anyOf", ()):
            walk(sub, pointer)

    walk(schema, "")
    return min_items, frozenset(codes)
