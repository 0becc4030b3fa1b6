"""Signatures of webhooks by the Standard Webhooks recipe, and the plain shared secret of the older way.

The signed text is `id.timestamp.body`, its HMAC-SHA256 is sent as `v1,<base64>`; secrets are written `whsec_<base64>`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES = 32
TOLERANCE_SECONDS = 300
STATIC_HEADER = "x-aventora-webhook-secret"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PLAIN_ID = re.compile(r"[\x21-\x7e]{1,200}")
PLAIN_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
MOST_SIGNATURES = 10


@dataclass(frozen=True, slots=True)
class Genuine:
    """A delivery that comes from somebody who has the secret; `delivery_id` tells a repeat, where there is one."""

    delivery_id: str | None


def new_secret() -> str:
    """A secret nobody had before."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """The value of the signature header."""
    key = _key(secret)
    if key is None:
        raise ValueError("a secret is written whsec_ and base64")
    return "v1," + base64.b64encode(_digest(key, delivery_id, str(timestamp), body)).decode()


def signed(secrets_held: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> Genuine | None:
    """The delivery, when one of the secrets signed exactly this body within the last, or next, five minutes."""
    delivery_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not PLAIN_ID.fullmatch(delivery_id) or not PLAIN_TIME.fullmatch(timestamp):
        return None
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return None
    given = [_decoded(one.removeprefix("v1,")) for one in _signatures(headers)]
    keys = [key for secret in secrets_held if (key := _key(secret)) is not None]
    wanted = [_digest(key, delivery_id, timestamp, body) for key in keys]
    # Every pair is compared, so that the time taken says nothing about which one was nearly right.
    matches = [hmac.compare_digest(one, other) for one in wanted for other in given if other is not None]
    return Genuine(delivery_id) if any(matches) else None


def shared(secrets_held: Sequence[str], headers: Mapping[str, str]) -> Genuine | None:
    """The delivery, when its header has one of the secrets as it is."""
    given = headers.get(STATIC_HEADER, "").encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(given, held.encode()) for held in secrets_held if held]
    return Genuine(None) if any(matches) else None


def _signatures(headers: Mapping[str, str]) -> list[str]:
    parts = headers.get(SIGNATURE, "").split(" ")
    return [part for part in parts if part.startswith("v1,")][:MOST_SIGNATURES]


def _digest(key: bytes, delivery_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.digest(key, f"{delivery_id}.{timestamp}.".encode() + body, hashlib.sha256)


def _key(secret: str) -> bytes | None:
    return _decoded(secret.removeprefix(PREFIX)) if secret.startswith(PREFIX) else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) or None
    except ValueError:
        return None
