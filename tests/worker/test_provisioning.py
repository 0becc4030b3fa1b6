"""The worker finishes workspaces, calls the Hub, fetches pictures and forgets old answers, each in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cockpit.access import workspace_states
from cockpit.access.avatar_queue import AvatarQueue
from cockpit.access.workspace_states import LEASE, NewWorkspace
from cockpit.bootstrap import Cockpit
from cockpit.model.ids import WorkspaceId
from cockpit.network.reach import Reach
from cockpit.settings import Settings
from cockpit.storage import idempotency
from cockpit.storage.callbacks import find_callback
from cockpit.storage.members import list_members
from cockpit.storage.workspaces import get_workspace_by_id
from cockpit.worker import cleaning, provisioning
from cockpit.worker.workers import Workers
from tests.access.pictures import photo
from tests.access.servers import send, serving

ACME = NewWorkspace("acme", "Acme", "a@acme.com", "Ann")
PATIENCE = 60


def begun(cockpit: Cockpit, now: datetime) -> WorkspaceId:
    """A workspace whose maker is gone."""
    with cockpit.db.write() as conn:
        return workspace_states.begin(conn, ACME, now)


def status(cockpit: Cockpit, workspace_id: WorkspaceId) -> str:
    with cockpit.db.read() as conn:
        return get_workspace_by_id(conn, workspace_id).status


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_workspace_that_was_left_is_finished(cockpit: Cockpit, now: datetime) -> None:
    workspace_id = begun(cockpit, now)
    assert provisioning.resume_due(cockpit, now) == 0
    assert provisioning.resume_due(cockpit, now + LEASE) == 1
    assert status(cockpit, workspace_id) == "ready"


def test_old_answers_are_forgotten_piece_by_piece(
    cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId, now: datetime
) -> None:
    old = now - cleaning.KEPT - timedelta(seconds=1)
    with cockpit.db.write() as conn:
        for here in (workspace, other_workspace):
            idempotency.insert_claims(conn, here, {f"old-{number}": "d" for number in range(7)}, now=old)
            idempotency.insert_claims(conn, here, {"new": "d"}, now=now)
    with cockpit.db.write() as conn:
        assert idempotency.delete_old_answers(conn, workspace, before=now, limit=3) == 3
    assert cleaning.forget_old(cockpit, now) == 4 + 7
    with cockpit.db.read() as conn:
        assert idempotency.find_answered(conn, workspace, "new")
        assert idempotency.find_answered(conn, other_workspace, "old-1") is None


def test_the_threads_do_it_by_themselves(cockpit: Cockpit, database_url: str) -> None:
    workspace_id = begun(cockpit, datetime.now(UTC) - timedelta(hours=1))
    with serving(lambda handler, _: send(handler, photo())) as server:
        chosen = Settings(
            database_url=database_url,
            hub_auto_provision_enabled=True,
            hub_provision_callback_url=server.url("/call"),
            hub_provision_callback_secret="s" * 40,
        )
        ours = Cockpit(cockpit.db, chosen)
        avatars = AvatarQueue(lambda: ours, Reach(named=frozenset({("127.0.0.1", server.port)})))
        workers = Workers(ours, avatars)
        workers.start()
        try:
            avatars.want(user_of(cockpit, workspace_id), server.url("/face.png"), datetime.now(UTC))
            wait_until(lambda: status(cockpit, workspace_id) == "ready")
            wait_until(lambda: called(cockpit, workspace_id))
            wait_until(lambda: picture(cockpit, workspace_id))
            assert workers.is_alive
        finally:
            workers.stop()
    assert not workers.is_alive
    assert (server.count("/call"), server.count("/face.png")) == (1, 1)


def user_of(cockpit: Cockpit, workspace_id: WorkspaceId) -> UUID:
    with cockpit.db.read() as conn:
        [one] = list_members(conn, workspace_id)
    assert one.user_id
    return one.user_id


def called(cockpit: Cockpit, workspace_id: WorkspaceId) -> bool:
    with cockpit.db.read() as conn:
        found = find_callback(conn, workspace_id, "full")
    return found is not None and found.done_at is not None


def picture(cockpit: Cockpit, workspace_id: WorkspaceId) -> str | None:
    with cockpit.db.read() as conn:
        [one] = list_members(conn, workspace_id)
    return one.avatar_digest
