"""What an OpenID provider says of itself: where its doors are, and its keys; asked seldom, kept while it is silent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from cockpit.access.issuers import is_secure_url
from cockpit.access.jwks import KeySet
from cockpit.access.safe_fetch import fetch
from cockpit.errors import CockpitError
from cockpit.network.reach import Reach

FRESH = 3600.0  # how long an answer is used without another look
RETRY = 10.0  # between two questions
STALE = 24 * 3600.0  # for how long a silent provider keeps its answer
LARGEST = 256 * 1024


class ProviderSilent(CockpitError):
    """The sign-in provider does not answer: try again in a minute."""

    status = 503


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of a provider."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    takes_basic: bool
    names_itself: bool  # every answer says which provider it is of (RFC 9207)


@dataclass(slots=True)
class Discovery:
    """The document of an issuer, and the keys it points to."""

    issuer: str
    algorithm: str
    reach: Reach
    clock: Callable[[], float] = time.monotonic
    _known: tuple[Endpoints, KeySet] | None = None
    _loaded_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _turn: Lock = field(default_factory=Lock)

    def endpoints(self) -> Endpoints:
        """Where to go.

        Raises:
            ProviderSilent: the provider has never said, or has been silent for a day.
        """
        return self._get()[0]

    def keys(self) -> KeySet:
        """The keys of the provider.

        Raises:
            ProviderSilent: as above.
        """
        return self._get()[1]

    def _get(self) -> tuple[Endpoints, KeySet]:
        with self._turn:
            now = self.clock()
            if now - self._loaded_at > FRESH and now - self._tried_at >= RETRY:
                self._load(now)
            if self._known is None or now - self._loaded_at > STALE:
                raise ProviderSilent
            return self._known

    def _load(self, now: float) -> None:
        self._tried_at = now
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        fetched = fetch(url, reach=self.reach, largest=LARGEST, redirects=0)
        found = read_document(fetched.body, self.issuer, self.reach) if fetched and fetched.status == 200 else None
        if found is None:
            return
        # The same keys go on being used: a fetch per document would undo the limit on fetches.
        known = self._known[1] if self._known and self._known[1].url == found.keys else None
        self._known = (found, known or KeySet(found.keys, self.algorithm, self.reach, self.clock))
        self._loaded_at = now


def read_document(body: bytes, issuer: str, reach: Reach) -> Endpoints | None:
    """The addresses in a discovery document, or None when it is another issuer's or leads to where no secret may go."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or given.get("issuer") != issuer:
        return None
    authorization, token, keys = (
        _url(given, name, reach) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    )
    if authorization is None or token is None or keys is None:
        return None
    ways = given.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    takes_basic = isinstance(ways, list) and "client_secret_basic" in ways
    names_itself = given.get("authorization_response_iss_parameter_supported") is True
    return Endpoints(authorization, token, keys, _url(given, "userinfo_endpoint", reach), takes_basic, names_itself)


def _url(given: Mapping[str, Any], name: str, reach: Reach) -> str | None:
    found = given.get(name)
    return found if isinstance(found, str) and is_secure_url(found, reach) else None
