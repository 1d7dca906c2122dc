"""Accounts of the admin: who they are, their roles and secrets, and wrong tries, shared by all processes.

Queries of this file concern the service, not a business. Instants are microseconds since the epoch (UTC).
"""

from dataclasses import dataclass
from uuid import uuid4

from gateway.domain.ledger import AuditEntry
from gateway.domain.staff import Person, Role
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.admin_access import PERSON, THE_SERVICE, person_of
from gateway.store.crypto import Sealer
from gateway.store.database import Database, Row, Script, Statement

_ALL = f"SELECT {PERSON} FROM admin_person p ORDER BY p.active DESC, p.name, p.id"  # noqa: S608 - no value in it
_ONE = f"SELECT {PERSON} FROM admin_person p WHERE p.id = $1"  # noqa: S608 - no value in it
_BY_EMAIL = f"SELECT {PERSON}, p.password, p.totp, p.totp_step FROM admin_person p WHERE p.email = $1"  # noqa: S608
_COUNT = "SELECT COUNT(*) FROM admin_person WHERE active AND password IS NOT NULL"
_ADMINS = "SELECT COUNT(*) FROM admin_person WHERE active AND \"role\" = 'admin' AND id <> $1"
_INSERT = (
    'INSERT INTO admin_person (id, email, name, "role", password, totp_step, active, created_at) '
    "VALUES ($1, $2, $3, $4, $5, 0, $6, $7)"
)
_ROLE = 'UPDATE admin_person SET "role" = $2 WHERE id = $1'
_ACTIVE = "UPDATE admin_person SET active = $2 WHERE id = $1"
_PASSWORD = "UPDATE admin_person SET password = $2, active = $3 WHERE id = $1"  # noqa: S105 - a statement
_TOTP = "UPDATE admin_person SET totp = $2 WHERE id = $1"
_STEP = "UPDATE admin_person SET totp_step = $2 WHERE id = $1 AND totp_step < $2 RETURNING id"
_SIGN_OUT = "DELETE FROM admin_session WHERE person_id = $1"
_UNLINK = "DELETE FROM admin_link WHERE person_id = $1"
_UNBIND = "DELETE FROM admin_identity WHERE person_id = $1"
_WRONG = "INSERT INTO admin_wrong_try (id, account, peer, tried_at) VALUES ($1, $2, $3, $4)"
_OLD = "DELETE FROM admin_wrong_try WHERE tried_at <= $1"
_BY_ACCOUNT = "SELECT COUNT(*), MIN(tried_at) FROM admin_wrong_try WHERE account = $1 AND tried_at > $2"
_BY_PEER = "SELECT COUNT(*), MIN(tried_at) FROM admin_wrong_try WHERE peer = $1 AND tried_at > $2"
_FORGIVE = "DELETE FROM admin_wrong_try WHERE account = $1"
DAY = 86_400_000_000


class LastAdmin(Exception):
    """Without this person nobody could manage people any more."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a sign-in is checked against: the password's hash and the one-time code's secret, None where unset."""

    person: Person
    password: str | None
    totp: str | None
    totp_step: int


