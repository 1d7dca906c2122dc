"""One outcome for each Idempotency-Key where neither a feature answers nor a job is made."""

import hashlib
from collections.abc import Callable
from typing import Any

from litestar import Request, Response

from gateway.api.asking import idempotency_key
from gateway.api.site import Site
from gateway.store.database import Script
from gateway.store.idempotency import Outcome


async def once(
    site: Site,
    request: Request[Any, Any, Any],
    business_id: str,
    raw: bytes,
    act: Callable[[], Script[Response[bytes]]],
) -> Response[bytes]:
    """Return what `act` gives, or what it gave when this key was first sent; without a key it always acts.

    `act` is one transaction, and with a key the note of its outcome belongs to it: a process that dies leaves both or
    neither. `raw` is the body as sent. Raises IdempotencyMismatch for another request; what fails is not kept.
    """
    key = idempotency_key(request)
    if key is None:
        return await site.database.run(act)
    about = f"{request.method} {request.scope['path']}"
    digest = hashlib.sha256(about.encode() + b"\0" + raw).hexdigest()

    def outcome() -> Script[Outcome]:
        done = yield from act()
        return done.status_code or 200, done.content

    (status, body), earlier = await site.idempotency.once(business_id, key, about[:64], digest, outcome)
    headers = {"Idempotent-Replayed": "true"} if earlier else {}
    return Response(body, status_code=status, media_type="application/json", headers=headers)
