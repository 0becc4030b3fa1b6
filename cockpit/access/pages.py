"""The page a host may ask for: a positive grammar, applied when a token is made and again when it is used."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from cockpit.errors import BadRequest

LONGEST = 256
BLOCKED = re.compile(
    r"/(?:\Z|welcome\Z|welcome/|verify\Z|verify/|verify-email|create/|create\Z"
    r"|invite-team|plan-required|book-call|reset-password)"
)
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
ALLOWED = re.compile(
    r"(?:/cockpit"
    r"|/objects/[a-z][A-Za-z0-9_-]{0,62}"
    rf"|/object/[a-z][A-Za-z0-9_-]{{0,62}}/{UUID}"
    r"|/settings(?:/[a-z0-9][A-Za-z0-9-]{0,62}){1,4})",
    re.ASCII,
)

# The lists and the areas of the settings that are screens of ours; others have a plain page that says so.
RECORDS = {"company": "companies", "opportunity": "opportunities"}
OBJECTS = ("people", "companies", "opportunities", "tasks", "notes", "dashboards", "workflows")
OWN_SCREENS = {"/settings/automation": "/automation"}  # not an area of the settings, wherever hosts look for it


def is_page(page: object) -> bool:
    """Whether a host may ask for this page."""
    return (
        isinstance(page, str)
        and len(page) <= LONGEST
        and ALLOWED.fullmatch(page) is not None
        and BLOCKED.match(page) is None
    )


def check_page(page: object) -> str | None:
    """The page, or None when none is asked for.

    Raises:
        BadRequest: it is not one a host may ask for.
    """
    if page is None:
        return None
    if not isinstance(page, str) or not is_page(page):
        raise BadRequest("page must be a full path inside the CRM, like /cockpit or /objects/people.")
    return page


def flat_path(page: str) -> tuple[str, dict[str, str]]:
    """The flat address of a page that passed the grammar, and its query."""
    parts = page.removeprefix("/").split("/")
    if parts[0] == "cockpit" or page in OWN_SCREENS:
        return OWN_SCREENS.get(page, "/cockpit"), {}
    if parts[0] == "objects" and parts[1] in OBJECTS:
        return "/objects", {"type": parts[1]}
    if parts[0] == "object" and parts[1] == "person":
        return "/person", {"id": parts[2].lower()}
    if parts[0] == "object" and parts[1] in RECORDS:
        return "/objects", {"type": RECORDS[parts[1]], "id": parts[2].lower()}
    if parts[0] == "settings":
        return "/settings", {"tab": "/".join(parts[1:])}
    return "/not_ours", {"path": page}


def address(page: str | None, *, embedded: bool) -> str:
    """Where a sign-in leads: our own path, in embedded mode with the mark that keeps it."""
    path, query = flat_path(page or "/cockpit")
    query = {**query, "embed": "true"} if embedded else query
    return f"{path}?{urlencode(query)}" if query else path
