"""Free text of people is screened for orders to the model before it is used as data.

The score is the sum of the weights of the rules that match; a text at `BLOCK` or above is refused, one at `FLAG` or
above goes on with a warning, since shop talk may well say "ignore the old price". The data is fenced in any case.
"""

import re
from collections.abc import Mapping
from typing import Any

from gateway.errors import FieldError, InjectionBlocked
from gateway.library.catalog import Feature

FLAG = 3
BLOCK = 6

_INSTRUCTIONS = r"(?:instruction|prompt|rule|direction|guideline|guardrail|restriction|safety|policy|policies)s?"
_RULES: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (weight, re.compile(pattern, re.IGNORECASE))
    for weight, pattern in (
        (6, rf"\b(?:ignore|disregard|forget|override|bypass|drop)\b[^.\n]{{0,40}}\b(?:previous|prior|above|earlier|all|your|the|any|system)\b[^.\n]{{0,30}}\b{_INSTRUCTIONS}\b"),
        (6, r"\b(?:reveal|show|print|repeat|output|leak|tell me|give me|what (?:is|are|was|were))\b[^.\n]{0,40}\b(?:system|hidden|initial|original|secret|developer)\s+(?:prompt|message|instruction)s?\b"),
        (6, r"<\|?(?:im_start|im_end|system|endoftext|assistant)\|?>|\[/?INST\]|<<SYS>>"),
        (5, r"^\s*(?:system|assistant|developer)\s*:\s*\S"),
        (4, r"\byou are now\b|\bfrom now on,? (?:you|act|respond|answer)\b|\bact as (?:if|an? (?:unrestricted|evil|jailbroken|different))\b"),
        (4, r"\b(?:jailbreak|DAN mode|developer mode|god mode|no restrictions|without (?:any )?(?:restrictions|filters|limits))\b"),
        (3, r"\bnew (?:system )?(?:instructions|prompt|rules)\b\s*[:=]"),
        (3, r"\b(?:decode|base64|rot13)\b[^.\n]{0,40}\b(?:and|then)\b[^.\n]{0,20}\b(?:execute|follow|obey|run|do)\b"),
        (3, r"\b(?:do not|don't|never) (?:tell|mention|reveal|say)\b[^.\n]{0,40}\b(?:user|owner|anyone|instruction)\b"),
        (3, r"\b(?:set|change|make|return|give)\b[^.\n]{0,30}\b(?:risk_score|risk score|recommendation|suggested_limit|credit score)\b[^.\n]{0,20}\b(?:to|as|=)\b"),
    )
)  # fmt: skip


def score(text: str) -> int:
    """Return the injection score of a text; linear in its length."""
    return sum(weight for weight, rule in _RULES if rule.search(text))


def screen(feature: Feature, body: Mapping[str, Any]) -> list[str]:
    """Return the warnings of a request's free-text fields. Raises InjectionBlocked naming the field, not the text."""
    warnings = []
    for pointer in feature.free_input:
        for path, text in _texts(body, pointer.strip("/").split("/"), ""):
            points = score(text)
            if points >= BLOCK:
                raise InjectionBlocked(
                    "The text gives orders to the model instead of asking about the shop. Rephrase it as a question.",
                    errors=[FieldError(path, "contains instructions to the model")],
                )
            if points >= FLAG:
                warnings.append(f"injection_suspected: {path}")
    return warnings


def _texts(value: Any, steps: list[str], path: str) -> list[tuple[str, str]]:
    if not steps:
        if isinstance(value, str):
            return [(path, value)]
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [found for key, item in items for found in _texts(item, [], f"{path}/{key}")]
    head, rest = steps[0], steps[1:]
    if head == "*" and isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, item in items for found in _texts(item, rest, f"{path}/{key}")]
    if isinstance(value, dict) and head in value:
        return _texts(value[head], rest, f"{path}/{head}")
    return []
