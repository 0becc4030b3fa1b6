"""The person wall: its truth table, and that no read shows more or less than the people somebody may see."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from uuid import UUID

import pytest

from cockpit.access.viewers import member_viewer, viewer_of, wall_of
from cockpit.bootstrap import Cockpit
from cockpit.errors import Misconfigured, NotFound, NotSignedIn
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.principals import LOCAL_OWNER, member_principal
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, whole_workspace
from cockpit.model.wall import WallSettings, scope_of, wall_state
from cockpit.panels.explanation import explain
from cockpit.panels.one_person import person_row
from cockpit.panels.person import person_intelligence
from cockpit.settings import Settings
from cockpit.storage.database import Database
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.people import get_person
from cockpit.storage.workspaces import get_workspace_by_id
from tests.access.wall_model import Town, play

HERE, ELSEWHERE = WorkspaceId(UUID(int=1)), UUID(int=2)
ME = MemberId(UUID(int=3))
LISTS = {"empty": frozenset(), "here": frozenset({HERE, ELSEWHERE}), "elsewhere": frozenset({ELSEWHERE})}
TABLE = list(product((False, True), LISTS, (None, False, True), (False, True), Role))


@pytest.mark.parametrize(("on", "listed", "setting", "exclude", "role"), TABLE)
def test_truth_table(on: bool, listed: str, setting: bool | None, exclude: bool, role: Role) -> None:
    wall = WallSettings(on, LISTS[listed], exclude)
    stands = on and listed != "elsewhere" and setting is not False
    assert wall_state(wall, HERE, setting).stands == stands
    expected = Scope(ME, with_system=not exclude) if stands and role is not Role.ADMIN else None
    assert scope_of(wall, HERE, setting, member_id=ME, role=role) == expected


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 2 * 3 * 3 * 2 * len(Role)


def test_variables_are_read_under_the_names_of_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().wall == WallSettings()
    for name, value in (
        ("PERSON_WALL", "true"),
        ("PERSON_WALL_WORKSPACE_IDS", f" {HERE} ,, "),
        ("PERSON_WALL_WORKSPACE_ID", str(ELSEWHERE)),
        ("PERSON_WALL_EXCLUDE_SYSTEM_RECORDS", "true"),
    ):
        monkeypatch.setenv(name, value)
    assert Settings().wall == WallSettings(on=True, workspace_ids=frozenset({HERE, ELSEWHERE}), exclude_system=True)


def test_empty_variables_are_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PERSON_WALL", "PERSON_WALL_WORKSPACE_IDS", "PERSON_WALL_EXCLUDE_SYSTEM_RECORDS"):
        monkeypatch.setenv(name, "")
    assert Settings().wall == WallSettings()


def test_a_slip_in_the_list_stops_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSON_WALL_WORKSPACE_IDS", "not-an-id")
    with pytest.raises(Misconfigured, match="PERSON_WALL_WORKSPACE_IDS"):
        Settings()


def test_a_member_becomes_a_viewer(
    db: Database, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    walled = Settings(person_wall=True)
    with db.write() as conn:
        member = upsert_member(conn, workspace, email="a@x.test", name="A", role="aventora_user", now=now)
        admin = upsert_member(conn, workspace, email="b@x.test", name="B", role="admin", now=now)
        here, there = (get_workspace_by_id(conn, one) for one in (workspace, other_workspace))
        mine = viewer_of(conn, walled, here, member_principal(workspace, member))
        assert (mine.role, mine.scope) == (Role.AVENTORA_USER, Scope(member))
        assert viewer_of(conn, Settings(), here, member_principal(workspace, member)).scope is None
        assert viewer_of(conn, walled, here, member_principal(workspace, admin)).scope is None
        assert viewer_of(conn, walled, here, LOCAL_OWNER) == whole_workspace(workspace)
        with pytest.raises(NotFound, match=r"^There is no workspace called south\.$"):
            viewer_of(conn, walled, there, member_principal(workspace, member))
        for nobody in ("", "local:other", member_principal(workspace, ME)):
            with pytest.raises(NotSignedIn):
                viewer_of(conn, walled, here, nobody)
        assert wall_of(walled, here).stands


def test_decisions_about_the_wall_are_logged_on_demand(
    db: Database, workspace: WorkspaceId, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with db.write() as conn:
        upsert_member(conn, workspace, email="a@x.test", name="Ada Private", role="member", now=now)
        here, [member] = get_workspace_by_id(conn, workspace), list_members(conn, workspace)
    with caplog.at_level("INFO"):
        member_viewer(Settings(person_wall=True), here, member)
        assert caplog.text == ""
        member_viewer(Settings(person_wall=True, person_wall_debug=True), here, member)
    assert "sees only the people they own" in caplog.text
    assert "Private" not in caplog.text


def test_a_colleagues_person_is_as_unknown_as_nobody(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    town = Town.built(cockpit, workspace, now, seed=1)
    theirs = next(one for one, owner in town.owners.items() if owner == town.members[1])
    scope = Scope(town.members[0])
    for who in (theirs, str(UUID(int=7)), town.external[theirs]):
        for read in (explain, person_intelligence):
            for as_of in (None, now):
                with pytest.raises(NotFound, match=rf"^There is no person {who} in this workspace\.$"):
                    read(town.db, workspace, who, now=now, as_of=as_of, scope=scope)
        with town.db.read() as conn, pytest.raises(NotFound, match=rf"^There is no person {who} in this workspace\.$"):
            get_person(conn, workspace, who, scope=scope)
    for who in (theirs, str(UUID(int=7))):
        with pytest.raises(NotFound, match=r"^There is no such person in this workspace\.$"):
            person_row(town.db, workspace, who, now=now, scope=scope)


@pytest.mark.parametrize("seed", [3])
def test_no_read_shows_more_or_less(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, seed: int) -> None:
    assert play(cockpit, workspace, now, seed=seed, steps=2).checks > 0
