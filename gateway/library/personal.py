"""The `x-pii` lint: no text of a request may leave it open whether it is personal."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.library.problems import Findings, Place, pointer
from gateway.library.schema_keywords import children, resolved, types_of

_OPEN_FIX = "Write `x-pii: free-text`: what nobody declared is searched for personal data."


def check_personal(schema: Mapping[str, Any], findings: Findings, place: Place = ()) -> None:
    """Note every text of an input schema without `x-pii`, and every open object that is not marked free text."""
    if "string" in types_of(schema) and "x-pii" not in schema:
        name = next((step for step in reversed(place) if step not in ("items", "anyOf", "additionalProperties")), "it")
        fix = "Add `x-pii: none`, or what it is: person, phone, free-text … (see docs/prompt-files.md)."
        findings.add(place, f"The text `{name}` says nothing about personal data.", fix)
    if schema.get("additionalProperties") is True and schema.get("x-pii") != "free-text":
        findings.add(place, "An object open to any key may hold personal data.", _OPEN_FIX)
    for step, child in children(schema):
        check_personal(child, findings, place + step)


def pii_of(schema: Mapping[str, Any]) -> dict[str, str]:
    """Return pointer pattern → x-pii type for every text that is not `none`; `*` stands for any index or key.

    An open object gives the pattern of its direct values; what lies deeper is unmarked, and so searched as free text.
    """
    found: dict[str, str] = {}
    for place, kind in _marked(schema, schema, ()):
        if kind != "none":
            found.setdefault(pointer(place), kind)
    return found


def _marked(schema: Mapping[str, Any], root: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    node = resolved(schema, root)
    extra = node.get("additionalProperties")
    if "x-pii" in node:
        yield ((*place, "*") if extra is True else place), node["x-pii"]
    for name, child in node.get("properties", {}).items():
        yield from _marked(child, root, (*place, name))
    for child in (node["items"],) if "items" in node else ():
        yield from _marked(child, root, (*place, "*"))
    if isinstance(extra, dict):
        yield from _marked(extra, root, (*place, "*"))
    for branch in node.get("anyOf", ()):
        yield from _marked(branch, root, place)
