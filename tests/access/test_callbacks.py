"""The Hub is told of new workspaces and members by real calls: late, once, and again when it fails."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from cockpit.access import callbacks, workspace_states
from cockpit.access.callbacks import FIRST_WAIT, FULL, LEASE, SYNC_MEMBERS, send_due
from cockpit.access.join import join_member
from cockpit.access.workspace_states import NewWorkspace
from cockpit.errors import Misconfigured
from cockpit.ingestion.start import RULES
from cockpit.model.hub_callback import HubCallback
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.callbacks import Callback, find_callback
from cockpit.storage.database import Database
from cockpit.storage.workspaces import get_workspace_by_id
from tests.access.servers import Server, send, serving

MINUTE = timedelta(minutes=1)
SECRET = "hub" * 12


class Assistant:
    """The other side: a real server that answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status, self.delay = 200, 0.0
        self.bodies: list[dict[str, str]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        allowed = handler.headers["authorization"] == f"Bearer {SECRET}"
        self.bodies.append(json.loads(body))
        self.meanwhile()
        time.sleep(self.delay)
        send(handler, b"x" * 100_000, self.status if allowed else 401)


@pytest.fixture
def assistant() -> Assistant:
    return Assistant()


@pytest.fixture
def server(assistant: Assistant) -> Iterator[Server]:
    with serving(assistant.answer) as running:
        yield running


@pytest.fixture
def hub(server: Server) -> HubCallback:
    return HubCallback(server.url("/internal/crm-hub-provision"), SECRET, seconds=5.0)


@pytest.fixture
def made(db: Database, now: datetime) -> WorkspaceId:
    """A workspace as provisioning makes it."""
    with db.write() as conn:
        workspace_id = workspace_states.begin(conn, NewWorkspace("acme", "Acme", "a@acme.com", "Ann"), now)
    workspace_states.finish(db, workspace_id, rules=RULES, now=now)
    return workspace_id


def join(db: Database, workspace_id: WorkspaceId, email: str, now: datetime) -> None:
    with db.write() as conn:
        workspace = get_workspace_by_id(conn, workspace_id)
        join_member(conn, workspace, email=email, name="", explicit=True, now=now)


def state(db: Database, workspace_id: WorkspaceId, action: str = FULL) -> Callback:
    with db.read() as conn:
        found = find_callback(conn, workspace_id, action)
    assert found
    return found


def test_a_new_workspace_is_told_after_a_minute_and_once(
    db: Database, hub: HubCallback, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    assert send_due(db, hub, now + timedelta(seconds=59)) == 0
    assert send_due(db, hub, now + MINUTE) == 1
    assert assistant.bodies == [{"action": "full", "workspaceId": str(made), "subdomain": "acme"}]
    assert (state(db, made).done_at, state(db, made).error) == (now + MINUTE, None)
    assert send_due(db, hub, now + timedelta(days=1)) == 0


def test_members_are_told_together(
    db: Database, hub: HubCallback, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    for number in range(3):
        join(db, made, f"{number}@acme.com", now + number * timedelta(seconds=10))
    join(db, made, "0@acme.com", now)  # a member already
    assert send_due(db, hub, now + timedelta(seconds=30)) == 1
    join(db, made, "late@acme.com", now + MINUTE)
    assert send_due(db, hub, now + timedelta(seconds=89)) == 1, "the workspace itself"
    assert send_due(db, hub, now + timedelta(seconds=90)) == 1
    assert [body["action"] for body in assistant.bodies] == [SYNC_MEMBERS, FULL, SYNC_MEMBERS]


def test_no_call_about_a_workspace_that_is_not_ready(db: Database, hub: HubCallback, now: datetime) -> None:
    with db.write() as conn:
        workspace_id = workspace_states.begin(conn, NewWorkspace("bolt", "Bolt", "b@bolt.com", ""), now)
    assert send_due(db, hub, now + MINUTE) == 0
    workspace_states.finish(db, workspace_id, rules=RULES, now=now)
    assert send_due(db, hub, now + MINUTE) == 1


def test_nothing_is_asked_for_when_the_workspace_is_not_made(db: Database, hub: HubCallback, now: datetime) -> None:
    with db.write() as conn:
        workspace_states.begin(conn, NewWorkspace("bolt", "Bolt", "b@bolt.com", ""), now)
        conn.rollback()
    assert send_due(db, hub, now + MINUTE) == 0


def test_a_refusal_is_tried_again_three_times(
    db: Database, hub: HubCallback, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    at = now + MINUTE
    for attempt, status in enumerate((500, 401, 302, 404), start=1):
        assistant.status = status
        assert send_due(db, hub, at) == 1
        assert (state(db, made).attempts, state(db, made).error) == (attempt, f"The Hub answered {status}.")
        assert send_due(db, hub, at) == 0
        at += FIRST_WAIT * 2 ** (attempt - 1)
    assert len(assistant.bodies) == 4
    assert state(db, made).done_at
    assert send_due(db, hub, at + timedelta(days=1)) == 0


def test_it_works_the_second_time(
    db: Database, hub: HubCallback, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    assistant.status = 503
    send_due(db, hub, now + MINUTE)
    assistant.status = 204
    assert send_due(db, hub, now + MINUTE + FIRST_WAIT) == 1
    assert (state(db, made).error, len(assistant.bodies)) == (None, 2)


def test_nobody_answers(db: Database, made: WorkspaceId, now: datetime) -> None:
    with serving(lambda *_: None) as gone:
        pass
    assert send_due(db, HubCallback(gone.url(), SECRET), now + MINUTE) == 1
    assert (state(db, made).error, state(db, made).done_at) == ("The Hub did not answer.", None)


def test_a_slow_answer_is_not_waited_for(
    db: Database, server: Server, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    assistant.delay = 1.0
    started = time.monotonic()
    assert send_due(db, HubCallback(server.url(), SECRET, seconds=0.3), now + MINUTE) == 1
    assert time.monotonic() - started < 0.9
    assert state(db, made).error == "The Hub did not answer."


def test_who_comes_while_it_is_told_is_told_afterwards(
    db: Database, hub: HubCallback, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    send_due(db, hub, now + MINUTE)
    join(db, made, "b@acme.com", now)
    later = now + timedelta(minutes=2)
    assistant.meanwhile = lambda: join(db, made, "c@acme.com", later)
    assert send_due(db, hub, later) == 1
    assistant.meanwhile = lambda: None
    assert state(db, made, SYNC_MEMBERS).done_at is None
    assert send_due(db, hub, later + timedelta(seconds=30)) == 1
    assert state(db, made, SYNC_MEMBERS).done_at


def test_a_caller_that_dies_is_followed_by_another(
    db: Database, hub: HubCallback, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    at = now + MINUTE
    with db.write() as conn:
        [waiting] = callbacks.stored.list_due_callbacks(conn, at, limit=9)
        assert callbacks.stored.replace_callback_taken(conn, waiting, due_at=at + LEASE), "and then it is gone"
        assert callbacks.stored.replace_callback_taken(conn, waiting, due_at=at + LEASE) is None, "nobody else has it"
    assert send_due(db, hub, at) == 0
    assert send_due(db, hub, at + LEASE) == 1
    assert state(db, made).done_at


def test_switched_off_it_calls_for_nothing_old(
    db: Database, hub: HubCallback, assistant: Assistant, made: WorkspaceId, now: datetime
) -> None:
    assert send_due(db, None, now + MINUTE) == 0
    assert send_due(db, hub, now + timedelta(days=1)) == 0
    assert assistant.bodies == []


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("", SECRET),
        ("hub:8010", SECRET),
        ("ftp://hub/", SECRET),
        ("http://hub:x/", SECRET),
        ("http://hub/", ""),
        ("http://hub/", "a b"),
    ],
)
def test_half_a_setting_is_refused(url: str, secret: str) -> None:
    given = {"hub_provision_callback_url": url, "hub_provision_callback_secret": secret}
    assert Settings(**given).hub_callback is None
    with pytest.raises(Misconfigured, match="AVENTORA_HUB_PROVISION_CALLBACK"):
        Settings(hub_auto_provision_enabled=True, **given)
