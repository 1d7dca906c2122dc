import time

from gateway.adapters.clock import SystemClock


def test_now_is_in_microseconds_since_the_epoch() -> None:
    before = time.time_ns() // 1000
    assert before <= SystemClock().now() <= time.time_ns() // 1000


def test_monotonic_is_in_seconds_and_never_runs_backwards() -> None:
    clock, before = SystemClock(), time.monotonic()
    readings = [before, *(clock.monotonic() for _ in range(100)), time.monotonic()]
    assert readings == sorted(readings)
