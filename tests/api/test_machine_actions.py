"""`POST /rest/aventora/start-engagement` on both engines, up to a fake Hub and back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from fastapi import FastAPI

from cockpit.access import api_keys
from cockpit.api.application import add_routes
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.hub.connection import HubConnection
from cockpit.hub.fake.server import PATHS, Server
from cockpit.hub.fake.webhooks import Target
from cockpit.hub.wiring import find_connection
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.storage.database import Connection
from cockpit.storage.engagements import find_engagement
from cockpit.storage.signals import count_signals
from cockpit.worker.dispatch import Dispatcher
from tests.api.mirror import HOST, TestClient, settings
from tests.automation.ground import prepare
from tests.hub.asked import fake_hub

START = "/rest/aventora/start-engagement"
SECRET = "static-secret-of-north"  # noqa: S105 - of a test
Program = Callable[..., TestClient]


@pytest.fixture
def hub() -> Iterator[Server]:
    with fake_hub(created_after=0.0) as server:
        yield server


@pytest.fixture
def program(cockpit: Cockpit, workspace: WorkspaceId) -> Iterator[Program]:
    apps: list[FastAPI] = []

    def make(scopes: Sequence[str] = tuple(api_keys.SCOPES), **values: object) -> TestClient:
        app = FastAPI(openapi_url=None)
        add_routes(app, Sessions(settings(**values)), lambda: cockpit, worker_runs=lambda: True)
        apps.append(app)
        with cockpit.db.write(workspace) as conn:
            viewer = whole_workspace(workspace)
            key = api_keys.create(conn, viewer, name="crm", scopes=scopes, now=datetime.now(UTC)).text
        headers = {"authorization": f"Bearer {key}"}
        return TestClient(
            app, base_url=HOST, headers=headers, client=("127.0.0.1", 50000), raise_server_exceptions=False
        )

    yield make
    for app in apps:
        app.state.signals.close()


@pytest.fixture(autouse=True)
def noon(now: datetime) -> Iterator[None]:
    """A weekday on which one may call Paris: quiet hours are real here."""
    with time_machine.travel(now, tick=True):
        yield


@pytest.fixture
def ana(cockpit: Cockpit, workspace: WorkspaceId, hub: Server, now: datetime) -> UUID:
    """Somebody who may be called, in a workspace with a Hub and mappings."""
    return prepare(cockpit.db, workspace, now, hub=hub.url, paths=PATHS, webhook_secret=SECRET)[0]


def body(person_id: UUID, **changes: Any) -> dict[str, Any]:
    return {"personId": str(person_id), "cockpitActionType": "CALL_LEAD", **changes}


class Later:
    """A clock behind the undo window."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=11)


def carry_out(cockpit: Cockpit) -> None:
    """Let a worker do what is due."""

    def reach(conn: Connection, workspace_id: WorkspaceId) -> HubConnection | None:
        return find_connection(conn, workspace_id, cockpit.settings)

    worker = Dispatcher(cockpit.db, reach, Later())
    worker.round()
    while worker.busy:
        time.sleep(0.01)
    worker.stop()


def test_one_call_is_placed_and_its_outcome_comes_back(
    program: Program, cockpit: Cockpit, workspace: WorkspaceId, ana: UUID, hub: Server
) -> None:
    site = program()
    asked = site.post(START, json=body(ana))
    told = asked.json()["data"]["startEngagement"]
    assert (asked.status_code, told["state"], told["hubType"]) == (202, "RESERVED", "conversational")
    assert hub.hub.requests == 0
    carry_out(cockpit)
    taken = hub.hub.engagements.list()
    assert [(one.request["type"], one.reference) for one in taken] == [("conversational", told["executionId"])]
    seen = site.get(f"/rest/aventora/executions/{told['executionId']}").json()["data"]["execution"]
    assert (seen["state"], seen["engagementId"]) == ("ACCEPTED", taken[0].engagement_id)
    ended = hub.hub.engagements.change(taken[0].engagement_id, "completed", "answered", datetime.now(UTC))
    assert ended is not None
    event = json.dumps(ended.event("engagement.updated", datetime.now(UTC))).encode()
    for _ in range(3):
        proof = Target(secret=SECRET).headers(event, datetime.now(UTC))
        assert site.post("/rest/aventora/webhook", content=event, headers=proof).status_code == 200
    seen = site.get(f"/rest/aventora/executions/{told['executionId']}").json()["data"]["execution"]
    assert (seen["state"], seen["outcome"]) == ("COMPLETED", "talked")
    with cockpit.db.read(workspace) as conn:
        assert count_signals(conn, workspace) == 1
        known = find_engagement(conn, workspace, taken[0].engagement_id)
    assert known is not None
    assert (known.person_id, str(known.attempt_id), known.signals) == (ana, told["executionId"], ("CALL_COMPLETED",))


