"""The memo of record queries."""

import asyncio
from unittest.mock import ANY

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.records import Sale
from gateway.store.records_memo import Memo, estimate_bytes
from gateway.store.records_parsing import parse_inline
from tests.store.record_rows import line, sale


def test_the_least_recently_used_leaves_first() -> None:
    memo = Memo(limit_entries=2)
    memo.put("a", (1,))
    memo.put("b", (2,))
    memo.get("a")
    memo.put("c", (3,))
    assert (memo.get("a"), memo.get("b"), memo.get("c")) == ((1,), None, (3,))


def test_a_result_that_would_fill_the_memo_is_not_kept() -> None:
    memo = Memo(limit_bytes=10_000)
    memo.put("small", (1,))
    memo.put("huge", tuple(range(100)))
    assert (memo.get("huge"), memo.get("small")) == (None, (1,))


def test_lines_of_sales_weigh_too() -> None:
    rows = parse_inline("b", {"sales": [sale("s1", items=[line()] * 10), sale("s2", items=[])]})["sales"]
    long, short = rows
    assert isinstance(long, Sale)
    assert estimate_bytes([long]) > 2 * estimate_bytes([short])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=60))
def test_it_never_holds_more_than_its_room(puts: list[tuple[int, int]]) -> None:
    memo = Memo(limit_bytes=40_000, limit_entries=5)
    for key, size in puts:
        memo.put(key, tuple(range(size)))
        held = [memo.get(key) for key in range(10)]
        assert memo.bytes == sum(estimate_bytes(rows) for rows in held if rows is not None) <= 40_000
        assert len(memo) <= 5


async def test_what_is_read_by_one_is_not_read_again_by_those_who_ask_meanwhile() -> None:
    memo, reads = Memo(), 0

    async def rows() -> tuple[int, ...]:
        nonlocal reads
        async with memo.reading("a"):
            if memo.get("a") is None:
                reads += 1
                await asyncio.sleep(0)
                memo.put("a", (1,))
        found: tuple[int, ...] = memo.get("a")
        return found

    assert await asyncio.gather(rows(), rows(), rows()) == [(1,)] * 3
    assert reads == 1


async def test_who_waited_for_a_read_that_failed_reads() -> None:
    memo, begun = Memo(), asyncio.Event()

    async def failing() -> None:
        async with memo.reading("a"):
            begun.set()
            await asyncio.sleep(0)
            raise ValueError

    async def waiting() -> str:
        async with memo.reading("a"):
            return "read"

    first = asyncio.create_task(failing())
    await begun.wait()
    assert await asyncio.gather(first, waiting(), waiting(), return_exceptions=True) == [ANY, "read", "read"]
    assert isinstance(first.exception(), ValueError)
