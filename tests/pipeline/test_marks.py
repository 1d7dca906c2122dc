"""What the gateway itself puts into a request is never taken for a personal value: that would block the call."""

import random

from gateway.masking.folding import BOUNDARY, fold
from gateway.masking.masker import Masker
from gateway.pipeline.marks import mark


def found_in(marks):
    return {span.kind for span in Masker.default().formats.personal(fold(BOUNDARY.join(marks)))}


def test_no_mark_looks_like_a_number_a_key_or_a_name():
    dice = random.Random(7)
    numbers = [dice.randbytes(size) for size in (8, 10, 32) for _ in range(20_000)]
    assert found_in(f"about_stock/v1:{number.hex()}" for number in numbers) >= {"PHONE", "ACCOUNT"}
    assert found_in(f"about_stock/v1:{mark(number.hex())}" for number in numbers) == set()


def test_marks_differ_where_the_numbers_do():
    assert len({mark(f"{number:08x}") for number in range(0, 2**32, 2**20)}) == 4096
