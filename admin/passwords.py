"""Passwords and one-time codes: argon2id in at most two threads at a time, and time-based codes (RFC 6238)."""

import base64
import secrets
from functools import partial
from typing import TypeVar

import pyotp
from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.errors import FieldError, ValidationFailed

T = TypeVar("T")
SHORTEST, LONGEST = 12, 256
STEP_S = 30
ISSUER = "POS AI gateway"
# 19 MiB, two passes, one lane: OWASP's setting for argon2id. Two at a time bound memory and keep a core free.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))
_COMMON = frozenset(("password", "passw0rd", "qwertyuiop", "letmein", "welcome", "administrator", "123456", "iloveyou"))


class Passwords:
    """Hashes and checks passwords without holding up the event loop."""

    def __init__(self) -> None:
        self._slots: CapacityLimiter | None = None

    async def hashed(self, password: str) -> str:
        """Return what is stored of a password."""
        return await self._in_thread(partial(_HASHER.hash, password))

    async def right(self, stored: str | None, password: str) -> bool:
        """Tell whether a password is the stored one; without one it takes as long and is wrong."""
        return await self._in_thread(partial(_verify, stored or _NOBODY, password)) and stored is not None

    async def _in_thread(self, work: "partial[T]") -> T:
        if self._slots is None:
            self._slots = CapacityLimiter(2)
        return await to_thread.run_sync(work, limiter=self._slots)


def refuse_weak(password: str, *personal: str) -> None:
    """Raise ValidationFailed for a password that is too short, too common or made of the person's own data."""
    lowered = password.lower()
    if not SHORTEST <= len(password) <= LONGEST:
        said = f"must have {SHORTEST} to {LONGEST} characters; a few words are easier to keep than symbols"
    elif any(common in lowered for common in _COMMON) and len(password) < 2 * SHORTEST:
        said = "holds one of the most common passwords; choose other words"
    elif any(len(part) > 3 and part.lower() in lowered for own in personal for part in own.replace("@", " ").split()):
        said = "holds your own name or address; choose other words"
    elif len(set(lowered)) < 5:
        said = "repeats the same few characters; choose other words"
    else:
        return
    raise ValidationFailed(f"The password {said}.", [FieldError("/password", said)])


def new_totp_secret(seed: bytes = b"") -> str:
    """Return a secret for an authenticator app: a fresh one, or the one that `seed` (20 random bytes or more) gives."""
    return base64.b32encode(seed[:20]).decode() if len(seed) >= 20 else pyotp.random_base32()


def totp_address(secret: str, email: str) -> str:
    """Return the `otpauth:` address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def totp_step(secret: str, code: str, seconds: int) -> int | None:
    """Return the half minute that a code belongs to (now, or one before or after), None when it is wrong."""
    digits = code.replace(" ", "")
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    for shift in (0, -1, 1):
        if secrets.compare_digest(totp.at(for_time=seconds, counter_offset=shift), digits):
            return seconds // STEP_S + shift
    return None


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
