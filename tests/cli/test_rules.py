"""`cockpit rules`: seen, rehearsed, switched on and off, edited as drafts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cockpit.ingestion.receive import receive
from cockpit.model.ids import workspace_id_of
from cockpit.storage.database import open_database
from tests.automation.ground import RULE, prepare, start_rule
from tests.automation.replayed import Held
from tests.cli.command import cockpit_command


def test_a_rule_from_draft_to_acting_by_itself(database_url: str, tmp_path: Path) -> None:
    environment = {"COCKPIT_DATABASE_URL": database_url}
    assert (
        cockpit_command("workspace", "create", "--subdomain", "acme", "--name", "A", environment=environment).status
        == 0
    )
    db, workspace, now = open_database(database_url), workspace_id_of("acme"), datetime.now(UTC)
    people = prepare(db, workspace, now, people=3)
    with db.write(workspace) as conn:
        off = {"status": "DRAFT", "enabled": False, "auto_execute": False, "rehearsed_rate": None}
        start_rule(conn, workspace, now, **off)
    calls = [
        {
            "person_id": str(who),
            "type": "MISSED_CALL",
            "source_event_id": str(who),
            "occurred_at": (now - timedelta(days=20)).isoformat(),
        }
        for who in people
    ]
    receive(Held(db), workspace, calls, now)
    db.close()

    def run(*words: str) -> tuple[int, str, str]:
        found = cockpit_command("rules", *words, "-w", "acme", environment=environment)
        return found.status, found.out, found.err

    assert f"{RULE}" in run("list")[1]
    assert json.loads(run("show", RULE, "--json")[1])["state"] == "DRAFT"
    status, _, err = run("enable", RULE, "--auto")
    assert (status, "Rehearse the rule first" in err) == (1, True)
    told = json.loads(run("rehearse", RULE, "--days", "90", "--json")[1])
    assert (told["signals"], len(told["steps"])) == (3, 3)
    assert run("enable", RULE, "--auto")[1].strip() == f"{RULE}: AUTO-RUN"
    file = tmp_path / "rule.json"
    file.write_text(json.dumps({"title": "Other", "signal_types": ["MISSED_CALL"], "action_type": "NOBODY_MAPPED"}))
    assert run("draft", RULE, str(file))[0] == 0
    status, _, err = run("publish", RULE)
    assert (status, "Rehearse the draft first" in err) == (1, True)
    difference = json.loads(run("rehearse", RULE, "--draft", "--json")[1])["difference"]
    assert difference["blocked_by"]["mapping"] >= 2
    assert run("publish", RULE)[1].strip() == f"{RULE}: version 2 is active."
    assert "Other" in run("show", RULE)[1]
    assert run("disable", RULE)[1].strip() == f"{RULE}: OFF"
    assert run("rehearse", "nothing")[0] == 1
    file.write_text('{"title": "x", "signal_types": ["A"], "action_type": "B", "conditions": {"moon": 1}}')
    assert "Conditions cannot say moon" in run("draft", RULE, str(file))[2]
