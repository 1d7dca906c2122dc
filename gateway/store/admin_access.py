"""Sign-in links and sessions of the admin. Secrets hold 256 random bits and are kept as a plain SHA-256."""

import secrets
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from gateway.domain.ledger import AuditEntry
from gateway.domain.staff import Person, Role
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.keys import hash_of

THE_SERVICE = ""
"""In place of a business: the audit chain of what concerns the whole service."""

Kind = Literal["browser", "api"]

MINUTE = 60_000_000
LINK_LIFE = 30 * MINUTE
INVITE_LIFE = 7 * 24 * 60 * MINUTE
IDLE_LIFE = 30 * MINUTE
SESSION_LIFE = 12 * 60 * MINUTE
SEEN_EVERY = MINUTE
"""How exact the idle time is, so that not every page view writes. All of these are microseconds."""

PERSON = (
    'p.id, p.email, p.name, p."role", p.active, p.password IS NOT NULL, p.totp IS NOT NULL, p.created_at, p.seen_at'
)
_NEW_LINK = (
    'INSERT INTO admin_link (hash, person_id, "role", made_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)'
)
_LINK = (
    'SELECT l."role", p.email, p.name FROM admin_link l LEFT JOIN admin_person p ON p.id = l.person_id '
    "WHERE l.hash = $1 AND l.expires_at > $2"
)
_TAKE_LINK = 'DELETE FROM admin_link WHERE hash = $1 AND expires_at > $2 RETURNING person_id, "role"'
_NEW_PERSON = (
    'INSERT INTO admin_person (id, email, name, "role", password, totp_step, active, created_at, seen_at) '
    "VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $7)"
)
_SET_PASSWORD = "UPDATE admin_person SET password = $2, seen_at = $3 WHERE id = $1 AND active RETURNING email"  # noqa: S105
_SEEN_PERSON = "UPDATE admin_person SET seen_at = $2 WHERE id = $1"
_NEW_SESSION = (
    "INSERT INTO admin_session (hash, id, person_id, kind, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)"
)
_SESSION = (
    f"SELECT {PERSON}, s.id, s.seen_at, s.kind FROM admin_session s JOIN admin_person p ON p.id = s.person_id "  # noqa: S608
    "WHERE s.hash = $1 AND s.created_at > $2 AND (s.seen_at > $3 OR s.kind = 'api') AND p.active"
)
_SESSIONS = (
    "SELECT id, kind, created_at, seen_at FROM admin_session WHERE person_id = $1 AND created_at > $2 "
    "AND (seen_at > $3 OR kind = 'api') ORDER BY created_at DESC"
)
_SEEN = "UPDATE admin_session SET seen_at = $2 WHERE hash = $1 AND seen_at < $2"
_END = "DELETE FROM admin_session WHERE hash = $1 RETURNING id, person_id"
_END_BY_ID = "DELETE FROM admin_session WHERE id = $1 AND person_id = $2 RETURNING id"
_END_ALL = "DELETE FROM admin_session WHERE person_id = $1"
_EMAIL = "SELECT email FROM admin_person WHERE id = $1"
_OLD_LINKS = "DELETE FROM admin_link WHERE expires_at <= $1"
_OLD_SESSIONS = "DELETE FROM admin_session WHERE created_at <= $1 OR (seen_at <= $2 AND kind = 'browser')"


@dataclass(frozen=True, slots=True)
class AdminSession:
    """A live session and whose it is; `id` stands for it in the audit log and is no secret."""

    id: str
    person: Person
    kind: Kind


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it in a list; instants are microseconds (UTC)."""

    id: str
    kind: Kind
    created_at: int
    seen_at: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an unused link is for: a new account with this role, or a new password of an account that exists."""

    role: Role
    email: str | None
    name: str | None


def person_of(row: Row) -> Person:
    """Return the person of a row that starts with the columns of `PERSON`."""
    person_id, email, name, role, active, has_password, has_totp, created_at, seen_at = row[:9]
    return Person(person_id, email, name, role, bool(active), bool(has_password), bool(has_totp), created_at, seen_at)


