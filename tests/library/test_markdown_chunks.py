"""A document becomes passages that each know where they stand."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.library.markdown_chunks import MAX_PASSAGE, anchor_of, chunks_of

TEXT = """# Selling

Intro of the guide.

## How to *sell* on `credit`

Choose the [customer](x.md) and take **credit**.

1. One step.
2. Another step.

| plan | price |
|---|---|
| Starter | GHS 99 |

```
# not a heading
```

<!-- a comment for editors -->
"""


def test_each_heading_is_a_passage_with_its_address():
    first, second = chunks_of(TEXT, "/g/selling", "Fallback")
    assert (first.title, first.heading, first.url, first.text) == (
        "Selling",
        "Selling",
        "/g/selling",
        "Intro of the guide.",
    )
    assert second.heading == "How to sell on credit"
    assert second.url == "/g/selling#how-to-sell-on-credit"


def test_marks_comments_and_table_rules_go_and_words_stay():
    text = chunks_of(TEXT, "/g", "F")[1].text
    assert "Choose the customer and take credit." in text
    assert "1. One step.\n2. Another step." in text
    assert "Starter: GHS 99" in text
    assert "# not a heading" in text
    assert "comment" not in text and "---" not in text and "**" not in text


def test_underlined_headings_are_headings_and_rules_tables_and_fences_are_not():
    text = "Care\n====\nWash cold.\n\nDrying\n------\nIn the shade.\n\n---\n\n- a list\n---\n\n```\n~~~\n# no\n```\n"
    text += "# Iron\nWarm."
    told = [(chunk.heading, chunk.url, chunk.text) for chunk in chunks_of(text, "u", "F")]
    assert [one[:2] for one in told] == [("Care", "u"), ("Drying", "u#drying"), ("Iron", "u")]
    assert "Wash cold." in told[0][2] and "====" not in told[0][2] and "# no" in told[1][2]


def test_of_front_matter_only_the_title_is_read():
    (chunk,) = chunks_of("---\ntitle: 'Opening hours'\nauthor: Ama\n---\nWe open at seven.\n", "u", "F")
    assert (chunk.title, chunk.text) == ("Opening hours", "We open at seven.")
    assert chunks_of("---\n\nText under a rule.\n", "u", "F")[0].title == "F"


def test_headings_of_the_same_words_have_addresses_of_their_own():
    found = chunks_of("## Price\none\n## Price\ntwo\n", "u", "F")
    assert [chunk.url for chunk in found] == ["u#price", "u#price-1"]


def test_a_document_without_a_heading_takes_the_fallback_title():
    [only] = chunks_of("Just text.", "/g/x", "Opening hours")
    assert (only.title, only.heading, only.url) == ("Opening hours", "Opening hours", "/g/x")


def test_long_sections_are_cut_and_lose_nothing():
    sentences = [f"Sentence number {n} says something." for n in range(200)]
    chunks = chunks_of("# T\n\n" + " ".join(sentences), "/g", "T")
    assert max(len(chunk.text) for chunk in chunks) <= MAX_PASSAGE
    assert " ".join(" ".join(chunk.text.split()) for chunk in chunks) == " ".join(sentences)


@given(st.text(max_size=3000))
def test_any_text_is_cut_within_bounds(text: str):
    for chunk in chunks_of(text, "/g", "T"):
        assert 0 < len(chunk.text) <= MAX_PASSAGE
        assert chunk.title and chunk.heading


def test_anchors_are_those_of_common_renderers():
    assert anchor_of("What's left, and why?") == "whats-left-and-why"
