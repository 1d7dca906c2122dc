"""Evidence is worked out once for the same question about the same records, and nobody may change it afterwards."""

from dataclasses import dataclass, field, replace

import pytest

from gateway.domain.caller import Business
from gateway.domain.evidence import Evidence
from gateway.pipeline.answer import answer
from gateway.pipeline.gathering import gather
from tests.fakes import FakeModel
from tests.features.fakes import DEMO_DAY, InlinePos
from tests.pipeline.making import RISK, SHOP, catalog, make_ask, make_kit


@dataclass
class Books:
    """The records of any business, as they stand."""

    pos: InlinePos = field(default_factory=InlinePos)

    async def open(self, business_id, currency, as_of, inline=None):
        self.pos.business_id, self.pos.as_of = business_id, as_of
        return self.pos


class Module:
    """A feature that counts how often it is asked, and says so."""

    def __init__(self, *, complete=True):
        self.asked, self.complete = 0, complete

    async def gather(self, pos, request, as_of):
        self.asked += 1
        return Evidence({"asked": self.asked}, {}, as_of, complete=self.complete)


def kit_with(module):
    return make_kit(features={"credit_risk": module}, records=Books())


async def test_the_same_question_about_the_same_records_is_worked_out_once():
    kit = kit_with(Module())
    first = await gather(kit, make_ask())
    assert await gather(kit, make_ask(request_id="another", user_id="ama")) is first


@pytest.mark.parametrize(
    "changed",
    [
        {"business": Business("b2", SHOP.name, "PROFESSIONAL")},
        {"business": replace(SHOP, name="Another name")},
        {"body": {**RISK, "requested_credit_limit": 1}},
        {"as_of": DEMO_DAY.replace(day=19)},
    ],
    ids=["business", "name", "body", "as_of"],
)
async def test_another_question_is_worked_out_anew(changed):
    kit = kit_with(Module())
    await gather(kit, make_ask())
    assert (await gather(kit, make_ask(**changed))).evidence.facts == {"asked": 2}


async def test_changed_records_are_read_anew():
    kit = kit_with(Module())
    await gather(kit, make_ask())
    kit.records.pos.revision = "the next"
    assert (await gather(kit, make_ask())).evidence.facts == {"asked": 2}


async def test_what_was_cut_short_is_not_kept():
    kit = kit_with(Module(complete=False))
    await gather(kit, make_ask())
    assert (await gather(kit, make_ask())).evidence.facts == {"asked": 2}


@pytest.mark.parametrize("feature", sorted(catalog().features))
@pytest.mark.parametrize("says", ["an honest answer", "nothing usable"])
async def test_no_answer_changes_the_evidence_that_the_next_one_rests_on(feature, says):
    model = FakeModel() if says == "an honest answer" else FakeModel(always="{}")
    kit, body = make_kit(model, cache_seconds=0), dict(catalog().features[feature].example_request)
    body.pop("as_of", None)
    shop = replace(SHOP, plan="ENTERPRISE")
    first = await gather(kit, make_ask(feature, body, business=shop))
    before = (repr(first.evidence), first.digest)
    answers = [await answer(kit, make_ask(feature, body, business=shop)) for _ in range(2)]
    again = await gather(kit, make_ask(feature, body, business=shop))
    assert (repr(again.evidence), again.digest) == before
    assert answers[0].status == answers[1].status == 200
