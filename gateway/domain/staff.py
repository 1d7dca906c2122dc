"""People who run the service through the admin, and what each role may do."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "editor", "reviewer", "releaser", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most: each role may do what the ones before it may."""

WHAT_A_ROLE_MAY_DO: dict[Role, str] = {
    "viewer": "reads every page and changes nothing",
    "editor": "also writes drafts and examples, and runs evaluations",
    "reviewer": "also approves the drafts of others or asks for changes",
    "releaser": "also makes an approved version live, rolls back and pauses",
    "admin": "also manages people, plans, keys and settings",
}


def covers(held: Role, needed: str) -> bool:
    """Tell whether a role may do what `needed` may; an unknown role covers and is covered by nothing."""
    return held in ROLES and needed in ROLES and ROLES.index(held) >= ROLES.index(needed)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `email` stands for the person in audit lines; instants are microseconds (UTC)."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    has_password: bool
    has_totp: bool
    created_at: int
    seen_at: int | None

    def may(self, needed: str) -> bool:
        """Tell whether this person's role covers another."""
        return self.active and covers(self.role, needed)
