"""What each role may do: the whole table, and that the services refuse whatever the screens hide."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import Forbidden
from cockpit.exports.order import order_of
from cockpit.ingestion.decisions import Decision, dismiss, snooze, undo
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.model.roles import PERMISSIONS, Permission, Role, may, role_named
from cockpit.model.viewer import Scope, Viewer, whole_workspace
from cockpit.panels.registry import rows

ME = MemberId(UUID(int=3))
LOOKS = {Permission.READ}
WORKS = LOOKS | {Permission.DECIDE, Permission.EXPORT, Permission.EDIT_PEOPLE}
TABLE = {
    Role.ADMIN: set(Permission),
    Role.MEMBER: WORKS | {Permission.IMPORT},
    Role.AVENTORA_USER: WORKS,
    Role.READ_ONLY: LOOKS,
}


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_table(role: Role, permission: Permission) -> None:
    assert may(role, permission) == (permission in TABLE[role])


def test_every_role_has_its_line() -> None:
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize(
    ("stored", "role"),
    [
        ("admin", Role.ADMIN),
        ("member", Role.MEMBER),
        ("aventora_user", Role.AVENTORA_USER),
        ("read_only", Role.READ_ONLY),
        ("owner", Role.ADMIN),
        ("", Role.READ_ONLY),
        ("ADMIN", Role.READ_ONLY),
        ("superuser", Role.READ_ONLY),
    ],
)
def test_an_unknown_role_may_only_look(stored: str, role: Role) -> None:
    assert role_named(stored) is role


def test_who_may_only_look_decides_nothing(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    signal = SignalIn("MISSED_CALL", now - timedelta(minutes=9), external_id="a", name="Ana", phone="+12125550100")
    receive(cockpit, workspace, [signal], now)
    [before] = rows(cockpit.db, workspace, "suggested_actions", now=now).rows
    assert before.suggested_action
    assert before.person_id
    looker = Viewer(workspace, ME, Role.READ_ONLY)
    decision = Decision(UUID(before.suggested_action.action_id), UUID(before.person_id), looker, now)
    for refused in (
        lambda: snooze(cockpit.db, decision, now + timedelta(hours=1)),
        lambda: dismiss(cockpit.db, decision, "NOT_NOW"),
        lambda: undo(cockpit.db, decision),
    ):
        with pytest.raises(Forbidden, match="does not allow you to act on suggestions"):
            refused()
    assert rows(cockpit.db, workspace, "suggested_actions", now=now).rows == (before,)


def test_who_may_only_look_takes_nothing_out(workspace: WorkspaceId, now: datetime) -> None:
    asked = {"workspace": "north", "what": "view:people", "instant": now}
    with pytest.raises(Forbidden) as refusal:
        order_of(Viewer(workspace, ME, Role.READ_ONLY), **asked)
    assert refusal.value.status == 403
    assert order_of(whole_workspace(workspace), **asked).scope == "everybody in the workspace"
    walled = order_of(Viewer(workspace, ME, Role.MEMBER, Scope(ME, with_system=False)), **asked)
    assert walled.scope == f"people owned by member {ME}, without those created by integrations"
