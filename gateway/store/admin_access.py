"""Sign-in links and sessions of the admin. Secrets hold 256 random bits and are kept as a plain SHA-256."""

import secrets
from dataclasses import dataclass

from gateway.domain.ledger import AuditEntry
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.database import Database, Script, Statement
from gateway.store.keys import hash_of

VIEWER = "viewer"
"""The role that may read every page and change nothing."""

THE_SERVICE = ""
"""In place of a business: the audit chain of what concerns the whole service."""

MINUTE = 60_000_000
LINK_LIFE = 30 * MINUTE
IDLE_LIFE = 30 * MINUTE
SESSION_LIFE = 12 * 60 * MINUTE
SEEN_EVERY = MINUTE
"""How exact the idle time is, so that not every page view writes. All of these are microseconds."""

_NEW_LINK = 'INSERT INTO admin_link (hash, "role", created_at, expires_at) VALUES ($1, $2, $3, $4)'
_LINK = "SELECT 1 FROM admin_link WHERE hash = $1 AND expires_at > $2"
_TAKE_LINK = 'DELETE FROM admin_link WHERE hash = $1 AND expires_at > $2 RETURNING "role"'
_NEW_SESSION = 'INSERT INTO admin_session (hash, id, "role", created_at, seen_at) VALUES ($1, $2, $3, $4, $4)'
_SESSION = 'SELECT id, "role", seen_at FROM admin_session WHERE hash = $1 AND created_at > $2 AND seen_at > $3'
_SEEN = "UPDATE admin_session SET seen_at = $2 WHERE hash = $1 AND seen_at < $2"
_END = "DELETE FROM admin_session WHERE hash = $1 RETURNING id"
_OLD_LINKS = "DELETE FROM admin_link WHERE expires_at <= $1"
_OLD_SESSIONS = "DELETE FROM admin_session WHERE created_at <= $1 OR seen_at <= $2"


@dataclass(frozen=True, slots=True)
class AdminSession:
    """A live session; `id` stands for it in the audit log and is no secret."""

    id: str
    role: str


class AdminAccess:
    """Makes links, turns each of them into one session, and ends sessions; every change is audited."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def new_link(self, role: str = VIEWER) -> str:
        """Return the secret of a link that works once within 30 minutes."""
        secret = secrets.token_urlsafe(32)
        await self._database.run(_new_link, hash_of(secret), role, self._clock.now())
        return secret

    async def link_works(self, secret: str) -> bool:
        """Tell whether a link can still be used, without using it."""
        return bool(await self._database.fetch(_LINK, hash_of(secret), self._clock.now()))

    async def sign_in(self, secret: str, replacing: str = "") -> str | None:
        """Use up a link and return the secret of a new session, None when the link does not work.

        `replacing` is the secret of a session that the browser already has; it ends.
        """
        session = secrets.token_urlsafe(32)
        hashes = (hash_of(secret), hash_of(session), hash_of(replacing))
        signed_in = await self._database.run(_sign_in, *hashes, f"session:{secrets.token_hex(6)}", self._clock.now())
        return session if signed_in else None

    async def session(self, secret: str) -> AdminSession | None:
        """Return the live session of this secret, and note that it was used."""
        now, digest = self._clock.now(), hash_of(secret)
        rows = await self._database.fetch(_SESSION, digest, now - SESSION_LIFE, now - IDLE_LIFE)
        if not rows:
            return None
        session_id, role, seen_at = rows[0]
        if now - seen_at >= SEEN_EVERY:
            await self._database.execute(_SEEN, digest, now)
        return AdminSession(session_id, role)

    async def sign_out(self, secret: str) -> None:
        """End a session everywhere at once; one that has ended already stays so."""
        await self._database.run(_sign_out, hash_of(secret), self._clock.now())


def _new_link(digest: str, role: str, now: int) -> Script[None]:
    yield Statement(_OLD_LINKS, (now,))
    yield Statement(_NEW_LINK, (digest, role, now, now + LINK_LIFE))
    entry = AuditEntry(THE_SERVICE, "operator", "admin.link_made", digest[:12], now, {"role": role})
    yield from audit.append(entry)


def _sign_in(link: str, session: str, replaced: str, session_id: str, now: int) -> Script[bool]:
    yield Statement(_OLD_SESSIONS, (now - SESSION_LIFE, now - IDLE_LIFE))
    rows = yield Statement(_TAKE_LINK, (link, now))
    if not rows:
        return False
    role = rows[0][0]
    yield Statement(_END, (replaced,))
    yield Statement(_NEW_SESSION, (session, session_id, role, now))
    yield from audit.append(AuditEntry(THE_SERVICE, session_id, "admin.signed_in", link[:12], now, {"role": role}))
    return True


def _sign_out(session: str, now: int) -> Script[None]:
    ended = yield Statement(_END, (session,))
    if ended:
        session_id = ended[0][0]
        yield from audit.append(AuditEntry(THE_SERVICE, session_id, "admin.signed_out", session_id, now, {}))
