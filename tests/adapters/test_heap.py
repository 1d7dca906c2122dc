"""What is freed between blocks in use goes back to the system."""

import platform

import pytest

from gateway.adapters import heap
from gateway.adapters.heap import give_back


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no malloc_trim")
async def test_free_pages_between_blocks_in_use_are_given_back():
    blocks = [bytes(20_000) for _ in range(500)]
    kept = blocks[::2]  # what lies between them cannot be given back from the end of the heap
    del blocks
    assert await give_back() and len(kept) == 250


async def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(heap, "_TRIM", None)
    assert await give_back() is False
