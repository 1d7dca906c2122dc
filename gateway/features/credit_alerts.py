"""Credit alerts: customers whose buying or paying has changed for the worse, with what is seen and what to do."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Customer
from gateway.features import alert_words as words
from gateway.features.credit_account import ZERO, Account, read_accounts
from gateway.features.credit_signals import SEVERITIES, Sign, severity_of, signs_on
from gateway.features.credit_similar import Case, earlier_cases, like, rate, told
from gateway.features.remembering import Remembered, Unchanged, scope_of
from gateway.features.wording import rounded
from gateway.ports import PosData

ALERT_TYPE = "CREDIT_RISK_CHANGE"
MOST_SHOWN = 3
"""Alerts that a model is shown; the rules word the rest."""

PII = {"/alerts/*/customer": "person-or-business"}
PLAIN = frozenset(
    {
        *("/as_of", "/currency"),
        *(f"/alerts/*/{name}" for name in ("ref", "severity", "outstanding_balance", "overdue_amount", "credit_limit")),
        *("/alerts/*/signs/*", "/alerts/*/warning_signs/*"),
    }
)


@dataclass(frozen=True, slots=True)
class Warned:
    """One customer with warning signs; amounts in the business's currency.

    `similar` is how many earlier cases of the shop showed the same signs, and how many of them ended badly.
    """

    customer: Customer
    severity: str
    signs: tuple[Sign, ...]
    balance: Decimal
    overdue: Decimal
    similar: tuple[int, int]

    @property
    def names(self) -> frozenset[str]:
        """The names of the signs."""
        return frozenset(sign.name for sign in self.signs)


@dataclass(frozen=True, slots=True)
class Watched:
    """One customer's signs of today and what it showed on earlier days."""

    signs: tuple[Sign, ...]
    earlier: tuple[Case, ...]


_WARNED: Remembered[tuple[Warned, ...]] = Remembered(16)
_WATCHED: Unchanged[Watched] = Unchanged(2_000)


async def gather(pos: PosData, request: dict[str, Json], as_of: date) -> Evidence:
    """Return every present alert, those below `request.severity` left out."""
    chosen = at_least(await warned(pos, as_of), request.get("severity", SEVERITIES[0]))
    if named := request.get("customer_id"):
        wanted = frozenset(named.split(","))
        chosen = [one for one in chosen if one.customer.id in wanted]
    rows = [_row(n, one, pos.currency) for n, one in enumerate(chosen, 1)]
    return Evidence(
        facts={
            "as_of": as_of.isoformat(),
            "currency": pos.currency,
            "alert_count": len(rows),
            "alerts": rows[:MOST_SHOWN],
        },
        computed={},
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=len(chosen),
        excluded=pos.excluded,
        subjects=tuple(one.customer.id for one in chosen),
        around={"alerts": [_item(one, row, pos.currency) for one, row in zip(chosen, rows, strict=True)]},
    )


async def warned(pos: PosData, as_of: date) -> tuple[Warned, ...]:
    """Return every customer with warning signs: the gravest first, then the largest balance."""

    async def read() -> tuple[Warned, ...]:
        customers = {one.id: one for one in await pos.customers()}
        accounts = read_accounts(await pos.invoices(), await pos.payments(), scope_of(pos))
        known = {key: account for key, account in accounts.items() if key in customers}
        return tuple(_judged(customers, known, as_of, scope_of(pos)))

    return await _WARNED.get(pos, "warned", read)


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    customers = {one.id: one for one in await pos.customers()}
    for key, account in read_accounts(await pos.invoices(), await pos.payments(), scope_of(pos)).items():
        if key in customers:
            _watched(account, customers[key], as_of, scope_of(pos))
            await asyncio.sleep(0)  # others may go first
    await warned(pos, as_of)


def at_least(found: Sequence[Warned], severity: str) -> list[Warned]:
    """Return those of this severity or a graver one."""
    floor = SEVERITIES.index(severity)
    return [one for one in found if SEVERITIES.index(one.severity) >= floor]


