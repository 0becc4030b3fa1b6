"""Identifiers. A checked workspace id is a type of its own, so that an unchecked one fails the type checker."""

from __future__ import annotations

from typing import NewType
from uuid import UUID, uuid5

WorkspaceId = NewType("WorkspaceId", UUID)
MemberId = NewType("MemberId", UUID)
PersonId = NewType("PersonId", UUID)

# Asks for the people of the whole team: those who have an owner, whoever it is.
ANY_MEMBER = MemberId(UUID(int=2**128 - 1))

# Identifiers are derived from names, so that the same import gives the same ids on every database and machine.
ROOT = UUID("6f0e7c1a-2f7b-5c55-9d3e-0a6f2b7a5c01")


def workspace_id_of(subdomain: str) -> WorkspaceId:
    """The id of the workspace with this subdomain."""
    return WorkspaceId(uuid5(ROOT, f"workspace:{subdomain}"))


def person_id_of(workspace_id: WorkspaceId, external_id: str) -> PersonId:
    """The id of the person whom the outside calls `external_id`."""
    return PersonId(uuid5(workspace_id, f"person:{external_id}"))


def member_id_of(workspace_id: WorkspaceId, email: str) -> MemberId:
    """The id of the membership of the user with this e-mail."""
    return MemberId(uuid5(workspace_id, f"member:{email.casefold()}"))
