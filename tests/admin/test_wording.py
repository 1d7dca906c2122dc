"""A prompt's text as people read it: lines flow, lists and paragraphs stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.comparing import in_words, messages
from admin.wording import flowing
from tests.service import catalog_of

LONG = "The shop sells rice, oil and soap in small amounts to people who live and work near the big market"


def test_a_line_that_was_broken_at_the_margin_flows():
    assert flowing(f"{LONG}\nin town. Be kind.\n\nNext.") == f"{LONG} in town. Be kind.\n\nNext."


@pytest.mark.parametrize(
    "kept", ["- a point", "* a point", "2. a point", "# A heading", "{% if x %}", "{{ evidence }}", "<x>"]
)
def test_what_begins_a_line_of_its_own_stays(kept):
    assert flowing(f"{LONG}\n{kept}") == f"{LONG}\n{kept}"


def test_a_short_line_ends_where_it_ends():
    assert flowing(f"What to write\n{LONG}") == f"What to write\n{LONG}"
    assert flowing("Be kind.\nBe brief.") == "Be kind.\nBe brief."
    assert flowing(f"{LONG[:70]}.\nBe brief.\n{LONG}") == f"{LONG[:70]}.\nBe brief.\n{LONG}"


@given(st.text(alphabet="ab -\n{}%#.", max_size=400))
def test_no_word_is_lost_or_made(text):
    assert flowing(text).split() == text.split()


def test_no_shipped_prompt_is_shown_with_broken_sentences():
    for prompt in catalog_of().prompts.values():
        for message in prompt.document["messages"]:
            for line in flowing(message["content"]).split("\n"):
                assert not line.endswith((" and", " the", " a", " of", " to")), (prompt.label, line)


def test_breaking_lines_elsewhere_is_no_change_of_words():
    old = {"messages": [{"role": "system", "content": f"{LONG}\nin town. Be kind."}]}
    new = {"messages": [{"role": "system", "content": f"{LONG} in town.\nBe kind."}]}
    assert in_words(old, new) == ["What the model is told first: no word, only marks, spaces or line breaks."]
    assert "".join(piece.text for piece in messages(old, new)[0].pieces if piece.kind != "same").strip() == ""
