"""Any order of ledger calls keeps counters and rows in step; checked against a model after every one."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from gateway.domain.ledger import BudgetExhausted, Hold
from gateway.errors import NotReady, QuotaExceeded
from gateway.store.audit import AuditLog
from gateway.store.database import open_database
from gateway.store.ledger import DatabaseLedger
from gateway.store.migrating import migrate
from tests.store.making import (
    BUSINESS,
    MINUTE,
    SetClock,
    assert_balanced,
    claim,
    counted,
    money,
    sealer,
    settlement,
)

CAP, LIMIT = 500, 8
amounts = st.integers(min_value=0, max_value=200)


@dataclass
class Expected:
    """What the model knows of one reservation; `charged` and `units` are what the counters hold for it now."""

    hold: Hold
    amount: int
    units: int
    state: str = "open"
    charged: int = 0


class LedgerStates(RuleBasedStateMachine):
    """Calls in any order, with a clock that runs on."""

    reservations = Bundle("reservations")
    closed = Bundle("closed")

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = SetClock()
        self.known: list[Expected] = []

    @initialize()
    def open(self):
        url = f"sqlite:///{self.folder}/ledger.sqlite"
        self.run(migrate(url))
        self.database = open_database(url)
        self.run(self.database.open())
        self.ledger = DatabaseLedger(self.database, sealer(), self.clock)

    def run(self, work):
        return self.runner.run(work)

    def spent(self):
        return sum(each.charged for each in self.known)

    def reserved(self):
        return sum(each.amount for each in self.known if each.state in ("open", "sent"))

    def used(self):
        return sum(each.units for each in self.known)

    @rule(target=reservations, amount=amounts, units=st.integers(min_value=0, max_value=3))
    def reserve(self, amount, units):
        wanted = claim(amount=amount, units=units, quota_limit=LIMIT, budget_cap=CAP, expires_at=self.clock.at + MINUTE)
        try:
            hold = self.run(self.ledger.reserve(wanted))
        except QuotaExceeded:
            assert units
            assert self.used() + units > LIMIT
            return multiple()
        except BudgetExhausted:
            assert amount
            assert self.spent() + self.reserved() + amount > CAP
            return multiple()
        self.known.append(Expected(hold, amount, units))
        assert hold.quota_used == self.used() <= LIMIT
        assert hold.budget_left == max(0, CAP - self.spent() - self.reserved())
        return self.known[-1]

    @rule(which=reservations, amount=amounts)
    def extend(self, which, amount):
        fits = self.spent() + self.reserved() + amount <= CAP or not amount
        extended = self.run(self.ledger.extend(which.hold, amount))
        assert extended == (fits and which.state in ("open", "sent"))
        which.amount += amount if extended else 0

    @rule(which=reservations)
    def mark_sent(self, which):
        try:
            self.run(self.ledger.mark_sent(which.hold))
        except NotReady:
            assert which.state in ("charged", "returned")
            return
        assert which.state in ("open", "sent")
        which.state = "sent"

    @rule(target=closed, which=consumes(reservations), cost=amounts, units=st.integers(min_value=0, max_value=3))
    def settle(self, which, cost, units):
        which.units = min(units, which.hold.claim.units)
        self.run(self.ledger.settle(which.hold, settlement(which.hold.claim, cost=cost, units=which.units)))
        which.state, which.charged = "settled", cost
        return which

    @rule(target=closed, which=consumes(reservations))
    def release(self, which):
        self.run(self.ledger.release(which.hold))
        which.state, which.charged, which.units = "released", 0, 0
        return which

    @rule(which=closed, cost=amounts)
    def close_again(self, which, cost):
        self.run(self.ledger.settle(which.hold, settlement(which.hold.claim, cost=cost)))
        self.run(self.ledger.release(which.hold))

    @rule(cost=st.integers(min_value=0, max_value=1))
    def settle_directly(self, cost):
        wanted = claim(quota_limit=LIMIT, budget_cap=CAP)
        try:
            hold = self.run(self.ledger.settle_direct(wanted, 1, lambda hold: (hold, settlement(wanted, cost=cost))))
        except QuotaExceeded:
            assert self.used() + 1 > LIMIT
            return
        self.known.append(Expected(hold, 0, 1, "settled", cost))

    @rule(seconds=st.integers(min_value=1, max_value=50))
    def sweep_later(self, seconds):
        self.clock.at += seconds * 1_000_000
        due = [e for e in self.known if e.state in ("open", "sent") and e.hold.claim.expires_at <= self.clock.at]
        assert self.run(self.ledger.sweep()) == len(due)
        for each in due:
            if each.state == "sent":
                each.state, each.charged = "charged", each.amount
            else:
                each.state, each.units = "returned", 0

    @invariant()
    def counters_are_those_of_the_model_and_of_the_rows(self):
        assert self.run(money(self.database)) == (self.spent(), self.reserved())
        assert self.run(counted(self.database)) == self.used()
        self.run(assert_balanced(self.database))

    def teardown(self):
        assert self.run(AuditLog(self.database).verify(BUSINESS)) is None
        self.run(self.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)


TestLedgerStates = LedgerStates.TestCase
TestLedgerStates.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
