"""One try to sign in at a provider: bound to the browser that began it by a short-lived, sealed cookie.

All that the provider must give back or prove is made from the id in the cookie, so nothing is kept on the server.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from cockpit.access.oidc import Asked
from cockpit.api import tokens

SECONDS = 600
LONGEST_STATE = 2048
PURPOSE: Final = "oidc"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try, by the id that only the browser's cookie holds."""

    id: str
    key: str

    def asked(self, then: str, redirect_uri: str) -> Asked:
        """What is sent to the provider; `then` is where the sign-in leads."""
        state = f"{self._made('state', then)}.{base64.urlsafe_b64encode(then.encode()).decode()}"
        return Asked(redirect_uri, state, self._made("nonce"), self._made("verifier"))

    def then(self, state: str) -> str | None:
        """Where the sign-in leads, by the state that came back; None when it is not the state of this try."""
        made, _, path = state.partition(".")
        if len(state) > LONGEST_STATE or not state.isascii():
            return None
        try:
            then = base64.urlsafe_b64decode(path).decode()
        except ValueError:
            return None
        return then if hmac.compare_digest(made, self._made("state", then)) else None

    def _made(self, what: str, about: str = "") -> str:
        text = f"cockpit-oidc-1:{what}:{self.id}:{about}"
        digest = hmac.new(self.key.encode(), text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def begin(key: str, *, now: float) -> tuple[Attempt, str]:
    """A new try, and the text of its cookie."""
    claim = tokens.new_claim(PURPOSE, now=now, seconds=SECONDS)
    return Attempt(claim.id, key), tokens.seal(claim, key)


def resume(cookie: str, key: str, *, now: float) -> Attempt | None:
    """The try that this browser began, if it did and not long ago."""
    claim = tokens.unseal(cookie, key, purpose=PURPOSE, now=now)
    return None if claim is None else Attempt(claim.id, key)
