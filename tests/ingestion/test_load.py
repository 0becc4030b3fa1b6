"""Files: every row answered for, twice is once, a broken run goes on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from cockpit.bootstrap import Cockpit
from cockpit.errors import InvalidInput
from cockpit.ingestion import run as import_run
from cockpit.ingestion.load import Options, import_people, import_signals
from cockpit.ingestion.record import Tally
from cockpit.ingestion.refresh import drain_pending
from cockpit.model.ids import WorkspaceId
from cockpit.storage.members import upsert_member
from cockpit.storage.models import find_published_model, list_models
from cockpit.storage.pending import count_pending
from cockpit.storage.people import count_people, get_person
from cockpit.storage.signals import count_signals
from cockpit.storage.unmatched import count_unmatched
from cockpit.storage.workspaces import get_workspace_by_id
from tests.ingestion.history import drawn
from tests.ingestion.stored import assert_same, state_of

CATALOGUE = """
[signal.DEMO_REQUESTED]
title = "Demo requested"
direction = "inbound"
channel = "web"
weight = 2.0
half_life_days = 5
opens_turn = "us"
closes_turn = "none"

[attribute.budget]
kind = "number"
weight = 1.0
half_point = 100
"""


def signals_file(folder: Path, rows: Sequence[dict[str, object]], name: str = "signals.csv") -> Path:
    path = folder / name
    names = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_rows_of_a_file_add_up(cockpit: Cockpit, workspace: WorkspaceId, now: datetime, tmp_path: Path) -> None:
    at = (now - timedelta(hours=2)).isoformat()
    base = {"source_event_id": "e1", "type": "MISSED_CALL", "occurred_at": at, "external_id": "p1", "phone": ""}
    rows = [
        base,
        {**base, "source_event_id": "e2"},
        base,
        {**base, "type": "SMS_REPLIED"},
        {**base, "source_event_id": "e5", "occurred_at": "2026-03-01T09:00:00"},
        {**base, "source_event_id": "e6", "external_id": "", "phone": "555-0101"},
    ]
    path = signals_file(tmp_path, rows)
    loaded = import_signals(cockpit, workspace, path, now)
    assert loaded.signals.tally == Tally(accepted=2, duplicate=1, rejected=2, unmatched=1)
    assert loaded.signals.tally.rows == len(rows)
    assert loaded.signals.rejects_file == tmp_path / "signals.csv.rejects.csv"
    with loaded.signals.rejects_file.open(newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [reject["row"] for reject in rejects] == ["4", "5"]
    assert "taken by another body" in rejects[0]["reason"]
    assert "no time zone" in rejects[1]["reason"]
    assert '"source_event_id":"e5"' in rejects[1]["text"]
    with cockpit.db.read() as conn:
        assert (count_signals(conn, workspace), count_unmatched(conn, workspace)) == (2, 1)
        assert count_pending(conn, workspace) == 0


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_same_file_twice_is_all_duplicates(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, tmp_path: Path, kind: str
) -> None:
    frame = pl.DataFrame(drawn(now, 5, signals=60))
    path = tmp_path / f"s.{kind}"
    {"csv": frame.write_csv, "jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[kind](path)
    first = import_signals(cockpit, workspace, path, now, options=Options(rows_at_once=25))
    before = state_of(cockpit.db, workspace)
    second = import_signals(cockpit, workspace, path, now + timedelta(hours=1))
    with cockpit.db.read(workspace) as conn:
        assert get_workspace_by_id(conn, workspace).last_received_at == now, "the age of the feed, on the cockpit"
    assert first.signals.tally == Tally(accepted=60)
    assert second.signals.tally == Tally(duplicate=60)
    assert second.signals.resumed_after == 0
    assert_same(before, state_of(cockpit.db, workspace))


def test_a_broken_run_goes_on_where_it_was(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = drawn(now, 6, signals=100)
    rows[10]["occurred_at"] = "never"
    rows[70]["occurred_at"] = "never"
    path = signals_file(tmp_path, rows)
    options = Options(rows_at_once=20)
    store = import_run.Import._attempt
    batches = iter(range(100))

    def break_off(*args: object, **named: object) -> object:
        if next(batches) == 3:
            raise KeyboardInterrupt
        return store(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(import_run.Import, "_attempt", break_off)
        with pytest.raises(KeyboardInterrupt):
            import_signals(cockpit, workspace, path, now, options=options)
    with cockpit.db.read() as conn:
        assert count_pending(conn, workspace) > 0
    while drain_pending(cockpit, workspace, now, 4):  # what the worker does after a crash
        pass
    loaded = import_signals(cockpit, workspace, path, now, options=options)
    assert loaded.signals.resumed_after > 0
    assert loaded.signals.tally == Tally(accepted=98, rejected=2)
    assert loaded.signals.rejects_file is not None
    assert loaded.signals.rejects_file.read_text().count("never") == 4
    whole = state_of(cockpit.db, workspace)
    import_signals(cockpit, workspace, path, now)
    assert_same(whole, state_of(cockpit.db, workspace))


def test_catalogue_is_published_and_everybody_scored_with_it(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, tmp_path: Path
) -> None:
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(CATALOGUE)
    at = (now - timedelta(hours=2)).isoformat()
    path = signals_file(
        tmp_path, [{"source_event_id": "e1", "type": "DEMO_REQUESTED", "occurred_at": at, "person_id": "p1"}]
    )
    assert import_signals(cockpit, workspace, path, now).model_version is None
    with cockpit.db.read() as conn:
        person = get_person(conn, workspace, "p1").person_id
    before = state_of(cockpit.db, workspace)["score"].filter(person_id=str(person))
    assert before["band"].to_list() == ["no data"]
    assert import_signals(cockpit, workspace, path, now, catalogue=catalogue).model_version == 1
    after = state_of(cockpit.db, workspace)["score"].filter(person_id=str(person))
    assert after["priority"][0] > 30
    assert after["follow_up_key"][0] is not None
    assert import_signals(cockpit, workspace, path, now, catalogue=catalogue).model_version is None
    with cockpit.db.read() as conn:
        assert find_published_model(conn, workspace) is not None
        assert len(list_models(conn, workspace)) == 1
    catalogue.write_text("[signal.X]\nwight = 2")
    with pytest.raises(InvalidInput, match="unknown field: wight"):
        import_signals(cockpit, workspace, path, now, catalogue=catalogue)


def test_people_are_filled_in_and_blanks_overwrite_nothing(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, tmp_path: Path
) -> None:
    with cockpit.db.write() as conn:
        owner = upsert_member(conn, workspace, email="sam@example.com", name="Sam", now=now)
    first = {"person_id": "p1", "name": "Ana", "email": "ANA@example.com", "phone": "+1 212 555 0101", "budget": "5"}
    first |= {"company": "Acme", "owner": "SAM@example.com", "do_not_contact": "yes", "value": "12.5", "colour": "red"}
    path = signals_file(tmp_path, [first, {"person_id": "p2"}, {"person_id": "p3", "owner": "nobody@example.com"}])
    assert import_people(cockpit, workspace, path, now).tally == Tally(accepted=2, rejected=1)
    assert import_people(cockpit, workspace, path, now).tally == Tally(duplicate=2, rejected=1)
    change = signals_file(tmp_path, [{"person_id": "p1", "name": "", "lifecycle": "sql", "colour": "blue"}], "c.csv")
    assert import_people(cockpit, workspace, change, now).tally == Tally(accepted=1)
    with cockpit.db.read() as conn:
        ana, second = get_person(conn, workspace, "p1"), get_person(conn, workspace, "p2")
        assert count_people(conn, workspace) == 2
        assert count_pending(conn, workspace) == 0
    assert (ana.name, ana.email, ana.phone, ana.company) == ("Ana", "ana@example.com", "+12125550101", "Acme")
    assert (ana.lifecycle, ana.do_not_contact, ana.value, ana.owner_id) == ("sql", True, 12.5, owner)
    assert ana.attributes == {"budget": "5", "colour": "blue"}
    assert ana.time_zone == "America/New_York"
    assert (second.name, second.lifecycle, second.do_not_contact) == ("p2", "lead", False)


def test_people_bring_their_parked_signals_home(
    cockpit: Cockpit, workspace: WorkspaceId, now: datetime, tmp_path: Path
) -> None:
    at = (now - timedelta(hours=2)).isoformat()
    row = {"source_event_id": "e1", "type": "MISSED_CALL", "occurred_at": at, "phone": "030 1234567"}
    assert import_signals(cockpit, workspace, signals_file(tmp_path, [row]), now).signals.tally == Tally(unmatched=1)
    people = signals_file(tmp_path, [{"external_id": "p1", "phone": "0301234567"}], "people.csv")
    import_people(cockpit, workspace, people, now)
    with cockpit.db.read() as conn:
        assert count_unmatched(conn, workspace) == 0
        assert count_signals(conn, workspace) == 1
        person = get_person(conn, workspace, "p1").person_id
    assert state_of(cockpit.db, workspace)["score"].filter(person_id=str(person))["priority"][0] > 30
