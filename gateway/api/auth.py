"""Step 1: a key becomes a caller. Keys are looked up by their SHA-256, so no secret is ever compared or queried."""

import hashlib
import re
from typing import Any
from uuid import UUID

from litestar import Request

from gateway.api.edge import header
from gateway.api.site import Site
from gateway.domain.caller import Business, Caller
from gateway.errors import FieldError, NotFound, Unauthenticated, ValidationFailed
from gateway.store.scope import business as only
from gateway.store.scope import enter
from gateway.store.snapshot import LiveKey

_SCHEMES = ("bearer ", "token ")
_USER_ID = re.compile(r"^[\x21-\x7e]{1,128}$")
AnyRequest = Request[Any, Any, Any]


def authenticate(site: Site, request: AnyRequest, business: str | None = None) -> Caller:
    """Return who is calling, and for which business; `business` is the wanted one where no header names it.

    From here on the database shows this request that business's rows only.
    Raises Unauthenticated, ValidationFailed for a header that cannot be read, NotFound for a business this key
    cannot act for: another tenant looks the same as one that does not exist.
    """
    key, user_id = key_of(site, request), header(request, b"x-user-id")
    if user_id is not None and not _USER_ID.match(user_id):
        raise _wrong_header("X-User-Id", "1 to 128 visible ASCII characters")
    named = header(request, b"x-business-id")
    acted_for = _business(site, key.business_id, business if named is None else named)
    enter(only(acted_for.id))
    return Caller(acted_for, key.id, key.name, key.scopes, user_id)


def key_of(site: Site, request: AnyRequest) -> LiveKey:
    """Return the service key that was presented. Raises Unauthenticated."""
    presented = header(request, b"authorization") or ""
    if not presented.lower().startswith(_SCHEMES):
        raise Unauthenticated("Send `Authorization: Bearer <service key>`.")
    digest = hashlib.sha256(presented.partition(" ")[2].strip().encode("utf-8", "surrogateescape")).hexdigest()
    key = site.snapshots.current.key(digest)
    if key is None:
        raise Unauthenticated("The key is unknown or was revoked. Ask an administrator for a new one.")
    return key


def _business(site: Site, owner: str | None, wanted: str | None) -> Business:
    if wanted is not None:
        try:
            wanted = str(UUID(wanted))
        except ValueError:
            raise _wrong_header("X-Business-Id", "a UUID") from None
    business_id = owner or wanted
    if business_id is None:
        raise _wrong_header("X-Business-Id", "the UUID of the business this service key acts for")
    business = site.snapshots.current.business(business_id)
    if business is None or (wanted is not None and wanted != business_id):
        raise NotFound("There is no such business for this key.")
    return business


def _wrong_header(name: str, wanted: str) -> ValidationFailed:
    return ValidationFailed(f"The header {name} must be {wanted}.", errors=[FieldError(f"/headers/{name}", wanted)])
