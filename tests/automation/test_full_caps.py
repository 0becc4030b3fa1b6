"""What a full cap of the workspace keeps back waits for the next free place, and is not lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cockpit.automation.reserve import Reserved, reserve
from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import About, list_attempts
from cockpit.storage.database import Database
from tests.automation.ground import RULE, fired, prepare, set_guards
from tests.automation.replayed import dispatch_before

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def asked(db: Database, workspace: WorkspaceId, times: list[datetime], guards: dict[str, Any]) -> list[Reserved]:
    """The rule wants to reach one person at each of these instants."""
    ids = prepare(db, workspace, times[0], people=len(times))
    with db.write(workspace) as conn:
        set_guards(conn, workspace, guards)
    return [reserve(db, workspace, fired(who, at, hold=True), at) for who, at in zip(ids, times, strict=True)]


def sent(db: Database, workspace: WorkspaceId) -> list[datetime]:
    """When everything went that did."""
    with db.read(workspace) as conn:
        return sorted(one.sent_at for one in list_attempts(conn, workspace, About(rule_key=RULE)) if one.sent_at)


def test_whoever_is_above_the_cap_of_the_day_goes_when_the_first_have_left_it(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    times = [now, now + MINUTE, now + MINUTE, now + 2 * MINUTE, now + 2 * MINUTE]
    found = asked(db, workspace, times, {"workspace_day": 2})
    assert [one.attempt.held_until for one in found[:4]] == [None, None, times[2] + DAY, times[3] + DAY]
    assert not found[4].runs  # its place would be free two days later: an answer as late as that is none any more


def test_after_a_night_they_go_at_the_pace_of_the_workspace(
    db: Database, workspace: WorkspaceId, now: datetime
) -> None:
    night, morning = now.replace(hour=23), now.replace(hour=9) + DAY
    found = asked(db, workspace, [night] * 5, {"workspace_minute": 2})
    assert {one.attempt.held_until for one in found} == {morning}
    dispatch_before(db, workspace, morning + 5 * MINUTE)
    assert sent(db, workspace) == [morning, morning, morning + MINUTE, morning + MINUTE, morning + 2 * MINUTE]
