"""What administrators do to let people in: added, deactivated, restored, signed in by a link; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from cockpit.access import administration, invite, login_tokens
from cockpit.errors import BadRequest, CockpitError, Conflict, Forbidden, InvalidInput, NotFound
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.members import list_former_members, list_members, upsert_member

HOST = "north.localhost:8501"


def roles(db: Database, workspace: WorkspaceId) -> dict[str, str]:
    with db.read(workspace) as conn:
        return {one.email: one.role for one in list_members(conn, workspace)}


@pytest.fixture
def ana(db: Database, workspace: WorkspaceId, now: datetime) -> Viewer:
    with db.write(workspace) as conn:
        return Viewer(
            workspace, upsert_member(conn, workspace, email="ana@x.com", name="Ana", role="admin", now=now), Role.ADMIN
        )


Add = Callable[..., MemberId]


@pytest.fixture
def add(db: Database, ana: Viewer, now: datetime) -> Add:
    def added(email: str, name: str = "", role: Role = Role.MEMBER) -> MemberId:
        return invite.add_member(db, ana, email=email, name=name, role=role, now=now)

    return added


@pytest.mark.parametrize("role", list(Role))
def test_somebody_is_added_as_what_is_said(db: Database, ana: Viewer, add: Add, role: Role) -> None:
    add(" Ben@X.com ", "  Ben \t Bolt ", role)
    with db.read(ana.workspace_id) as conn:
        (ben,) = [one for one in list_members(conn, ana.workspace_id) if one.email == "ben@x.com"]
    assert (ben.name, ben.role) == ("Ben Bolt", role.value)


@pytest.mark.parametrize(
    "wrong",
    [
        ("nobody", "", InvalidInput),
        ("", "", InvalidInput),
        ("a@b@c.com", "", InvalidInput),
        ("ben@x.com\r\nbcc: e@evil.com", "", InvalidInput),
        ("ben@x.com", "x" * 121, InvalidInput),
        ("ben@x.com", "B\u202een", InvalidInput),
        ("ben@x.com", "B\0n", InvalidInput),
        ("ana@x.com", "", Conflict),
    ],
)
def test_who_cannot_be_added(db: Database, ana: Viewer, add: Add, wrong: tuple[str, str, type[Exception]]) -> None:
    with pytest.raises(wrong[2]):
        add(*wrong[:2])
    assert roles(db, ana.workspace_id) == {"ana@x.com": "admin"}


def test_nobody_is_in_two_workspaces(
    db: Database, ana: Viewer, add: Add, other_workspace: WorkspaceId, now: datetime
) -> None:
    add("ben@x.com")
    theirs = Viewer(other_workspace, None, Role.ADMIN)
    with pytest.raises(BadRequest, match="another workspace"):
        invite.add_member(db, theirs, email="ben@x.com", name="", role=Role.ADMIN, now=now)
    assert roles(db, other_workspace) == {}


def test_deactivated_and_restored_as_what_they_were(db: Database, ana: Viewer, add: Add, now: datetime) -> None:
    ben = add("ben@x.com", "Ben", Role.READ_ONLY)
    administration.remove_member(db, ana, ben, now=now)
    with db.read(ana.workspace_id) as conn:
        assert [one.email for one in list_former_members(conn, ana.workspace_id)] == ["ben@x.com"]
    invite.restore_member(db, ana, ben, now=now)
    assert roles(db, ana.workspace_id) == {"ana@x.com": "admin", "ben@x.com": "read_only"}
    with pytest.raises(NotFound):
        invite.restore_member(db, ana, ben, now=now)


def test_who_left_can_be_added_anew_with_another_role(db: Database, ana: Viewer, add: Add, now: datetime) -> None:
    administration.remove_member(db, ana, add("ben@x.com", "Ben", Role.ADMIN), now=now)
    add("ben@x.com", "Ben", Role.READ_ONLY)
    assert roles(db, ana.workspace_id)["ben@x.com"] == "read_only"


def test_nobody_is_restored_who_is_elsewhere_by_now(
    db: Database, ana: Viewer, add: Add, other_workspace: WorkspaceId, now: datetime
) -> None:
    ben = add("ben@x.com")
    administration.remove_member(db, ana, ben, now=now)
    theirs = Viewer(other_workspace, None, Role.ADMIN)
    invite.add_member(db, theirs, email="ben@x.com", name="", role=Role.MEMBER, now=now)
    with pytest.raises(BadRequest, match="another workspace"):
        invite.restore_member(db, ana, ben, now=now)
    assert roles(db, other_workspace) == {"ben@x.com": "member"}


def test_a_link_signs_in_once_within_the_hour(db: Database, ana: Viewer, add: Add, now: datetime) -> None:
    ben = add("ben@x.com")
    for later, comes_in in ((timedelta(minutes=59), True), (timedelta(minutes=61), False)):
        made = invite.sign_in_link(db, ana, ben, host=HOST, now=now)
        assert made.url.startswith(f"http://{HOST}/verify?loginToken=lt_")
        with db.write(ana.workspace_id) as conn:
            first, second = (login_tokens.redeem(conn, made.text, HOST, now + later) for _ in range(2))
        assert (first is not None, second) == (comes_in, None)
        assert first is None or (first.member_id, first.page) == (ben, None)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_but_an_admin_lets_anybody_in(db: Database, ana: Viewer, add: Add, now: datetime, role: Role) -> None:
    ben = add("ben@x.com", role=role)
    cleo = add("cleo@x.com")
    administration.remove_member(db, ana, cleo, now=now)
    viewer = Viewer(ana.workspace_id, ben, role)
    before = roles(db, ana.workspace_id)
    for change in (
        lambda: invite.add_member(db, viewer, email="dora@x.com", name="", role=Role.READ_ONLY, now=now),
        lambda: invite.restore_member(db, viewer, cleo, now=now),
        lambda: invite.sign_in_link(db, viewer, ben, host=HOST, now=now),
    ):
        with pytest.raises(Forbidden):
            change()
    assert roles(db, ana.workspace_id) == before


def test_an_admin_of_another_workspace_reaches_nobody_here(
    db: Database, ana: Viewer, add: Add, other_workspace: WorkspaceId, now: datetime
) -> None:
    ben = add("ben@x.com")
    stranger = Viewer(other_workspace, None, Role.ADMIN)
    with pytest.raises(CockpitError):
        invite.sign_in_link(db, stranger, ben, host=HOST, now=now)
    administration.remove_member(db, ana, ben, now=now)
    with pytest.raises(CockpitError):
        invite.restore_member(db, stranger, ben, now=now)
