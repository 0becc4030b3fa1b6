"""Secrets that have to be read again, sealed with the server's own secret key before they are stored.

Each is bound to its workspace and its use: sealed text copied to another row opens nothing. A server without a secret
key, which is one for a single person on this machine, stores them as they are, readable to whoever reads its database.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cockpit.errors import Misconfigured

SEALED, PLAIN = "sealed:", "plain:"
NONCE: Final = 12  # bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals and opens what one workspace keeps under one name."""

    secret_key: str = field(repr=False)
    workspace_id: UUID
    use: str

    def close(self, text: str) -> str:
        """The text as it is stored."""
        if not self.secret_key:
            return PLAIN + text
        nonce = secrets.token_bytes(NONCE)
        closed = nonce + AESGCM(self._key).encrypt(nonce, text.encode(), self._bound)
        return SEALED + base64.urlsafe_b64encode(closed).decode()

    def open(self, stored: str) -> str:
        """The text that was stored.

        Raises:
            Misconfigured: it was sealed with another secret key, or for something else.
        """
        if stored.startswith(PLAIN):
            return stored.removeprefix(PLAIN)
        try:
            closed = base64.urlsafe_b64decode(stored.removeprefix(SEALED))
            return AESGCM(self._key).decrypt(closed[:NONCE], closed[NONCE:], self._bound).decode()
        except (InvalidTag, ValueError) as error:
            raise Misconfigured(
                "The Hub's secrets were sealed with another COCKPIT_SECRET_KEY: enter them again in Settings > Hub."
            ) from error

    @property
    def _key(self) -> bytes:
        return hashlib.sha256(b"cockpit-seal:" + self.secret_key.encode()).digest()

    @property
    def _bound(self) -> bytes:
        return f"{self.workspace_id}:{self.use}".encode()
