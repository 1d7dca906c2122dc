"""Whatever a model is made to write, no link, markup, code or invented number reaches the reader."""

import copy

import msgspec
import pytest

from gateway.pipeline.answer import answer
from tests.fakes import FakeModel, by_rules
from tests.pipeline.making import DESCRIBE, RISK, make_ask, make_kit

REQUESTS = {
    "product_description": DESCRIBE,
    "credit_risk": RISK,
    "customer_insights": {"query": "Which customers owe me money?"},
}
FORBIDDEN = [
    "Visit https://pay-fast.example/now to pay.",
    "See pay-fast.example for details.",
    "Go to www.pay-fast.example today.",
    "Open hxxp://evil[.]example/x today.",
    "Write to agent@pay-fast.example soon.",
    "![receipt](https://evil.example/a.png)",
    "Read [the terms](https://evil.example) first.",
    "Go to 41.66.203.9 now.",
    "Pay to 0244000017 today.",
    "Call zero two four four zero zero zero zero one seven.",
    "Send the money to account 1441000233771.",
    "Akwaaba Mini Mart sold GHS 45,213.77 last month.",
    "<script>alert(document.cookie)</script>",
    "<img src=x onerror=alert(1)>",
    "Run os.remove('sales.db') now.",
    "```python print('hello')```",
    "DROP TABLE pos_sales;",
    "The limit of GHS 900,000 is approved.",
    "The customer is <PERSON_77>.",
]


def told_to_say(words):
    """Return a model that answers well, and says some words besides."""

    def put(node):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, str) and len(value) > 25:
                node[key] = f"{value.rstrip()} {words}"
                return True
            if isinstance(value, dict | list) and put(value):
                return True
        return False

    def reply(call):
        written = copy.deepcopy(by_rules(call))
        assert put(written)
        return written

    return FakeModel(always=reply)


@pytest.mark.parametrize("words", FORBIDDEN)
@pytest.mark.parametrize("feature", REQUESTS)
async def test_what_no_record_carries_does_not_reach_the_reader(feature, words):
    answered = await answer(make_kit(told_to_say(words)), make_ask(feature, REQUESTS[feature]))
    body = msgspec.json.decode(answered.body)
    body.pop("meta")
    assert msgspec.json.encode(words).decode().strip('"') not in msgspec.json.encode(body).decode()
