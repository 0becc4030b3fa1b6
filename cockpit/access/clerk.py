"""Sign-in by Clerk: whose session a token is, by the claims of both versions.

clerk_of(settings) -> Clerk | None                     raises Misconfigured
clerk.identify(token, *, now) -> Outsider              raises TokenRefused: one sentence, whatever is wrong
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc.jwt import ClaimsOption

from cockpit.access.issuers import is_secure_url, issuer_reach
from cockpit.access.join import email_of
from cockpit.access.jwks import Keys, KeySet, read_pem
from cockpit.access.outsiders import ORGANIZATION_ID, Organization, Outsider, clean_name
from cockpit.access.safe_fetch import fetch
from cockpit.access.signed_tokens import Claims, Issuer, TokenRefused, text_claims, verified
from cockpit.errors import BadRequest, Misconfigured
from cockpit.network.reach import Reach
from cockpit.settings import Settings

ALGORITHM: Final = "RS256"
USER_ID: Final = re.compile(r"user_[A-Za-z0-9]{1,120}", re.ASCII)
SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
VERSIONS: Final = (None, 1, 2)
LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class Clerk:
    """An instance of Clerk, and what its tokens must say."""

    issuer: Issuer
    parties: tuple[str, ...]  # the origins of the apps whose users may come
    audience: str | None
    api_url: str
    secret_key: str = field(default="", repr=False)
    reach: Reach = field(default_factory=Reach)

    def identify(self, token: str, *, now: float) -> Outsider:
        """Whose session this is.

        Raises:
            TokenRefused: nobody's.
        """
        claims = verified(token, self.issuer, now=now, wanted=self._wanted())
        _check_session(claims, self.audience)
        text = text_claims(claims, "sub", "sid", "azp")
        if not USER_ID.fullmatch(text["sub"]):
            raise TokenRefused("sub")
        email, name = self._person(claims, text["sub"])
        return Outsider(email, name, "clerk", _organization(claims))

    def _wanted(self) -> dict[str, ClaimsOption]:
        wanted: dict[str, ClaimsOption] = {
            "azp": {"essential": True, "values": list(self.parties)},
            "nbf": {"essential": True},
            "sid": {"essential": True},
        }
        return wanted if self.audience is None else {**wanted, "aud": {"essential": True, "value": self.audience}}

    def _person(self, claims: Claims, user_id: str) -> tuple[str, str]:
        """Address and name: from the token when they were added to it, else from Clerk."""
        if "email" in claims:
            if claims.get("email_verified") is not True:
                raise TokenRefused("an address that nobody has checked")
            return _address(claims["email"]), clean_name(claims.get("name"))
        user = self._ask(user_id)
        chosen = [one for one in _entries(user) if one.get("id") == user.get("primary_email_address_id")]
        if len(chosen) != 1 or (chosen[0].get("verification") or {}).get("status") != "verified":
            raise TokenRefused("no address that somebody has checked")
        return _address(chosen[0].get("email_address")), clean_name(user.get("first_name"), user.get("last_name"))

    def _ask(self, user_id: str) -> Mapping[str, Any]:
        if not self.secret_key:
            raise TokenRefused("no address in the token: add the claim email, or set COCKPIT_CLERK_SECRET_KEY")
        headers = {"authorization": f"Bearer {self.secret_key}", "accept": "application/json"}
        url = f"{self.api_url}/users/{user_id}"
        fetched = fetch(url, reach=self.reach, largest=LARGEST, headers=headers)
        if fetched is None or fetched.status != 200:
            raise TokenRefused(f"Clerk answered {fetched.status if fetched else 'nothing'} when asked for the user")
        try:
            user = json.loads(fetched.body)
        except (ValueError, RecursionError) as error:
            raise TokenRefused("Clerk's answer is no JSON") from error
        if not isinstance(user, dict) or user.get("id") != user_id or user.get("banned") or user.get("locked"):
            raise TokenRefused("the user")
        return user


def clerk_of(settings: Settings) -> Clerk | None:
    """The instance of Clerk in the settings; None when there is none.

    Raises:
        Misconfigured: half of it is there.
    """
    if not settings.clerk_issuer:
        _check_nothing(settings)
        return None
    if settings.clerk_issuer.endswith("/"):
        raise Misconfigured("COCKPIT_CLERK_ISSUER must not end in /: it is compared with the claim iss as it is.")
    reach = issuer_reach(settings.clerk_issuer, "COCKPIT_CLERK_ISSUER")
    api = settings.clerk_api_url.rstrip("/")
    keys: Keys = KeySet(f"{settings.clerk_issuer}/.well-known/jwks.json", ALGORITHM, reach)
    if settings.clerk_jwt_key:
        keys = read_pem(settings.clerk_jwt_key, ALGORITHM)
    return Clerk(
        Issuer(settings.clerk_issuer, ALGORITHM, keys),
        _parties(settings.clerk_authorized_parties),
        settings.clerk_audience or None,
        api,
        settings.clerk_secret_key,
        issuer_reach(api, "COCKPIT_CLERK_API_URL"),
    )


def _check_nothing(settings: Settings) -> None:
    names = ("clerk_authorized_parties", "clerk_audience", "clerk_jwt_key", "clerk_secret_key", "clerk_sign_in_url")
    given = [f"COCKPIT_{name.upper()}" for name in names if getattr(settings, name)]
    if given:
        raise Misconfigured(f"{given[0]} is set, but COCKPIT_CLERK_ISSUER is not: give the address of your instance.")


def _parties(text: str) -> tuple[str, ...]:
    parties = tuple(one.strip() for one in text.split(",") if one.strip())
    wrong = [one for one in parties if one.endswith("/") or not is_secure_url(one, _place(one))]
    if not parties or wrong:
        raise Misconfigured(
            "COCKPIT_CLERK_AUTHORIZED_PARTIES must list the origins of your apps, like https://app.example.com: "
            "without them a token for any other app would do."
        )
    return parties


def _place(url: str) -> Reach:
    try:
        return issuer_reach(url, "COCKPIT_CLERK_AUTHORIZED_PARTIES")
    except Misconfigured:
        return Reach()


def _check_session(claims: Claims, audience: str | None) -> None:
    """See that this is the token of a session that lasts, and is meant for nobody else."""
    version = claims.get("v")
    if version not in VERSIONS or isinstance(version, bool):
        raise TokenRefused("another version")
    if claims.get("sts", "active") != "active":  # a sign-in with steps left to do
        raise TokenRefused("sts")
    if audience is None and "aud" in claims:
        raise TokenRefused("aud")


def _organization(claims: Claims) -> Organization | None:
    """The organisation of both versions; its rights are ours to give, so its role counts for nothing."""
    if claims.get("v") == 2:
        given, names = claims.get("o"), ("id", "slg")
        if given is None:
            return None
    else:
        given, names = claims, ("org_id", "org_slug")
        if claims.get("org_id") is None:
            return None
    found = given.get(names[0]) if isinstance(given, Mapping) else None
    slug = given.get(names[1]) if isinstance(given, Mapping) else None
    if not isinstance(found, str) or not ORGANIZATION_ID.fullmatch(found):
        raise TokenRefused("organisation")
    if slug is not None and (not isinstance(slug, str) or not SLUG.fullmatch(slug)):
        raise TokenRefused("organisation")
    return Organization(found, slug)


def _entries(user: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = user.get("email_addresses")
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _address(text: object) -> str:
    try:
        return email_of(text if isinstance(text, str) else "")
    except BadRequest as error:
        raise TokenRefused("the address") from error