class People:
    """Reads and changes accounts; every change is audited in its own transaction."""

    def __init__(self, database: Database, clock: Clock, sealer: Sealer) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer

    async def all(self) -> list[Person]:
        """Return everybody: active people first, by name."""
        return [person_of(row) for row in await self._database.fetch(_ALL)]

    async def get(self, person_id: str) -> Person | None:
        """Return a person."""
        rows = await self._database.fetch(_ONE, person_id)
        return person_of(rows[0]) if rows else None

    async def anybody(self) -> bool:
        """Tell whether anybody could sign in."""
        return bool((await self._database.fetch(_COUNT))[0][0])

    async def secrets(self, email: str) -> Secrets | None:
        """Return what a sign-in with this address is checked against."""
        rows = await self._database.fetch(_BY_EMAIL, email)
        if not rows:
            return None
        person, (password, sealed, step) = person_of(rows[0]), rows[0][9:]
        totp = self._sealer.open("totp", THE_SERVICE, person.id, bytes(sealed)).decode() if sealed else None
        return Secrets(person, password, totp, step)

    async def invite(self, email: str, name: str, role: Role, by: str) -> str:
        """Add somebody without a password and return the id. Raises ConstraintViolation for a known address."""
        person_id = str(uuid4())
        row = (person_id, email, name, role, None, True, self._clock.now())
        await self._database.run(_add, row, AuditEntry(
            THE_SERVICE, by, "person.invited", person_id, self._clock.now(), {"email": email, "role": role}
        ))  # fmt: skip
        return person_id

    async def change_role(self, person: Person, role: Role, by: str) -> None:
        """Give another role, from the next request on. Raises LastAdmin."""
        details = {"email": person.email, "from": person.role, "to": role}
        entry = AuditEntry(THE_SERVICE, by, "person.role_changed", person.id, self._clock.now(), details)
        await self._database.run(_change, entry, Statement(_ROLE, (person.id, role)), keeps_admin=role == "admin")

    async def set_active(self, person: Person, active: bool, by: str) -> None:
        """Let somebody in again, or out: then every session and link ends at once. Raises LastAdmin."""
        action = "person.reactivated" if active else "person.deactivated"
        entry = AuditEntry(THE_SERVICE, by, action, person.id, self._clock.now(), {"email": person.email})
        change = Statement(_ACTIVE, (person.id, active))
        await self._database.run(_change, entry, change, keeps_admin=active, signs_out=not active, unbinds=not active)

    async def set_password(self, person: Person, hashed: str, by: str) -> None:
        """Change the password; every session ends."""
        entry = AuditEntry(THE_SERVICE, by, "person.password_set", person.id, self._clock.now(), {})
        change = Statement(_PASSWORD, (person.id, hashed, person.active))
        await self._database.run(_change, entry, change, keeps_admin=True, signs_out=True)

    async def set_totp(self, person: Person, secret: str | None, by: str) -> None:
        """Ask for one-time codes from now on, or no longer."""
        sealed = self._sealer.seal("totp", THE_SERVICE, person.id, secret.encode()) if secret else None
        action = "person.totp_on" if secret else "person.totp_off"
        entry = AuditEntry(THE_SERVICE, by, action, person.id, self._clock.now(), {})
        await self._database.run(_change, entry, Statement(_TOTP, (person.id, sealed)), keeps_admin=True)

    async def use_step(self, person_id: str, step: int) -> bool:
        """Note that the code of this half minute was used; False when it, or a later one, was used before."""
        return bool(await self._database.execute(_STEP, person_id, step))

    async def wrong_tries(self, account: str, peer: str, since: tuple[int, int]) -> tuple[Row, Row]:
        """Return (how many, the first instant) of wrong tries of an account and of a peer, each since its instant."""
        by_account = await self._database.fetch(_BY_ACCOUNT, account, since[0])
        by_peer = await self._database.fetch(_BY_PEER, peer, since[1])
        return by_account[0], by_peer[0]

    async def note_wrong_try(self, account: str, peer: str) -> None:
        """Count a wrong try."""
        now = self._clock.now()
        await self._database.execute(_OLD, now - DAY)
        await self._database.execute(_WRONG, str(uuid4()), account, peer, now)

    async def forgive(self, account: str) -> None:
        """Forget the wrong tries of an account that has got in."""
        await self._database.execute(_FORGIVE, account)


def _add(row: Row, entry: AuditEntry) -> Script[None]:
    yield Statement(_INSERT, row)
    yield from audit.append(entry)


def _change(
    entry: AuditEntry, change: Statement, *, keeps_admin: bool, signs_out: bool = False, unbinds: bool = False
) -> Script[None]:
    person_id = entry.object_id
    rows = yield Statement(_ONE, (person_id,))
    if rows and not keeps_admin and person_of(rows[0]).role == "admin" and person_of(rows[0]).active:
        others = yield Statement(_ADMINS, (person_id,))
        if not others[0][0]:
            raise LastAdmin
    yield change
    if signs_out:
        yield Statement(_SIGN_OUT, (person_id,))
        yield Statement(_UNLINK, (person_id,))
    if unbinds:
        yield Statement(_UNBIND, (person_id,))
    yield from audit.append(entry)
