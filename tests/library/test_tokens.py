import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.library.tokens import estimate_tokens

SAMPLES = json.loads((Path(__file__).parent / "o200k_counts.json").read_text(encoding="utf-8"))
"""Texts with their true number of tokens in the o200k vocabulary, drawn afresh from the sources of the fit."""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["kind"])
def test_the_estimate_is_never_below_the_true_count(sample):
    assert estimate_tokens(sample["text"]) >= sample["tokens"]


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s["kind"] != "unusual" and s["tokens"] >= 100])
def test_the_estimate_is_tight_for_prompts_and_evidence(sample):
    assert estimate_tokens(sample["text"]) <= 1.4 * sample["tokens"]


@pytest.mark.parametrize("unit", ["1", "12", "a", "Z", "it"])
@pytest.mark.parametrize("between", [", ", "; ", ",", "|", "\n", " ", "/"])
def test_a_list_of_short_things_counts_at_least_one_token_for_each_thing(unit, between):
    assert estimate_tokens(between.join([unit] * 100)) >= 100


@given(st.text())
def test_any_text_has_an_estimate_between_nothing_and_its_bytes(text):
    assert (0 if not text else 1) <= estimate_tokens(text) <= len(text.encode("utf-8", "surrogatepass"))


def test_two_kilobytes_take_microseconds():
    text = ("The balance of GHS 5,200.00 has been due since 2026-10-14. " * 40)[:2048]
    started = time.process_time()
    for _ in range(500):
        estimate_tokens(text)
    assert (time.process_time() - started) / 500 < 100e-6
