"""`cockpit workflows`: seen, edited as drafts, switched on, started, recalled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from cockpit.model.ids import workspace_id_of
from cockpit.storage.database import open_database
from tests.automation.flows import ASK, ASKED, BULK, MANY, ONE
from tests.automation.ground import prepare
from tests.cli.command import cockpit_command


def test_a_workflow_from_draft_to_recall(database_url: str, tmp_path: Path) -> None:
    environment = {"COCKPIT_DATABASE_URL": database_url}
    made = cockpit_command("workspace", "create", "--subdomain", "acme", "--name", "A", environment=environment)
    assert made.status == 0
    db, workspace = open_database(database_url), workspace_id_of("acme")
    people = [str(one) for one in prepare(db, workspace, datetime.now(UTC), people=2)]
    db.close()

    def run(*words: str) -> tuple[int, str, str]:
        found = cockpit_command("workflows", *words, "-w", "acme", environment=environment)
        return found.status, found.out, found.err

    def keep(key: str, *said: object) -> str:
        file = tmp_path / f"{key}.json"
        file.write_text(json.dumps({"trigger": said[0], "steps": said[1:]}))
        return run("draft", key, str(file), "--title", f"The {key}")[1].strip()

    assert "apply an industry preset" in run("list")[1]
    assert keep("talk", ONE, ASK, ASKED) == "talk: version 1 is a draft."
    assert keep("all", MANY, BULK) == "all: version 1 is a draft."
    assert "is a START_AVENTORA_ENGAGEMENT_BULK" in run("draft", "x", str(_file(tmp_path, ONE, BULK)))[2]
    assert "The workflow is not active" in run("start", "talk", people[0])[2]
    assert run("activate", "talk")[1].strip() == "talk: version 1 is active."
    assert run("activate", "all")[0] == 0
    assert "1. ask: Form: Channel, What to say" in run("show", "talk")[1]
    assert json.loads(run("show", "talk", "--json")[1])["spec"]["steps"][0]["key"] == "ask"
    assert [one["status"] for one in json.loads(run("list", "--json")[1])] == ["ACTIVE", "ACTIVE"]
    assert "It has not run yet." in run("runs", "talk")[1]
    assert run("start", "talk", people[0])[1].strip().endswith(": ASKING")
    assert "2 run." in run("start", "all", *people)[1]
    assert "at work for them already" in run("start", "all", *people, "--preview")[1]
    [told] = json.loads(run("runs", "talk", "--json")[1])
    assert [(step["told"], step["state"]) for step in told["steps"]] == [
        ("Form: Channel, What to say", "ASKING"),
        ("Say hello: on the channel of the form", "NOT YET"),
    ]
    assert "ASKING" in run("runs", "talk")[1]
    assert "0 run, 2 wait, 0 skipped" in run("runs", "all")[1]
    assert run("recall", "talk")[1].strip() == "1 runs ended, 0 outreaches taken back."
    assert run("deactivate", "talk")[1].strip() == "talk is not active any more."
    assert run("deactivate", "talk")[1].strip() == "talk was not active."
    assert run("show", "nothing")[0] == 1


def _file(folder: Path, trigger: object, *steps: object) -> Path:
    file = folder / "other.json"
    file.write_text(json.dumps({"trigger": trigger, "steps": steps}))
    return file
