"""Unusual patterns in sales, stock, credit and at tills, for a manager to review: found by rules, worded neutrally."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.domain.alert_outcome import AlertOutcome
from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Employee
from gateway.errors import FieldError, ValidationFailed
from gateway.features.anomalies import WINDOW_DAYS, alert_id, found, longest_span, weighed
from gateway.features.anomaly_rules import HIGH, LOW, MEDIUM, SEVERITIES, Hit
from gateway.ports import Around, PosData

STAFF_SCOPE = "staff"
"""The scope that shows employees by name; without it an alert names the till."""
MOST_ALERTS, MOST_WORDED = 100, 6
ACTIONS = {HIGH: "REVIEW_REQUIRED", MEDIUM: "REVIEW_SUGGESTED", LOW: "FOR_INFORMATION"}
CHECKS = {
    "UNUSUAL_TRANSACTION": "Compare the receipt with the goods that left and how it was paid.",
    "LARGE_QUANTITY": "Compare the receipt with the stock that left; a bulk buyer may explain it.",
    "OFF_HOURS": "Ask who had the shop open at that time, and check the clock of the till.",
    "BELOW_COST": "Check the price and the cost on record, and whether somebody agreed to it.",
    "EXCESSIVE_DISCOUNT": "Check whether a manager agreed to the discount and why it is not on record.",
    "VOID_AFTER_TENDER": "Check whether the money went back to the customer and the goods to the shelf.",
    "UNLINKED_REFUND": "Look for the sale that belongs to the refund and for the goods that came back.",
    "EMPLOYEE_PATTERN": "Go through these receipts together with the person, and hear the reasons first.",
    "INVENTORY_DISCREPANCY": "Count again, and look for deliveries, damages and transfers that were not booked.",
    "RAPID_CREDIT_UTILISATION": "Talk to the customer before more credit is given.",
    "BENFORD": "Nothing needs to be done for this alone.",
}
NOT_A_FINDING = "This is a pattern to review, not a finding against anyone."
PII = {"/alerts/*/employee": "person", "/alerts/*/customer": "person-or-business"}
PLAIN = frozenset(
    {
        *("/as_of", "/since", "/asked_severity", "/alerts/*/ref", "/alerts/*/type", "/alerts/*/severity"),
        *("/alerts/*/day", "/alerts/*/till", "/alerts/*/product", "/alerts/*/facts/*", "/alerts/*/check"),
    }
)
_ACCUSING = re.compile(
    r"\b(?:fraud\w*|theft|thie(?:f|ves)|st(?:eal\w*|ole|olen)|dishonest\w*|guilt\w*|crim\w*|culprit\w*|cheat\w*"
    r"|embezzl\w*|pocket(?:ed|ing)|launder\w*|corrupt\w*|suspects?|suspected|accus\w*|liars?|lying|scam\w*|misconduct"
    r"|dismiss\w*|fire (?:him|her|them)|sack\w*|police|arrest\w*|prosecut\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Recalled:
    """Whether the caller may see staff by name, and what people said of alerts."""

    names: bool
    outcomes: tuple[AlertOutcome, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id."""

    employees: Mapping[str, Employee]
    customers: Mapping[str, str]
    products: Mapping[str, str]
    staff: bool

    def employee(self, hit: Hit) -> str | None:
        """Return the employee's name where the caller may see it."""
        known = self.employees.get(hit.employee or "")
        return known.name if known and self.staff else None

    def till(self, hit: Hit) -> str | None:
        """Return the till of the employee."""
        known = self.employees.get(hit.employee or "")
        return (known.till or None) if known else None

    def context(self, hit: Hit) -> str:
        """Return who and what an alert is about, for people."""
        name, till = self.employee(hit), self.till(hit)
        parts = []
        if name:
            parts.append(f"Employee: {name}" + (f" ({till})" if till else ""))
        elif hit.employee:
            parts.append(f"Till: {till or 'unknown'}")
        if hit.customer in self.customers:
            parts.append(f"Customer: {self.customers[hit.customer or '']}")
        if hit.product in self.products:
            parts.append(f"Product: {self.products[hit.product or '']}")
        return ", ".join(parts) or "The whole shop"


async def recall(around: Around, request: Mapping[str, Json]) -> Recalled:
    """Return what the caller may see and what was said of earlier alerts."""
    return Recalled(around.may(STAFF_SCOPE), tuple(await around.alert_outcomes()))


