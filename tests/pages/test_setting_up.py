"""A workspace that is not ready shows on every page that it is being set up, and nothing else; then the cockpit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from cockpit.access import workspace_states
from cockpit.access.workspace_states import NewWorkspace
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.start import RULES
from cockpit.model.ids import WorkspaceId
from cockpit.model.principals import member_principal
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.schema import workspace as workspace_table
from tests.pages.conftest import Run
from tests.pages.test_objects import words

PAGES = ("cockpit.py", "objects.py", "settings.py", "person.py", "setting_up.py", "home.py")
SETTING_UP = "Setting up your workspace"
ACME = NewWorkspace("acme", "Acme", "a@acme.com", "Ann")


@pytest.fixture
def acme(cockpit: Cockpit) -> WorkspaceId:
    """A workspace that was begun, and whose maker is gone."""
    with cockpit.db.write() as conn:
        return workspace_states.begin(conn, ACME, datetime.now(UTC))


def put(cockpit: Cockpit, workspace_id: WorkspaceId, **state: object) -> None:
    with cockpit.db.write() as conn:
        conn.execute(update(workspace_table).where(workspace_table.c.workspace_id == workspace_id).values(**state))


def seen_by(run: Run, cockpit: Cockpit, workspace_id: WorkspaceId, email: str) -> AppTest:
    """The cockpit, as this member sees it."""
    with cockpit.db.read() as conn:
        [who] = [one.member_id for one in list_members(conn, workspace_id) if one.email == email]
    at = run(signed_in=False)
    at.user = {"principal": member_principal(workspace_id, who), "mode": "sso"}
    return at.run()


def titles(at: AppTest) -> list[str]:
    assert not at.exception
    return [one.value for one in at.title]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_half_a_cockpit(run: Run, cockpit: Cockpit, acme: WorkspaceId, page: str) -> None:
    at = run(page)
    assert titles(at) == [SETTING_UP]
    assert not at.header
    assert not at.dataframe
    assert "the workspace and its admin" in words(at)
    workspace_states.finish(cockpit.db, acme, rules=RULES, now=datetime.now(UTC))
    assert titles(at.run()) != [SETTING_UP]


def test_the_first_page_of_a_ready_workspace_is_the_cockpit(run: Run, cockpit: Cockpit, acme: WorkspaceId) -> None:
    workspace_states.finish(cockpit.db, acme, rules=RULES, now=datetime.now(UTC))
    assert titles(seen_by(run, cockpit, acme, "a@acme.com")) == ["Sales Cockpit"]


def test_an_admin_is_told_what_failed_and_tries_again(run: Run, cockpit: Cockpit, acme: WorkspaceId) -> None:
    put(cockpit, acme, status="failed", provisioning_attempts=8, provisioning_error="The disk is full.")
    at = seen_by(run, cockpit, acme, "a@acme.com")
    assert titles(at) == ["This workspace could not be set up"]
    assert [one.value.replace("\\", "") for one in at.error] == ["The disk is full."]
    assert titles(at.button(key="try_again").click().run()) == ["Sales Cockpit"]


def test_a_member_is_told_whom_to_ask(run: Run, cockpit: Cockpit, acme: WorkspaceId) -> None:
    put(cockpit, acme, status="failed", provisioning_attempts=8, provisioning_error="The disk is full.")
    with cockpit.db.write() as conn:
        upsert_member(conn, acme, email="b@acme.com", name="Ben", role="member", now=datetime.now(UTC))
    at = seen_by(run, cockpit, acme, "b@acme.com")
    assert titles(at) == ["This workspace could not be set up"]
    assert not at.error
    assert not at.button
    assert "An admin of it can try again here" in words(at)
