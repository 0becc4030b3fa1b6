"""Keys of a test's issuer, and tokens signed with them: good ones, and bytes put together by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any
from warnings import catch_warnings, simplefilter

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

KID = "key-1"


def rsa_key(name: str = KID, size: int = 2048) -> RSAKey:
    """A key that is made once per name."""
    return _rsa_key(name, size)


@cache
def _rsa_key(name: str, size: int) -> RSAKey:
    with catch_warnings():
        simplefilter("ignore", SecurityWarning)
        return RSAKey.import_key(rsa.generate_private_key(65537, size))


@cache
def ec_key(name: str = "ec-1") -> ECKey:
    return ECKey.generate_key("P-256")


def public(key: RSAKey | ECKey, key_id: str, **more: Any) -> dict[str, Any]:
    """A key as an entry of a key set."""
    return {**key.as_dict(private=False), "kid": key_id, "use": "sig", **more}


def key_set(*names: str) -> bytes:
    return json.dumps({"keys": [public(rsa_key(name), name, alg="RS256") for name in names]}).encode()


def signed(claims: dict[str, Any], header: dict[str, Any] | None = None, key: RSAKey | ECKey | None = None) -> str:
    """A token in good form, with whatever header."""
    head = {"alg": "RS256", "kid": KID, "typ": "JWT", **(header or {})}
    head = {name: value for name, value in head.items() if value is not None}
    return raw(head, claims, key or rsa_key())


def raw(header: dict[str, Any] | bytes, claims: Any, key: RSAKey | ECKey) -> str:
    """A token of any header and any payload, signed as RS256 or ES256 says over exactly these bytes."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    body = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    text = f"{b64(head)}.{b64(body)}"
    return f"{text}.{b64(signature(text.encode(), key))}"


def signature(text: bytes, key: RSAKey | ECKey) -> bytes:
    private = key.private_key
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(text, padding.PKCS1v15(), hashes.SHA256())
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private.sign(text, ec.ECDSA(hashes.SHA256()))


def by_library(claims: dict[str, Any], algorithm: str, key: Any, key_id: str = KID) -> str:
    """What the library itself signs, with another algorithm."""
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jwt.encode({"alg": algorithm, "kid": key_id}, claims, key, [algorithm], registry)


def by_hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token whose key is a public text: the confusion of algorithms."""
    text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
