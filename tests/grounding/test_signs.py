"""The one pass over a text's words never hides a text from a rule that has something to say about it."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.grounding import absolutes, ranks
from gateway.grounding.extract import is_plain, lower, read
from gateway.grounding.facts import FactIndex
from gateway.grounding.lexicon import SIGNALS
from gateway.grounding.sentences import single
from gateway.grounding.signs import ABSOLUTES, RANKS, SIGNAL_WORDS, WORTH_A_LOOK, signs, speaks_in_words
from gateway.grounding.stream import StreamGrounder, clean
from tests.grounding.corpus_records import CASES

INDEX = FactIndex(CASES["collection"].evidence)
PATTERNS = {
    "none": (absolutes._NONE, ABSOLUTES),
    "never": (absolutes._NEVER, ABSOLUTES),
    "always": (absolutes._ALWAYS, ABSOLUTES),
    "cause": (absolutes._CAUSE, ABSOLUTES),
    "most": (ranks._SUPERLATIVE, RANKS),
    "more": (ranks._COMPARATIVE, RANKS),
}
AROUND = st.text("aé½_9 .,-'\n", max_size=3)
TALK = [*SIGNALS, *ranks.WORDS, *absolutes.WORDS, "than", "late", "is", "on", "of", "to", "by", "has", "stock", "Kofi"]
BETWEEN = [" ", "-", "_", ", ", "\n", "é", "½", "7", "'", ".", ""]
"""Word joined to word by everything that may or may not end one."""


@pytest.mark.parametrize("name", PATTERNS)
def test_whatever_a_pattern_finds_has_its_sign(name: str):
    pattern, bit = PATTERNS[name]

    @settings(deadline=None, max_examples=80)
    @given(AROUND, st.from_regex(pattern), AROUND)
    def holds(before: str, inside: str, after: str) -> None:
        low = lower(before + inside + after)
        assert pattern.search(low) is None or signs(low) & bit

    holds()


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(TALK), st.sampled_from(BETWEEN)), max_size=12))
@example([("has", ""), ("never", " "), ("late", "")])
def test_no_rule_acts_on_a_text_without_its_sign(pieces: list[tuple[str, str]]):
    text = "".join(word + gap for word, gap in pieces)
    low, seen = lower(text), signs(lower(text))
    assert bool(seen & WORTH_A_LOOK) is not is_plain(low)
    assert speaks_in_words(low, seen) is (ranks.speaks_of_rank(low) or absolutes.speaks_absolutely(low))
    if not seen & SIGNAL_WORDS:
        assert not read(text, low).directions and not read(text, low).claims


def test_a_text_without_telling_words_has_no_sign():
    assert signs("the shop opens at dawn and sells rice, beans and oil") == 0


@settings(deadline=None, max_examples=300)
@given(st.text("aT1 .!?…\n-\"')%", max_size=24))
@example("- Sales grew 15.4%.\n")
@example("1. Sold 5 bags")
@example("   ")
def test_a_text_of_one_sentence_is_judged_as_when_it_streams(text: str):
    if single(text) is None:
        return
    assert "".join(single(text) or ()) == text
    grounder = StreamGrounder(INDEX)
    shown = grounder.feed(text) + grounder.close()
    assert (clean(text, INDEX).text, clean(text, INDEX).checked) == (shown, grounder.checked)
    assert grounder.sentences == 1


def test_the_hints_of_absolute_claims_are_covered_by_their_words():
    words = [set(re.findall("[a-z]+", hint)) for _, hints in absolutes._HINTS for hint in hints]
    assert all(hint & absolutes.WORDS for hint in words)
