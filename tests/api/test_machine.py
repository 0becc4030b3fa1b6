"""What programs send with a key, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from cockpit.access import api_keys
from cockpit.api.application import add_routes
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer, whole_workspace
from cockpit.storage.people import count_people
from cockpit.storage.signals import count_signals
from tests.api.mirror import HOST, TestClient, settings

SIGNALS = "/rest/sales-intelligence/signals"
SUMMARY = "/rest/sales-intelligence/cockpit-summary"
PERSON = "/rest/sales-intelligence/person-intelligence"
BODY = Path("tests/api/rest_people_create_request.json")
Program = Callable[..., TestClient]


@pytest.fixture
def program(cockpit: Cockpit, workspace: WorkspaceId) -> Iterator[Program]:
    """Make a client with a key of the workspace."""
    apps: list[FastAPI] = []

    def make(scopes: Sequence[str] = tuple(api_keys.SCOPES), key: str | None = None, **values: object) -> TestClient:
        app = FastAPI(openapi_url=None)
        add_routes(app, Sessions(settings(**values)), lambda: cockpit, worker_runs=lambda: True)
        apps.append(app)
        if key is None:
            with cockpit.db.write() as conn:
                viewer = whole_workspace(workspace)
                key = api_keys.create(conn, viewer, name="crm", scopes=scopes, now=datetime.now(UTC)).text
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return TestClient(
            app, base_url=HOST, headers=headers, client=("127.0.0.1", 50000), raise_server_exceptions=False
        )

    yield make
    for app in apps:
        app.state.signals.close()


def call(event: str = "e1", **changes: object) -> dict[str, Any]:
    instant = (datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(hours=1)).isoformat()
    return {"type": "MISSED_CALL", "occurredAt": instant, "sourceEventId": event, "externalId": "x1", **changes}


def refused(answer: Any, status: int) -> str:
    body = answer.json()
    assert (answer.status_code, body["statusCode"], set(body) - {"data"}) == (
        status,
        status,
        {"statusCode", "error", "messages"},
    )
    return str(body["messages"][0])


def test_one_signal_is_created_repeated_refused_and_on_its_panel(program: Program) -> None:
    client = program()
    signal = call()
    first = client.post(SIGNALS, json=signal)
    assert (first.status_code, first.json()["data"]["createSignal"]["status"]) == (201, "accepted")
    again = client.post(SIGNALS, json=signal)
    assert (again.status_code, again.json()["data"]["createSignal"]["status"]) == (200, "duplicate")
    other = client.post(SIGNALS, json=signal | {"value": 7})
    assert "is taken by another body" in refused(other, 409)
    assert set(other.json()["data"]["createSignal"]) >= {"digest", "storedDigest"}
    panels = client.get(SUMMARY, params={"panels": "follow_up_required,hot_leads"}).json()
    found = panels["data"]["cockpitSummary"]["panels"]
    assert [row["external_id"] for row in found["follow_up_required"]] == ["x1"]
    person = client.get(f"{PERSON}/x1").json()["data"]["personIntelligence"]["person"]
    assert person["row"]["external_id"] == "x1"
    assert len(person["timeline"]) == 1


def test_batch_is_answered_per_item(program: Program) -> None:
    client = program()
    batch = [call("a"), call("b", type=None), call("c", externalId=None, email="nobody at all"), call("a"), "text"]
    answer = client.post(SIGNALS, json={"signals": batch})
    statuses = [item["status"] for item in answer.json()["data"]["createSignals"]]
    assert (answer.status_code, statuses) == (200, ["accepted", "rejected", "unmatched", "duplicate", "rejected"])
    assert answer.json()["tally"] == {"accepted": 1, "duplicate": 1, "rejected": 2, "unmatched": 1}


def test_idempotency_key_gives_the_same_answer_once(program: Program, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    client = program()
    body = [call("a", sourceEventId=None), call("b")]
    headers = {"idempotency-key": "k-1"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post(SIGNALS, json=body, headers=headers), range(16)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert [item["status"] for item in answers[0].json()["data"]["createSignals"]] == ["accepted", "accepted"]
    assert "Idempotency-Key" in refused(client.post(SIGNALS, json=[call("c")], headers=headers), 409)
    assert "visible ASCII" in refused(client.post(SIGNALS, json=body, headers={"idempotency-key": "a b"}), 400)
    with cockpit.db.read() as conn:
        assert count_signals(conn, workspace) == 2


def test_people_are_created_in_the_envelope_of_twenty(
    program: Program, cockpit: Cockpit, workspace: WorkspaceId
) -> None:
    client = program()
    body = json.loads(BODY.read_text())
    headers = {"idempotency-key": "p-1"}
    first = client.post("/rest/people", json=body, headers=headers)
    assert first.status_code == 201
    made = first.json()["data"]["createPerson"]
    assert made["name"] == body["name"]
    assert made["emails"] == body["emails"]
    assert made["phones"]["primaryPhoneNumber"] == "5551234567"
    assert client.post("/rest/people", json=body, headers=headers).json() == first.json()
    assert "duplicate entry" in refused(client.post("/rest/people", json=body), 400)
    filled = client.post("/rest/people?upsert=true", json=body | {"jobTitle": "Owner"})
    assert filled.json()["data"]["createPerson"]["id"] == made["id"]
    own = {"id": "20202020-b305-41e7-8c72-ba44072a4c58", "name": {"firstName": "Kim"}}
    assert client.post("/rest/people", json=own).json()["data"]["createPerson"]["id"] == own["id"]
    assert "duplicate entry" in refused(client.post("/rest/people", json=own), 400)
    assert client.post("/rest/people", json={"name": {"firstName": "Only"}}).status_code == 201
    for extra in ("workspaceId", "role", "score", "createdBy", "doNotContact", "ownerId"):
        assert extra in refused(client.post("/rest/people", json=body | {extra: 1}), 422)
    with cockpit.db.read() as conn:
        assert count_people(conn, workspace) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"type": NaN}',
        b'{"value": Infinity}',
        b'{"value": -Infinity}',
        b'{"value": 1e999}',
        b'{"type": "A", "type": "B"}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"value": ' + b"9" * 5_000 + b"}",
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"type": "A\\u0000B", "occurredAt": "2026-01-01T00:00:00Z", "externalId": "x"}',
        b'{"name": {"firstName": "A\\u0000"}, "emails": {"primaryEmail": "a@b.example"}}',
        b"null",
        b"3",
        b"[]",
        b'"text"',
        b'{"signals": 3}',
    ],
)
@pytest.mark.parametrize("engine_name", ["duckdb"], indirect=True)
def test_bodies_nobody_should_send_are_refused_with_a_sentence(program: Program, body: bytes) -> None:
    client = program()
    for path in (SIGNALS, "/rest/people"):
        answer = client.post(path, content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500
        assert refused(answer, answer.status_code)


@pytest.mark.parametrize("engine_name", ["duckdb"], indirect=True)
def test_bodies_are_bounded_by_what_comes(program: Program) -> None:
    client = program()

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    answer = client.post(SIGNALS, content=endless(), headers={"content-type": "application/json"})
    assert "1 MiB" in refused(answer, 413)
    assert "1,000 are allowed" in refused(client.post(SIGNALS, json=[{}] * 1_001), 413)
    assert "application/json" in refused(client.post(SIGNALS, content=b"{}"), 415)
    zipped = {"content-type": "application/json", "content-encoding": "gzip"}
    assert "not compressed" in refused(client.post(SIGNALS, content=b"{}", headers=zipped), 415)


@pytest.mark.parametrize("engine_name", ["duckdb"], indirect=True)
def test_keys_open_what_they_name_and_nothing_else(
    program: Program, cockpit: Cockpit, workspace: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    assert refused(program(key="").post(SIGNALS, json=call()), 403) == "Missing authentication token"
    forged = f"ck_{workspace.hex}_{'A' * 43}"
    assert refused(program(key=forged).post(SIGNALS, json=call()), 401) == "Token invalid."
    reader = program([api_keys.READ])
    assert "signals:write" in refused(reader.post(SIGNALS, json=call()), 403)
    assert "people:write" in refused(reader.post("/rest/people", json={}), 403)
    assert "cockpit:read" in refused(program([api_keys.SIGNALS]).get(SUMMARY), 403)
    program().post(SIGNALS, json=call())
    with cockpit.db.write() as conn:
        theirs = api_keys.create(
            conn, whole_workspace(other_workspace), name="o", scopes=[api_keys.READ], now=datetime.now(UTC)
        )
    assert "no person" in refused(program(key=theirs.text).get(f"{PERSON}/x1"), 404)


@pytest.mark.parametrize("engine_name", ["duckdb"], indirect=True)
def test_a_key_is_unknown_at_the_host_of_another_workspace(
    program: Program, workspace: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    known, wrong = program(), program(key=f"ck_{other_workspace.hex}_{'x' * 43}")
    for host, status in (("north.localhost:8501", 200), ("localhost:8501", 200), ("127.0.0.1:8501", 200)):
        assert known.get(SUMMARY, headers={"host": host}).status_code == status
    for host in ("south.localhost:8501", "nowhere.localhost:8501", "SOUTH.localhost"):
        there, unknown = (client.get(SUMMARY, headers={"host": host}) for client in (known, wrong))
        assert (there.status_code, there.content) == (unknown.status_code, unknown.content) == (401, unknown.content)
    named = program(base_domain="crm.example.com")
    assert named.get(SUMMARY, headers={"host": "north.crm.example.com"}).status_code == 200
    assert named.get(SUMMARY, headers={"host": "south.crm.example.com"}).status_code == 401


def test_a_revoked_key_is_refused(
    program: Program, cockpit: Cockpit, workspace: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.api.machine.KEPT_SECONDS", 0.0)
    admin = whole_workspace(workspace)
    with cockpit.db.write() as conn:
        key = api_keys.create(conn, admin, name="k", scopes=[api_keys.READ], now=datetime.now(UTC))
    client = program(key=key.text)
    assert client.get(SUMMARY, params={"limit": 1}).status_code == 200
    with cockpit.db.write() as conn:
        api_keys.revoke(conn, admin, key.key_id, now=datetime.now(UTC))
    assert refused(client.get(SUMMARY), 401) == "Token invalid."


def test_members_make_no_keys(cockpit: Cockpit, workspace: WorkspaceId, now: datetime) -> None:
    member = Viewer(workspace, None, Role.MEMBER)
    with cockpit.db.write() as conn, pytest.raises(Exception, match="does not allow"):
        api_keys.create(conn, member, name="k", scopes=[api_keys.READ], now=now)


@pytest.mark.parametrize("engine_name", ["duckdb"], indirect=True)
def test_who_asks_too_often_waits(program: Program) -> None:
    client = program(rate_limit="3/minute")
    answers = [client.get(f"{PERSON}/nobody") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    guesser = program(key="ck_nothing")
    tries = [guesser.get(SUMMARY).status_code for _ in range(21)]
    assert tries == [401] * 20 + [429]


@pytest.mark.parametrize("engine_name", ["duckdb"], indirect=True)
def test_reads_refuse_what_cannot_be_asked(program: Program) -> None:
    client = program()
    for params, word in (
        ({"limit": "0"}, "limit"),
        ({"limit": "9" * 5_000}, "limit"),
        ({"asOf": "yesterday"}, "no instant"),
        ({"asOf": "2999-01-01T00:00:00Z"}, "between"),
    ):
        assert word in refused(client.get(SUMMARY, params=params), 422)
    assert "no panel" in refused(client.get(SUMMARY, params={"panels": "nope"}), 404)
    assert refused(client.get(f"{PERSON}/%00"), 404)


@pytest.mark.parametrize("engine_name", ["duckdb"], indirect=True)
def test_the_description_names_every_route(program: Program) -> None:
    described = program().get("/openapi.json").json()
    actions = ("start-engagement", "executions/{execution_id}", "email-templates")
    assert set(described["paths"]) == {
        *(SIGNALS, "/rest/people", SUMMARY, f"{PERSON}/{{person}}"),
        *(f"/rest/aventora/{name}" for name in actions),
    }
    assert described["security"] == [{"key": []}]
