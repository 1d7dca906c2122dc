"""The sales assistant's plain sentences: a reply and a reason per product from the facts alone, masked or true."""

from collections.abc import Mapping
from decimal import Decimal

from gateway.domain.evidence import Json
from gateway.features.wording import count, joined, money, sentence

MOST_NAMED = 3
LEADING = "recommendations"


def written_reply(facts: Mapping[str, Json]) -> str:
    """Return the reply to the person on the shop floor; never empty."""
    parts = [
        _opening(facts),
        *_nearest(facts),
        *_alternatives(facts),
        *_quantity(facts),
        *_discount(facts),
        *_upsell(facts),
    ]
    return " ".join(part for part in parts if part)


def default_reason(candidate: Mapping[str, Json], facts: Mapping[str, Json]) -> str:
    """Return why a candidate is offered, in one sentence."""
    stock = f"; {told}." if (told := _in_stock(candidate)) else "."
    if candidate["use"] == "upsell":
        lead, together = facts.get("upsell_with", "it"), candidate.get("together")
        category = candidate.get("category") or "its category"
        return (
            f"Bought together with {lead} on {count(together, 'receipt')}."
            if together
            else f"Sells well in {category}."
        )
    if bought := candidate.get("bought_before"):
        return f"This customer has bought it {_times(bought)} before{stock}"
    if candidate["use"] == "alternatives":
        return f"{'In stock' if 'stock' in candidate else 'To be had'} now at {_price(candidate, facts)}{stock}"
    limits = _limits(facts)
    if facts["situation"] == "suggestions":
        return f"Sold at {_price(candidate, facts)}{stock}"
    if _is_strange(facts):
        return f"Matches a part of what was asked for{stock}"
    return f"Within the limit ({limits}){stock}" if limits else f"Matches what was asked for{stock}"


def _opening(facts: Mapping[str, Json]) -> str:
    offers = joined([f"{_offer(one, facts)}{_bracketed(one)}" for one in _used(facts, LEADING)[:MOST_NAMED]])
    sold_out = [one["name"] for one in facts.get("sold_out", ())]
    limits = _limits(facts)
    within = f"{limits} " if limits else ""
    match facts["situation"]:
        case "found":
            return " ".join((_to(facts, f"{within}we have {offers}."), *_unlike(facts), *_sold_out(sold_out)))
        case "suggestions":
            return _to(facts, f"{within}you could offer {offers}.")
        case "sold out":
            return " ".join(_sold_out(sold_out or ["Everything"]))
        case "nothing within the limits":
            return _to(facts, f"nothing that matches keeps to the limit ({limits}).")
        case "empty catalogue":
            return "There are no products in the catalogue yet, so I cannot recommend any. Add products first."
    categories = joined(facts.get("categories", ()), "or")
    hint = f", or a category such as {categories}" if categories else ""
    more = hint if limits else f"{hint.replace(', or', ',')}{',' if hint else ''} or a price limit"
    return f"I could not match that to a product in the catalogue. Please name a product{more}."


def _is_strange(facts: Mapping[str, Json]) -> bool:
    """Return whether the question names something beside a known word that no product has, such as a brand."""
    return bool(facts.get("asked", {}).get("names_what_no_product_has"))


def _unlike(facts: Mapping[str, Json]) -> list[str]:
    said = "Not every word of the question is in a product's name, so ask whether this will do."
    return [said] if _is_strange(facts) else []


def _in_stock(candidate: Mapping[str, Json]) -> str:
    """Return how many there are; nothing where they are not counted."""
    if "stock" in candidate:
        return f"{candidate['stock']:,} in stock"
    return "a service" if candidate.get("is_service") else ""


def _bracketed(candidate: Mapping[str, Json]) -> str:
    return f" ({told})" if (told := _in_stock(candidate)) else ""


def _to(facts: Mapping[str, Json], text: str) -> str:
    name = facts.get("customer", {}).get("name")
    return f"For {name}: {text}" if name else sentence(text)


def _sold_out(names: list[str]) -> list[str]:
    return [f"{joined(names)} {'is' if len(names) == 1 else 'are'} out of stock just now."] if names else []


def _nearest(facts: Mapping[str, Json]) -> list[str]:
    nearest = facts.get("nearest")
    if not nearest:
        return []
    for key, side in (("above_limit_by", "above"), ("below_limit_by", "below")):
        if key in nearest:
            difference = money(Decimal(nearest[key]), facts["currency"])
            whole = (
                f" each, {_money(nearest['total'], facts)} for {nearest['quantity']:,}" if "total" in nearest else ""
            )
            return [f"The nearest is {_offer(nearest, facts)}{whole}, {difference} {side} the limit."]
    return [f"The nearest is {_offer(nearest, facts)}."]


def _alternatives(facts: Mapping[str, Json]) -> list[str]:
    used = _used(facts, "alternatives")
    offers = joined([_offer(one, facts) for one in used])
    label = "In stock instead" if all("stock" in one for one in used) else "Instead"
    return [f"{label}: {offers}."] if offers else []


def _quantity(facts: Mapping[str, Json]) -> list[str]:
    pricing = facts.get("pricing", {})
    said = []
    if "total" in pricing:
        kind = "wholesale price" if pricing.get("wholesale_price") == pricing["unit_price"] else "price"
        each, total = _money(pricing["unit_price"], facts), _money(pricing["total"], facts)
        said.append(f"For {pricing['quantity']:,} of {pricing['name']} the {kind} is {each} each, {total} in all.")
    elif "wholesale_price" in pricing:
        said.append(f"The wholesale price of {pricing['name']} is {_money(pricing['wholesale_price'], facts)} each.")
    if "missing" in pricing:
        said.append(f"Only {pricing['stock']:,} are in stock, so {pricing['missing']:,} would be missing.")
    return said


def _discount(facts: Mapping[str, Json]) -> list[str]:
    pricing = facts.get("pricing", {})
    if "floor_price" in pricing:
        return [f"A discount on {pricing['name']} may go down to {_money(pricing['floor_price'], facts)} and no lower."]
    return [f"Please give no discount on {pricing['name']}."] if pricing.get("no_discount") else []


def _upsell(facts: Mapping[str, Json]) -> list[str]:
    extra = next(iter(_used(facts, "upsell")), None)
    if extra is None:
        return []
    together = extra.get("together")
    why = f"it is on {count(together, 'receipt')} together with" if together else "it sells well beside"
    return [f"You can also offer {_offer(extra, facts)}; {why} {facts.get('upsell_with', 'it')}."]


def _limits(facts: Mapping[str, Json]) -> str:
    asked = facts.get("asked", {})
    low, high = asked.get("min_price"), asked.get("max_price")
    whole = " for the whole quantity" if asked.get("max_price_is_for") == "the whole quantity" else ""
    if low and high:
        return f"between {_money(low, facts)} and {_money(high, facts)}{whole}"
    return f"up to {_money(high, facts)}{whole}" if high else f"from {_money(low, facts)}" if low else ""


def _used(facts: Mapping[str, Json], use: str) -> list[Json]:
    return [one for one in facts.get("candidates", ()) if one["use"] == use]


def _offer(one: Mapping[str, Json], facts: Mapping[str, Json]) -> str:
    return f"{one['name']} at {_price(one, facts)}"


def _price(one: Mapping[str, Json], facts: Mapping[str, Json]) -> str:
    return _money(one["price"], facts)


def _money(amount: str, facts: Mapping[str, Json]) -> str:
    return money(Decimal(amount), facts["currency"])


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")
