"""Rehearsals asked for on a screen: stored, taken up by a worker, followed, cancelled; a worker that dies loses none.

ask(db, viewer, rule_key, now, *, what="rule", against=None, days=90) -> Run
cancel(db, viewer, run_id, now) -> bool               False: it has ended
list_rehearsals(conn, viewer, rule_key) -> tuple[Run, ...]        newest first
find_rehearsal(conn, viewer, run_id) -> Run | None
work_off(db, workspace_id, clock) -> Run | None       takes up one and ends it; None: nothing waits

It looks at the people of the whole workspace: whoever is behind the person wall neither asks for one nor reads one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any, Final
from uuid import UUID, uuid4

from cockpit.automation.rehearsal import (
    DAYS,
    MOST_DAYS,
    Rehearsal,
    difference,
    rehearse,
    told_counts,
    told_difference,
    told_steps,
)
from cockpit.automation.rule_changes import DRAFT, record_rate, without_rate, written_of
from cockpit.automation.rule_spec import RuleSpec, read_spec
from cockpit.errors import CockpitError, Conflict, Forbidden, InvalidInput, NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.model.instants import spelled
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.storage.database import Connection, Database
from cockpit.storage.rehearsal_runs import (
    CANCELLED,
    DONE,
    FAILED,
    OPEN,
    RUNNING,
    Run,
    RunIs,
    delete_old_runs,
    find_due_run,
    find_run,
    insert_run,
    list_runs,
    replace_run,
)
from cockpit.storage.rule_versions import get_stored_rule, list_rule_versions

log = logging.getLogger(__name__)
RULE: Final = "rule"
LEASE: Final = timedelta(seconds=20)
BEAT_SECONDS: Final = 1.0
MOST_TRIES: Final = 3
KEPT: Final = 20  # runs of a rule
MOST_TOLD: Final = 500  # people by name in a result; all of them are counted


Clock = Callable[[], datetime]


class _Ended(Exception):
    """Somebody cancelled it, or another worker has it."""


def ask(
    db: Database,
    viewer: Viewer,
    rule_key: str,
    now: datetime,
    *,
    what: str = RULE,
    against: str | None = None,
    days: int = DAYS,
) -> Run:
    """Let a rule, its draft or a version be rehearsed, and compared with another; one at a time for each rule.

    Raises:
        Forbidden: their role does not allow it, or they see only a part of the people.
        NotFound: there is no such rule or version.
        Conflict: another one of this rule is under way.
        InvalidInput: these are too many days, or nothing is compared.
    """
    check_whole(viewer)
    viewer.check(Permission.MANAGE_RULES)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A rehearsal looks back from 1 to {MOST_DAYS} days.")
    if what == against:
        raise InvalidInput("Choose two different versions to compare.")
    workspace_id = viewer.workspace_id
    with db.write(workspace_id) as conn:
        open_one = next((run for run in list_runs(conn, workspace_id, rule_key) if run.state in OPEN), None)
        if open_one is not None:
            if (open_one.what, open_one.against, open_one.days) == (what, against, days):
                return open_one
            raise Conflict("A rehearsal of this rule is under way: wait for it, or cancel it.")
        run = Run(
            run_id=uuid4(),
            rule_key=rule_key,
            what=what,
            spec=said(conn, viewer, rule_key, what),
            against=against,
            against_spec=None if against is None else said(conn, viewer, rule_key, against),
            days=days,
            asked_by=viewer.member_id,
            asked_at=now,
        )
        insert_run(conn, workspace_id, run)
        delete_old_runs(conn, workspace_id, rule_key, keep=KEPT)
        return run


def cancel(db: Database, viewer: Viewer, run_id: UUID, now: datetime) -> bool:
    """End a rehearsal; a worker that is at it notices within a second.

    Raises:
        Forbidden: their role does not allow it.
    """
    viewer.check(Permission.MANAGE_RULES)
    ended = {"state": CANCELLED, "finished_at": now, "lease_until": None}
    with db.write(viewer.workspace_id) as conn:
        return replace_run(conn, viewer.workspace_id, run_id, RunIs(OPEN), ended)


def list_rehearsals(conn: Connection, viewer: Viewer, rule_key: str) -> tuple[Run, ...]:
    """The newest rehearsals of a rule.

    Raises:
        Forbidden: they see only a part of the people.
    """
    check_whole(viewer)
    return list_runs(conn, viewer.workspace_id, rule_key, limit=KEPT)


def find_rehearsal(conn: Connection, viewer: Viewer, run_id: UUID) -> Run | None:
    """One rehearsal, or None.

    Raises:
        Forbidden: they see only a part of the people.
    """
    check_whole(viewer)
    return find_run(conn, viewer.workspace_id, run_id)


def check_whole(viewer: Viewer) -> None:
    """Let pass who sees everybody.

    Raises:
        Forbidden: they are behind the person wall.
    """
    if viewer.scope is not None:
        raise Forbidden("A rehearsal looks at everybody: behind the person wall there is none.")


def said(conn: Connection, viewer: Viewer, rule_key: str, what: str) -> Mapping[str, Any]:
    """What the rule, its draft or a version of it says.

    Raises:
        NotFound: there is none.
        InvalidInput: it cannot be read.
    """
    rule = get_stored_rule(conn, viewer.workspace_id, rule_key)
    if what == RULE:
        return written_of(rule)
    for one in list_rule_versions(conn, viewer.workspace_id, rule_key):
        if what == f"version {one.version}" or (what == DRAFT and one.status == DRAFT):
            return without_rate(one)
    raise NotFound(f"The rule {rule_key} has no {what}.")


def work_off(db: Database, workspace_id: WorkspaceId, clock: Clock) -> Run | None:
    """Take up what has waited longest and bring it to its end; answers how that is."""
    run = _taken(db, workspace_id, clock())
    if run is None:
        return None
    try:
        with _held(db, workspace_id, run, clock) as beat:
            result, found = _result(db, workspace_id, run, beat)
        _note_rate(db, workspace_id, run, found, clock())
        _end(db, workspace_id, run, clock(), {"state": DONE, "result": result})
    except _Ended:
        log.info("The rehearsal %s was ended from outside", run.run_id)
    except CockpitError as error:
        _end(db, workspace_id, run, clock(), {"state": FAILED, "error": error.message})
    except Exception:  # a bug in one rehearsal must not be tried for ever
        log.exception("The rehearsal %s failed", run.run_id)
        _end(
            db,
            workspace_id,
            run,
            clock(),
            {"state": FAILED, "error": "It ended with a fault of the program; see its log."},
        )
    with db.read(workspace_id) as conn:
        return find_run(conn, workspace_id, run.run_id)


def _taken(db: Database, workspace_id: WorkspaceId, now: datetime) -> Run | None:
    with db.write(workspace_id) as conn:
        found = find_due_run(conn, workspace_id, now)
        if found is None:
            return None
        expect = RunIs((found.state,), found.lease_owner, found.lease_until)
        if found.tries >= MOST_TRIES:
            why = f"It ended {MOST_TRIES} times with the worker that was at it."
            replace_run(conn, workspace_id, found.run_id, expect, {"state": FAILED, "error": why, "finished_at": now})
            return None
        mine: dict[str, Any] = {"state": RUNNING, "lease_owner": uuid4().hex, "lease_until": now + LEASE}
        mine |= {"tries": found.tries + 1, "done": 0, "total": 0}
        return replace(found, **mine) if replace_run(conn, workspace_id, found.run_id, expect, mine) else None


@contextmanager
def _held(db: Database, workspace_id: WorkspaceId, run: Run, clock: Clock) -> Iterator[_Beat]:
    """Keep a run while it is worked at, and write down how far it is."""
    beat = _Beat(db, workspace_id, run, clock)
    thread = Thread(target=beat.go_on, name="cockpit-rehearsal-beat", daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        beat.stopped.set()
        thread.join()


class _Beat:
    """Writes from a thread of its own, so that a long step of the rehearsal does not lose the lease."""

    def __init__(self, db: Database, workspace_id: WorkspaceId, run: Run, clock: Clock) -> None:
        """Of a run that is taken."""
        self._db, self._workspace_id, self._run, self._clock = db, workspace_id, run, clock
        self._far = (0, 0)
        self.stopped, self._lost = Event(), Event()

    def told(self, done: int, total: int) -> None:
        """How far it is.

        Raises:
            _Ended: there is no use in going on.
        """
        self._far = (done, total)
        if self._lost.is_set():
            raise _Ended

    def go_on(self) -> None:
        """Until stopped."""
        while not self.stopped.wait(BEAT_SECONDS):
            done, total = self._far
            changes = {"done": done, "total": total, "lease_until": self._clock() + LEASE}
            expect = RunIs((RUNNING,), self._run.lease_owner)
            try:
                with self._db.write(self._workspace_id) as conn:
                    if not replace_run(conn, self._workspace_id, self._run.run_id, expect, changes):
                        self._lost.set()
                        return
            except CockpitError as error:  # the database is away for a while: the lease may last until it is back
                log.warning("The progress of a rehearsal could not be written: %s", error)


def _result(db: Database, workspace_id: WorkspaceId, run: Run, beat: _Beat) -> tuple[dict[str, Any], Rehearsal]:
    """What is shown of it; the second half of the way is the other version, where there is one."""
    parts = 1 if run.against_spec is None else 2

    def play(spec: Mapping[str, Any], part: int) -> Rehearsal:
        return rehearse(
            db,
            workspace_id,
            run.rule_key,
            run.asked_at,
            spec=read_spec(spec),
            days=run.days,
            told=lambda done, total: beat.told(part * total + done, parts * total),
        )

    found = play(run.spec, 0)
    result = summary(found)
    if run.against_spec is not None:
        before = play(run.against_spec, 1)
        result |= {"against": summary(before), "difference": _shortened(told_difference(difference(before, found)))}
    beat.told(1, 1)
    return result, found


def summary(found: Rehearsal) -> dict[str, Any]:
    """A rehearsal as it is kept: all counts, and the first of those by name."""
    more = {"outreaches": found.outreaches, "days": found.days, "steps": told_steps(found.first_steps(MOST_TOLD))}
    plain: dict[str, Any] = _plain(told_counts(found) | more)
    return plain


def _shortened(told: Mapping[str, Any]) -> dict[str, Any]:
    counts = {f"{name}_count": len(told[name]) for name in ("newly", "no_more")}
    plain: dict[str, Any] = _plain(
        {**told, **counts, **{name: told[name][:MOST_TOLD] for name in ("newly", "no_more")}}
    )
    return plain


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, datetime):
        return spelled(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _end(db: Database, workspace_id: WorkspaceId, run: Run, now: datetime, how: Mapping[str, Any]) -> None:
    changes = {**how, "finished_at": now, "lease_until": None}
    with db.write(workspace_id) as conn:
        replace_run(conn, workspace_id, run.run_id, RunIs((RUNNING,), run.lease_owner), changes)


def _note_rate(db: Database, workspace_id: WorkspaceId, run: Run, found: Rehearsal, now: datetime) -> None:
    """The fuse takes its rate from it, where the rule or the draft still says what was rehearsed."""
    if run.what not in (RULE, DRAFT):
        return
    by = whole_workspace(workspace_id, run.asked_by)
    rehearsed: RuleSpec = read_spec(run.spec)
    try:
        draft = run.what == DRAFT
        record_rate(db, by, run.rule_key, found.rate, now, draft=draft, rehearsed=rehearsed)
    except NotFound:
        log.info("The draft of %s is gone since it was rehearsed", run.rule_key)