async def gather(pos: PosData, request: Mapping[str, Json], as_of: date, recalled: Recalled | None = None) -> Evidence:
    """Return the alerts since `request.since` (120 days back without it), of one severity if asked.

    Raises `ValidationFailed` for a `since` in the future or more than a year back.
    """
    known = recalled or Recalled(False, ())
    since = _since(request.get("since"), as_of)
    hits = weighed(await found(pos, since, as_of), known.outcomes, pos.business_id)
    asked = request.get("severity")
    chosen = [hit for hit in hits if asked in (None, hit.severity)]
    names = await _names(pos, chosen[:MOST_ALERTS], known.names)
    return Evidence(
        facts=_facts(chosen, names, asked, since, as_of),
        computed={},
        around={"alerts": [_alert(pos.business_id, hit, names) for hit in chosen[:MOST_ALERTS]]},
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=len(chosen),
        excluded=pos.excluded,
        subjects=tuple(sorted({one for hit in chosen for one in (hit.customer, hit.employee) if one})),
        warnings=(f"Only the first {MOST_ALERTS} alerts are shown.",) if len(chosen) > MOST_ALERTS else (),
    )


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await found(pos, _since(None, as_of), as_of)
    await _names(pos, (), staff=False)


def _since(given: str | None, as_of: date) -> date:
    since = date.fromisoformat(given) if given else as_of - timedelta(days=WINDOW_DAYS)
    if not longest_span(as_of) <= since <= as_of:
        wanted = f"must be a day from {longest_span(as_of)} to {as_of}"
        raise ValidationFailed("Correct `since` and send the request again.", [FieldError("/since", wanted)])
    return since


async def _names(pos: PosData, hits: Sequence[Hit], staff: bool) -> Names:
    customers, products = {hit.customer for hit in hits}, {hit.product for hit in hits}
    return Names(
        {one.id: one for one in await pos.employees()},
        {one.id: one.name for one in await pos.customers() if one.id in customers},
        {one.id: one.name for one in await pos.products() if one.id in products},
        staff,
    )


def _alert(business_id: str, hit: Hit, names: Names) -> dict[str, Json]:
    return {
        "alert_id": alert_id(business_id, hit),
        "severity": hit.severity,
        "type": hit.type,
        "detection_time": hit.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ai_analysis": {
            "summary": hit.fact,
            "context": names.context(hit),
            "risk_factors": [hit.fact, *hit.more],
            "recommended_action": ACTIONS[hit.severity],
            "explanation": _explained([hit.fact, *hit.more], CHECKS[hit.type]),
        },
    }


def _facts(hits: Sequence[Hit], names: Names, asked: str | None, since: date, as_of: date) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "as_of": as_of.isoformat(),
        "since": since.isoformat(),
        "alert_count": len(hits),
        "alerts_by_severity": {one: sum(hit.severity == one for hit in hits) for one in SEVERITIES},
        "alerts": [_shown(f"A{at}", hit, names) for at, hit in enumerate(hits[:MOST_WORDED], 1)],
    }
    return facts | ({"asked_severity": asked} if asked else {})


def _shown(ref: str, hit: Hit, names: Names) -> dict[str, Json]:
    about = {
        "ref": ref,
        "type": hit.type,
        "severity": hit.severity,
        "day": hit.at.date().isoformat(),
        "employee": names.employee(hit),
        "till": names.till(hit),
        "customer": names.customers.get(hit.customer or ""),
        "product": names.products.get(hit.product or ""),
        "facts": [hit.fact, *hit.more],
        "check": CHECKS[hit.type],
    }
    return {key: value for key, value in about.items() if value}


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the model's part of the answer from the rules' sentences alone."""
    alerts = facts["alerts"]
    told = [(alert["ref"], _explained(alert["facts"], alert["check"])) for alert in alerts]
    return {"alerts": [{"alert_id": ref, "ai_analysis": {"explanation": text}} for ref, text in told]}


def _explained(facts: Sequence[str], check: str) -> str:
    return " ".join([*facts, NOT_A_FINDING, check])


def merge(words: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the alerts with the explanations that were worded; the others keep the rules' own."""
    written = {one.get("alert_id"): one.get("ai_analysis", {}).get("explanation") for one in words.get("alerts", ())}
    alerts = []
    for at, alert in enumerate(evidence.around["alerts"], 1):
        analysis = dict(alert["ai_analysis"])
        analysis["explanation"] = written.get(f"A{at}") or analysis["explanation"]
        alerts.append({**alert, "ai_analysis": analysis})
    return {"alerts": alerts}


def unsupported(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return words that accuse somebody: nothing of the kind is ever known here."""
    return [match[0] for match in _ACCUSING.finditer(text.replace(NOT_A_FINDING, ""))]