def _judged(
    customers: Mapping[str, Customer], accounts: Mapping[str, Account], day: date, scope: Hashable
) -> list[Warned]:
    receivables = sum((account.balance_on(day) for account in accounts.values()), ZERO)
    watched = {key: _watched(account, customers[key], day, scope) for key, account in accounts.items()}
    cases = [case for one in watched.values() for case in one.earlier]
    judged = [
        _warned(customers[key], accounts[key], one.signs, receivables, cases, day)
        for key, one in watched.items()
        if one.signs
    ]
    return sorted(judged, key=lambda one: (-SEVERITIES.index(one.severity), -one.balance, one.customer.id))


def _watched(account: Account, customer: Customer, day: date, scope: Hashable) -> Watched:
    limit = max(ZERO, customer.credit_limit)

    def work_out() -> Watched:
        return Watched(tuple(signs_on(account, limit, day)), tuple(earlier_cases(account, limit, day)))

    return _WATCHED.get((scope, customer.id, day), (limit, account), work_out)


def _warned(
    customer: Customer,
    account: Account,
    signs: tuple[Sign, ...],
    receivables: Decimal,
    cases: Sequence[Case],
    day: date,
) -> Warned:
    overdue = sum((bill.open for bill in account.bills if bill.due < day and not bill.lost), ZERO)
    return Warned(
        customer=customer,
        severity=severity_of(signs, overdue, receivables),
        signs=signs,
        balance=account.balance_on(day),
        overdue=overdue,
        similar=like(cases, frozenset(sign.name for sign in signs)),
    )


def _row(n: int, one: Warned, currency: str) -> dict[str, Json]:
    """Return the facts of one alert, without its words."""
    return {
        "ref": f"A{n}",
        "customer": one.customer.name,
        "severity": one.severity,
        "outstanding_balance": f"{rounded(one.balance)}",
        "overdue_amount": f"{rounded(one.overdue)}",
        "credit_limit": f"{rounded(max(ZERO, one.customer.credit_limit))}",
        "warning_sign_count": len(one.signs),
        "signs": [sign.name for sign in one.signs],
        "warning_signs": words.texts(one.signs, currency),
        "similar_cases_n": one.similar[0],
        "similar_cases_percent": rate(*one.similar),
    }


def _item(one: Warned, row: Mapping[str, Json], currency: str) -> dict[str, Json]:
    """Return an entry of the answer without words, and with the rules' own where no model is asked for them."""
    unseen = int(row["ref"][1:]) > MOST_SHOWN
    return {
        "alert_type": ALERT_TYPE,
        "severity": one.severity,
        "customer": {
            "name": one.customer.name,
            "outstanding_balance": grouped(one.balance),
            "credit_limit": grouped(max(ZERO, one.customer.credit_limit)),
        },
        "ai_analysis": {"similar_cases": told(*one.similar), **(_words(row, currency) if unseen else {})},
    }


def grouped(amount: Decimal) -> str:
    """Return an amount as the contract shows it: `22,000.00`."""
    return f"{rounded(amount):,.2f}"


def _words(row: Mapping[str, Any], currency: str) -> dict[str, Json]:
    return {
        "summary": words.summary(row, currency),
        "warning_signs": list(row["warning_signs"]),
        "recommended_actions": words.actions(row, currency),
        "risk_explanation": words.explanation(row),
    }


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words for the alerts of the facts, from fixed rules."""
    return {
        "alerts": [
            {"customer": {"name": row["ref"]}, "ai_analysis": _words(row, facts["currency"])} for row in facts["alerts"]
        ]
    }


def merge(answer: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return every alert with its words; where a model left them out the rules' own stay, unknown refs go."""
    by_rule = {one["customer"]["name"]: one["ai_analysis"] for one in fallback(evidence.facts)["alerts"]}
    said: dict[str, dict[str, Any]] = {}
    for one in answer.get("alerts") or ():
        said.setdefault((one.get("customer") or {}).get("name", ""), one.get("ai_analysis") or {})
    alerts = []
    for n, item in enumerate(evidence.around["alerts"], 1):
        own = {name: value for name, value in said.get(f"A{n}", {}).items() if value}
        alerts.append({**item, "ai_analysis": {**by_rule.get(f"A{n}", {}), **own, **item["ai_analysis"]}})
    return {"alerts": alerts}
