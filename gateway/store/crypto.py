"""Encryption of what rests in the database or in Redis: AES-256-GCM, one key per purpose, rotation by key id.

A sealed value is `0x01 · key id (4 bytes) · nonce (12) · ciphertext and tag`. The business and the row's own key are
authenticated with it, so a value copied to another business or another row does not open.
"""

import hmac
import os
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
_HEAD = 1 + 4 + 12


class Unreadable(Exception):
    """The value was sealed with a key that is no longer listed, for someone else, or was changed."""


class Sealer:
    """Seals with the first secret and opens with any of them. Secrets are ≥ 32 characters; the newest comes first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or any(len(secret) < 32 for secret in secrets):
            raise ValueError("SECRET_KEY needs at least 32 characters, and so does each of its predecessors")
        self._secrets = {_derive(secret, "key id")[:4]: secret for secret in secrets}
        self._current = next(iter(self._secrets))
        self._ciphers: dict[tuple[bytes, str], AESGCM] = {}
        self._signing: dict[str, bytes] = {}

    def seal(self, purpose: str, business_id: str, row: str, plain: bytes) -> bytes:
        """Return `plain` encrypted for this purpose, business and row."""
        nonce = os.urandom(12)
        sealed = self._cipher(self._current, purpose).encrypt(nonce, plain, _bound_to(business_id, row))
        return VERSION + self._current + nonce + sealed

    def open(self, purpose: str, business_id: str, row: str, sealed: bytes) -> bytes:
        """Return the plain bytes. Raises Unreadable."""
        key_id, nonce = sealed[1:5], sealed[5:_HEAD]
        if sealed[:1] != VERSION or key_id not in self._secrets:
            raise Unreadable("sealed with a key that is not listed")
        try:
            return self._cipher(key_id, purpose).decrypt(nonce, sealed[_HEAD:], _bound_to(business_id, row))
        except InvalidTag:
            raise Unreadable("changed, or sealed for another row") from None

    def sign(self, purpose: str, text: str) -> str:
        """Return a keyed hash of `text`: the same everywhere with this secret, meaningless without it."""
        key = self._signing.get(purpose)
        if key is None:
            key = self._signing[purpose] = _derive(self._secrets[self._current], f"sign {purpose}")
        return hmac.digest(key, text.encode(), sha256).hex()

    def _cipher(self, key_id: bytes, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((key_id, purpose))
        if cipher is None:
            cipher = self._ciphers[key_id, purpose] = AESGCM(_derive(self._secrets[key_id], f"seal {purpose}"))
        return cipher


def _derive(secret: str, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"gateway {info}".encode()).derive(secret.encode())


def _bound_to(business_id: str, row: str) -> bytes:
    return f"{business_id}\0{row}".encode()
