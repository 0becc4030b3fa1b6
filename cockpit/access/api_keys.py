"""API keys: made once, shown once, known by their digest, taken away at any time.

create(conn, viewer, *, name, scopes, now) -> NewKey
revoke(conn, viewer, key_id, *, now)                 raises NotFound
find(conn, text) -> ApiKey | None                    None for anything that is no valid key
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from cockpit.access import credentials
from cockpit.errors import InvalidInput, NotFound
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.api_keys import ApiKey, find_api_key, insert_api_key, replace_key_revoked
from cockpit.storage.database import Connection

SIGNALS, PEOPLE, READ, EXECUTE = "signals:write", "people:write", "cockpit:read", "actions:execute"
SCOPES = {
    SIGNALS: "post signals",
    PEOPLE: "create people",
    READ: "read panels and people",
    EXECUTE: "carry out actions: call and write to people",
}
USUAL = (SIGNALS, PEOPLE, READ)  # reaching people is asked for by name
LONGEST_NAME = 100
SHOWN = 4  # characters of the secret that help to tell keys apart


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; `text` is shown now and never again."""

    key_id: UUID
    text: str
    name: str
    prefix: str
    scopes: tuple[str, ...]


def create(conn: Connection, viewer: Viewer, *, name: str, scopes: Sequence[str], now: datetime) -> NewKey:
    """Make a key for a program.

    Raises:
        Forbidden: the viewer may not.
        InvalidInput: the name or a scope cannot be used.
    """
    viewer.check(Permission.MANAGE_KEYS)
    called = name.strip()
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise InvalidInput(f"A key needs a name of 1 to {LONGEST_NAME} characters.")
    strange = sorted(set(scopes) - set(SCOPES))
    if strange or not scopes:
        raise InvalidInput(f"Scopes are {', '.join(SCOPES)}: {', '.join(strange) or 'none'} cannot be given.")
    text = credentials.new(credentials.API_KEY, viewer.workspace_id)
    secret = text.split("_", maxsplit=2)[2]
    key = NewKey(uuid4(), text, called, f"ck_…{secret[:SHOWN]}", tuple(name for name in SCOPES if name in scopes))
    insert_api_key(
        conn,
        viewer.workspace_id,
        key_id=key.key_id,
        name=key.name,
        prefix=key.prefix,
        digest=credentials.digest(text),
        scopes=key.scopes,
        created_by=viewer.member_id,
        now=now,
    )
    return key


def revoke(conn: Connection, viewer: Viewer, key_id: UUID, *, now: datetime) -> None:
    """Take a key away; programs that use it are refused within seconds.

    Raises:
        Forbidden: the viewer may not.
        NotFound: the workspace has no such key, or it is revoked already.
    """
    viewer.check(Permission.MANAGE_KEYS)
    if not replace_key_revoked(conn, viewer.workspace_id, key_id, now=now):
        raise NotFound("There is no such key that could be revoked.")


def find(conn: Connection, text: str) -> ApiKey | None:
    """The key that this text is, or None."""
    credential = credentials.read(text, credentials.API_KEY)
    return None if credential is None else find_api_key(conn, credential.workspace_id, credential.digest)
