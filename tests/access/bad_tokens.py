"""Tokens that must let nobody in: each is a good Clerk session token but for one thing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.access.signing import KID, b64, by_hmac, by_library, ec_key, raw, rsa_key, signed

NOW = 1_790_000_000
ISSUER = "https://clerk.example.com"
APP = "https://app.example.com"
SECRET_MARK = "canary@example.com"  # noqa: S105 - must never be in a log
HEAD = {"alg": "RS256", "kid": KID, "typ": "JWT"}
Claims = dict[str, Any]


def v1(**changes: Any) -> Claims:
    """The claims of a token of version 1 (clerk_session_claims_v1), with what this project wants added to it."""
    claims = {
        "azp": APP, "exp": NOW + 60, "fva": [7, -1], "iat": NOW, "iss": ISSUER, "nbf": NOW - 10, "sid": "sess_123",
        "sub": "user_123", "org_id": "org_123", "org_slug": "org-slug", "org_role": "org:admin",
        "org_permissions": ["org:dashboard:read"], "email": SECRET_MARK, "email_verified": True, "name": "Cana Ry",
    }  # fmt: skip
    return _changed(claims, changes)


def v2(**changes: Any) -> Claims:
    """The same of version 2 (clerk_session_claims_v2)."""
    claims = {
        "azp": APP, "exp": NOW + 60, "fva": [7, -1], "iat": NOW, "iss": ISSUER, "nbf": NOW - 10, "sid": "sess_123",
        "sub": "user_123", "jti": "1234567890", "v": 2, "pla": "u:free,o:pro", "fea": "o:dashboard", "sts": "active",
        "o": {"id": "org_123", "slg": "org-slug", "rol": "admin", "per": "read,manage", "fpm": "3,2"},
        "email": SECRET_MARK, "email_verified": True, "name": "Cana Ry",
    }  # fmt: skip
    return _changed(claims, changes)


def fresh(**changes: Any) -> str:
    """A good token of this very moment, but for these claims."""
    now = int(time.time())
    return signed(v2(**{"iat": now, "nbf": now - 10, "exp": now + 60, **changes}))


def _changed(claims: Claims, changes: Claims) -> Claims:
    return {name: value for name, value in {**claims, **changes}.items() if value is not ...}


def _swapped(part: int, change: Callable[[str], str]) -> str:
    parts = signed(v2()).split(".")
    parts[part] = change(parts[part])
    return ".".join(parts)


def _twice() -> bytes:
    return json.dumps(v2()).encode().replace(b'{"azp"', b'{"sub": "user_999", "azp"', 1)


def _public_pem() -> bytes:
    return rsa_key().as_pem(private=False)


def _own_key(**header: Any) -> str:
    """Signed by the attacker, who brings the key along."""
    return signed(v2(), header, rsa_key("attacker"))


BAD: dict[str, Callable[[], str]] = {
    # not a token at all
    "nothing": lambda: "",
    "a word": lambda: "token",
    "two parts": lambda: ".".join(signed(v2()).split(".")[:2]),
    "four parts": lambda: signed(v2()) + ".x",
    "five parts of an encrypted token": lambda: "a.b.c.d.e",
    "an empty signature": lambda: ".".join([*signed(v2()).split(".")[:2], ""]),
    "spaces around": lambda: f" {signed(v2())} ",
    "a line break within": lambda: signed(v2()).replace(".", ".\n", 1),
    "padding": lambda: _swapped(2, lambda text: text + "=="),
    "the other alphabet of base64": lambda: _swapped(2, lambda text: "+/" + text[2:]),
    "a letter that looks like another": lambda: _swapped(0, lambda text: "е" + text[1:]),
    "last bits that mean nothing": lambda: _swapped(2, lambda text: text[:-1] + chr(ord(text[-1]) + 1)),
    "longer than 8 kB": lambda: signed(v2(more="x" * 9000)),
    "JSON instead of a token": lambda: json.dumps({"payload": b64(b"{}"), "signatures": []}),
    "a header that is no JSON": lambda: raw(b"alg", v2(), rsa_key()),
    "a header that is a list": lambda: raw(b'["alg"]', v2(), rsa_key()),
    "a header nested deeply": lambda: raw(b"[" * 1500 + b"]" * 1500, v2(), rsa_key()),
    "alg twice": lambda: raw(b'{"alg":"none","alg":"RS256","kid":"key-1"}', v2(), rsa_key()),
    "a payload that is no JSON": lambda: raw(HEAD, b"sub=user_123", rsa_key()),
    "a payload that is a list": lambda: raw(HEAD, [v2()], rsa_key()),
    "a payload with sub twice": lambda: raw(HEAD, _twice(), rsa_key()),
    "a payload with NaN": lambda: raw(HEAD, json.dumps(v2(exp=float("nan"))).encode(), rsa_key()),
    "a payload that is no UTF-8": lambda: raw(HEAD, b'{"sub":"\xff"}', rsa_key()),
    # the algorithm
    "alg none without signature": lambda: ".".join([b64(b'{"alg":"none"}'), b64(json.dumps(v2()).encode()), ""]),
    "alg none with a signature": lambda: signed(v2(), {"alg": "none"}),
    "alg NONE": lambda: signed(v2(), {"alg": "NONE"}),
    "alg nOnE and a key id": lambda: signed(v2(), {"alg": "nOnE"}),
    "alg rs256": lambda: signed(v2(), {"alg": "rs256"}),
    "no alg": lambda: signed(v2(), {"alg": None}),
    "alg as a list": lambda: signed(v2(), {"alg": ["RS256"]}),
    "alg as a number": lambda: signed(v2(), {"alg": 256}),
    "HS256 with the public key as PEM": lambda: by_hmac({**HEAD, "alg": "HS256"}, v2(), _public_pem()),
    "HS256 with the modulus": lambda: by_hmac(
        {**HEAD, "alg": "HS256"}, v2(), str(rsa_key().as_dict(private=False)["n"]).encode()
    ),
    "HS256 with an empty key": lambda: by_hmac({**HEAD, "alg": "HS256"}, v2(), b""),
    "said to be RS256, made with HMAC": lambda: by_hmac(HEAD, v2(), _public_pem()),
    "RS512 by the right key": lambda: by_library(v2(), "RS512", rsa_key()),
    "PS256 by the right key": lambda: by_library(v2(), "PS256", rsa_key()),
    "ES256 by another key": lambda: by_library(v2(), "ES256", ec_key()),
    "said to be RS256, made with an elliptic curve": lambda: raw(HEAD, v2(), ec_key()),
    # the key
    "another key under the right id": lambda: signed(v2(), key=rsa_key("attacker")),
    "no kid": lambda: signed(v2(), {"kid": None}),
    "an empty kid": lambda: signed(v2(), {"kid": ""}),
    "an unknown kid": lambda: signed(v2(), {"kid": "key-2"}, rsa_key("key-2")),
    "kid as a number": lambda: signed(v2(), {"kid": 1}),
    "kid as a list": lambda: signed(v2(), {"kid": [KID]}),
    "kid as an object": lambda: signed(v2(), {"kid": {"kid": KID}}),
    "kid as a path": lambda: _own_key(kid="../../../../dev/null"),
    "kid as an address": lambda: _own_key(kid="https://evil.example/jwks.json"),
    "kid as SQL": lambda: _own_key(kid="x' UNION SELECT 'key"),
    "kid with a NUL": lambda: signed(v2(), {"kid": KID + "\0"}),
    "kid with a space": lambda: signed(v2(), {"kid": KID + " "}),
    "a key of the wrong use": lambda: signed(v2(), {"kid": "encryption"}),
    "a key of 1024 bits": lambda: signed(v2(), {"kid": "short"}, rsa_key("short", 1024)),
    "jwk in the header": lambda: _own_key(jwk=rsa_key("attacker").as_dict(private=False)),
    "jku in the header": lambda: _own_key(jku="https://evil.example/jwks.json"),
    "x5u in the header": lambda: _own_key(x5u="https://evil.example/key.pem"),
    "x5c in the header": lambda: _own_key(x5c=["MIIB"]),
    "jku beside the right signature": lambda: signed(v2(), {"jku": f"{ISSUER}/.well-known/jwks.json"}),
    "crit": lambda: signed(v2(), {"crit": ["exp"]}),
    "b64 false": lambda: signed(v2(), {"b64": False, "crit": ["b64"]}),
    "zip": lambda: signed(v2(), {"zip": "DEF"}),
    "cty": lambda: signed(v2(), {"cty": "JWT"}),
    "an access token of OAuth": lambda: signed(v2(), {"typ": "at+jwt"}),
    "a logout token": lambda: signed(v2(), {"typ": "logout+jwt"}),
    # the signature
    "another payload": lambda: _swapped(1, lambda _: b64(json.dumps(v2(sub="user_999")).encode())),
    "another header": lambda: _swapped(0, lambda _: b64(json.dumps({**HEAD, "x": 1}).encode())),
    "the signature of another token": lambda: (
        ".".join([*signed(v2()).split(".")[:2], signed(v2(sid="sess_9")).split(".")[2]])
    ),
    "a signature of zeros": lambda: _swapped(2, lambda _: b64(b"\0" * 256)),
    "half a signature": lambda: _swapped(2, lambda text: text[:172]),
    # who made it, and for whom
    "no iss": lambda: signed(v2(iss=...)),
    "another issuer": lambda: signed(v2(iss="https://clerk.evil.example")),
    "the issuer with a slash": lambda: signed(v2(iss=f"{ISSUER}/")),
    "the issuer in capitals": lambda: signed(v2(iss=ISSUER.upper())),
    "the issuer over http": lambda: signed(v2(iss=ISSUER.replace("https", "http"))),
    "an issuer that begins the same": lambda: signed(v2(iss=f"{ISSUER}.evil.example")),
    "issuers as a list": lambda: signed(v2(iss=[ISSUER])),
    "no azp": lambda: signed(v2(azp=...)),
    "azp null": lambda: signed(v2(azp=None)),
    "azp empty": lambda: signed(v2(azp="")),
    "another app": lambda: signed(v2(azp="https://evil.example.com")),
    "an app that begins the same": lambda: signed(v2(azp=f"{APP}.evil.example")),
    "the app over http": lambda: signed(v2(azp=APP.replace("https", "http"))),
    "apps as a list": lambda: signed(v2(azp=[APP])),
    "an audience where there must be none": lambda: signed(v2(aud="https://other.example")),
    "audience null": lambda: signed(v2(aud=None)),
    # when
    "no exp": lambda: signed(v2(exp=...)),
    "exp null": lambda: signed(v2(exp=None)),
    "over for six seconds": lambda: signed(v2(exp=NOW - 6)),
    "over for years": lambda: signed(v2(exp=1)),
    "exp negative": lambda: signed(v2(exp=-1)),
    "exp as a text": lambda: signed(v2(exp=str(NOW + 60))),
    "exp as true": lambda: signed(v2(exp=True)),
    "exp as a list": lambda: signed(v2(exp=[NOW + 60])),
    "exp without end": lambda: raw(HEAD, json.dumps(v2()).replace(str(NOW + 60), "1e999").encode(), rsa_key()),
    "exp in a million years": lambda: signed(v2(exp=2**45)),
    "no nbf": lambda: signed(v2(nbf=...)),
    "not yet for six seconds": lambda: signed(v2(nbf=NOW + 6)),
    "nbf as a text": lambda: signed(v2(nbf=str(NOW))),
    "no iat": lambda: signed(v2(iat=...)),
    "made in the future": lambda: signed(v2(iat=NOW + 60)),
    "iat as false": lambda: signed(v2(iat=False)),
    # whose
    "no sub": lambda: signed(v2(sub=...)),
    "sub empty": lambda: signed(v2(sub="")),
    "sub as a number": lambda: signed(v2(sub=123)),
    "sub as an object": lambda: signed(v2(sub={"id": "user_123"})),
    "sub of a machine": lambda: signed(v2(sub="mch_123")),
    "sub as a path": lambda: signed(v2(sub="user_123/../user_1")),
    "sub with a line break": lambda: signed(v2(sub="user_123\n")),
    "no sid: a token of a template": lambda: signed(v2(sid=...)),
    "sid as a list": lambda: signed(v2(sid=["sess_123"])),
    "a session with steps left": lambda: signed(v2(sts="pending")),
    "sts as a list": lambda: signed(v2(sts=["active"])),
    "an address nobody checked": lambda: signed(v2(email_verified=False)),
    "an address nobody says to have checked": lambda: signed(v2(email_verified=...)),
    "checked as a text": lambda: signed(v2(email_verified="true")),
    "an address that is none": lambda: signed(v2(email="canary")),
    "two addresses": lambda: signed(v2(email=[SECRET_MARK])),
    "no address, and nobody to ask": lambda: signed(v2(email=...)),
    # the version and the organisation
    "version 3": lambda: signed(v2(v=3)),
    "version 2 as a text": lambda: signed(v2(v="2")),
    "version true": lambda: signed(v2(v=True)),
    "o as a text": lambda: signed(v2(o="org_123")),
    "o as a list": lambda: signed(v2(o=[{"id": "org_123"}])),
    "o without id": lambda: signed(v2(o={"slg": "org-slug"})),
    "o with a number as id": lambda: signed(v2(o={"id": 123, "slg": "org-slug"})),
    "o with an id that is none": lambda: signed(v2(o={"id": "../org_123", "slg": "org-slug"})),
    "o with a slug that is none": lambda: signed(v2(o={"id": "org_123", "slg": "acme.evil"})),
    "org_id as a list": lambda: signed(v1(org_id=["org_123"])),
    "org_slug as an object": lambda: signed(v1(org_slug={"$ne": ""})),
}  # fmt: skip
