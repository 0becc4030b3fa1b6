"""Settings: what is shown, what an admin changes, and what the others cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cockpit.access import api_keys, login_tokens
from cockpit.bootstrap import Cockpit
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.principals import member_principal
from cockpit.model.roles import Permission, Role
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.workspaces import Workspace, get_workspace_by_id
from cockpit.ui.settings_page import ELSEWHERE, SAME, TABS
from tests.pages.conftest import Run
from tests.pages.test_objects import HOSTILE, html, words

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()


def stored(cockpit: Cockpit, workspace: WorkspaceId) -> Workspace:
    with cockpit.db.read() as conn:
        return get_workspace_by_id(conn, workspace)


def join(cockpit: Cockpit, workspace: WorkspaceId, name: str, role: str) -> MemberId:
    with cockpit.db.write() as conn:
        return upsert_member(conn, workspace, email=f"{len(name)}@example.com", name=name, role=role, now=NOW)


def as_member(run: Run, cockpit: Cockpit, workspace: WorkspaceId, role: str, **query: str) -> AppTest:
    """The settings as a member sees them."""
    who = join(cockpit, workspace, "Ben Member", role)
    at = run("settings.py", signed_in=False, **query)
    at.user = {"principal": member_principal(workspace, who), "mode": "sso"}
    return at.run()


@pytest.mark.parametrize("tab", [*TABS, *(same for same in SAME if SAME[same] in TABS)])
def test_every_area_is_drawn(run: Run, workspace: WorkspaceId, tab: str) -> None:
    at = run("settings.py", tab=tab)
    assert not at.exception
    assert [one.value for one in at.title] == ["Settings"]
    assert at.header[0].value == TABS[SAME.get(tab, tab)][0]


@pytest.mark.parametrize("tab", [*ELSEWHERE, "nonsense", HOSTILE])
def test_an_area_that_is_not_here_says_so(run: Run, workspace: WorkspaceId, tab: str) -> None:
    at = run("settings.py", tab=tab)
    assert not at.exception
    assert [one.value for one in at.header] == ["These settings are not here"]
    assert "<img" not in words(at).replace("\\<img", "")


def test_an_admin_renames_the_workspace(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py")
    at.text_input[0].input(HOSTILE)
    at.button(key="save_name").click().run()
    assert not at.exception
    assert stored(cockpit, workspace).name == HOSTILE
    assert "<img" not in html(at)
    assert [one.value for one in at.success] == ["The name and the time zone are saved\\."]
    at.text_input[0].input("   ")
    at.button(key="save_name").click().run()
    assert len(at.error) == 1
    assert stored(cockpit, workspace).name == HOSTILE


def test_an_admin_says_who_may_join(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py")
    at.radio[0].set_value("domain")
    at.button(key="save_joining").click().run()
    assert "Name the domains" in at.error[0].value
    at.text_area[0].input("example.com\n@Example.org")
    at.button(key="save_joining").click().run()
    assert not at.error
    assert stored(cockpit, workspace).settings["join_domains"] == ["example.com", "example.org"]


def test_an_admin_allows_a_site(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="embedding")
    assert "No other site may embed this workspace" in words(at).replace("\\", "")
    at.text_area[0].input("https://crm.example.com\nhttp://plain.example")
    at.button(key="save_origins").click().run()
    assert "https" in at.error[0].value
    assert "embed_origins" not in stored(cockpit, workspace).settings
    at.text_area[0].input("https://CRM.example.com/\n\n")
    at.button(key="save_origins").click().run()
    assert stored(cockpit, workspace).settings["embed_origins"] == ["https://crm.example.com"]
    assert "/self-test" in html(at)


def test_the_snippet_asks_for_a_page_of_the_grammar(run: Run, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="embedding")
    call = at.code[0].value
    body = json.loads(call[call.index("-d '") + 4 : -1])
    assert body == {"workspaceId": str(workspace), "email": "agent@example.com", "page": "/cockpit"}
    at.selectbox(key="snippet_page").select("Another page").run()
    assert not at.code
    for wrong in ("//evil.example", "/verify", "cockpit", "/objects/people'; rm -rf /"):
        at.text_input(key="snippet_path").input(wrong).run()
        assert not at.code
        assert len(at.error) == 1
    at.text_input(key="snippet_path").input("/settings/members").run()
    assert "/settings/members" in at.code[0].value


def test_an_admin_changes_a_role_deactivates_and_restores(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    join(cockpit, workspace, "Ana", "admin")
    ben = join(cockpit, workspace, f"Ben {HOSTILE}", "member")
    at = run("settings.py", tab="members")
    assert "<img" not in html(at)
    at.selectbox(key="member_chosen").select_index(1).run()
    at.selectbox(key=f"role_{ben}").select(Role.READ_ONLY).run()
    at.button(key="save_role").click().run()
    assert not at.exception
    with cockpit.db.read() as conn:
        assert {one.role for one in list_members(conn, workspace)} == {"admin", "read_only"}
    at.selectbox(key="member_chosen").select_index(1).run()
    at.button(key=f"deactivate_{ben}").click().run()
    assert not at.exception
    with cockpit.db.read() as conn:
        assert [one.name for one in list_members(conn, workspace)] == ["Ana"]
    at.button(key="restore_member").click().run()
    assert not at.exception
    with cockpit.db.read() as conn:
        assert {one.role for one in list_members(conn, workspace)} == {"admin", "read_only"}
    assert "Restore a member" not in words(at)


def test_an_admin_adds_a_member_who_signs_in_by_a_link(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="members")
    email, name = at.text_input
    email.input("nobody")
    at.button(key="add_member").click().run()
    assert "address like" in at.error[0].value
    email, name = at.text_input
    email.input("ben@example.com")
    name.input(HOSTILE)
    at.button(key="add_member").click().run()
    assert not at.exception
    link = at.code[0].value
    assert "/verify?loginToken=lt_" in link
    assert "<img" not in html(at)
    with cockpit.db.read() as conn:
        (ben,) = list_members(conn, workspace)
        token = login_tokens.peek(conn, link.split("loginToken=")[1].split("&")[0])
    assert (ben.email, ben.role) == ("ben@example.com", "member")
    assert token
    assert (token.member_id, token.page) == (ben.member_id, None)
    assert not at.run().code  # shown once
    at.button(key="make_link").click().run()
    assert at.code[0].value not in ("", link)


@pytest.mark.parametrize("role", ["member", "aventora_user", "read_only", "nonsense"])
@pytest.mark.parametrize("tab", TABS)
def test_the_others_only_look(run: Run, cockpit: Cockpit, workspace: WorkspaceId, role: str, tab: str) -> None:
    at = as_member(run, cockpit, workspace, role, tab=tab)
    assert not at.exception
    assert [one.value for one in at.title] == ["Settings"]
    assert not at.text_area
    assert not at.radio
    assert [button.label for button in at.button] == []
    if tab in ("workspace", "members", "embedding", "api-keys"):
        assert "Only admins can change this." in words(at)


def test_a_key_is_shown_once_and_revoked(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="api-keys")
    at.button(key="make_key").click().run()
    assert len(at.error) == 1
    at.text_input[0].input(HOSTILE)
    at.button(key="make_key").click().run()
    assert not at.exception
    (shown,) = at.code
    with cockpit.db.read() as conn:
        found = api_keys.find(conn, shown.value)
    assert found is not None
    assert found.name == HOSTILE
    assert "<img" not in html(at)
    at.run()
    assert not at.code
    assert shown.value not in html(at) + words(at)
    at.button(key=f"revoke_{found.key_id}").click().run()
    assert not at.exception
    with cockpit.db.read() as conn:
        assert api_keys.find(conn, shown.value) is None
    assert "Revoked just now" in html(at)


def test_the_roles_are_the_table_that_services_ask(run: Run, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="roles")
    for permission in Permission:
        assert permission.value[1:] in html(at)
