from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.library.windows import kind_of_meter, local_day, window

ZONES = [
    "Africa/Accra", "Africa/Lagos", "Africa/Cairo", "Europe/London", "America/New_York", "America/Sao_Paulo",
    "Asia/Beirut", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "Australia/Lord_Howe", "Africa/Monrovia",
]  # fmt: skip
moments = st.integers(int(datetime(1971, 1, 1).timestamp()), int(datetime(2037, 12, 30).timestamp())).map(
    lambda s: s * 10**6
)


def micros(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**6


def test_a_day_and_a_month_end_at_local_midnight():
    now = micros(2026, 11, 30, 23, 30)
    assert window("day", now, "Africa/Accra").key == "2026-11-30"
    assert window("month", now, "Africa/Accra").resets_at == micros(2026, 12, 1)
    assert window("month", now, "Africa/Lagos").key == "2026-12"
    assert window("month", now, "Africa/Lagos").resets_at == micros(2026, 12, 31, 23)
    assert window("month", micros(2026, 12, 5), "Africa/Accra").resets_at == micros(2027, 1, 1)


def test_a_day_without_midnight_ends_where_the_clock_jumps():
    # Beirut: 2026-03-29 00:00 becomes 01:00, which is 22:00 UTC of the day before.
    assert window("day", micros(2026, 3, 28, 12), "Asia/Beirut").resets_at == micros(2026, 3, 28, 22)


@given(moments, st.sampled_from(ZONES), st.sampled_from(["day", "month"]))
def test_a_window_holds_its_moment_and_ends_exactly_where_the_next_begins(now, zone, kind):
    found = window(kind, now, zone)
    length = 10 if kind == "day" else 7
    local = datetime.fromtimestamp(now / 10**6, ZoneInfo(zone)).date().isoformat()[:length]
    assert found.key == local and found.resets_at > now
    assert window(kind, found.resets_at, zone).key > found.key
    assert window(kind, found.resets_at - 1, zone) == found


@given(moments, st.sampled_from(ZONES))
def test_the_local_day_is_the_key_of_the_daily_window(now, zone):
    assert local_day(now, zone).isoformat() == window("day", now, zone).key


def test_the_end_of_a_meters_name_tells_its_window():
    assert [kind_of_meter("chatbot_messages_per_day"), kind_of_meter("insights_per_month")] == ["day", "month"]


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "", "x" * 500, "a\0b"])
def test_an_unknown_time_zone_is_a_lookup_error(zone):
    with pytest.raises(LookupError):
        window("day", 0, zone)
