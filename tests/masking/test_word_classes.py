"""Words packed into strings answer as a dictionary of them would."""

from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from gateway.masking import word_classes
from gateway.masking.lexicon import SAFE, UNKNOWN, load_lexicon
from gateway.masking.word_classes import WordClasses

WORD = st.text("abkwy'é", min_size=1, max_size=4)


@given(st.dictionaries(WORD, st.integers(0, 5)), st.lists(st.text("abkwy'é\n\t05", max_size=8)))
def test_every_word_has_its_class_and_nothing_else_has_one(classes, others):
    packed = WordClasses(classes, UNKNOWN)
    assert packed.size == len(classes)
    for word in (*classes, *others, *(f"{word}\t{kind}\n" for word, kind in classes.items())):
        wanted = classes.get(word, UNKNOWN)
        assert packed.look(word) == packed[word] == packed[word] == wanted


def test_a_line_of_the_list_is_no_word_of_it(monkeypatch):
    monkeypatch.setattr(word_classes, "BUCKETS", 1)
    packed = WordClasses({"rice": 0, "kofi": 5}, UNKNOWN)
    assert [packed[odd] for odd in ("rice\t0\nkofi", "rice\t0", "\nrice", "ric", "ice", "", "0")] == [UNKNOWN] * 7
    assert (packed["rice"], packed["kofi"]) == (0, 5)


def test_only_listed_words_are_kept_and_no_more_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(word_classes, "KEPT", 3)
    packed = WordClasses(dict.fromkeys("abcdefgh", SAFE), UNKNOWN)
    for word in "abcdefgh" * 2:
        assert packed[word] == SAFE and len(packed) <= 3
    before = dict(packed)
    assert packed["adwoa"] == UNKNOWN
    packed.look("a")
    assert dict(packed) == before


def test_the_lexicon_knows_every_english_word_of_its_list():
    lexicon = load_lexicon()
    words = (files("gateway.masking") / "data" / "english.txt").read_text("utf-8").split()
    assert len(words) > 60_000 and all(lexicon.classes.look(word) != UNKNOWN for word in words)
