"""What administrators change, what they are refused, and that nobody else changes anything."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.access import administration, sessions
from cockpit.access.embedding import allowed_origins, frame_ancestors
from cockpit.errors import CockpitError, Conflict, Forbidden, InvalidInput, NotFound
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.workspaces import Workspace, get_workspace_by_id

Change = Callable[[Database, Viewer, MemberId, datetime], object]
CHANGES: list[Change] = [
    lambda db, viewer, _who, _now: administration.rename(db, viewer, name="Other", time_zone="UTC"),
    lambda db, viewer, _who, _now: administration.set_join_policy(db, viewer, "open", []),
    lambda db, viewer, _who, _now: administration.set_embed_origins(db, viewer, ["https://evil.example"]),
    lambda db, viewer, who, now: administration.set_role(db, viewer, who, Role.ADMIN, now=now),
    lambda db, viewer, who, now: administration.remove_member(db, viewer, who, now=now),
]


def stored(db: Database, workspace: WorkspaceId) -> Workspace:
    with db.read() as conn:
        return get_workspace_by_id(conn, workspace)


def roles(db: Database, workspace: WorkspaceId) -> dict[str, str]:
    with db.read() as conn:
        return {one.name: one.role for one in list_members(conn, workspace)}


def join(db: Database, workspace: WorkspaceId, name: str, role: str, now: datetime) -> MemberId:
    with db.write() as conn:
        return upsert_member(conn, workspace, email=f"{name}@example.com", name=name, role=role, now=now)


@pytest.fixture
def ana(db: Database, workspace: WorkspaceId, now: datetime) -> Viewer:
    return Viewer(workspace, join(db, workspace, "ana", "admin", now), Role.ADMIN)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
@pytest.mark.parametrize("change", CHANGES)
def test_nobody_but_an_admin_changes_anything(
    db: Database, workspace: WorkspaceId, now: datetime, role: Role, change: Change
) -> None:
    who = join(db, workspace, "ben", role.value, now)
    before = stored(db, workspace), roles(db, workspace)
    with pytest.raises(Forbidden):
        change(db, Viewer(workspace, who, role), who, now)
    assert (stored(db, workspace), roles(db, workspace)) == before


def test_a_workspace_is_renamed(db: Database, ana: Viewer) -> None:
    administration.rename(db, ana, name="  North \t West ", time_zone="Asia/Tokyo")
    here = stored(db, ana.workspace_id)
    assert (here.name, here.time_zone, here.subdomain) == ("North West", "Asia/Tokyo", "north")


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("", "UTC"),
        ("   ", "UTC"),
        ("a" * 121, "UTC"),
        ("a\0b", "UTC"),
        ("a\u202eb", "UTC"),
        ("North", "Mars/Olympus"),
        ("North", ""),
    ],
)
def test_a_name_or_a_clock_that_cannot_be(db: Database, ana: Viewer, name: str, zone: str) -> None:
    with pytest.raises(InvalidInput):
        administration.rename(db, ana, name=name, time_zone=zone)
    assert stored(db, ana.workspace_id).name == "North"


def test_settings_of_different_kinds_do_not_touch_each_other(db: Database, ana: Viewer) -> None:
    administration.set_embed_origins(db, ana, ["https://CRM.example.com:443/", " https://b.example:8443 ", ""])
    administration.set_join_policy(db, ana, "domain", ["@Example.com", "", "a.example.org", "example.com"])
    settings = stored(db, ana.workspace_id).settings
    assert settings["embed_origins"] == ["https://crm.example.com", "https://b.example:8443"]
    assert settings["join_policy"] == "domain"
    assert settings["join_domains"] == ["example.com", "a.example.org"]
    administration.set_embed_origins(db, ana, [])
    assert allowed_origins(stored(db, ana.workspace_id).settings) == ()
    assert stored(db, ana.workspace_id).settings["join_policy"] == "domain"


@pytest.mark.parametrize(
    "origin",
    [
        "http://crm.example.com",
        "https://*",
        "https://*.example.com",
        "https://crm.example.com/path",
        "https://user@crm.example.com",
        "https://a b",
        "https://a.example; script-src *",
        "https://a.example\r\nx-evil: 1",
        "javascript:alert(1)",
        "//evil.example",
        "https://",
        "https://a.example:99999",
    ],
)
def test_a_site_that_is_no_https_origin_is_refused(db: Database, ana: Viewer, origin: str) -> None:
    with pytest.raises(InvalidInput):
        administration.set_embed_origins(db, ana, ["https://fine.example", origin])
    assert "embed_origins" not in stored(db, ana.workspace_id).settings


@given(st.lists(st.text(max_size=60), max_size=3))
def test_what_is_allowed_is_one_directive(texts: list[str]) -> None:
    directive = frame_ancestors(allowed_origins({"embed_origins": texts}))
    assert directive.startswith("frame-ancestors 'self'")
    assert not set(directive) & set(";,\r\n*\0")


@pytest.mark.parametrize(
    "domains", [[], ["example"], ["exa mple.com"], ["*.example.com"], ["a@b.com"], ["x" * 300 + ".com"]]
)
def test_domains_that_are_none(db: Database, ana: Viewer, domains: list[str]) -> None:
    with pytest.raises(InvalidInput):
        administration.set_join_policy(db, ana, "domain", domains)
    with pytest.raises(InvalidInput):
        administration.set_join_policy(db, ana, "everybody", [])


def test_a_role_changes_and_sessions_end(db: Database, ana: Viewer, now: datetime) -> None:
    ben = join(db, ana.workspace_id, "ben", "member", now)
    with db.write() as conn:
        cookie = sessions.start(conn, ana.workspace_id, ben, mode="full", origin="sso", now=now)
    administration.set_role(db, ana, ben, Role.READ_ONLY, now=now)
    assert roles(db, ana.workspace_id) == {"ana": "admin", "ben": "read_only"}
    with db.read() as conn:
        assert sessions.find(conn, cookie, now) is None


def test_a_removed_member_is_gone(db: Database, ana: Viewer, now: datetime) -> None:
    ben = join(db, ana.workspace_id, "ben", "member", now)
    with db.write() as conn:
        cookie = sessions.start(conn, ana.workspace_id, ben, mode="embed", origin="sso", now=now)
    administration.remove_member(db, ana, ben, now=now)
    assert roles(db, ana.workspace_id) == {"ana": "admin"}
    with db.read() as conn:
        assert sessions.find(conn, cookie, now) is None
    with pytest.raises(NotFound):
        administration.remove_member(db, ana, ben, now=now)


def test_the_last_admin_stays(db: Database, ana: Viewer, now: datetime) -> None:
    assert ana.member_id
    for change in (
        lambda: administration.set_role(db, ana, ana.member_id, Role.MEMBER, now=now),
        lambda: administration.remove_member(db, ana, ana.member_id, now=now),
    ):
        with pytest.raises(Conflict):
            change()
    administration.set_role(db, ana, ana.member_id, Role.ADMIN, now=now)
    join(db, ana.workspace_id, "cleo", "admin", now)
    administration.set_role(db, ana, ana.member_id, Role.MEMBER, now=now)
    assert roles(db, ana.workspace_id) == {"ana": "member", "cleo": "admin"}


def test_two_admins_cannot_remove_each_other(db: Database, ana: Viewer, now: datetime) -> None:
    cleo = join(db, ana.workspace_id, "cleo", "admin", now)

    def remove(who: MemberId) -> bool:
        try:
            administration.remove_member(db, ana, who, now=now)
        except CockpitError:
            return False
        return True

    assert ana.member_id
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, [cleo, ana.member_id]))
    assert sorted(done) == [False, True]
    assert list(roles(db, ana.workspace_id).values()) == ["admin"]


def test_the_owner_of_a_machine_stays(db: Database, workspace: WorkspaceId, now: datetime) -> None:
    owner = join(db, workspace, "owner", "owner", now)
    join(db, workspace, "ana", "admin", now)
    with pytest.raises(Conflict):
        administration.remove_member(db, Viewer(workspace, owner, Role.ADMIN), owner, now=now)


def test_a_member_of_another_workspace_is_nobody(
    db: Database, ana: Viewer, other_workspace: WorkspaceId, now: datetime
) -> None:
    stranger = join(db, other_workspace, "zoe", "member", now)
    for change in (
        lambda: administration.set_role(db, ana, stranger, Role.ADMIN, now=now),
        lambda: administration.remove_member(db, ana, stranger, now=now),
    ):
        with pytest.raises(NotFound):
            change()
    assert roles(db, other_workspace) == {"zoe": "member"}
