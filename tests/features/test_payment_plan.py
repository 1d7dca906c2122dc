"""Payment plans add up to the pesewa."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.money import smallest_unit
from gateway.features.payment_plan import SMALLEST, make_plan
from gateway.features.working_days import is_working_day

amounts = st.integers(300, 90_000_000).map(lambda n: Decimal(n) / 100)


@given(amounts, st.floats(0, 1))
def test_every_plan_adds_up_to_the_balance_in_whole_pesewas(balance: Decimal, chance: float):
    plan = make_plan(balance, chance)
    assert plan is not None
    assert plan.down + plan.installments * plan.amount == balance == plan.total
    assert plan.amount > 0 and plan.down > 0
    assert all(part == part.quantize(Decimal("0.01")) for part in (plan.down, plan.amount))
    parts = plan.parts
    shown = [Decimal(str(parts[name])) for name in ("down_payment", "installments", "installment_amount")]
    assert shown[0] + shown[1] * shown[2] == balance


@given(st.integers(3, 90_000_000).map(Decimal), st.floats(0, 1))
def test_a_plan_in_francs_has_whole_francs_only(balance: Decimal, chance: float):
    plan = make_plan(balance, chance, smallest_unit("XOF"))
    assert plan is not None
    assert plan.down + plan.installments * plan.amount == balance and plan.down > 0 and plan.amount > 0
    assert plan.amount == plan.amount.to_integral_value() and plan.down == plan.down.to_integral_value()
    assert "." not in plan.worded("XOF")


@pytest.mark.parametrize(
    ("balance", "chance", "n", "least", "most"),
    [
        (Decimal(25_000), 0.6, 4, 0.38, 0.42), (Decimal(5_200), 0.6, 3, 0.38, 0.42),
        (Decimal(4_000), 0.6, 2, 0.38, 0.42),
        (Decimal(10_000), 0.3, 3, 0.28, 0.32), (Decimal(10_000), 0.1, 3, 0.18, 0.22),
    ],
)  # fmt: skip
def test_the_better_the_chance_the_more_is_asked_at_once(balance, chance, n, least, most):
    plan = make_plan(balance, chance)
    assert plan is not None and plan.installments == n
    assert least <= plan.down / balance <= most


def test_next_to_nothing_is_not_divided():
    assert make_plan(SMALLEST - Decimal("0.01"), 0.9) is None


@given(amounts, st.dates(date(2026, 1, 1), date(2032, 12, 31)))
def test_every_payment_falls_on_a_working_day_of_its_own(balance: Decimal, start: date):
    plan = make_plan(balance, 0.5)
    assert plan is not None
    days = plan.due_dates(start)
    assert len(days) == plan.installments + 1 and days[0] >= start
    assert all(is_working_day(day) for day in days)
    assert all(a < b <= a + timedelta(days=14) for a, b in pairwise(days))
