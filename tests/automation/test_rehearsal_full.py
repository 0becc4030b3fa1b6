"""In a workspace whose day is full a rehearsal sees at once what it would see by asking every guard."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.automation.rehearsal import rehearse
from cockpit.automation.rehearsal_play import Stage
from cockpit.storage.database import Database
from tests.automation.ground import RULE, set_guards
from tests.campaigns.rehearse import NOW, fill


def test_it_is_the_same_as_asking_every_guard(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = fill(db, 3_000, 200)
    with db.write(workspace) as conn:
        set_guards(conn, workspace, {"workspace_day": 2})
    quickly = rehearse(db, workspace, RULE, NOW)
    seen: list[Any] = []

    def asked_all(stage: Stage, cue: Any) -> int:
        seen.append(shortcut(stage, cue))
        return 0

    shortcut = Stage._full_for_too_long
    monkeypatch.setattr(Stage, "_full_for_too_long", asked_all)
    assert rehearse(db, workspace, RULE, NOW).steps == quickly.steps
    assert sum(map(bool, seen)) > len(seen) / 5
