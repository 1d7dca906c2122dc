"""A tiny library on disk that tests bend one line at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.library.catalog import Catalog, load_catalog
from gateway.library.policy import Policy, load_policy
from gateway.library.problems import LibraryError

POLICY_DIR = Path(__file__).parents[2] / "gateway" / "policy"

FEATURE = """\
name: loyalty_offers
title: Loyalty offers
summary: Suggests an offer for a regular customer.
group: customers
method: POST
path: /api/ai/loyalty-offers/
flag: AI_LOYALTY_ENABLED
meter: loyalty_offers_per_month
units: 1
limits: {STARTER: 5, PROFESSIONAL: 50, ENTERPRISE: -1}
route: gpt-3.5
cache_seconds: 60
deadline_ms: 3000
evidence: input
essential: [/offer/text]
free_input: [/note]
input:
  type: object
  required: [visits]
  properties:
    visits: {type: integer, minimum: 1}
    note: {type: string, maxLength: 300, x-pii: free-text}
    kind: {enum: [discount, gift], x-pii: none}
    tags: {type: array, items: {type: string, x-pii: none}}
response:
  type: object
  required: [offer, visits]
  properties:
    visits: {type: integer}
    offer:
      type: object
      required: [text]
      properties:
        text: {type: string}
        percent: {type: number}
example:
  request: {visits: 12}
  response: {visits: 12, offer: {text: "Ten percent off.", percent: 10}}
"""

VERSION = """\
feature: loyalty_offers
version: 1
description: First version.
params: {max_output_tokens: 200, temperature: 0.3, reasoning_effort: none}
token_budget: 500
partials: [manners]
messages:
  - role: system
    content: |
      You write offers. {{ partials.manners }}
  - role: user
    content: |
      Visits: {{ request.visits }}
      {{ evidence }}
trim: [/tags]
output:
  type: object
  required: [offer]
  properties:
    offer:
      type: object
      required: [text]
      properties:
        text: {type: string, minLength: 1, maxLength: 400}
        percent: {type: number, minimum: 0, maximum: 100}
rules:
  - id: offer-is-short
    check: len(answer.offer.text) <= 400
    message: The offer is too long.
few_shots:
  - user: "Visits: 3"
    assistant: {offer: {text: "A free coffee."}}
"""


class Library:
    """A folder of prompts that can be written, changed and loaded."""

    def __init__(self, root: Path, policy: Policy) -> None:
        self.root = root
        self.policy = policy
        self.write("_shared/manners.txt", "Be polite.\n")
        self.write("loyalty_offers/feature.yaml", FEATURE)
        self.write("loyalty_offers/v1.yaml", VERSION)

    def write(self, name: str, text: str) -> None:
        """Write a file below the folder."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be there."""
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def load(self) -> Catalog:
        """Load the folder."""
        return load_catalog(self.root, self.policy)

    def problems(self) -> list[str]:
        """Return what the loader refuses, as text."""
        try:
            self.load()
        except LibraryError as error:
            return [str(problem) for problem in error.problems]
        return []


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(POLICY_DIR)


@pytest.fixture
def library(tmp_path: Path, policy: Policy) -> Library:
    return Library(tmp_path / "prompts", policy)


@pytest.fixture
def refused(library: Library) -> Callable[[str, str, str], str]:
    def change(name: str, old: str, new: str) -> str:
        library.change(f"loyalty_offers/{name}", old, new)
        return "\n".join(library.problems())

    return change
