"""Reads hostile prompt documents in a process of its own: `python -m tests.library.hostile`.

Each goes the way of a draft that somebody saves in the admin. Printed is one JSON object a document: its name, whether
it was refused with problems, the processor seconds it took, and what was opened or connected to meanwhile;
the last line tells by how many megabytes the process has grown.
"""

import json
import resource
import sys
import time
from typing import Any

from gateway.library.catalog import Catalog, load_catalog, parse_version
from gateway.library.policy import Policy, load_policy
from gateway.library.problems import LibraryError
from gateway.settings import ROOT
from tests.library.test_templates import ATTACKS

FEATURE = "credit_risk"
WATCHED = ("open", "os.", "socket.", "subprocess.", "shutil.", "urllib.", "import", "exec", "ctypes.")
GOOD = (ROOT / "prompts" / FEATURE / "v1.yaml").read_text("utf-8")
_USED = resource.RUSAGE_SELF


def documents() -> dict[str, str]:
    """Return the documents by name: attacks on YAML, on templates, on schemas, on rules and by names."""
    yaml = {
        "billion laughs": "a: &a [x,x]\n" + "".join(f"{chr(97 + n)}: &{chr(97 + n)} [*{chr(96 + n)},*{chr(96 + n)}]\n"
                                                     for n in range(1, 25)),
        "python object": GOOD + "\nextra: !!python/object/apply:os.system ['touch /tmp/owned']",
        "deep list": "feature: " + "[" * 100_000,
        "deep mapping": "feature: " + "{a: " * 50_000,
        "many keys": "\n".join(f"k{n}: 1" for n in range(60_000)),
        "huge text": GOOD + "\nextra: '" + "x" * 8_000_000 + "'",
        "duplicate key": GOOD + f"\nfeature: {FEATURE}",
        "merge key": GOOD + "\nextra: {<<: {a: 1}}",
        "two documents": GOOD + "\n---\n" + GOOD,
    }  # fmt: skip
    templates = {f"template {n}": with_message(attack) for n, attack in enumerate(ATTACKS)}
    schemas = {
        f"schema {name}": with_output(schema)
        for name, schema in {
            "remote": {"$ref": "http://127.0.0.1:9/s"},
            "file": {"$ref": "file:///etc/passwd"},
            "meta": {"$schema": "http://127.0.0.1:9/s", "type": "object"},
            "loop": {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
            "bomb": bomb(),
            "chain": chain(),
            "pattern": {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a{1,1000}){1,1000}"}}},
            "look-around": {"type": "object", "properties": {"a": {"type": "string", "pattern": "(?=a+)+$"}}},
        }.items()
    }
    names = {f"name {n}": GOOD.replace(f"feature: {FEATURE}", f"feature: {name}", 1) for n, name in enumerate(NAMES)}
    rules = {f"rule {n}": f"{GOOD}\n" + RULE.format(json.dumps(check)) for n, check in enumerate(CHECKS)}
    return yaml | templates | schemas | names | rules


NAMES = (
    "../../etc/passwd", "/etc/passwd", "credit_risk/../../x", "'credit_risk\\0'", "ｃredit_risk", "CREDIT_RISK",
    "'{{ 7 * 7 }}'", "'credit_risk; DROP TABLE usage'", "con", "x" * 5_000,
)  # fmt: skip
RULE = "rules: [{{id: hostile, check: {}, message: no}}]"
CHECKS = (
    "__import__('os').system('id')", "().__class__.__bases__[0].__subclasses__()", "open('/etc/passwd').read()",
    "9 ** 9 ** 9 > 1", "(lambda: 1)()", "[x for x in answer.a for y in answer.a for z in answer.a]", "(" * 5_000,
    "answer.a" + ".a" * 5_000, "eval('1')",
)  # fmt: skip


def with_message(template: str) -> str:
    """Return a version whose one message is this template."""
    return json.dumps({**GOOD_BODY, "messages": [{"role": "user", "content": template}]})


def with_output(schema: Any) -> str:
    """Return a version with this output schema."""
    return json.dumps({**GOOD_BODY, "output": schema})


def bomb() -> dict[str, Any]:
    """Return a schema that is small, and enormous once every reference is followed."""
    levels: dict[str, Any] = {"l0": {"type": "string"}}
    for n in range(1, 30):
        link = {"$ref": f"#/$defs/l{n - 1}"}
        levels[f"l{n}"] = {"type": "object", "properties": {"a": link, "b": link}, "required": ["a", "b"]}
    return {"$ref": "#/$defs/l29", "$defs": levels}


def chain() -> dict[str, Any]:
    """Return a schema that is flat as it is written, and deeper than any stack once every reference is followed."""
    levels: dict[str, Any] = {"l0": {"type": "string"}}
    for n in range(1, 600):
        levels[f"l{n}"] = {"type": "object", "properties": {"a": {"$ref": f"#/$defs/l{n - 1}"}}}
    return {"$ref": "#/$defs/l599", "$defs": levels}


GOOD_BODY: dict[str, Any] = {
    "feature": FEATURE, "version": 2, "description": "Hostile.", "token_budget": 1500,
    "params": {"max_output_tokens": 200, "temperature": 0.3, "reasoning_effort": "none"},
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{ evidence }}"}],
}  # fmt: skip


def read(text: str, catalog: Catalog, policy: Policy) -> dict[str, Any]:
    """Return what came of one document."""
    began = time.process_time()
    try:
        parse_version(text, catalog.features[FEATURE], catalog.partials, policy, version=2)
    except LibraryError as refusal:
        refused = bool(refusal.problems) and all(problem.message for problem in refusal.problems)
    else:
        refused = False
    return {"refused": refused, "seconds": time.process_time() - began}


def main() -> None:
    """Read them all."""
    policy = load_policy(ROOT / "gateway" / "policy")
    catalog = load_catalog(ROOT / "prompts", policy)
    for warm in (GOOD, "a: [1,", with_message("{{ 1 +"), with_output({"type": "strnig"})):
        read(warm, catalog, policy)  # what is imported late is imported now
    seen: list[str] = []
    watching = False

    def hook(event: str, arguments: Any) -> None:
        if not watching or not event.startswith(WATCHED):
            return
        # A checked template is compiled by Jinja, which runs the definition of its one function; nothing else may run.
        if event == "exec" and getattr(arguments[0], "co_filename", "") == "<template>":
            return
        seen.append(f"{event} {str(arguments)[:120]}")

    sys.addaudithook(hook)
    before = resource.getrusage(_USED).ru_maxrss
    for name, text in documents().items():
        seen.clear()
        watching = True
        told = read(text, catalog, policy)
        watching = False
        print(json.dumps({"name": name, **told, "touched": list(seen)}))
    print(json.dumps({"grown_mb": (resource.getrusage(_USED).ru_maxrss - before) / 1024}))


if __name__ == "__main__":
    main()
