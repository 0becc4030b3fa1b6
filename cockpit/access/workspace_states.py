"""A workspace is made in steps, each a short transaction of its own; whoever finds one unfinished goes on with it.

begin(conn, wanted, now) -> WorkspaceId                     raises Unfinished when somebody else has begun it
finish(db, workspace_id, *, rules, now, mine=False) -> Workspace       ready, or as far as it came
settled(db, work, *, rules, now)                            `work(conn)`, after what it meets unfinished is finished
resume_due(db, *, rules, now) -> int                        what the worker does; how many it took up
retry(db, workspace_id, *, rules, now) -> Workspace         after it has failed

pending -> ready | failed. The steps, each safe to do twice:
    workspace   its row, its administrator and the call to the Hub: at once, as a user has one workspace only
    preset      the automation rules, as drafts; the industry preset, where one is asked for
    ready       all of it is there: the workspace opens
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cockpit.access import callbacks
from cockpit.access.unfinished import Unfinished
from cockpit.errors import CockpitError, Conflict
from cockpit.model.ids import WorkspaceId, workspace_id_of
from cockpit.model.subdomains import check_subdomain
from cockpit.presets.applier import apply
from cockpit.storage import workspace_states as stored
from cockpit.storage.database import Connection, Database
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.rules import Rule, insert_missing_rules, list_rules
from cockpit.storage.workspace_states import FAILED, PENDING
from cockpit.storage.workspaces import Workspace, get_workspace_by_id

LEASE = timedelta(seconds=20)  # an attempt that takes longer is taken for dead
FIRST_WAIT = timedelta(seconds=5)  # doubled after every attempt
LONGEST_WAIT = timedelta(minutes=10)
MOST_ATTEMPTS = 8
AT_ONCE = 20
ROUNDS = 3
BUG = "An error in the program; the log of the server has it."
DIED = "Every attempt ended without saying why."

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """What a workspace begins with."""

    subdomain: str
    name: str
    admin_email: str
    admin_name: str
    is_demo: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


def begin(conn: Connection, wanted: NewWorkspace, now: datetime) -> WorkspaceId:
    """Do the first step, inside the transaction in which the caller has made sure that the user is free to have it.

    Raises:
        BadRequest: no workspace may be called that.
        Unfinished: somebody else was faster.
    """
    workspace_id = stored.insert_pending_workspace(
        conn,
        subdomain=check_subdomain(wanted.subdomain),
        name=wanted.name,
        now=now,
        is_demo=wanted.is_demo,
        settings=wanted.settings,
        step="workspace",
        retry_at=now + LEASE,
    )
    if workspace_id is None:
        raise Unfinished(workspace_id_of(wanted.subdomain))
    name = wanted.admin_name or wanted.admin_email
    upsert_member(conn, workspace_id, email=wanted.admin_email, name=name, role="admin", now=now)
    callbacks.enqueue(conn, workspace_id, callbacks.FULL, now)
    return workspace_id


def finish(
    db: Database, workspace_id: WorkspaceId, *, rules: Sequence[Rule], now: datetime, mine: bool = False
) -> Workspace:
    """Do the steps that are left; what stops them is logged, and written down when the attempt is the caller's own."""
    with db.read(workspace_id) as conn:
        workspace = get_workspace_by_id(conn, workspace_id)
    try:
        while workspace.status == PENDING:
            workspace = _advance(db, workspace_id, rules, now)
    except Exception as error:  # whatever it is, the caller of the interface is answered and the worker tries again
        log.exception("workspace %s stopped after step %s", workspace_id, workspace.provisioning_step)
        if mine:
            with suppress(CockpitError):
                return _set_back(db, workspace_id, error.message if isinstance(error, CockpitError) else BUG, now)
    return workspace


def settled(db: Database, work: Callable[[Connection], Answer], *, rules: Sequence[Rule], now: datetime) -> Answer:
    """Do something in one transaction; when it meets a workspace that is not finished, finish that and begin anew.

    Raises:
        Unfinished: it cannot be finished now.
    """
    for round_ in range(1, ROUNDS + 1):
        try:
            # all workspaces: a user is looked for in each of them
            with db.write() as conn:
                return work(conn)
        except Unfinished as met:
            if round_ == ROUNDS:
                raise
            finish(db, met.workspace_id, rules=rules, now=now)
    raise AssertionError  # the last round returns or raises


