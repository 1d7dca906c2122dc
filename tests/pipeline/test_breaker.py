"""A breaker opens after a bad stretch, lets a few probes through and closes after a good one."""

import pytest

from gateway.domain.reply import Fault
from gateway.pipeline.breaker import MIN_ATTEMPTS, OPEN_S, PROBES, Breaker


def breaker() -> Breaker:
    return Breaker(lambda: 0.5)


def failing(count: int, fault: Fault = Fault.SERVER_ERROR) -> Breaker:
    made = breaker()
    for step in range(count):
        made.failed(step * 0.1, fault)
    return made


def test_it_stays_closed_below_the_least_number_of_attempts():
    assert failing(MIN_ATTEMPTS - 1).allows(2.0)


def test_it_opens_when_half_of_enough_attempts_failed():
    made = breaker()
    for step in range(MIN_ATTEMPTS // 2):
        made.succeeded(step * 0.1)
        made.failed(step * 0.1, Fault.TIMEOUT)
    assert made.state(2.0) == "open"
    assert not made.allows(2.0)


def test_failures_of_long_ago_do_not_count():
    made = failing(MIN_ATTEMPTS - 1)
    made.failed(60.0, Fault.SERVER_ERROR)
    assert made.state(60.0) == "closed"


@pytest.mark.parametrize("fault", [Fault.AUTHENTICATION, Fault.QUOTA_EXHAUSTED, Fault.MODEL_GONE])
def test_a_fault_of_key_or_account_opens_it_at_once(fault):
    made = breaker()
    made.failed(0.0, fault)
    assert made.state(1.0) == "open"


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.BAD_REQUEST, Fault.REFUSED])
def test_faults_that_say_nothing_about_health_never_open_it(fault):
    assert failing(100, fault).allows(11.0)


def test_after_the_pause_only_a_few_probes_pass_and_a_good_one_closes_it():
    made = failing(MIN_ATTEMPTS)
    later = 2.0 + OPEN_S * 1.1
    assert [made.allows(later) for _ in range(PROBES + 2)] == [True] * PROBES + [False] * 2
    made.succeeded(later)
    assert made.state(later) == "closed"


def test_a_failed_probe_opens_it_again():
    made = failing(MIN_ATTEMPTS)
    later = 2.0 + OPEN_S * 1.1
    assert made.allows(later)
    made.failed(later, Fault.TIMEOUT)
    assert made.state(later + 1) == "open"


def test_probes_whose_callers_vanished_do_not_lock_it_for_ever():
    made = failing(MIN_ATTEMPTS)
    later = 2.0 + OPEN_S * 1.1
    for _ in range(PROBES):
        made.allows(later)
    assert not made.allows(later + 1)
    assert made.allows(later + 11)
