"""Money, bars and texts as pages show them."""

import gzip
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.web.assets import ASSETS, HERE
from admin.web.chart import HEIGHT, chart
from admin.web.money import amount, cost
from admin.web.rendering import ENVIRONMENT, code_ticks
from gateway.domain.money import ExchangeRate

FIRST = date(2026, 11, 1)
RATE = ExchangeRate(Decimal("16"), date(2024, 1, 1))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0.00"),
        ("0.00001", "< 0.0001"),
        ("0.0123456", "0.0123"),
        ("0.5", "0.50"),
        ("0.125", "0.1250"),
        ("1", "1.00"),
        ("12345.678", "12,345.68"),
    ],
)
def test_small_amounts_keep_four_decimals_where_two_do_not_say_it(value, shown):
    assert amount(Decimal(value)) == shown


def test_cedis_come_with_dollars():
    shown = cost(500_000_000, RATE)
    assert (shown.ghs, shown.usd) == ("GHS 8.00", "USD 0.50")


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=31))
def test_bars_stay_inside_the_chart_and_keep_their_order(values):
    drawn = chart([(FIRST + timedelta(days=n), value) for n, value in enumerate(values)], lambda day, value: str(value))
    assert drawn.empty == (max(values) == 0)
    for bar, value in zip(drawn.bars, values, strict=True):
        assert 0 <= bar.x <= bar.x + bar.width <= 100.001
        assert bar.y + bar.height == HEIGHT and (bar.height > 0) == (value > 0)
    heights = sorted(zip(values, (bar.height for bar in drawn.bars), strict=True))
    assert [height for _, height in heights] == sorted(height for _, height in heights)


def test_the_highest_day_is_named():
    drawn = chart([(FIRST, 1), (FIRST + timedelta(days=1), 5)], lambda day, value: f"{day.day}: {value}")
    assert drawn.top == "2: 5"


@given(st.text(alphabet="a`<>&\"' "))
def test_code_in_a_sentence_never_becomes_markup(text):
    shown = str(code_ticks(text)).replace("<code>", "").replace("</code>", "")
    assert "<" not in shown and ">" not in shown


def test_what_stands_between_backticks_is_code():
    assert code_ticks("Run `make x` & wait") == "Run <code>make x</code> &amp; wait"
    assert code_ticks("a lone ` stays") == "a lone stays" or "`" not in code_ticks("a lone ` stays")


@pytest.mark.parametrize("template", sorted((HERE / "templates").glob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_forbids(template: Path):
    source = template.read_text()
    assert not re.search(r"<script(?! src=.\{\{ asset)|<style|\sstyle=|\son[a-z]+=|\|\s*safe", source)
    assert not re.search(r'(?:src|href|action)="(?!/|#|data:|\{\{)', source)
    assert ENVIRONMENT.get_template(template.name)


def test_the_stylesheet_is_small_and_calls_no_other_host():
    style = gzip.decompress(ASSETS["admin.css"].packed)
    assert len(gzip.compress(style)) <= 10_000
    assert b"url(" not in style and b"@import" not in style


def test_whether_a_model_is_called_is_said_without_the_words_of_an_electrician():
    said = [
        re.sub("<[^>]+>", "", str(ENVIRONMENT.globals["ui"].breaker(state))) for state in ("closed", "open", "half")
    ]
    assert said == [
        "is called",
        "left out it failed too often; tried again soon",
        "being tried it failed too often before",
    ]
