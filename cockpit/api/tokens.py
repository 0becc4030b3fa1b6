"""Signed tokens: a small claim nobody can make without the secret key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass

LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says: what it is for, its own id, and the seconds since 1970 it was made and ends."""

    purpose: str
    id: str
    issued: int
    expires: int


def new_claim(purpose: str, *, now: float, seconds: int) -> Claim:
    """A claim that nobody can guess."""
    return Claim(purpose, secrets.token_urlsafe(16), int(now), int(now) + seconds)


def seal(claim: Claim, key: str) -> str:
    """The token of a claim."""
    body = _encode(json.dumps(asdict(claim), separators=(",", ":")).encode())
    return f"{body}.{_signature(body, key)}"


def unseal(token: str, key: str, *, purpose: str, now: float) -> Claim | None:
    """The claim of a token, or None when it is forged, for something else, or over."""
    body, _, signature = token.partition(".")
    if len(token) > LONGEST or not hmac.compare_digest(signature.encode(), _signature(body, key).encode()):
        return None
    claim = Claim(**json.loads(_decode(body)))  # the signature proves that we wrote it
    return claim if claim.purpose == purpose and claim.issued <= now + 60 and now < claim.expires else None


def _signature(body: str, key: str) -> str:
    return _encode(hmac.new(key.encode(), b"cockpit-token-1:" + body.encode(), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
