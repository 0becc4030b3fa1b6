"""Whom to tell that a workspace or a member was added."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cockpit.errors import Misconfigured

PORTS = {"http": 80, "https": 443}
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class HubCallback:
    """An address of the operator's, which may well be inside, and the secret that goes with it."""

    url: str
    secret: str = field(repr=False)
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        """Refuse what could never be called.

        Raises:
            Misconfigured: the address is none, or the secret is missing or cannot be sent.
        """
        if not self.place[0] or not self.place[1]:
            raise Misconfigured("AVENTORA_HUB_PROVISION_CALLBACK_URL must be an http or https address.")
        if not self.secret or not self.secret.isascii() or not self.secret.isprintable() or " " in self.secret:
            raise Misconfigured("AVENTORA_HUB_PROVISION_CALLBACK_SECRET must be visible ASCII characters, as a header.")

    @property
    def place(self) -> tuple[str, int]:
        """Host and port; empty where there is none."""
        try:
            parts = urlsplit(self.url)
            return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            return "", 0
