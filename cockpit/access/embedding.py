"""Who may put the cockpit into a frame: the origins a workspace allows, and what the browser is told of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from cockpit.errors import InvalidInput
from cockpit.model.hosts import LOCAL

MOST = 50
# One host name with an optional port: no wildcard, no user, no path, nothing that could end a header or a directive.
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?", re.ASCII
)


def check_origin(text: str) -> str:
    """The origin as browsers spell it.

    Raises:
        InvalidInput: it is no https origin; http is allowed for names of this machine only.
    """
    match = ORIGIN.fullmatch(text.strip().lower().removesuffix("/"))
    if match is None or ".." in match["host"] or int(match["port"] or 443) > 65535:
        raise InvalidInput(f"“{text[:80]}” is no origin like https://crm.example.com.")
    host, scheme = match["host"], match["scheme"]
    if scheme == "http" and host != LOCAL and not host.endswith(f".{LOCAL}") and host != "127.0.0.1":
        raise InvalidInput("An origin needs https: browsers keep no cookie of a frame in a page without it.")
    usual = {"https": "443", "http": "80"}[scheme]
    port = "" if match["port"] in (None, usual) else f":{int(match['port'])}"
    return f"{scheme}://{host}{port}"


def allowed_origins(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The origins that the settings of a workspace allow; one that cannot be read allows nobody."""
    listed = settings.get("embed_origins") or []
    found = []
    for text in listed if isinstance(listed, list) else []:
        try:
            found.append(check_origin(str(text)))
        except InvalidInput:
            continue
    return tuple(dict.fromkeys(found))[:MOST]


def frame_ancestors(origins: Iterable[str]) -> str:
    """The directive that lets our own pages and these origins frame us, and nobody else."""
    return " ".join(["frame-ancestors", "'self'", *origins])


def origin_of(address: str) -> str | None:
    """The origin of an address such as a Referer; None when it has none."""
    try:
        parts = urlsplit(address)
        return check_origin(f"{parts.scheme}://{parts.netloc}")
    except (ValueError, InvalidInput):
        return None
