"""What a workspace may be called, in words and in addresses.

In addresses it has 3 to 30 of a-z, 0-9 and -, and no name that means something else.
"""

from __future__ import annotations

import hashlib
import re

from cockpit.errors import BadRequest, InvalidInput

LONGEST_NAME = 120
GRAMMAR = re.compile(r"[a-z0-9][a-z0-9-]{1,28}[a-z0-9]", re.ASCII)
RESERVED = frozenset(
    [
        "about",
        "account",
        "accounts",
        "admin",
        "administrator",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "aventora",
        "beta",
        "billing",
        "blog",
        "cdn",
        "cockpit",
        "console",
        "contact",
        "crm",
        "dashboard",
        "demo",
        "dev",
        "developer",
        "docs",
        "download",
        "email",
        "example",
        "ftp",
        "git",
        "graphql",
        "help",
        "hub",
        "imap",
        "info",
        "internal",
        "invite",
        "legal",
        "localhost",
        "login",
        "logout",
        "mail",
        "media",
        "merch",
        "metrics",
        "mobile",
        "mx",
        "news",
        "oauth",
        "openapi",
        "partner",
        "partners",
        "phone",
        "ping",
        "pop",
        "pop3",
        "portal",
        "preview",
        "privacy",
        "prod",
        "production",
        "provision",
        "public",
        "register",
        "rest",
        "root",
        "sales",
        "salesforce",
        "security",
        "server",
        "settings",
        "shop",
        "signin",
        "signup",
        "sip",
        "smtp",
        "sso",
        "staging",
        "static",
        "stats",
        "status",
        "store",
        "support",
        "system",
        "team",
        "terms",
        "test",
        "tips",
        "tools",
        "update",
        "upload",
        "verify",
        "web",
        "webhook",
        "webhooks",
        "webmail",
        "welcome",
        "wiki",
        "workspace",
        "www",
    ]
)


def check_name(text: str) -> str:
    """The name without blanks that nobody sees, if a workspace may have it.

    Raises:
        InvalidInput: it may not.
    """
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"A workspace needs a name of at most {LONGEST_NAME} ordinary characters.")
    return name


def check_subdomain(text: str) -> str:
    """The subdomain, if a workspace may have it.

    Raises:
        BadRequest: it may not.
    """
    if not GRAMMAR.fullmatch(text) or text.startswith(("xn--", "api-")):
        raise BadRequest("A subdomain has 3 to 30 of a-z, 0-9 and -, without - at its ends.")
    if text in RESERVED:
        raise BadRequest(f"The subdomain {text} is reserved.")
    return text


def personal_subdomain(email: str) -> str:
    """What the personal workspace of somebody is called: their name, and what keeps it apart from others."""
    name = re.sub(r"[^a-z0-9]+", "-", email.partition("@")[0].lower()).strip("-")[:15].strip("-")
    return f"{name or 'me'}-{hashlib.sha256(email.encode()).hexdigest()[:12]}"
