"""When a version on trial is taken away: soon when it is worse, never by chance alone."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from admin.canary import chance, why_halt, why_turned, worse
from admin.comparing import in_words, word_diff
from admin.replaying import flips, margins
from gateway.library.policy import load_policy
from gateway.settings import ROOT
from gateway.store.canaries import Figures, Volume
from tests.service import catalog_of

COUNTS = st.integers(0, 60)


@given(COUNTS, COUNTS, st.integers(1, 200), st.integers(1, 200))
def test_the_chance_is_fisher_s(bad, other, calls, others):
    bad, other = min(bad, calls), min(other, others)
    exact = fisher_exact([[bad, calls - bad], [other, others - other]], alternative="greater").pvalue
    assert chance(bad, calls, other, others) == pytest.approx(exact, abs=1e-9)


def test_a_version_that_fails_every_time_is_taken_away_after_three_calls():
    assert "3 of 3" in why_halt(Figures(calls=3, ungrounded=3), Figures(calls=200))


@pytest.mark.parametrize("what", ["ungrounded", "invalid", "repaired", "errors"])
def test_each_kind_of_bad_answer_counts(what):
    assert why_halt(Figures(calls=40, **{what: 12}), Figures(calls=400, **{what: 8}))
    assert not why_halt(Figures(calls=40, **{what: 1}), Figures(calls=400, **{what: 8}))


def test_a_dearer_version_is_taken_away_once_that_is_certain():
    assert "2.0 times" in why_halt(Figures(calls=30, cost=60_000), Figures(calls=30, cost=30_000))
    assert not why_halt(Figures(calls=5, cost=60_000), Figures(calls=30, cost=30_000))
    assert not why_halt(Figures(calls=30, cost=33_000), Figures(calls=30, cost=30_000))


def test_an_equally_good_version_is_seldom_halted_however_often_one_looks():
    dice, halted = random.Random(7), 0
    for _ in range(200):
        ours, theirs = [0, 0], [0, 0]
        for _ in range(60):
            for side in (ours, theirs, theirs, theirs):
                side[0] += 1
                side[1] += dice.random() < 0.03
            if worse(ours[1], ours[0], theirs[1], theirs[0]):
                halted += 1
                break
    assert halted <= 6


def test_without_any_calls_nothing_is_halted():
    assert not why_halt(Figures(), Figures())


def test_a_decision_that_turns_is_said_in_words():
    prompt = catalog_of().versions("credit_risk")[-1]
    live = {"recommendation": {"action": "APPROVE_PARTIAL"}, "explanation": "Long words"}
    draft = {"recommendation": {"action": "DENY"}, "explanation": "Other words"}
    assert flips(live, draft, prompt) == ["action: approve partial → deny"]


def test_the_margin_moves_by_the_calls_of_the_plan():
    policy = load_policy(ROOT / "gateway" / "policy")
    name = next(plan for plan, found in policy.plans.items() if found.price_ghs)
    volumes = {name: Volume(10, 1000, 0, 10**9)}
    (row,) = margins({name: policy.plans[name]}, volumes, 10**6, policy.rates[-1])
    assert row.cost_after == pytest.approx(2 * row.cost)
    assert row.before is not None and row.after is not None and row.after < row.before


def test_two_sentences_without_a_common_word_are_not_shuffled_into_each_other():
    old, new = "Debts to other suppliers are not visible", "The request raises the limit by 50%"
    assert [(piece.kind, piece.text) for piece in word_diff(old, new)] == [("removed", old), ("added", new)]
    kinds = [piece.kind for piece in word_diff("Pay by Friday, please.", "Pay by Monday, please.")]
    assert kinds == ["same", "removed", "added", "same"], "a common word stays one"


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_pieces_of_a_comparison_are_both_texts(old, new):
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


def test_a_change_is_told_in_sentences():
    old = {"messages": [{"role": "system", "content": "Be kind."}], "params": {"max_output_tokens": 100}}
    new = {"messages": [{"role": "system", "content": "Be very kind."}], "params": {"max_output_tokens": 80}}
    assert in_words(old, new) == [
        "What the model is told first: 1 word added, 0 taken away.", "Max output tokens: 100 → 80."
    ]  # fmt: skip


def test_drafts_that_were_only_tried_are_forgotten_again():
    catalog = catalog_of()
    newest = catalog.versions("credit_risk")[-1]
    tried = replace(newest, version=99, content_hash="f" * 64)
    catalog.add(tried)
    assert catalog.by_hash["f" * 64] is tried and catalog.versions("credit_risk")[-1] is tried
    catalog.drop("f" * 64)
    catalog.drop("f" * 64)
    assert "f" * 64 not in catalog.by_hash and catalog.versions("credit_risk")[-1] is newest


@pytest.mark.parametrize(
    ("turned", "compared", "halts"), [(0, 40, False), (2, 2, False), (3, 60, False), (3, 40, True)]
)
def test_a_version_that_turns_decisions_is_taken_away(turned, compared, halts):
    assert bool(why_turned(turned, compared)) is halts