class AdminAccess:
    """Makes links, turns each of them into an account or a new password, opens and ends sessions; all audited."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def new_link(
        self, role: Role = "admin", *, person_id: str | None = None, by: str = "operator", life: int = LINK_LIFE
    ) -> str:
        """Return the secret of a link that works once within `life` microseconds."""
        secret, now = secrets.token_urlsafe(32), self._clock.now()
        await self._database.run(_new_link, (hash_of(secret), person_id, role, by, now, now + life))
        return secret

    async def invitation(self, secret: str) -> Invitation | None:
        """Return what a link is for, without using it up; None when it does not work."""
        rows = await self._database.fetch(_LINK, hash_of(secret), self._clock.now())
        return Invitation(*rows[0]) if rows else None

    async def accept(self, secret: str, email: str, name: str, password: str, replacing: str = "") -> str | None:
        """Use up a link: make its account or set its password, and return a session's secret.

        `password` is a hash; `replacing` the secret of a session that the browser already has, which ends. None when
        the link does not work. Raises ConstraintViolation when the address has an account.
        """
        session = secrets.token_urlsafe(32)
        hashes = (hash_of(secret), hash_of(session), hash_of(replacing))
        account = (str(uuid4()), email, name, password)
        opened = await self._database.run(_accept, hashes, account, _session_id(), self._clock.now())
        return session if opened else None

    async def open_session(self, person: Person, kind: Kind = "browser", replacing: str = "") -> str:
        """Return the secret of a new session of somebody whose password was right."""
        session = secrets.token_urlsafe(32)
        hashes = (hash_of(session), hash_of(replacing))
        await self._database.run(_open, hashes, person, kind, _session_id(), self._clock.now())
        return session

    async def session(self, secret: str) -> AdminSession | None:
        """Return the live session of this secret, and note that it was used."""
        now, digest = self._clock.now(), hash_of(secret)
        rows = await self._database.fetch(_SESSION, digest, now - SESSION_LIFE, now - IDLE_LIFE)
        if not rows:
            return None
        session_id, seen_at, kind = rows[0][9:]
        if now - seen_at >= SEEN_EVERY:
            await self._database.execute(_SEEN, digest, now)
        return AdminSession(session_id, person_of(rows[0]), kind)

    async def sessions(self, person_id: str) -> list[OpenSession]:
        """Return a person's live sessions, newest first."""
        now = self._clock.now()
        rows = await self._database.fetch(_SESSIONS, person_id, now - SESSION_LIFE, now - IDLE_LIFE)
        return [OpenSession(*row) for row in rows]

    async def end(self, session_id: str, person: Person) -> bool:
        """End one of a person's own sessions by its id; False when there is none."""
        return await self._database.run(_end_one, session_id, person, self._clock.now())

    async def sign_out(self, secret: str) -> None:
        """End a session everywhere at once; one that has ended already stays so."""
        await self._database.run(_sign_out, hash_of(secret), self._clock.now())


def _session_id() -> str:
    return f"session:{secrets.token_hex(6)}"


def _new_link(row: Row) -> Script[None]:
    digest, person_id, role, by, now, _ = row
    yield Statement(_OLD_LINKS, (now,))
    yield Statement(_NEW_LINK, row)
    details = {"role": role, "for": person_id or "a new account"}
    yield from audit.append(AuditEntry(THE_SERVICE, by, "admin.link_made", digest[:12], now, details))


def _accept(hashes: tuple[str, str, str], account: Row, session_id: str, now: int) -> Script[bool]:
    link, session, replaced = hashes
    new_id, email, name, password = account
    rows = yield Statement(_TAKE_LINK, (link, now))
    if not rows:
        return False
    person_id, role = rows[0]
    if person_id is None:
        person_id = new_id
        yield Statement(_NEW_PERSON, (new_id, email, name, role, password, True, now))
        action = "person.joined"
    else:
        known = yield Statement(_SET_PASSWORD, (person_id, password, now))
        if not known:
            return False
        email, action = known[0][0], "person.password_set"
        yield Statement(_END_ALL, (person_id,))
    yield from audit.append(AuditEntry(THE_SERVICE, email, action, person_id, now, {"link": link[:12], "role": role}))
    yield from _start((session, replaced), (person_id, email), "browser", session_id, now)
    return True


def _open(hashes: tuple[str, str], person: Person, kind: Kind, session_id: str, now: int) -> Script[None]:
    yield from _start(hashes, (person.id, person.email), kind, session_id, now)


def _start(hashes: tuple[str, str], who: tuple[str, str], kind: Kind, session_id: str, now: int) -> Script[None]:
    session, replaced = hashes
    person_id, email = who
    yield Statement(_OLD_SESSIONS, (now - SESSION_LIFE, now - IDLE_LIFE))
    yield Statement(_END, (replaced,))
    yield Statement(_NEW_SESSION, (session, session_id, person_id, kind, now))
    yield Statement(_SEEN_PERSON, (person_id, now))
    action = "admin.signed_in" if kind == "browser" else "admin.token_made"
    yield from audit.append(AuditEntry(THE_SERVICE, email, action, session_id, now, {"kind": kind}))


def _end_one(session_id: str, person: Person, now: int) -> Script[bool]:
    ended = yield Statement(_END_BY_ID, (session_id, person.id))
    if ended:
        yield from audit.append(AuditEntry(THE_SERVICE, person.email, "admin.session_ended", session_id, now, {}))
    return bool(ended)


def _sign_out(session: str, now: int) -> Script[None]:
    ended = yield Statement(_END, (session,))
    if ended:
        session_id, person_id = ended[0]
        who = yield Statement(_EMAIL, (person_id,))
        yield from audit.append(AuditEntry(THE_SERVICE, who[0][0], "admin.signed_out", session_id, now, {}))
