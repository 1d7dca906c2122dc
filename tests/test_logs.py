"""Log lines hold what is on the list and nothing else, wherever standard error leads to."""

import asyncio
import io
import json
import sys

import pytest
import structlog

from gateway import logs


@pytest.fixture(autouse=True)
def defaults():
    yield
    structlog.reset_defaults()


def lines(monkeypatch, level="info") -> io.BytesIO:
    written = io.BytesIO()
    logs.configure(level)
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written, write_through=True))
    return written


def test_a_field_that_is_not_on_the_list_is_never_written(monkeypatch):
    written = lines(monkeypatch)
    structlog.get_logger().info("request", request_id="r1", body="Ama Mensah 0244123456", error=ValueError("Ama"))
    line = json.loads(written.getvalue())
    assert line["request_id"] == "r1"
    assert line["error"] == "ValueError"
    assert b"Ama" not in written.getvalue()


def test_lines_below_the_level_are_not_written(monkeypatch):
    written = lines(monkeypatch, "warning")
    structlog.get_logger().info("request")
    assert written.getvalue() == b""


def test_standard_error_may_be_replaced_after_the_start(monkeypatch):
    lines(monkeypatch)
    later = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(later, write_through=True))
    structlog.get_logger().warning("later")
    assert json.loads(later.getvalue())["event"] == "later"


async def test_a_task_that_is_not_to_be_heard_silences_nobody_else(monkeypatch):
    written = lines(monkeypatch)
    log = structlog.get_logger()

    async def tried():
        with logs.unheard():
            await asyncio.sleep(0)
            log.warning("answer_unusable")
            log.critical("disk full")
        log.warning("afterwards")

    async def serving():
        log.warning("served")

    await asyncio.gather(tried(), serving())
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == [
        "served", "disk full", "afterwards"
    ]  # fmt: skip
