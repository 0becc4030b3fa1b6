"""The address of an issuer of tokens, as an operator writes it into the settings."""

from __future__ import annotations

import ipaddress

import httpx

from cockpit.access.safe_fetch import SCHEMES, checked_url
from cockpit.errors import BadAddress, Misconfigured
from cockpit.network.reach import Reach


def issuer_reach(url: str, variable: str) -> Reach:
    """Where the issuer may be fetched from: its own host, which may be inside as an operator named it, and public ones.

    Raises:
        Misconfigured: it is no https address, or one that nobody could compare with a token's.
    """
    try:
        parsed = httpx.URL(url)
        place = (parsed.host, SCHEMES.get(parsed.scheme, 0) if parsed.port is None else parsed.port)
        checked_url(url, Reach(frozenset({place})))
    except (BadAddress, httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise Misconfigured(f"{variable} must be an address like https://issuer.example.com.") from error
    if parsed.query or parsed.fragment or (parsed.scheme != "https" and not _is_this_machine(parsed.host)):
        raise Misconfigured(f"{variable} must be an https address without ? and #; http is for this machine only.")
    return Reach(frozenset({place}))


def is_secure_url(url: str, reach: Reach) -> bool:
    """Whether a browser may be sent there, and a secret: https, or this machine."""
    try:
        parsed = checked_url(url, reach)
    except BadAddress:
        return False
    return parsed.scheme == "https" or _is_this_machine(parsed.host)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
