"""The two levers: "stop new", so that nothing is begun any more, and "recall queued", which takes back what waits.

stop_new(db, viewer, target, why, now) -> bool          False: it was stopped already
let_go_on(db, viewer, target) -> bool
recall(db, viewer, target, now) -> int                  how many were taken back
count_queued(conn, workspace_id, target) -> int         how many a recall would take back
list_stopped(conn, workspace_id) -> tuple[tuple[Target, Stop], ...]

Stopping new leaves what waits alone; its guards are asked again before it leaves, and a stop closes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from cockpit.automation.guard_log import append, body_of, lock_chain
from cockpit.automation.undo import cancelled
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.attempts import CANCELLED, About, count_waiting, replace_tries, replace_waiting
from cockpit.storage.database import Connection, Database
from cockpit.storage.guard_facts import Stop, delete_stop, find_rule, list_stops, replace_rule_pause, upsert_stop
from cockpit.storage.guard_windows import delete_windows
from cockpit.storage.people import get_person

RECALLED = "It was recalled before it left."


@dataclass(frozen=True, slots=True)
class Target:
    """What a lever is pulled for: a person, a rule or workflow, a bulk, or (with none of them) the workspace."""

    person_id: PersonId | None = None
    rule_key: str | None = None
    batch_id: UUID | None = None

    @property
    def name(self) -> str:
        """How a stop of it is stored."""
        if self.person_id is not None:
            return f"person:{self.person_id}"
        return f"rule:{self.rule_key}" if self.rule_key is not None else "workspace"

    @property
    def permission(self) -> Permission:
        """Who may pull it: anybody who acts, for a person; who answers for rules, for more."""
        own = self.person_id is not None or self.batch_id is not None
        return Permission.DECIDE if own else Permission.MANAGE_RULES

    @classmethod
    def named(cls, name: str) -> Self:
        """The target of a stored stop."""
        kind, _, key = name.partition(":")
        if kind == "person":
            return cls(person_id=PersonId(UUID(key)))
        return cls(rule_key=key) if kind == "rule" else cls()


def stop_new(db: Database, viewer: Viewer, target: Target, why: str, now: datetime) -> bool:
    """Let nothing new begin for a target.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such person on their side of the wall.
    """
    viewer.check(target.permission)
    workspace_id = viewer.workspace_id
    with db.write(workspace_id) as conn:
        lock_chain(conn, workspace_id)
        _check_seen(conn, viewer, target)
        if target.rule_key is not None and find_rule(conn, workspace_id, target.rule_key) is not None:
            return replace_rule_pause(conn, workspace_id, target.rule_key, paused_at=now, why=why)
        known = target.name in list_stops(conn, workspace_id, [target.name])
        upsert_stop(conn, workspace_id, Stop(target.name, why, viewer.member_id, now))
        return not known


def let_go_on(db: Database, viewer: Viewer, target: Target) -> bool:
    """Let a target go on; answers whether it was stopped.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such person on their side of the wall.
    """
    viewer.check(target.permission)
    workspace_id = viewer.workspace_id
    with db.write(workspace_id) as conn:
        lock_chain(conn, workspace_id)
        _check_seen(conn, viewer, target)
        stopped = delete_stop(conn, workspace_id, target.name)
        if target.rule_key is not None:
            stopped |= replace_rule_pause(conn, workspace_id, target.rule_key, paused_at=None, why=None)
        return stopped


def recall(db: Database, viewer: Viewer, target: Target, now: datetime) -> int:
    """Take back everything of a target that has not left; tries that may repeat a lost call are given up.

    Raises:
        Forbidden: their role does not allow it.
        NotFound: there is no such person on their side of the wall.
    """
    viewer.check(target.permission)
    workspace_id = viewer.workspace_id
    with db.write(workspace_id) as conn:
        chain = lock_chain(conn, workspace_id)
        _check_seen(conn, viewer, target)
        by = viewer.member_id and str(viewer.member_id)
        about = _about(target)
        taken = replace_waiting(conn, workspace_id, about, cancelled(RECALLED, now))
        given_up = replace_tries(conn, workspace_id, about, why="No further try: it was recalled.", now=now)
        delete_windows(conn, workspace_id, [attempt.attempt_id for attempt in taken])
        told = (body_of("recalled", attempt, now=now, state=CANCELLED, by=by) for attempt in taken)
        append(conn, chain, told)
        return len(taken) + given_up


def count_queued(conn: Connection, workspace_id: WorkspaceId, target: Target) -> int:
    """How many a recall would take back or give up."""
    return count_waiting(conn, workspace_id, _about(target))


def list_stopped(conn: Connection, workspace_id: WorkspaceId) -> tuple[tuple[Target, Stop], ...]:
    """Persons, workflows and the workspace where nothing new begins; rules say it of themselves."""
    return tuple((Target.named(name), stop) for name, stop in list_stops(conn, workspace_id).items())


def _about(target: Target) -> About:
    return About(person_id=target.person_id, rule_key=target.rule_key, batch_id=target.batch_id)


def _check_seen(conn: Connection, viewer: Viewer, target: Target) -> None:
    """Behind the wall only one's own people can be stopped.

    Raises:
        NotFound: there is no such person on this side.
    """
    if target.person_id is not None:
        get_person(conn, viewer.workspace_id, target.person_id, scope=viewer.scope)
