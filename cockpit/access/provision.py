"""The secrets of hosts: `name:scope+scope:secret`, compared in constant time, two of each name while one is rotated."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cockpit.errors import Misconfigured

SCOPES = frozenset({"sso", "provision", "destroy"})
SHORTEST = 32


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its digest."""

    name: str
    scopes: frozenset[str]
    digest: bytes


def read_secrets(one: str, several: str) -> tuple[Secret, ...]:
    """The secrets of the settings; the guide's single one may do everything but delete.

    Raises:
        Misconfigured: one is short, has no known scope, or is the third of its name.
    """
    entries = [f"default:sso+provision:{one}"] if one else []
    entries += [entry.strip() for entry in several.split(",") if entry.strip()]
    secrets = tuple(_read(entry) for entry in entries)
    names = [secret.name for secret in secrets]
    if any(names.count(name) > 2 for name in names):
        raise Misconfigured("COCKPIT_PROVISIONING_SECRETS: at most two secrets of the same name are active at a time.")
    return secrets


def find_secret(secrets: tuple[Secret, ...], authorization: bytes) -> Secret | None:
    """The secret that a request brings, or None; every known one is compared, whatever the answer."""
    kind, _, given = authorization.partition(b" ")
    digest = hashlib.sha256(given.strip()).digest()
    found = [secret for secret in secrets if hmac.compare_digest(secret.digest, digest)]
    return found[0] if found and kind.lower() == b"bearer" else None


def _read(entry: str) -> Secret:
    name, scopes, text = ([*entry.split(":", 2), "", ""])[:3]
    chosen = frozenset(filter(None, scopes.split("+")))
    if not name or not chosen or chosen - SCOPES or len(text) < SHORTEST:
        raise Misconfigured(
            "COCKPIT_PROVISIONING_SECRETS must be name:scope+scope:secret, with scopes of sso, provision and destroy "
            f"and secrets of at least {SHORTEST} characters."
        )
    return Secret(name, chosen, hashlib.sha256(text.encode()).digest())
