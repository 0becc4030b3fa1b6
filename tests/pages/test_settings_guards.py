"""Settings > Guards: what is checked, what an admin changes, and what is written down about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
import streamlit as st
from sqlalchemy import update

from cockpit.automation.audit import verify_stored
from cockpit.automation.guard_settings import guards_of, set_guards
from cockpit.bootstrap import Cockpit
from cockpit.errors import Forbidden, InvalidInput
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.guard_chain import list_entries
from cockpit.storage.schema import workspace as workspace_table
from cockpit.storage.workspaces import get_workspace_by_id
from scoring.guards.policy import GuardPolicy, QuietHours
from scoring.guards.registry import GUARDS
from tests.conftest import NOW
from tests.pages.conftest import Run
from tests.pages.test_objects import html
from tests.pages.test_settings import as_member, stored


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()


def test_every_guard_is_shown_with_how_it_is_set(run: Run, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="guards")
    assert not at.exception
    shown = html(at)
    assert [guard.title for guard in GUARDS.values() if guard.title not in shown] == []
    assert "09:00 to 20:00, every day" in shown
    assert "3 in 24 h (1 automatic), 5 in 7 d" in shown


def test_an_admin_changes_them(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="guards")
    at.selectbox(key="guard_opens").set_value("10:00")
    at.multiselect(key="guard_days").set_value(["Monday", "Tuesday"])
    at.number_input(key="guard_person_day").set_value(2)
    at.number_input(key="guard_cooldown_phone").set_value(6.5)
    at.multiselect(key="guard_off").set_value(["fuse"])
    at.button(key="save_guards").click().run()
    assert not at.exception
    policy = guards_of(stored(cockpit, workspace))
    assert policy.quiet_hours == QuietHours(opens=time(10), weekdays=frozenset({0, 1}))
    assert (policy.person_day, policy.cooldowns["phone"], policy.off) == (2, timedelta(hours=6.5), frozenset({"fuse"}))
    assert "Switched off" in html(at)


def test_a_day_at_least_is_left(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="guards")
    at.multiselect(key="guard_days").set_value([])
    at.button(key="save_guards").click().run()
    assert len(at.error) == 1
    assert guards_of(stored(cockpit, workspace)) == GuardPolicy()


@pytest.mark.parametrize("role", ["member", "read_only"])
def test_others_look(run: Run, cockpit: Cockpit, workspace: WorkspaceId, role: str) -> None:
    at = as_member(run, cockpit, workspace, role, tab="guards")
    assert not at.exception
    assert "Quiet hours" in html(at)
    assert [one.value for one in at.caption][-1] == "Only admins can change this."
    assert [button.key for button in at.button if button.key == "save_guards"] == []


def test_settings_that_cannot_be_read_are_said_to_stop_everything(
    run: Run, cockpit: Cockpit, workspace: WorkspaceId
) -> None:
    broken = {"guards": {"person_day": "many"}}
    with cockpit.db.write(workspace) as conn:
        mine = update(workspace_table).where(workspace_table.c.workspace_id == workspace)
        conn.execute(mine.values(settings=broken))
    at = run("settings.py", tab="guards")
    assert len(at.error) == 1
    at.button(key="save_guards").click().run()
    assert guards_of(stored(cockpit, workspace)) == GuardPolicy()


class TestService:
    def test_each_change_is_an_entry_of_the_log(self, db: Database, workspace: WorkspaceId) -> None:
        admin, policy = Viewer(workspace, None, Role.ADMIN, None), GuardPolicy(person_day=2)
        set_guards(db, admin, policy, now=NOW)
        set_guards(db, admin, policy, now=NOW)  # changes nothing, and says nothing
        set_guards(db, admin, GuardPolicy(), now=NOW)
        with db.read(workspace) as conn:
            assert guards_of(get_workspace_by_id(conn, workspace)) == GuardPolicy()
            told = [json.loads(entry.body) for entry in list_entries(conn, workspace)]
            assert verify_stored(conn, workspace).holds
        assert [(one["event"], one["before"], one["after"]) for one in told] == [
            ("guard settings", {}, {"person_day": 2}),
            ("guard settings", {"person_day": 2}, {}),
        ]

    def test_who_may_not_is_refused_and_so_is_what_is_none(self, db: Database, workspace: WorkspaceId) -> None:
        with pytest.raises(Forbidden):
            set_guards(db, Viewer(workspace, None, Role.MEMBER, None), GuardPolicy(), now=NOW)
        admin = Viewer(workspace, None, Role.ADMIN, None)
        with pytest.raises(InvalidInput, match="no guard called nonsense"):
            set_guards(db, admin, GuardPolicy(off=frozenset({"nonsense"})), now=NOW)
        with pytest.raises(InvalidInput, match="cannot be switched off"):
            set_guards(db, admin, GuardPolicy(off=frozenset({"do_not_contact"})), now=NOW)
