"""Credentials: `<prefix>_<workspace>_<secret>`, of which only the SHA-256 is stored.

The workspace in front of the secret says where to look it up; it proves nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from cockpit.model.ids import WorkspaceId

Prefix = Literal["lt", "cs", "ck"]
LOGIN_TOKEN: Prefix = "lt"  # noqa: S105 - a kind, no secret
SESSION: Prefix = "cs"
API_KEY: Prefix = "ck"

GRAMMAR = re.compile(r"(lt|cs|ck)_([0-9a-f]{32})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Credential:
    """Where a credential is looked up, and by what."""

    workspace_id: WorkspaceId
    digest: str


def new(prefix: Prefix, workspace_id: WorkspaceId) -> str:
    """A credential nobody can guess; it is shown once and never stored."""
    return f"{prefix}_{workspace_id.hex}_{secrets.token_urlsafe(32)}"


def read(text: str, prefix: Prefix) -> Credential | None:
    """Where to look this text up, or None when it is no credential of this kind."""
    match = GRAMMAR.fullmatch(text)
    if match is None or match[1] != prefix:
        return None
    return Credential(WorkspaceId(UUID(match[2])), digest(text))


def digest(text: str) -> str:
    """What is stored of a credential."""
    return hashlib.sha256(text.encode()).hexdigest()
