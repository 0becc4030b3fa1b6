"""Sign-in by an OpenID provider: where a browser is sent, and who comes back with a code.

provider_of(settings) -> Provider | None                         raises Misconfigured
provider.sign_in_url(asked) -> str                               raises ProviderSilent
provider.redeem(code, asked, *, answered_by, now) -> Outsider    raises TokenRefused, ProviderSilent
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from joserfc.jwt import ClaimsOption

from cockpit.access.issuers import issuer_reach
from cockpit.access.join import email_of
from cockpit.access.jwks import ALGORITHMS
from cockpit.access.oidc_discovery import Discovery, Endpoints, ProviderSilent
from cockpit.access.outsiders import Outsider, clean_name
from cockpit.access.safe_fetch import fetch
from cockpit.access.signed_tokens import Claims, Issuer, TokenRefused, text_claims, verified
from cockpit.errors import BadRequest, Misconfigured
from cockpit.settings import Settings

LARGEST = 64 * 1024
CODE: Final = re.compile(r"[\x20-\x7e]{1,2048}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one sign-in sends to the provider, and must find again in its answer."""

    redirect_uri: str
    state: str
    nonce: str
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """The verifier as the provider may know it before the code is used."""
        return _encoded(hashlib.sha256(self.verifier.encode()).digest())


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, and what we are to it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str
    algorithm: str
    name: str
    trusts_email: bool
    discovery: Discovery

    def sign_in_url(self, asked: Asked) -> str:
        """Where to send the browser.

        Raises:
            ProviderSilent: the provider does not say where.
        """
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": asked.redirect_uri,
            "scope": self.scopes,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": asked.challenge,
            "code_challenge_method": "S256",
        }
        url = self.discovery.endpoints().authorization
        return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"

    def redeem(self, code: str, asked: Asked, *, answered_by: str | None, now: float) -> Outsider:
        """Trade a code for who signed in; `answered_by` is the issuer that the answer names.

        Raises:
            TokenRefused: the code, or what came for it, is not good.
            ProviderSilent: the provider does not answer.
        """
        places = self.discovery.endpoints()
        if answered_by != self.issuer and (answered_by is not None or places.names_itself):
            raise TokenRefused("the answer of another provider")
        if not CODE.fullmatch(code):
            raise TokenRefused("code")
        given = self._tokens(code, asked, places)
        claims = self._claims(given, asked, now)
        return self._outsider(claims if "email" in claims else self._with_userinfo(claims, given, places))

    def _tokens(self, code: str, asked: Asked, places: Endpoints) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect_uri,
            "code_verifier": asked.verifier,
            "client_id": self.client_id,
        }
        headers = {"accept": "application/json"}
        if self.client_secret and places.takes_basic:
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif self.client_secret:
            form["client_secret"] = self.client_secret
        return _json(places.token, self, headers=headers, form=form)

    def _claims(self, given: Mapping[str, Any], asked: Asked, now: float) -> Claims:
        wanted: dict[str, ClaimsOption] = {
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": asked.nonce},
        }
        id_token = given.get("id_token")
        issuer = Issuer(self.issuer, self.algorithm, self.discovery.keys())
        claims = verified(id_token if isinstance(id_token, str) else "", issuer, now=now, wanted=wanted)
        text_claims(claims, "nonce")
        shared = isinstance(claims["aud"], list) and claims["aud"] != [self.client_id]
        if (shared or "azp" in claims) and claims.get("azp") != self.client_id:
            raise TokenRefused("azp")
        if "at_hash" in claims and not _is_hash_of(claims["at_hash"], given.get("access_token"), self.algorithm):
            raise TokenRefused("at_hash")
        return claims

    def _with_userinfo(self, claims: Claims, given: Mapping[str, Any], places: Endpoints) -> Claims:
        """The claims with those that the provider keeps at another address."""
        token = given.get("access_token")
        if places.userinfo is None or not isinstance(token, str) or not CODE.fullmatch(token):
            raise TokenRefused("no address")
        found = _json(places.userinfo, self, headers={"authorization": f"Bearer {token}"})
        if found.get("sub") != claims["sub"]:
            raise TokenRefused("the user of another token")
        return {**found, **claims}

    def _outsider(self, claims: Claims) -> Outsider:
        if claims.get("email_verified", self.trusts_email) is not True:
            raise TokenRefused("an address that the provider has not checked (email_verified)")
        address = claims.get("email")
        try:
            email = email_of(address if isinstance(address, str) else "")
        except BadRequest as error:
            raise TokenRefused("the address") from error
        name = clean_name(claims.get("name")) or clean_name(claims.get("given_name"), claims.get("family_name"))
        return Outsider(email, name, "oidc")


def provider_of(settings: Settings) -> Provider | None:
    """The provider in the settings; None when there is none.

    Raises:
        Misconfigured: half of one is there.
    """
    if not settings.oidc_issuer or not settings.oidc_client_id:
        _check_nothing(settings)
        return None
    if settings.oidc_algorithm not in ALGORITHMS:
        raise Misconfigured(f"COCKPIT_OIDC_ALGORITHM must be one of {', '.join(ALGORITHMS)}.")
    if "openid" not in settings.oidc_scopes.split():
        raise Misconfigured("COCKPIT_OIDC_SCOPES must contain openid.")
    reach = issuer_reach(settings.oidc_issuer, "COCKPIT_OIDC_ISSUER")
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        " ".join(settings.oidc_scopes.split()),
        settings.oidc_algorithm,
        settings.oidc_name,
        settings.oidc_trust_email,
        Discovery(settings.oidc_issuer, settings.oidc_algorithm, reach),
    )


def _check_nothing(settings: Settings) -> None:
    given = [name for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret") if getattr(settings, name)]
    if given:
        missing = "COCKPIT_OIDC_CLIENT_ID" if settings.oidc_issuer else "COCKPIT_OIDC_ISSUER"
        raise Misconfigured(f"COCKPIT_{given[0].upper()} is set, but {missing} is not: a provider needs both.")


def _json(
    url: str, provider: Provider, *, headers: Mapping[str, str], form: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    fetched = fetch(url, reach=provider.discovery.reach, largest=LARGEST, headers=headers, form=form)
    if fetched is None or fetched.status >= 500:
        raise ProviderSilent
    try:
        found = json.loads(fetched.body) if fetched.status == 200 else None
    except (ValueError, RecursionError) as error:
        raise TokenRefused("the provider's answer is no JSON") from error
    if not isinstance(found, dict):
        raise TokenRefused(f"the provider answered {fetched.status}")
    return found


def _is_hash_of(hashed: object, token: object, algorithm: str) -> bool:
    """Whether the token that came along is the one the signed token names: by the left half of its digest."""
    if not isinstance(hashed, str) or not isinstance(token, str):
        return False
    digest = hashlib.new(f"sha{algorithm[-3:]}", token.encode()).digest()
    return hmac.compare_digest(hashed.encode(), _encoded(digest[: len(digest) // 2]).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
