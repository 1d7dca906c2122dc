"""One outcome for each Idempotency-Key where neither a feature answers nor a job is made."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response

from gateway.api.asking import idempotency_key
from gateway.api.site import Site


async def once(
    site: Site,
    request: Request[Any, Any, Any],
    business_id: str,
    raw: bytes,
    work: Callable[[], Awaitable[Response[bytes]]],
) -> Response[bytes]:
    """Return what `work` gives, or what it gave when this key was first sent; without a key it always works.

    `raw` is the body as sent. Raises IdempotencyConflict while the first runs and IdempotencyMismatch for another
    request. What fails is not kept; after a crash between the work and its note the key is free again in two minutes.
    """
    key = idempotency_key(request)
    if key is None:
        return await work()
    keys, about = site.kit.idempotency, f"{request.method} {request.scope['path']}"
    digest = hashlib.sha256(about.encode() + b"\0" + raw).hexdigest()
    if (earlier := await keys.begin(business_id, key, about[:64], digest)) is not None:
        status, body = earlier
        headers = {"Idempotent-Replayed": "true"}
        return Response(body, status_code=status, media_type="application/json", headers=headers)
    try:
        done = await work()
    except BaseException:
        await keys.abandon(business_id, key)
        raise
    # Outside: where the work is done and its note cannot be written, a free key would let it be done again at once.
    await keys.keep(business_id, key, done.status_code or 200, done.content)
    return done
