"""Encryption of what rests in the database or in Redis: AES-256-GCM, one key per purpose, rotation by key id.

A sealed value is `0x01 · key id (4 bytes) · nonce (12) · ciphertext and tag`. The business and the row's own key are
authenticated with it, so a value copied to another business or another row does not open.
"""

import contextlib
import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
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
        self._signing: dict[str, hmac.HMAC] = {}

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
        keyed = self._signing.get(purpose)
        if keyed is None:
            key = _derive(self._secrets[self._current], f"sign {purpose}")
            keyed = self._signing[purpose] = hmac.new(key, digestmod=sha256)
        signing = keyed.copy()  # taking in the key anew would cost twice as much
        signing.update(text.encode())
        return signing.hexdigest()

    def sign_publicly(self, text: str) -> tuple[str, str]:
        """Return an Ed25519 signature of `text` and the public key that anyone can check it with, both in base64."""
        key = Ed25519PrivateKey.from_private_bytes(_derive(self._secrets[self._current], "receipts"))
        return b64encode(key.sign(text.encode())).decode(), b64encode(key.public_key().public_bytes_raw()).decode()

    def signed_by_us(self, text: str, signature: str) -> bool:
        """Tell whether one of the listed secrets has made this public signature."""
        for secret in self._secrets.values():
            key = Ed25519PrivateKey.from_private_bytes(_derive(secret, "receipts")).public_key()
            with contextlib.suppress(InvalidSignature, ValueError):
                key.verify(b64decode(signature), text.encode())
                return True
        return False

    def current(self, sealed: bytes) -> bool:
        """Tell whether a sealed value is under the newest secret."""
        return sealed[1:5] == self._current

    def _cipher(self, key_id: bytes, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((key_id, purpose))
        if cipher is None:
            cipher = self._ciphers[key_id, purpose] = AESGCM(_derive(self._secrets[key_id], f"seal {purpose}"))
        return cipher


def _derive(secret: str, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"gateway {info}".encode()).derive(secret.encode())


def _bound_to(business_id: str, row: str) -> bytes:
    return f"{business_id}\0{row}".encode()
