"""The words of a receipt that fixed rules write: thanks, care tips by kind of goods, and what goes with a purchase."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from gateway.domain.evidence import Json
from gateway.domain.records import SERVICES
from gateway.features.wording import money

MOST_TIPS = 3
_TIPS = tuple(
    (re.compile(pattern, re.IGNORECASE), tip)
    for pattern, tip in (
        (r"\b(?:tv|television|led|qled)\b", "Keep {} out of direct sunlight and use a surge protector."),
        (r"\b(?:fridge|freezer|refrigerator)\b", "Leave room behind {} for air and use a voltage stabiliser."),
        (r"\b(?:phone|tablet|power ?bank|laptop|earphone|charger)", "Keep {} dry and away from heat."),
        (r"\b(?:kettle|blender|iron|cooker|stove|microwave|toaster)", "Unplug {} after use and before cleaning."),
        (r"\b(?:fan|extension|cable|bulb|lamp|generator)", "Keep {} dry, and do not overload the socket."),
        (r"\b(?:rice|gari|flour|sugar|beans|maize|millet|oats|spaghetti|noodles?)\b", "Keep {} dry and the pack well closed."),
        (r"\b(?:oil)\b", "Keep {} closed, cool and away from light."),
        (r"\b(?:milk|juice|drink|water|malt|minerals?)\b", "Keep {} cool and out of the sun."),
        (r"\b(?:tomato|paste|sardines?|mackerel|corned|tin|tuna)\b", "Once open, keep {} covered and cold and use it soon."),
        (r"\b(?:cement)\b", "Keep {} dry and off the floor until it is used."),
        (r"\b(?:paint)\b", "Close {} tightly and stir it well before use."),
        (r"\b(?:soap|detergent|bleach|insecticide|trap|disinfectant)\b", "Keep {} away from food and out of reach of children."),
        (r"\b(?:book|pen|paper|pencil)s?\b", "Keep {} dry and flat."),
        (r"\b(?:shoe|sandal|cloth|shirt|dress|bag)s?\b", "Read the care label of {} before washing."),
    )
)  # fmt: skip
_BY_CATEGORY = tuple(
    (re.compile(pattern, re.IGNORECASE), tip)
    for pattern, tip in (
        (r"electr|phone|appliance", "Keep {} dry and use a surge protector."),
        (r"grocer|food|provision", "Keep {} cool, dry and well closed."),
        (r"beverage|drink", "Keep {} cool and out of the sun."),
        (r"clean|detergent|pest", "Keep {} out of reach of children."),
        (r"household|kitchen", "Keep {} clean and dry between uses."),
        (r"build|hardware", "Keep {} dry until it is used."),
        (r"cosmetic|beauty|personal care|toiletr", "Keep {} closed, cool and dry."),
        (r"baby", "Keep {} clean, dry and closed."),
        (r"stationer|book|school", "Keep {} dry and flat."),
    )
)


def thanks(facts: Mapping[str, Json]) -> str:
    """Return the line of thanks; the first name only where the sale has a customer."""
    customer = facts.get("customer", {})
    who = f", {customer['first_name']}" if customer.get("first_name") else ""
    again = "It is good to see you again." if customer.get("came_before") else "We look forward to seeing you again."
    return f"Thank you for shopping with us{who}! {again}"


def tips(items: Sequence[Mapping[str, Json]]) -> list[str]:
    """Return a care tip for each kind of goods on the receipt, at most `MOST_TIPS`, none twice."""
    found: dict[str, str] = {}
    for item in items:
        tip = tip_for(str(item["name"]), str(item.get("category", "")))
        if tip:
            found.setdefault(tip, tip.format(item["name"]))
    return list(found.values())[:MOST_TIPS]


def tip_for(name: str, category: str) -> str | None:
    """Return the tip for a product by its name, else by its category, with {} for the name."""
    if category.strip().lower() in SERVICES:
        return None
    by_name = next((tip for pattern, tip in _TIPS if pattern.search(name)), None)
    return by_name or next((tip for pattern, tip in _BY_CATEGORY if pattern.search(category)), None)


def recommendation(facts: Mapping[str, Json], row: Mapping[str, Json]) -> str:
    """Return what goes with the purchase at its true price; what others bought only where receipts show it."""
    offer = f"{row['name']} - {money(Decimal(str(row['price'])), facts['currency'])}"
    if facts.get("basis") == "bought together":
        return f"Customers who bought this also purchased: {offer}"
    return f"You may also like: {offer}"
