"""How a workspace reaches its Hub: address, key, domain, and which of the Hub's optional abilities are declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from cockpit.errors import InvalidInput
from cockpit.network.reach import Reach

NONE, KEY, LOOKUP = "none", "key", "lookup"
IDEMPOTENCY: Final = (NONE, KEY, LOOKUP)
CHANNELS: Final = ("phone", "sms", "whatsapp", "email")
HUB_TYPES: Final = ("informational", "conversational", "appointment_booking", "confirmational")
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class HubConnection:
    """The Hub of one workspace. A path that is None is an ability the Hub was not said to have."""

    base_url: str
    api_key: str = field(repr=False)
    domain_name: str
    idempotency: str = NONE
    start_path: str = "/integration/start"
    account_path: str = "/domain/{domain}/account"  # asks without starting anything
    status_path: str | None = None  # the paths below have {engagement_id}, that of lookup {reference}
    pause_path: str | None = None
    resume_path: str | None = None
    cancel_path: str | None = None
    lookup_path: str | None = None
    idempotency_header: str = "Idempotency-Key"
    reference_field: str = "client_reference"  # in which the Hub is told our name of the outreach
    extra_fields: Mapping[str, Any] = field(default_factory=dict)  # what this Hub wants in every request
    whatsapp_fields: Mapping[str, Any] | None = None  # its field for WhatsApp is not published; None: channel off
    inside: bool = False  # the operator allowed this address although it is not public
    seconds: float = 20.0  # a whole call, from the name to the last byte

    @property
    def url(self) -> httpx.URL:
        """The base address.

        Raises:
            InvalidInput: it is none.
        """
        return checked_base(self.base_url)

    @property
    def reach(self) -> Reach:
        """Where calls may go."""
        url = self.url
        return Reach(named=frozenset({(url.host, url.port or PORTS[url.scheme])})) if self.inside else Reach()

    def address(self, path: str, **values: str) -> httpx.URL:
        """A path of the Hub with its values put in, each as one segment."""
        for name, value in values.items():
            path = path.replace("{" + name + "}", _segment(value))
        return httpx.URL(str(self.url).rstrip("/") + path)


def checked_base(text: str) -> httpx.URL:
    """The address of a Hub in one spelling.

    Raises:
        InvalidInput: it is no plain http or https address.
    """
    wrong = "The address of the Hub must look like https://phone.example.com."
    if len(text) > 500 or not text.isprintable() or set(text) & set(" \\?#"):
        raise InvalidInput(wrong)
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise InvalidInput(wrong) from error
    if url.scheme not in PORTS or not url.host or url.userinfo:
        raise InvalidInput(wrong)
    return url


def checked_path(text: str | None, *needs: str) -> str | None:
    """A path of the Hub, or None when there is none.

    Raises:
        InvalidInput: it is no path, or leaves out what the Hub has to be told.
    """
    path = (text or "").strip()
    if not path:
        return None
    if (
        not path.startswith("/")
        or path.startswith("//")
        or not path.isascii()
        or set(path) & set(" \\#")
        or "@" in path
    ):
        raise InvalidInput(f"“{path[:60]}” is no path of a Hub: it starts with one / and has no blanks.")
    for name in needs:
        if "{" + name + "}" not in path:
            raise InvalidInput(f"The path {path[:60]} must say where {{{name}}} goes.")
    return path


def _segment(value: str) -> str:
    """A value that cannot leave its place in a path."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.~") else _escaped(sign) for sign in value)


def _escaped(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())