def resume_due(db: Database, *, rules: Sequence[Rule], now: datetime) -> int:
    """Take up the workspaces whose next attempt is due; answers how many."""
    # all workspaces: whichever is not finished
    with db.read() as conn:
        due = stored.list_unfinished(conn, now, limit=AT_ONCE)
    taken = [workspace_id for workspace_id in due if _take(db, workspace_id, now)]
    for workspace_id in taken:
        finish(db, workspace_id, rules=rules, now=now, mine=True)
    return len(taken)


def retry(db: Database, workspace_id: WorkspaceId, *, rules: Sequence[Rule], now: datetime) -> Workspace:
    """Begin the attempts anew, because somebody asks for it; one that is ready stays so."""
    with db.write(workspace_id) as conn:
        if stored.get_locked_workspace(conn, workspace_id).status == FAILED:
            stored.replace_attempt(conn, workspace_id, attempts=1, retry_at=now + LEASE)
    return finish(db, workspace_id, rules=rules, now=now, mine=True)


def wait_after(attempts: int) -> timedelta:
    """How long after this many attempts the next one waits."""
    return min(FIRST_WAIT * (1 << (attempts - 1)), LONGEST_WAIT)


def _advance(db: Database, workspace_id: WorkspaceId, rules: Sequence[Rule], now: datetime) -> Workspace:
    """Do the next step, while nobody else can."""
    with db.write(workspace_id) as conn:
        workspace = stored.get_locked_workspace(conn, workspace_id)
        if workspace.status != PENDING:
            return workspace
        if workspace.provisioning_step == "preset":
            _check(conn, workspace_id, rules)
            stored.replace_ready(conn, workspace_id, "ready")
        else:
            insert_missing_rules(conn, workspace_id, rules, now=now)
            if preset := workspace.settings.get("industry_preset"):
                apply(conn, workspace_id, preset, workspace.settings.get("industry_profile"), now)
            stored.replace_step(conn, workspace_id, "preset")
        return get_workspace_by_id(conn, workspace_id)


def _check(conn: Connection, workspace_id: WorkspaceId, rules: Sequence[Rule]) -> None:
    """See that nothing is missing before anybody comes in."""
    if not any(one.role in ("admin", "owner") for one in list_members(conn, workspace_id)):
        raise Conflict("The workspace has no administrator.")
    missing = {one.rule_key for one in rules} - {one.rule_key for one in list_rules(conn, workspace_id)}
    if missing:
        raise Conflict(f"The workspace lacks its rules {', '.join(sorted(missing))}.")


def _take(db: Database, workspace_id: WorkspaceId, now: datetime) -> bool:
    """Begin an attempt, which nobody else then does; a workspace that has had all of them has failed."""
    with db.write(workspace_id) as conn:
        workspace = stored.get_locked_workspace(conn, workspace_id)
        due = workspace.provisioning_retry_at is None or workspace.provisioning_retry_at <= now
        if workspace.status != PENDING or not due:
            return False
        if workspace.provisioning_attempts >= MOST_ATTEMPTS:
            stored.replace_setback(conn, workspace_id, error=workspace.provisioning_error or DIED, retry_at=None)
            return False
        attempts = workspace.provisioning_attempts + 1
        stored.replace_attempt(conn, workspace_id, attempts=attempts, retry_at=now + LEASE)
    return True


def _set_back(db: Database, workspace_id: WorkspaceId, error: str, now: datetime) -> Workspace:
    with db.write(workspace_id) as conn:
        workspace = stored.get_locked_workspace(conn, workspace_id)
        if workspace.status == PENDING:
            attempts = workspace.provisioning_attempts
            retry_at = None if attempts >= MOST_ATTEMPTS else now + wait_after(attempts)
            stored.replace_setback(conn, workspace_id, error=error, retry_at=retry_at)
            stored.replace_step(conn, workspace_id, "workspace")  # what an earlier step left undone is done then
        return get_workspace_by_id(conn, workspace_id)
