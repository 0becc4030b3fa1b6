"""Whoever refuses contact, by a signal or in a file of people, has what waits for them cancelled at once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from cockpit.automation.audit import verify_stored
from cockpit.automation.reserve import reserve
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.receive import receive
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.instants import spelled
from cockpit.storage.attempts import CANCELLED, REFUSED, RESERVED, list_attempts
from cockpit.storage.guard_chain import list_entries
from cockpit.worker.guard_notes import write_notes
from tests.automation.ground import click, prepare


@pytest.mark.parametrize("kind", ["UNSUBSCRIBED", "DO_NOT_CONTACT_REQUESTED"])
def test_a_signal_cancels_what_waits(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, kind: str) -> None:
    ana, ben = prepare(cockpit.db, workspace, now, people=2)
    for one in (ana, ben):
        assert reserve(cockpit.db, workspace, click(one), now).runs
    at = now + timedelta(seconds=1)
    signal = {"type": kind, "occurred_at": at, "person_id": str(ana)}
    assert receive(cockpit, workspace, [signal], at).items[0].person_id == str(ana)
    assert states(cockpit, workspace) == {ana: CANCELLED, ben: RESERVED}
    assert not reserve(cockpit.db, workspace, click(ana), at).runs
    assert write_notes(cockpit) == 1
    assert write_notes(cockpit) == 0
    told = last_entry(cockpit, workspace)
    assert (told["event"], told["state"], told["person_id"]) == ("cancelled", CANCELLED, str(ana))
    assert (told["reason"], told["at"]) == (REFUSED, spelled(at))


def last_entry(cockpit: Cockpit, workspace: WorkspaceId) -> dict[str, Any]:
    """What the guard log, which is whole, says last."""
    with cockpit.db.read(workspace) as conn:
        assert verify_stored(conn, workspace).holds
        return dict(json.loads(list_entries(conn, workspace)[-1].body))


def states(cockpit: Cockpit, workspace: WorkspaceId) -> dict[PersonId, str]:
    """What became of the attempts."""
    with cockpit.db.read(workspace) as conn:
        return {one.person_id: one.state for one in list_attempts(conn, workspace)}
