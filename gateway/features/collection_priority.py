"""Collection priority: who to contact first, ranked by code in one page; one model call words the first few.

Reads invoices, payments and reminders once (`gateway.features.collection_board`) and the sales of those shown.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.money import round_cents
from gateway.features.collection_board import Board, Debtor, read_board
from gateway.features.collection_words import ON_A_PAGE, Case, chosen_words, facts_of, item, read_cases, words_of
from gateway.features.pressure import pressure_in
from gateway.features.wording import count, plain
from gateway.ports import PosData

MOST_LISTED = 25
"""Rows of one page; the rest is counted in a warning."""
MOST_WORDED = 4
"""Rows that a model words; the rules word the others in the same way."""

PII = {"/customers/*/name": "person-or-business"}
PLAIN = frozenset(
    {
        *("/as_of", "/currency", "/customers/*/urgency", "/customers/*/approach", "/customers/*/likelihood_30_days"),
        *("/customers/*/why/*", "/customers/*/points/*", "/customers/*/actions/*"),
    }
)


async def gather(pos: PosData, request: Mapping[str, Json], as_of: date) -> Evidence:
    """Return the ranked page. Raises `NotFound` for a storefront the business does not have."""
    board = await read_board(pos, as_of, request.get("storefront_id"))
    least = Decimal(str(request.get("min_amount", 0)).replace(",", ""))
    fitting = _fitting(board, only_overdue=request.get("overdue_only", True), least=least)
    listed = fitting[:MOST_LISTED]
    cases = await read_cases(pos, board, listed, as_of)
    rows = [{**item(case), "rank": rank} for rank, case in enumerate(cases, 1)]
    shown = [{**facts_of(case, ON_A_PAGE), "rank": rank} for rank, case in enumerate(cases[:MOST_WORDED], 1)]
    for row, case in list(zip(rows, cases, strict=True))[MOST_WORDED:]:
        row["ai_insights"] |= words_of(facts_of(case, ON_A_PAGE))
    return Evidence(
        facts={
            "as_of": as_of.isoformat(),
            "currency": pos.currency,
            "overdue_customers": board.overdue_customers,
            "total_overdue": plain(board.overdue),
            "customers": shown,
        },
        computed={"summary": _summary(board, listed), "strategic_insights": board.habits.answer()},
        around={"priority_list": rows},
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=board.n,
        excluded=pos.excluded,
        subjects=tuple(one.debt.customer_id for one in listed),
        warnings=_warnings(board, cases, len(fitting)),
    )


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await read_board(pos, as_of)


def _fitting(board: Board, *, only_overdue: bool, least: Decimal) -> list[Debtor]:
    """Return the debtors asked for; the least amount is about overdue money, or the balance where all are asked for."""
    if only_overdue:
        return [one for one in board.debtors if one.debt.overdue > 0 and one.debt.overdue >= least]
    return [one for one in board.debtors if one.debt.balance >= least]


def _summary(board: Board, listed: Sequence[Debtor]) -> dict[str, Json]:
    zero = Decimal(0)
    recovery = round_cents(sum((one.debt.recovery for one in listed), zero))
    return {
        "total_overdue_customers": board.overdue_customers,
        "total_overdue_amount": f"{board.overdue:,.2f}",
        "prioritized_count": len(listed),
        "prioritized_amount": f"{sum((one.debt.overdue for one in listed), zero):,.2f}",
        "potential_recovery_30_days": f"{recovery:,.2f}",
    }


def _warnings(board: Board, cases: Sequence[Case], fitting: int) -> tuple[str, ...]:
    found = board.habits.warnings()
    if len(cases) > MOST_WORDED:
        found.append(
            f"A model words the first {MOST_WORDED} customers; fixed rules word the other {len(cases) - MOST_WORDED}."
        )
    if fitting > len(cases):
        found.append(f"{count(fitting - len(cases), 'customer')} of lower rank were left out.")
    return tuple(found)


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words of the first rows from their own statements."""
    return {"priority_list": [{"rank": one["rank"], "ai_insights": words_of(one)} for one in facts["customers"]]}


def expand(words: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words in the order of the facts: unknown and repeated ranks go, the rules fill what is missing."""
    given = {one["rank"]: one["ai_insights"] for one in reversed(words["priority_list"])}
    return {
        "priority_list": [
            {"rank": one["rank"], "ai_insights": chosen_words(given.get(one["rank"]), one)}
            for one in facts["customers"]
        ]
    }


def merge(words: Mapping[str, Any], evidence: Evidence) -> dict[str, Json]:
    """Return the list: code's rows with the words of the first of them."""
    given = {one["rank"]: one["ai_insights"] for one in words["priority_list"]}
    shown = {one["rank"]: one for one in evidence.facts["customers"]}
    return {
        "priority_list": [
            {**row, "ai_insights": row["ai_insights"] | chosen_words(given.get(row["rank"]), shown[row["rank"]])}
            if row["rank"] in shown
            else row
            for row in evidence.around["priority_list"]
        ]
    }


def unsupported(text: str, facts: Mapping[str, Any]) -> list[str]:
    """Return words that press or insult; nobody is advised to do so."""
    return pressure_in(text)