def test_what_nobody_knew_is_settled_by_the_webhook(program: Program, cockpit: Cockpit, ana: UUID, hub: Server) -> None:
    site = program()
    hub.hub.faults.set({}, ["reset_after"])
    told = site.post(START, json=body(ana)).json()["data"]["startEngagement"]
    carry_out(cockpit)
    where = f"/rest/aventora/executions/{told['executionId']}"
    assert site.get(where).json()["data"]["execution"]["state"] == "UNKNOWN"
    event = json.dumps(hub.hub.engagements.list()[0].event("engagement.created", datetime.now(UTC))).encode()
    proof = Target(secret=SECRET).headers(event, datetime.now(UTC))
    assert site.post("/rest/aventora/webhook", content=event, headers=proof).status_code == 200
    assert site.get(where).json()["data"]["execution"]["state"] == "ACCEPTED"
    assert site.post(START, json=body(ana)).status_code == 409, "it fills its window"


def test_the_same_key_asks_once_and_another_body_is_refused(program: Program, ana: UUID) -> None:
    site, key = program(), {"idempotency-key": "order-1"}
    first = site.post(START, json=body(ana), headers=key).json()
    assert site.post(START, json=body(ana), headers=key).json() == first
    assert site.post(START, json=body(ana, cockpitActionType="SAY_HELLO"), headers=key).status_code == 409


def test_a_missing_mapping_blocks_and_names_it(program: Program, ana: UUID, hub: Server) -> None:
    answer = program().post(START, json=body(ana, cockpitActionType="ESCALATE_TO_SALES"))
    assert answer.status_code == 409
    assert "No mapping says how the Hub carries out ESCALATE_TO_SALES" in answer.json()["messages"][0]
    assert answer.json()["data"]["startEngagement"]["state"] == "BLOCKED"
    assert hub.hub.requests == 0


def test_an_execution_is_taken_back_while_it_has_not_left(
    program: Program, cockpit: Cockpit, ana: UUID, hub: Server
) -> None:
    site = program()
    told = site.post(START, json=body(ana)).json()["data"]["startEngagement"]
    where = f"/rest/aventora/executions/{told['executionId']}"
    assert site.delete(where).json()["data"]["execution"]["state"] == "CANCELLED"
    assert site.delete(where).status_code == 409
    carry_out(cockpit)
    assert hub.hub.requests == 0


def test_who_may_and_what_is_no_request(program: Program, ana: UUID, hub: Server) -> None:
    usual = program(api_keys.USUAL)
    assert "actions:execute" in usual.post(START, json=body(ana)).json()["messages"][0]
    assert usual.get(f"/rest/aventora/executions/{uuid4()}").status_code == 404
    assert usual.get("/rest/aventora/executions/x").status_code == 404
    assert [one["id"] for one in usual.get("/rest/aventora/email-templates").json()["templates"]] == [
        "plain",
        "newsletter",
    ]
    site = program()
    assert site.post(START, json=body(uuid4())).status_code == 404
    for wrong in (
        {},
        [],
        body(ana, channel="fax"),
        body(ana, cockpitActionType="call"),
        body(ana, hubType="x"),
        body("x"),
    ):
        assert site.post(START, json=wrong).status_code == 422
    assert hub.hub.requests == 0
