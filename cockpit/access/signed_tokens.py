"""Checks tokens that others signed: by one algorithm, with a key we looked up, every claim that matters present.

verified(token, issuer, now=..., wanted=...) -> Claims      raises TokenRefused: one sentence, whatever is wrong
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from cockpit.access.jwks import Keys
from cockpit.errors import NotSignedIn

Claims = Mapping[str, Any]

LONGEST = 8 * 1024
LONGEST_TEXT = 1024
SKEW = 5  # seconds that clocks may differ
SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
# Headers by which a token would bring its own key, or change how it is read.
BANNED: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "enc", "zip", "cty"})


class TokenRefused(NotSignedIn):
    """This sign-in is not valid."""

    def __init__(self, reason: str) -> None:
        """Tell the log why, and whoever sent it nothing."""
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs, and how."""

    name: str  # the claim iss, exactly
    algorithm: str
    keys: Keys


class StrictDecoder(json.JSONDecoder):
    """JSON in which every name is there once and every number is one."""

    def __init__(self, **_: object) -> None:
        """Refuse what parsers read differently."""
        super().__init__(object_pairs_hook=_once_each, parse_constant=_refuse)


def verified(token: str, issuer: Issuer, *, now: float, wanted: Mapping[str, ClaimsOption]) -> Claims:
    """The claims of a token that this issuer signed and that holds now.

    Raises:
        TokenRefused: it does not.
    """
    header = _header(token)
    if header.get("alg") != issuer.algorithm:
        raise TokenRefused("algorithm")
    key_id = header.get("kid")
    key = issuer.keys.find(key_id) if isinstance(key_id, str) else None
    if key is None:
        raise TokenRefused("no such key")
    registry = JWSRegistry(algorithms=[issuer.algorithm], strict_check_header=False)
    try:
        claims = jwt.decode(token, key, [issuer.algorithm], registry, StrictDecoder).claims
        _check(claims, issuer, now, wanted)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise TokenRefused(str(error)[:200]) from error
    return claims


def _header(token: str) -> dict[str, Any]:
    """What a token says of itself before anything is believed."""
    if len(token) > LONGEST or not SHAPE.fullmatch(token):
        raise TokenRefused("shape")
    try:
        parts = [_canonical(part) for part in token.split(".")]
        header = json.loads(parts[0], cls=StrictDecoder)
    except (ValueError, RecursionError) as error:
        raise TokenRefused("encoding") from error
    if not isinstance(header, dict) or BANNED & set(header):
        raise TokenRefused("header")
    if header.get("typ", "JWT") not in ("JWT", "jwt"):
        raise TokenRefused("another kind of token")
    return header


def _check(claims: Claims, issuer: Issuer, now: float, wanted: Mapping[str, ClaimsOption]) -> None:
    options: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": issuer.name},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
        **wanted,
    }
    JWTClaimsRegistry(now=int(now), leeway=SKEW, **options).validate(dict(claims))
    if not _is_text(claims["sub"]) or abs(claims["exp"]) > 2**40:
        raise ValueError("sub or exp")


def text_claims(claims: Claims, *names: str) -> dict[str, str]:
    """Claims that must be texts.

    Raises:
        TokenRefused: one of them is something else.
    """
    if not all(_is_text(claims.get(name)) for name in names):
        raise TokenRefused("a claim is no text")
    return {name: claims[name] for name in names}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and value.isprintable()


def _canonical(part: str) -> bytes:
    """The bytes of a part that is written in the one way they are written."""
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise ValueError("encoding")
    return raw


def _once_each(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    if len(dict(listed)) != len(listed):
        raise ValueError("a name twice")
    return dict(listed)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
