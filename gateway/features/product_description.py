"""Catalogue texts for a product, from what the caller states about it and nothing else."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.features.description_claims import unsupported_claims
from gateway.features.description_words import keywords, paragraphs, shortened, summary
from gateway.features.report_figures import word_set
from gateway.features.wording import joined
from gateway.ports import PosData

TONES = {"marketing-focused": "marketing"}
_WRITTEN = frozenset({"description", "short_description", "seo_keywords", "meta_description"})
MOST_META = 160
MOST_SHORT = 220
_VERB = re.compile(r"^(?:is|has|have|with) ", re.IGNORECASE)
_UNITS = word_set(
    "kg g mg l ml cl km m cm mm ft inch inches w kw watts v volts hz gb tb mb mah litres liters hours days months years"
)
FACTS_ROOM = 1_800
"""Characters of attributes that a prompt may take."""


async def gather(pos: PosData, request: dict[str, Any], as_of: date) -> Evidence:
    """Return the stated facts; attributes beyond the room of a prompt are left out from the end, with a warning."""
    stated = (_attribute(_label(name), raw) for name, raw in request["attributes"].items())
    given = [{"name": name, "value": value} for name, value in stated if name and value]
    kept = _fitting(given)
    facts = {
        "product_name": _one_line(request["product_name"]),
        "category": _one_line(request["category"]),
        "tone": TONES.get(request["tone"], request["tone"]),
        "attributes": kept,
    }
    return Evidence(
        facts=facts,
        computed={},
        as_of=as_of,
        pii={"/attributes/*/name": "free-text", "/attributes/*/value": "free-text"},
        plain=frozenset(("/product_name", "/category", "/tone")),
        n=1 + len(given),
        warnings=("attributes_left_out",) if len(kept) < len(given) else (),
    )


def fallback(facts: Mapping[str, Json]) -> dict[str, Any]:
    """Return honest texts in the asked tone that state the attributes and claim nothing more."""
    line = summary(facts)
    return {
        "description": "\n\n".join(paragraphs(facts)),
        "short_description": shortened(line, MOST_SHORT),
        "seo_keywords": keywords(facts),
        "meta_description": shortened(f"{line} See the details and ask us about it.", MOST_META),
    }


def merge(words: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the answer with the counted words, each keyword once, and a meta description that fits a result page."""
    texts = {key: value for key, value in words.items() if value}
    if _WRITTEN - texts.keys():
        texts = {**fallback(evidence.facts), **texts}
    once: dict[str, str] = {}
    for keyword in filter(None, map(str.strip, texts["seo_keywords"])):
        once.setdefault(keyword.lower(), keyword)
    return {
        "description": texts["description"],
        "short_description": texts["short_description"],
        "seo_keywords": list(once.values()),
        "meta_description": shortened(texts["meta_description"], MOST_META),
        "word_count": len(texts["description"].split()),
    }


def unsupported(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return the words of a text that claim a property the input does not state, or that it denies."""
    attributes = facts["attributes"]
    affirmed = [f"{one['name']} {one['value']}" for one in attributes if one["value"] != "no"]
    stated = " ".join((facts["product_name"], facts["category"], *affirmed))
    return unsupported_claims(text, stated, [one["name"] for one in attributes if one["value"] == "no"])


def _attribute(name: str, raw: Any) -> tuple[str, str]:
    """Return name and value as words: `is organic: true` is a feature, `weight kg: 2.5` a weight of 2.5 kg."""
    value = _text(raw)
    if value in ("yes", "no"):
        return _VERB.sub("", name) or name, value
    rest, _, unit = name.rpartition(" ")
    if rest and unit.lower() in _UNITS and isinstance(raw, int | float):
        return rest, f"{value} {unit}"
    return name, value


def _label(name: str) -> str:
    """Return an attribute's key as words: `screen_size` and `screenSize` become `screen size`."""
    spaced = re.sub(r"(?<=[a-z])[A-Z](?=[a-z])", lambda found: f" {found[0].lower()}", name)
    return _one_line(re.sub(r"[_\s]+", " ", spaced))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return joined([text for text in map(_text, value) if text])
    if isinstance(value, int | float):
        return str(value)
    text = _one_line(value or "")
    return text.lower() if text.lower() in ("yes", "no") else {"true": "yes", "false": "no"}.get(text.lower(), text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fitting(attributes: list[dict[str, str]]) -> list[dict[str, str]]:
    room, kept = FACTS_ROOM, []
    for one in attributes:
        room -= len(one["name"]) + len(one["value"]) + 24
        if room < 0:
            break
        kept.append(one)
    return kept
