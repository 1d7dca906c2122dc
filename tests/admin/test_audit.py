"""The audit page shows the newest entries of one chain and finds what was changed."""

import re
from html import unescape

import pytest

from admin.pages.audit import SAID
from gateway.settings import ROOT
from gateway.store.database import open_database
from tests.admin.visiting import text, used
from tests.service import SANKOFA, VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_only_the_chosen_business_is_shown_newest_first(place):
    for number in range(3):
        await used(place, number, cost=0)
    await used(place, 3, cost=0, owner=VOLTA)
    page = text(await (await place.signed_in()).get(f"/admin/audit?business={SANKOFA}"))
    assert "The newest 3 entries" in page
    assert page.index("Entry 3") < page.index("Entry 1")
    assert "request-2" in page and "request-3" not in page


async def test_no_more_than_fifty_entries_are_shown(place):
    for number in range(100, 152):
        await used(place, number, cost=0)
    page = text(await (await place.signed_in()).get(f"/admin/audit?business={SANKOFA}"))
    assert "The newest 50 entries" in page
    assert "Entry 55" in page and "Entry 5 " not in page


async def test_older_entries_are_a_page_further(place):
    visitor = await place.signed_in()
    first = await visitor.get(f"/admin/audit?business={SANKOFA}")
    (older,) = re.findall(r'href="(/admin/audit[^"]*before=\d+)"', first.body.decode())
    page = text(await visitor.get(unescape(older)))
    assert "Entries 1 to 5 of 55" in page and "Entry 5 " in page and "Entry 6 " not in page
    assert "Older" not in page and "Newest" in page


async def test_an_entry_says_in_words_what_was_done_to_what(place):
    visitor = await place.signed_in()
    await visitor.api("POST", "/admin/api/prompts/credit_risk/draft", {"title": "Kinder words"})
    page = text(await visitor.get("/admin/audit"))
    assert "began a draft Credit risk assessment" in page and "signed in" in page
    assert "asked for: Credit risk assessment" in text(await visitor.get(f"/admin/audit?business={SANKOFA}"))


async def test_a_whole_chain_is_called_whole(place):
    visitor = await place.signed_in()
    page = text(await visitor.get(f"/admin/audit?check=1&business={VOLTA}"))
    assert "The chain is whole. 1 entry was recomputed" in page


async def tamper(place, sql, *args):
    """Change the log as the owner of the tables: the service's own role may not."""
    owner = open_database(place.service.store.database.url, as_owner=True)
    await owner.open()
    await owner.execute(sql, *args)
    await owner.close()


async def test_a_changed_entry_is_found(place):
    sql = "UPDATE audit SET actor = 'somebody else' WHERE business_id = $1 AND seq = 2"
    await tamper(place, sql, SANKOFA)
    visitor = await place.signed_in()
    page = text(await visitor.get(f"/admin/audit?check=1&business={SANKOFA}"))
    assert "Entry 2 does not fit the chain." in page
    assert "The chain is whole" not in page


async def test_the_service_has_a_chain_of_its_own(place):
    page = text(await (await place.signed_in()).get("/admin/audit"))
    assert "The service itself Check the chain" in page
    assert "admin.signed_in" in page


async def test_a_business_that_is_not_there_is_a_page_with_a_next_step(place):
    answer = await (await place.signed_in()).get("/admin/audit?business=nobody")
    assert answer.status == 404
    assert "Choose one on the businesses page." in text(answer)


async def test_a_key_is_called_by_its_name(place):
    _, key = await place.service.store.keys.create("pos-backend", SANKOFA)
    sql = "UPDATE audit SET actor = $2 WHERE business_id = $1 AND seq = 55"
    await tamper(place, sql, SANKOFA, key.id)
    page = text(await (await place.signed_in()).get(f"/admin/audit?business={SANKOFA}"))
    assert "key “pos-backend”" in page


async def test_every_act_that_is_written_down_has_words():
    acts = re.compile(r'(?:AuditEntry|line|note)\(\s*(?:[\w.\[\]]+,\s*){1,3}"([a-z]+\.[a-z_]+)"')
    sources = [path.read_text("utf-8") for folder in ("admin", "gateway") for path in (ROOT / folder).rglob("*.py")]
    written = {act for source in sources for act in acts.findall(source)}
    assert {"key.create", "webhook.test", "prompt.commit_asked", "person.invited"} <= written
    assert written - SAID.keys() == set()
