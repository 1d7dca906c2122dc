"""Help on the shop floor: which products to offer, at what price, and what to add.

Code chooses the products, the model says which of them to mention and why. Names, prices and stock come from the
catalogue. Reads per request: the products, one customer and that customer's sales, a week of sales to estimate the
volume and one bounded window of them (`gateway.features.companions`).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Customer
from gateway.errors import NotFound
from gateway.features.companions import Receipts, bought, receipts_until
from gateway.features.product_search import Catalogue
from gateway.features.remembering import Remembered
from gateway.features.sales_choice import Chooser, is_bulk
from gateway.features.sales_facts import LISTS, Choice, SalesEvidence
from gateway.features.sales_question import understand
from gateway.features.sales_words import MOST_NAMED, default_reason, written_reply
from gateway.ports import PosData

_CATALOGUES: Remembered[Catalogue] = Remembered(16)
_RECEIPTS: Remembered[Receipts] = Remembered(16)
MOST_TURNS, TURN_LENGTH = 4, 200
_REFERENCE = re.compile(r"\s*\((P\d{1,2})\)|\b(P\d{1,2})\b")
_TOGETHER = re.compile(
    r"\b(?:bought|buy|purchased?|go(?:es)?|sold)\s+(?:\w+\s+)?together\b|\bcustomers? (?:who|also)\b"
    r"|\balso (?:buy|bought|purchased?)\b|\bpeople also\b",
    re.IGNORECASE,
)
_OWN_MARGIN = re.compile(
    r"\b(?:unit cost|cost price|our cost|buying price|purchase price|profit|margin|mark-?up)\b", re.I
)


_OTHER_CURRENCY = "An amount in another currency was named; it sets no limit on prices."


async def gather(pos: PosData, request: dict[str, Any], as_of: date) -> SalesEvidence:
    """Return what the assistant may say. Raises NotFound for a foreign customer or shop, ConstraintsInfeasible."""
    context = request.get("context") or {}
    history = context.get("chat_history") or []
    customer = await _customer(pos, context.get("customer_id"))
    await _check_storefront(pos, context.get("storefront_id"))
    catalogue = await _known_goods(pos)
    question = understand(request["message"], history, catalogue, pos.currency)
    before = bought(await pos.sales(customer_id=customer.id)) if customer else Counter()
    receipts = await _receipts(pos, as_of)
    bulk = is_bulk(question, customer)
    shelf = Chooser(catalogue, question, receipts, before, bulk).shelf()
    choice = Choice(pos.currency, question, customer, before, shelf, catalogue, bulk)
    conversation = {"conversation": _recent(history)} if history else {}
    return SalesEvidence(
        facts={"message": request["message"]} | conversation | choice.facts(),
        computed={"pricing_guidance": choice.guidance()},
        as_of=as_of,
        pii={"/message": "free-text", "/conversation/*/content": "free-text", "/customer/name": "person-or-business"},
        plain=_PLAIN,
        n=len(catalogue.products),
        excluded=pos.excluded,
        subjects=(customer.id,) if customer else (),
        warnings=(_OTHER_CURRENCY,) if question.price.foreign else (),
        items=choice.items(),
    )


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await _known_goods(pos)
    await _receipts(pos, as_of)


async def _known_goods(pos: PosData) -> Catalogue:
    return await _CATALOGUES.get(pos, "catalogue", lambda: _catalogue(pos))


async def _receipts(pos: PosData, as_of: date) -> Receipts:
    return await _RECEIPTS.get(pos, "receipts", lambda: receipts_until(pos, as_of))


async def _catalogue(pos: PosData) -> Catalogue:
    return Catalogue(await pos.products())


def fallback(facts: Mapping[str, Json]) -> dict[str, Any]:
    """Return reply and reasons that fixed rules write from the facts alone."""
    words: dict[str, Any] = {"reply": written_reply(facts)}
    for name in LISTS:
        words[name] = [
            {"product_id": one["ref"], "reason": default_reason(one, facts)}
            for one in facts.get("candidates", ())
            if one["use"] == name
        ]
    words["recommendations"] = words["recommendations"][:MOST_NAMED]
    return words


def merge(words: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the answer: the model's choice and reasons, with id, name, price and stock from the catalogue.

    References that are unknown, repeated or meant for another list are dropped; a list the model left empty although
    there is something to recommend is filled by rule.
    """
    assert isinstance(evidence, SalesEvidence)
    candidates = {one["ref"]: one for one in evidence.facts.get("candidates", ())}
    by_rule = fallback(evidence.facts)
    answer: dict[str, Any] = {"reply": _named(words.get("reply") or by_rule["reply"], candidates)}
    for name in LISTS:
        picked = {one["product_id"]: one["reason"] for one in reversed(words.get(name) or ())}
        order = [one["product_id"] for one in words.get(name) or () if _is_for(candidates, one["product_id"], name)]
        if not order and name != "upsell":
            order = [one["product_id"] for one in by_rule[name]]
        answer[name] = [
            {
                **evidence.items[ref],
                "reason": _named(picked.get(ref, ""), candidates) or default_reason(candidates[ref], evidence.facts),
            }
            for ref in dict.fromkeys(order)
        ]
    return answer


def unsupported(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return claims about buying together that receipts do not carry, and any talk of the shop's own margin."""
    found = [match[0] for match in _OWN_MARGIN.finditer(text)]
    if facts.get("upsell_basis") != "bought together":
        found += [match[0] for match in _TOGETHER.finditer(text)]
    return found


def _is_for(candidates: Mapping[str, Json], ref: str, name: str) -> bool:
    return ref in candidates and candidates[ref]["use"] == name


def _named(text: str, candidates: Mapping[str, Json]) -> str:
    """Put names where a model wrote references; a reference in brackets after a name goes away."""

    def name(found: re.Match[str]) -> str:
        known = candidates.get(found[1] or found[2])
        return found[0] if known is None else "" if found[1] else str(known["name"])

    return _REFERENCE.sub(name, text)


async def _customer(pos: PosData, customer_id: str | None) -> Customer | None:
    if customer_id is None:
        return None
    customer = await pos.customer(customer_id)
    if customer is None:
        raise NotFound("There is no customer with this id. Check context.customer_id.")
    return customer


async def _check_storefront(pos: PosData, storefront_id: str | None) -> None:
    if storefront_id is not None and all(one.id != storefront_id for one in await pos.storefronts()):
        raise NotFound("There is no storefront with this id. Check context.storefront_id.")


def _recent(history: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"role": turn["role"], "content": turn["content"][:TURN_LENGTH]} for turn in history[-MOST_TURNS:]]


_PLAIN = frozenset(
    (
        "/conversation/*/role", "/customer/type", "/customer/often_buys/*", "/asked/*", "/candidates/*/ref",
        "/candidates/*/use", "/candidates/*/name", "/candidates/*/category", "/candidates/*/price", "/sold_out/*/name",
        "/sold_out/*/price", "/nearest/*", "/pricing/*", "/upsell_basis", "/upsell_with", "/categories/*", "/currency",
    )
)  # fmt: skip
