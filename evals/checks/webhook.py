"""`webhook`: asks a URL for the verdict."""

import asyncio
import json
from typing import Any
from urllib.request import Request, urlopen

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.scripting.values import dump, is_number

SECONDS = 5.0


@assertion("webhook")
async def webhook(subject: Subject) -> Outcome:
    """The URL answers {pass, score?, reason?} to {output, context}; no usable answer fails."""
    url = subject.value
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise CheckError('"webhook" assertion type must have a URL value')
    context = {"prompt": subject.row.prompt, "vars": subject.row.variables}
    body = dump({"output": subject.output, "context": context}).encode("utf-8", "replace")
    try:
        found = await asyncio.to_thread(_posted, url, body)
    except (OSError, ValueError) as error:
        return Outcome(False, f"Webhook error: {error}")
    if not isinstance(found, dict) or not isinstance(found.get("pass"), bool):
        return Outcome(False, 'Webhook error: the answer must be a JSON object with a boolean "pass" property')
    passed, score = found["pass"] is not subject.inverse, found.get("score")
    points = float(passed) if not is_number(score) else (1 - score if subject.inverse else score)
    return Outcome(passed, str(found.get("reason") or ("Assertion passed" if passed else "Webhook said no")), points)


def _posted(url: str, body: bytes) -> Any:
    request = Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - http and https only, see above
    with urlopen(request, timeout=SECONDS) as response:  # noqa: S310
        return json.load(response)
