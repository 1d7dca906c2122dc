"""A feature that the product does not have: two prompt files, a golden suite and, for the second one, a module."""

from pathlib import Path

FEATURE = """\
name: shelf_label
title: Shelf label
summary: Word a label for the shelf from what is known of a product.
group: labels
method: POST
path: /api/ai/shelf-label/
flag: AI_SHELF_LABELS_ENABLED
meter: shelf_labels_per_month
units: 1
limits: {TRIAL: 1, STARTER: 2, PROFESSIONAL: 2, ENTERPRISE: -1}
route: gpt-3.5
cache_seconds: 0
deadline_ms: 3000
evidence: EVIDENCE
essential: [/label]
free_input: [/note]
input:
  type: object
  required: [product, price]
  properties:
    product: {type: string, minLength: 1, maxLength: 80, x-pii: none}
    price: {type: number, exclusiveMinimum: 0}
    note: {type: string, maxLength: 200, x-pii: free-text}
response:
  type: object
  required: [label]
  properties:
    label: {type: string, minLength: 1}
    price_with_tax: {type: number}
example:
  request: {product: Gari, price: 12.5}
  response: {label: "Gari, GHS 12.50"}
"""

VERSION = """\
feature: shelf_label
version: 1
description: First version.
params: {max_output_tokens: 200, temperature: 0.3, reasoning_effort: none}
token_budget: 800
messages:
  - role: system
    content: |
      You word shelf labels. Use only figures of the data.
  - role: user
    content: |
      Word a label for this product.
      {{ evidence }}
output:
  type: object
  additionalProperties: false
  required: [label]
  properties:
    label: {type: string, minLength: 1, maxLength: 400}
rules:
  - id: label-is-short
    check: len(answer.label) <= 400
    message: The label is too long.
"""

MODULE = '''\
"""Shelf labels with a tax that code computes."""

from gateway.domain.evidence import Evidence


async def gather(pos, request, as_of):
    gross = round(request["price"] * 1.15, 2)
    facts = {"product": request["product"], "price": request["price"], "price_with_tax": gross}
    return Evidence(facts=facts, computed={"price_with_tax": gross}, as_of=as_of, plain=frozenset({"/product"}), n=1)


def fallback(facts):
    return {"label": f"{facts['product']} at {facts['price_with_tax']} with tax"}
'''

_CASE = """\
  - description: Product number {n}
    vars: {{request: {{product: Gari, price: {n}.5}}}}
    assert: [{{type: schema}}, {{type: grounded}}, {{type: no-pii}}, {{type: rule, value: all}}]
"""
SUITE = """\
description: Labels say what is known.
defaultTest: {vars: {feature: shelf_label, business: sankofa}}
tests:
"""


def write_feature(prompts: Path, evidence: str = "input") -> None:
    """Write the feature's two files below a folder of prompts."""
    folder = prompts / "shelf_label"
    folder.mkdir(parents=True)
    (folder / "feature.yaml").write_text(FEATURE.replace("EVIDENCE", evidence), "utf-8")
    (folder / "v1.yaml").write_text(VERSION, "utf-8")


def write_suite(suites: Path, cases: int = 60) -> None:
    """Write a golden suite with as many cases as a verdict needs."""
    suites.mkdir(parents=True, exist_ok=True)
    text = SUITE + "".join(_CASE.format(n=n) for n in range(1, cases + 1))
    (suites / "shelf_label.yaml").write_text(text, "utf-8")
