"""`cockpit audit`: a guard log handed out, proven without a database, and found out when somebody touched it."""

from __future__ import annotations

from pathlib import Path

from cockpit.automation.guard_log import append, lock_chain
from cockpit.model.ids import workspace_id_of
from cockpit.storage.database import open_database
from tests.cli.command import cockpit_command


def test_a_log_is_exported_proven_and_found_out(database_url: str, tmp_path: Path) -> None:
    environment = {"COCKPIT_DATABASE_URL": database_url}
    nowhere = {"COCKPIT_DATABASE_URL": f"duckdb:///{tmp_path / 'none' / 'there.duckdb'}"}
    made = cockpit_command("workspace", "create", "--subdomain", "acme", "--name", "Acme", environment=environment)
    assert made.status == 0
    db, workspace = open_database(database_url), workspace_id_of("acme")
    with db.write(workspace) as conn:
        append(conn, lock_chain(conn, workspace), [{"event": "reserved", "number": number} for number in range(5)])
    db.close()
    file = tmp_path / "log.jsonl"
    exported = cockpit_command("audit", "export", "-w", "acme", "-o", str(file), environment=environment)
    assert exported.status == 0
    assert len(file.read_text().splitlines()) == 6
    assert cockpit_command("audit", "verify", "-w", "acme", environment=environment).status == 0
    whole = cockpit_command("audit", "verify", str(file), "--json", environment=nowhere)
    assert (whole.status, whole.json()["holds"], whole.json()["entries"]) == (0, True, 5)
    head = whole.json()["head"]
    noted = f"{head['seq']}:{head['hash']}"
    assert cockpit_command("audit", "verify", str(file), "--head", noted, environment=nowhere).status == 0

    file.write_text(file.read_text().replace("reserved", "Reserved", 1))
    touched = cockpit_command("audit", "verify", str(file), environment=nowhere)
    assert touched.status == 1
    assert "line 1: Entry 1 was changed" in touched.out
    assert "The log is NOT whole." in touched.out

    again = cockpit_command("audit", "export", "-w", "acme", "-o", str(file), environment=environment)
    assert (again.status, "exists" in again.err) == (1, True)
    neither = cockpit_command("audit", "verify", environment=nowhere)
    assert (neither.status, "either a file or a workspace" in neither.err) == (1, True)
