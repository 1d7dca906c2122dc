"""Whatever goes wrong under /admin is a page with the request's id and one next step."""

import pytest

from gateway.errors import NotReady
from gateway.store.overview import Overview
from tests.admin.visiting import text

pytestmark = pytest.mark.asyncio(loop_scope="module")
LEAKS = ("Traceback", "SELECT", "secret text", "RuntimeError", ".py")


@pytest.mark.parametrize(
    ("path", "status", "step"),
    [("/admin/nothing", 404, "Go to the overview"), ("/admin/deep/er/than/that", 404, "Go to the overview")],
)
async def test_an_unknown_address_leads_back(place, path, status, step):
    answer = await (await place.signed_in()).get(path)
    assert answer.status == status
    assert step in text(answer)
    assert answer.headers["x-request-id"] in text(answer)


async def test_a_fault_of_ours_shows_its_id_and_nothing_else(place, monkeypatch):
    async def fail(*_):
        raise RuntimeError("secret text")

    visitor = await place.signed_in()
    monkeypatch.setattr(Overview, "released", fail)
    answer = await visitor.get("/admin/")
    assert answer.status == 500
    assert answer.headers["x-request-id"] in text(answer)
    assert not [leak for leak in LEAKS if leak in text(answer)]


async def test_a_database_that_does_not_answer_is_called_by_its_name(place, monkeypatch):
    async def fail(*_):
        raise NotReady("The database does not answer. Try again in a moment.")

    visitor = await place.signed_in()
    monkeypatch.setattr(Overview, "released", fail)
    answer = await visitor.get("/admin/")
    assert answer.status == 503
    assert "The database does not answer." in text(answer)
