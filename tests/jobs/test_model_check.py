"""A model that a route names is told of before it is gone, and when its provider no longer lists it."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.adapters.offline_model import OfflineModel
from gateway.domain.jobs import NewJob
from gateway.jobs.model_check import KIND, retiring
from gateway.jobs.runner import Runner
from gateway.library.policy import load_policy
from gateway.settings import ROOT
from tests.service import Served

POLICY = load_policy(ROOT / "gateway" / "policy")
TODAY = date(2026, 11, 22)
ROUTED = sorted({model for models in POLICY.routes.values() for model in models})


def ending(day: date | None):
    first = ROUTED[0]
    models = {**POLICY.models, first: replace(POLICY.models[first], shutdown_date=day)}
    return first, replace(POLICY, models=models)


ENDS = [(date(2027, 1, 21), 1), (date(2027, 1, 22), 0), (date(2026, 1, 1), 1), (None, 0)]


@pytest.mark.parametrize(("day", "told"), ENDS)
def test_it_is_told_of_sixty_days_before_and_after(day, told):
    model, policy = ending(day)
    events = [event for event in retiring(policy, TODAY, frozenset()) if event.data["model"] == model]
    assert len(events) == told
    if told:
        assert events[0].data["shutdown_date"] == day.isoformat()
        assert events[0].data["routes"]


def test_one_that_is_no_longer_listed_is_told_of_and_no_list_says_nothing():
    model, policy = ending(None)
    others = frozenset(ROUTED) - {model}
    assert [event.data["model"] for event in retiring(policy, TODAY, others)] == [model]
    assert retiring(policy, TODAY, frozenset()) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_it_runs_without_a_provider(still: Served):
    assert not hasattr(OfflineModel, "available")
    added = await still.store.jobs.add("", NewJob(KIND.name))
    await Runner(still.service.tools, {KIND.name: KIND}).drain()
    assert (await still.store.jobs.get("", added.id)).state == "completed"
