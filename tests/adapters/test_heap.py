"""What is freed between blocks in use goes back to the system."""

import platform
import subprocess
import sys

import pytest

from gateway.adapters import heap
from gateway.adapters.heap import give_back, share_one_heap


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no malloc_trim")
async def test_free_pages_between_blocks_in_use_are_given_back():
    blocks = [bytes(20_000) for _ in range(500)]
    kept = blocks[::2]  # what lies between them cannot be given back from the end of the heap
    del blocks
    assert await give_back() and len(kept) == 250


async def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(heap, "_TRIM", None)
    assert await give_back() is False
    assert share_one_heap() is False


_HEAPS = """
import sys, threading, ctypes
from gateway.adapters.heap import share_one_heap
if sys.argv[1] == "shared":
    assert share_one_heap()
at = []
def take():
    allocate = ctypes.CDLL(None).malloc
    allocate.restype = ctypes.c_size_t
    at.append(allocate(40_000))
take()
thread = threading.Thread(target=take)
thread.start()
thread.join()
lines = [line.split(maxsplit=5) for line in open("/proc/self/maps")]
heap = next(line[0].split("-") for line in lines if line[-1].strip() == "[heap]")
print(all(int(heap[0], 16) <= address < int(heap[1], 16) for address in at))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no heaps of threads")
@pytest.mark.parametrize(("how", "same"), [("shared", "True"), ("apart", "False")])
def test_threads_take_memory_from_the_heap_of_the_first(how: str, same: str) -> None:
    done = subprocess.run([sys.executable, "-c", _HEAPS, how], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == same
