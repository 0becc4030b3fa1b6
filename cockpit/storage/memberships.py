"""Logins and the workspaces they belong to: what provisioning asks before it lets somebody in.

get_login(conn, *, email, name, now) -> Login              made when missing; held until the transaction ends
find_login(conn, email) -> Login | None
list_memberships(conn, user_id) -> tuple[Membership, ...]  across workspaces, without those that have ended
list_addresses(conn, workspace_ids) -> dict[WorkspaceId, tuple[Address, ...]]      of the members of each, by e-mail
replace_login_deleted(conn, user_id, deleted_at)
replace_membership_left(conn, workspace_id, member_id, *, now)
replace_engagement_phone(conn, workspace_id, member_id, phone)
list_members_by_phone(conn, workspace_id, phone) -> tuple[MemberId, ...]
delete_no_memberships(conn, now)                           logins without a workspace count as taken away
insert_audit(conn, call)
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from cockpit.model.ids import ROOT, MemberId, WorkspaceId
from cockpit.storage.access_tables import provision_audit
from cockpit.storage.engines import engine_of
from cockpit.storage.schema import member, user_account


@dataclass(frozen=True, slots=True)
class Login:
    """A user, whatever the workspace."""

    user_id: UUID
    email: str
    name: str
    deleted_at: datetime | None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """A user in one workspace."""

    workspace_id: WorkspaceId
    member_id: MemberId
    role: str


@dataclass(frozen=True, slots=True)
class Address:
    """A member as other systems know them."""

    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a provisioning route, for the audit."""

    audit_id: UUID
    called_at: datetime
    route: str
    credential: str
    about_workspace_id: UUID | None
    about_email: str | None
    status: int
    detail: str | None


def get_login(conn: Connection, *, email: str, name: str, now: datetime) -> Login:
    """The login of an e-mail address, made when it is missing; a second call for the same address waits here."""
    user_id = uuid5(ROOT, f"user:{email}")
    row = insert(user_account).values(user_id=user_id, email=email, name=name, created_at=now)
    made = conn.execute(row.on_conflict_do_nothing(index_elements=["user_id"]).returning(user_account.c.user_id)).all()
    query = select(user_account.c.user_id).where(user_account.c.user_id == user_id)
    conn.execute(engine_of(conn).locked(query)).all()
    found = find_login(conn, email)
    if found is None:
        return Login(user_id, email, name, None, is_new=True)
    return Login(found.user_id, found.email, found.name, found.deleted_at, is_new=bool(made))


def find_login(conn: Connection, email: str) -> Login | None:
    """The login of an e-mail address, also one that was taken away."""
    columns = (user_account.c.user_id, user_account.c.email, user_account.c.name, user_account.c.deleted_at)
    row = conn.execute(select(*columns).where(user_account.c.email == email)).one_or_none()
    return None if row is None else Login(**row._mapping)


def list_memberships(conn: Connection, user_id: UUID) -> tuple[Membership, ...]:
    """Where a user belongs now."""
    # all workspaces: a login belongs to none of them, and one workspace per user is the rule to check
    columns = (member.c.workspace_id, member.c.member_id, member.c.role)
    rows = conn.execute(select(*columns).where(member.c.user_id == user_id, member.c.left_at.is_(None)))
    return tuple(Membership(**row._mapping) for row in rows)


def list_addresses(conn: Connection, workspace_ids: Collection[WorkspaceId]) -> dict[WorkspaceId, tuple[Address, ...]]:
    """Who is in each of these workspaces, by one query."""
    # all workspaces: a secret of provisioning may ask for each of them
    columns = (member.c.workspace_id, member.c.email, member.c.role)
    query = select(*columns).where(member.c.workspace_id.in_(workspace_ids), member.c.left_at.is_(None))
    found: dict[WorkspaceId, list[Address]] = {one: [] for one in workspace_ids}
    for row in conn.execute(query.order_by(member.c.email)):
        found[WorkspaceId(row.workspace_id)].append(Address(row.email, row.role))
    return {workspace_id: tuple(addresses) for workspace_id, addresses in found.items()}


def replace_login_deleted(conn: Connection, user_id: UUID, deleted_at: datetime | None) -> None:
    """Take a login away, or give it back."""
    conn.execute(update(user_account).where(user_account.c.user_id == user_id).values(deleted_at=deleted_at))


def replace_membership_left(conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, *, now: datetime) -> None:
    """End a membership; the row stays, as records name it."""
    key = (member.c.workspace_id == workspace_id, member.c.member_id == member_id)
    conn.execute(update(member).where(*key).values(left_at=now))


def replace_engagement_phone(conn: Connection, workspace_id: WorkspaceId, member_id: MemberId, phone: str) -> None:
    """Remember whose calls the Hub places for a member."""
    key = (member.c.workspace_id == workspace_id, member.c.member_id == member_id)
    conn.execute(update(member).where(*key).values(engagement_phone=phone))


def list_members_by_phone(conn: Connection, workspace_id: WorkspaceId, phone: str) -> tuple[MemberId, ...]:
    """The members with this number; more than one means that it decides nothing."""
    query = select(member.c.member_id).where(
        member.c.workspace_id == workspace_id, member.c.engagement_phone == phone, member.c.left_at.is_(None)
    )
    return tuple(MemberId(one) for one in conn.execute(query).scalars())


def delete_no_memberships(conn: Connection, user_ids: tuple[UUID, ...], now: datetime) -> None:
    """Take away those of these logins that are left without a workspace, so that they can be provisioned anew."""
    for user_id in user_ids:
        if not list_memberships(conn, user_id):
            replace_login_deleted(conn, user_id, now)


def insert_audit(conn: Connection, call: Call) -> None:
    """Write a call down."""
    conn.execute(plain_insert(provision_audit).values(**asdict(call)))
