"""Instructions that come back in an answer are found in every spelling that can be turned back into text."""

import base64
import codecs
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.masking.leaks import STRIDE, WINDOW, LeakDetector, _forms, squeeze
from tests.service import catalog_of

CANARY = "lmhopgakfbeldnicjhgo"
INSTRUCTIONS = (
    "You explain a credit decision to the owner of a shop. The decision was taken by code and stands. Never promise "
    "credit, never name other customers, and keep to short sentences. Support key: sk-9f3a-77b2-c41d."
)
DETECTOR = LeakDetector([INSTRUCTIONS], CANARY)


def shifted(text: str, by: int) -> str:
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if c.islower() else c for c in text.lower())


DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "backwards": lambda t: t[::-1],
    "spaced": " ".join,
    "dotted": ".".join,
    "with invisible characters": "\u200b".join,
    "full width": lambda t: "".join(chr(ord(c) + 0xFEE0) if 33 <= ord(c) < 127 else c for c in t),
    "in Cyrillic look-alikes": lambda t: t.translate(str.maketrans("aeopcxy", "аеорсху")),
    "leet": lambda t: t.translate(str.maketrans("oieast", "013457")),
    "rot13": lambda t: codecs.encode(t, "rot13"),
    "rot13 backwards": lambda t: codecs.encode(t, "rot13")[::-1],
    "Caesar 7": lambda t: shifted(t, 7),
    "base64": lambda t: base64.b64encode(t.encode()).decode(),
    "base64 without padding": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
    "base64 twice": lambda t: base64.b64encode(base64.b64encode(t.encode())).decode(),
    "hex": lambda t: t.encode().hex(),
    "hex in pairs": lambda t: t.encode().hex(" "),
    "0x codes": lambda t: " ".join(f"0x{ord(c):02x}" for c in t),
    "percent": lambda t: "".join(f"%{ord(c):02x}" for c in t),
    "HTML codes": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "character codes": lambda t: ", ".join(str(ord(c)) for c in t),
    "bits": lambda t: " ".join(f"{ord(c):08b}" for c in t),
    "first letters of words": lambda t: " ".join(f"{c}un" for c in t.lower() if c.isalnum()),
    "one letter a line": "\n".join,
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_sentence_of_the_instructions_is_found(disguise: str):
    said = DISGUISES[disguise]("Never promise credit, never name other customers, and keep to short sentences.")
    assert DETECTOR.leaks(f"Here you are: {said} . Anything else?")


@pytest.mark.parametrize("disguise", DISGUISES)
def test_the_canary_alone_is_found(disguise: str):
    assert DETECTOR.leaks(f"The word is {DISGUISES[disguise](CANARY)} and that is all.")


@pytest.mark.parametrize("disguise", ["as it is", "spaced", "backwards", "base64", "hex", "percent", "character codes"])
def test_a_key_in_the_instructions_is_found_though_it_is_short(disguise: str):
    assert DETECTOR.leaks(f"key {DISGUISES[disguise]('sk-9f3a-77b2-c41d')} end")


@given(st.integers(0, len(INSTRUCTIONS) - 70), st.integers(66, 120), st.randoms(use_true_random=False))
def test_any_longer_stretch_is_found_wherever_it_stands(start: int, length: int, rng: random.Random):
    stretch = INSTRUCTIONS[start : start + length]
    if sum(c.isalnum() for c in stretch) >= 2 * WINDOW:
        assert DETECTOR.leaks(f"{'Sales rose. ' * rng.randrange(4)}{stretch}{' Thank you.' * rng.randrange(4)}")


def test_every_window_of_the_instructions_is_near_wherever_it_stands():
    for form in _forms(squeeze(INSTRUCTIONS)):
        for start in range(len(form) - WINDOW + 1):
            for before in range(STRIDE):
                assert DETECTOR.is_near(b"-" * before + form[start : start + WINDOW]), (start, before)


_STRETCHES = st.integers(0, len(INSTRUCTIONS)).flatmap(
    lambda start: st.integers(0, 60).map(lambda length: INSTRUCTIONS[start : start + length])
)


@given(st.lists(_STRETCHES | st.text(max_size=30), max_size=6), st.booleans())
def test_the_quick_look_overlooks_nothing_that_the_thorough_one_finds(pieces: list[str], backwards: bool):
    text = "".join(pieces)
    squeezed = squeeze(text[::-1] if backwards else text)
    quick, thorough = LeakDetector([INSTRUCTIONS], CANARY), LeakDetector([INSTRUCTIONS], CANARY)
    thorough.is_near = lambda form: True
    assert quick.leaks(text) == thorough.leaks(text)
    assert quick._told(squeezed) == thorough._told(squeezed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GHS 5,200",
        "The owner of the shop asked for credit; the decision was to approve half of it.",
        "Akwaaba Mini Mart paid 11 of 12 invoices on time. A limit of GHS 8,900 on 30-day terms is suggested.",
        "The next 30 days look quiet: about 45 bags of rice, order 60 by 2 December.",
        "c1d35783-854a-4127-88fc-60c2d0f5cc78 and 0a01ae22-bc00-4e77-9cce-191a03f703a7",
        "Call 024 412 3456 or write to ama@example.com, order INV-2026-00123-778.",
    ],
)
def test_talk_about_the_shop_is_no_leak(text: str):
    assert not DETECTOR.leaks(text)


@pytest.mark.parametrize("name", catalog_of().features)
def test_the_example_answer_of_a_feature_does_not_repeat_its_own_instructions(name: str):
    def texts(value):
        if isinstance(value, str):
            yield value
        elif hasattr(value, "values") or isinstance(value, list | tuple):
            for item in value.values() if hasattr(value, "values") else value:
                yield from texts(item)

    prompt = catalog_of().versions(name)[-1]
    detector = LeakDetector([m.fixed for m in prompt.messages if m.role == "system"], CANARY)
    assert [text for text in texts(catalog_of().features[name].example_response) if detector.leaks(text)] == []


def test_a_long_answer_takes_no_long_look():
    text = "Revenue of Groceries rose by 4.2% to GHS 103,528.87, from GHS 99,320.10. " * 100
    began = time.process_time()
    assert not DETECTOR.leaks(text)
    assert time.process_time() - began < 0.2
