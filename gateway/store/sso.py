"""Sign-ins through a provider: which of them were used, and whom each of its accounts belongs to here.

Queries of this file concern the service, not a business. Instants are microseconds since the epoch (UTC).
"""

from gateway.domain.ledger import AuditEntry
from gateway.domain.staff import Person
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.admin_access import THE_SERVICE
from gateway.store.database import ConstraintViolation, Database, Script, Statement
from gateway.store.holdings import Holding, Kept, Until
from gateway.store.keys import hash_of

_USE = "INSERT INTO admin_sso_used (hash, used_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING RETURNING hash"
_OF = "SELECT subject FROM admin_identity WHERE person_id = $1 AND issuer = $2"
_BIND = "INSERT INTO admin_identity (person_id, issuer, subject, bound_at) VALUES ($1, $2, $3, $4)"

HOLDINGS = (
    Holding("admin_sso_used", Until("used_at", 1), key=("hash",), scoped=False),
    Holding("admin_identity", Kept("whose account at the provider somebody signs in with"), key=("person_id", "issuer"),
            scoped=False),
)  # fmt: skip


class SingleSignOn:
    """Notes what was used and binds accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def use(self, secret: str) -> bool:
        """Note that a sign-in came back; False when it did before, in whichever process."""
        return bool(await self._database.execute(_USE, hash_of(secret), self._clock.now()))

    async def bind(self, person: Person, issuer: str, subject: str) -> bool:
        """Tell whether this account is the person's; the first one that comes is, for good."""
        known = await self._database.fetch(_OF, person.id, issuer)
        if known:
            return bool(known[0][0] == subject)
        now = self._clock.now()
        entry = AuditEntry(THE_SERVICE, person.email, "person.sso_bound", person.id, now, {"issuer": issuer})
        try:
            await self._database.run(_bind, (person.id, issuer, subject, now), entry)
        except ConstraintViolation:  # it is somebody else's, or another account was faster
            return await self._database.fetch(_OF, person.id, issuer) == [(subject,)]
        return True


def _bind(row: tuple[object, ...], entry: AuditEntry) -> Script[None]:
    yield Statement(_BIND, row)
    yield from audit.append(entry)
