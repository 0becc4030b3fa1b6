"""What each address asks of a request. Everything that is not named here needs a session."""

from __future__ import annotations

from enum import Enum


class Policy(Enum):
    """Who may come."""

    PUBLIC = "anybody"
    SESSION = "somebody who is signed in"
    KEY = "a program with a key; the route checks it, cookies count for nothing"
    CLOSED = "nobody"


EXACT: dict[str, Policy] = {
    "/healthz": Policy.PUBLIC,
    "/readyz": Policy.PUBLIC,
    "/sign-in": Policy.PUBLIC,
    "/sign-out": Policy.SESSION,
    "/verify": Policy.PUBLIC,
    "/verify.js": Policy.PUBLIC,
    "/keys.js": Policy.SESSION,
    "/session": Policy.SESSION,
    "/session.js": Policy.SESSION,
    "/self-test": Policy.PUBLIC,
    "/self-test.js": Policy.PUBLIC,
    "/self-test/result": Policy.PUBLIC,
    "/self-test/socket": Policy.PUBLIC,
    "/crm/sso": Policy.KEY,
    "/openapi.json": Policy.PUBLIC,
    "/favicon.ico": Policy.PUBLIC,
    "/favicon.png": Policy.PUBLIC,
    "/_stcore/health": Policy.PUBLIC,
    "/_stcore/host-config": Policy.SESSION,
    "/_stcore/metrics": Policy.CLOSED,
    "/_stcore/script-health-check": Policy.CLOSED,
}
FOLDERS: tuple[tuple[str, Policy], ...] = (
    ("/static/", Policy.PUBLIC),
    ("/auth/provision/", Policy.KEY),
    ("/rest/", Policy.KEY),
    ("/sign-in/", Policy.PUBLIC),
    ("/_stcore/agent", Policy.CLOSED),
    ("/exports/", Policy.SESSION),
    ("/object/", Policy.SESSION),
    ("/objects/", Policy.SESSION),
    ("/settings/", Policy.SESSION),
    ("/media/", Policy.SESSION),
    ("/avatars/", Policy.SESSION),
)


def declared_policy(path: str) -> Policy | None:
    """What this address was declared to ask, or None when nobody declared anything."""
    if path in EXACT:
        return EXACT[path]
    return next((policy for folder, policy in FOLDERS if path.startswith(folder)), None)


def policy_of(path: str) -> Policy:
    """What this address asks of a request."""
    return declared_policy(path) or Policy.SESSION
