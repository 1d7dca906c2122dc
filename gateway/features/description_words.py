"""Plain catalogue sentences in four tones; they say what is stated and where to ask for the rest."""

from collections.abc import Mapping

from gateway.domain.evidence import Json
from gateway.features.wording import joined, sentence

MOST_KEYWORDS = 8
MOST_KEYWORD_LENGTH = 60
MOST_VALUE = 24
PER_SENTENCE = 4
_BOOLEANS = ("yes", "no")
ELLIPSIS = "…"


def summary(facts: Mapping[str, Json]) -> str:
    """Return the product in one sentence: `Rice 5kg (Groceries): brand Royal Grain, weight 5kg.`"""
    name, category = facts["product_name"], facts["category"]
    parts = ", ".join(_item(one, " ") for one in facts["attributes"])
    shelf = "" if name.lower() == category.lower() else f" ({category})"
    return f"{name}{shelf}: {parts}." if parts else f"{name}{shelf}."


def paragraphs(facts: Mapping[str, Json]) -> list[str]:
    """Return two or three paragraphs in the tone of the facts."""
    opening, listing, closing = _TONES.get(facts["tone"], _TONES["professional"])
    if not facts["attributes"] and listing == _TONES["professional"][1]:
        opening, closing = _WITHOUT_DETAILS
    slots = {"name": facts["product_name"], "category": facts["category"]}
    opening, closing = opening.format_map(slots), closing.format_map(slots)
    if not facts["attributes"]:
        return [opening, f"No further details of {slots['name']} are recorded yet. {closing}"]
    details = _specification(facts) if facts["tone"] == "technical" else _details(facts)
    return [opening, f"{listing} {details}", closing]


def keywords(facts: Mapping[str, Json]) -> list[str]:
    """Return three to eight search phrases made of the stated words."""
    name, category = facts["product_name"], facts["category"]
    values = [one["value"] for one in facts["attributes"] if _is_phrase(one["value"])]
    features = [one["name"] for one in facts["attributes"] if one["value"] == "yes"]
    both = [f"{name} {category}"] if name.lower() != category.lower() else []
    phrases = [name, *both, *(f"{value} {category}" for value in values), *features, category]
    phrases += [f"buy {name}", f"{name} shop"]
    fitting = (shortened(phrase, MOST_KEYWORD_LENGTH) for phrase in phrases)
    once = {phrase.lower(): phrase for phrase in fitting}
    return list(once.values())[:MOST_KEYWORDS]


def shortened(text: str, length: int) -> str:
    """Return a text of at most `length` characters, cut between words with an ellipsis."""
    if len(text) <= length:
        return text
    room = length - len(ELLIPSIS)
    head = text[: room + 1].rsplit(" ", 1)[0] if " " in text[: room + 1] else text[:room]
    return head.rstrip(" ,;:.-") + ELLIPSIS


def _is_phrase(value: str) -> bool:
    return value not in _BOOLEANS and len(value) <= MOST_VALUE and not value[:1].isdigit() and " and " not in value


def _item(one: Mapping[str, Json], between: str) -> str:
    return f"{one['name']}: {one['value']}" if one["value"] in _BOOLEANS else f"{one['name']}{between}{one['value']}"


def _specification(facts: Mapping[str, Json]) -> str:
    return sentence("; ".join(_item(one, ": ") for one in facts["attributes"]))


def _details(facts: Mapping[str, Json]) -> str:
    """Return the attributes as sentences: what has a value, what is a feature, what is stated as absent."""
    attributes = facts["attributes"]
    valued = [one for one in attributes if one["value"] not in _BOOLEANS]
    groups = [valued[at : at + PER_SENTENCE] for at in range(0, len(valued), PER_SENTENCE)]
    said = [_valued(group) for group in groups]
    has, lacks = ([one["name"] for one in attributes if one["value"] == value] for value in _BOOLEANS)
    said += [f"Features on record: {joined(has)}."] if has else []
    said += [f"Not among its features: {joined(lacks)}."] if lacks else []
    return " ".join(said)


def _valued(group: list[Mapping[str, Json]]) -> str:
    first, *others = group
    verb = "are" if first["name"].endswith("s") and not first["name"].endswith("ss") else "is"
    parts = [f"the {first['name']} {verb} {first['value']}", *(f"the {one['name']} {one['value']}" for one in others)]
    return sentence(joined(parts))


_WITHOUT_DETAILS = (
    "{name} is part of our {category} range, for retailers and customers.",
    "Please check the packaging or ask our staff before you order.",
)
_TONES = {
    "professional": (
        "{name} is part of our {category} range. This page gives retailers and customers the details that are recorded "
        "for it.",
        "The recorded details are as follows.",
        "Use them to compare {name} with other products in {category}. For anything that is not listed here, please "
        "check the packaging or ask our staff before you order.",
    ),
    "casual": (
        "Looking around in {category}? Have a look at {name}.",
        "Here is what we know about it.",
        "Ask us about {name} in the shop, and we will check anything that is not written here.",
    ),
    "technical": (
        "{name} is listed in the category {category}. The specification below holds recorded values only.",
        "Specification:",
        "Values that are not listed have not been recorded. Check the label or the packaging of {name} before relying "
        "on any other property.",
    ),
    "marketing": (
        "Meet {name}, and give customers a reason to stop at your {category} shelf.",
        "Here is what it brings.",
        "Put {name} on your list today. Ask us about it, and we will gladly help you and your customers to choose.",
    ),
}
