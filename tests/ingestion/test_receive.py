"""One transaction per batch, one answer per item."""

from __future__ import annotations

from datetime import datetime, timedelta

from cockpit.bootstrap import Cockpit
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.model.ids import WorkspaceId
from cockpit.storage.people import find_person
from cockpit.storage.scores import list_scores


def test_signal_of_unknown_external_id_creates_the_person(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime
) -> None:
    signal = SignalIn("MISSED_CALL", now - timedelta(hours=1), "e1", external_id="x1", name="Ana Ruiz")
    receipt = receive(cockpit, workspace, [signal], now)
    assert [item.status for item in receipt.items] == ["accepted"]
    with cockpit.db.read() as conn:
        person = find_person(conn, workspace, "x1")
        assert person is not None
        assert person.name == "Ana Ruiz"
        scores = list_scores(conn, workspace, [person.person_id])
    assert scores["follow_up_key"][0] is not None
