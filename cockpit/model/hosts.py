"""Which workspace a host name means: `acme.crm.example.com` is `acme` where the base domain is `crm.example.com`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
LOCAL = "localhost"  # browsers lead every name under it to this machine: workspaces have names without any DNS


def host_name(host: str) -> str:
    """The name in a Host header, without its port; empty when it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def subdomain_in(host: str, base_domain: str) -> str | None:
    """The workspace that a Host header names; None at the apex, at an address and at a foreign name."""
    name = host_name(host)
    for base in filter(None, (base_domain.strip().lower(), LOCAL)):
        label = name.removesuffix(f".{base}")
        if label != name:
            return label if LABEL.fullmatch(label) else None
    return None


def workspace_host(host: str, subdomain: str, base_domain: str) -> str:
    """The host at which a workspace is reached, seen from a request to `host`: its own name where it has one."""
    name = host_name(host)
    bases = [base for base in (base_domain.strip().lower(), LOCAL) if base]
    base = next((base for base in bases if name == base or name.endswith(f".{base}")), None)
    if base is None:
        return host.lower()
    port = host.lower().removeprefix(name)
    return f"{subdomain}.{base}{port}"
