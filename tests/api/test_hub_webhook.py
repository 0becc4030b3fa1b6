"""The Hub's webhooks over HTTP, on both engines: who may, once, and what becomes of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from cockpit.api.application import add_routes
from cockpit.api.hub_webhook import PATH
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.hub import signatures
from cockpit.hub.fake.webhooks import Target
from cockpit.hub.webhook_secrets import SIGNED, find_webhooks, forget_old_webhook_secret, renew_webhook_secret
from cockpit.hub.wiring import Wiring, Words, connect
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.engagements import find_engagement
from cockpit.storage.signals import count_signals
from tests.api.mirror import HOST, TestClient, settings

SECRET = "static-secret-of-north"  # noqa: S105 - of a test
Client = Callable[..., TestClient]


@pytest.fixture
def client(cockpit: Cockpit, workspace: WorkspaceId) -> Iterator[Client]:
    apps: list[FastAPI] = []

    def make(**values: object) -> TestClient:
        app = FastAPI(openapi_url=None)
        add_routes(app, Sessions(settings(**values)), lambda: cockpit, worker_runs=lambda: True)
        apps.append(app)
        return TestClient(
            app, base_url=HOST, client=("127.0.0.1", 50000), raise_server_exceptions=False, follow_redirects=False
        )

    yield make
    for app in apps:
        app.state.signals.close()


@pytest.fixture
def connected(cockpit: Cockpit, workspace: WorkspaceId) -> WorkspaceId:
    wire(cockpit, workspace, webhook_secret=SECRET)
    return workspace


def wire(cockpit: Cockpit, workspace_id: WorkspaceId, **said: Any) -> None:
    wiring = Wiring(base_url="https://hub.example.com", api_key="hub-key", domain_name="north", **said)
    with cockpit.db.write(workspace_id) as conn:
        connect(conn, workspace_id, cockpit.settings, wiring, datetime.now(UTC))


def told(cockpit: Cockpit, **changes: Any) -> dict[str, Any]:
    """An update, an hour ago."""
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    return {
        "event_type": "engagement.updated",
        "engagement_id": "eng_1",
        "status": "completed",
        "outcome": "no_answer",
        "summary": "Outcome: no_answer",
        "channel": "phone",
        "direction": "outbound",
        "contact_identifier": "+12125550101",
        "started_at": began.isoformat(),
        "completed_at": (began + timedelta(seconds=40)).isoformat(),
        "sent_at": (began + timedelta(seconds=41)).isoformat(),
        **changes,
    }


def send(client: TestClient, update: Any, target: Target | None = None, **headers: str) -> Any:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    proof = (target or Target(secret=SECRET)).headers(body, datetime.now(UTC))
    return client.post(PATH, content=body, headers={**proof, **headers})


def test_an_outcome_becomes_a_signal_of_the_person_once(
    client: Client, cockpit: Cockpit, connected: WorkspaceId
) -> None:
    person = known_person(cockpit, connected)
    site, update = client(), told(cockpit)
    first = send(site, update)
    assert (first.status_code, first.json()["data"]["signals"]) == (
        200,
        [{"type": "NO_ANSWER", "status": "accepted", "reason": None}],
    )
    again = [send(site, update) for _ in range(5)]
    assert {(one.status_code, one.json()["data"]["status"]) for one in again} == {(200, "duplicate")}
    later = told(cockpit, sent_at=datetime.now(UTC).isoformat(), summary="Outcome: no_answer.")
    assert send(site, later).json()["data"]["signals"] == []
    with cockpit.db.read(connected) as conn:
        known = find_engagement(conn, connected, "eng_1")
        assert count_signals(conn, connected) == 2
    assert known is not None
    assert (known.person_id, known.state, known.result, known.updates) == (None, "completed", "no_answer", 2)
    assert person


def known_person(cockpit: Cockpit, workspace_id: WorkspaceId) -> PersonId:
    signal = SignalIn("FORM_SUBMITTED", "2026-03-01T10:00:00Z", source_event_id="f", phone="+12125550101", name="Ana")
    answer = receive(cockpit, workspace_id, [signal], datetime(2026, 3, 2, tzinfo=UTC)).items[0]
    return PersonId(UUID(answer.person_id))


def test_everything_wrong_with_the_proof_is_answered_alike(
    client: Client, cockpit: Cockpit, connected: WorkspaceId, other_workspace: WorkspaceId
) -> None:
    site, update = client(), told(cockpit)
    north = f"{PATH}?workspace=north"
    body = json.dumps(update).encode()
    stale = Target(secret=signatures.new_secret(), signed=True).headers(body, datetime.now(UTC) - timedelta(hours=1))
    tried: list[tuple[str, dict[str, Any]]] = [
        (north, {}),
        (north, {signatures.STATIC_HEADER: ""}),
        (north, {signatures.STATIC_HEADER: SECRET[:-1]}),
        (north, {signatures.STATIC_HEADER: "sécret".encode()}),
        (north, stale),
        (f"{PATH}?workspace=south", {signatures.STATIC_HEADER: SECRET}),  # another workspace, which has no Hub
        (f"{PATH}?workspace=nowhere", {signatures.STATIC_HEADER: SECRET}),
        (PATH, {signatures.STATIC_HEADER: SECRET}),  # there are two workspaces: neither is meant
    ]
    answers = [
        site.post(path, content=body, headers={"content-type": "application/json", **headers})
        for path, headers in tried
    ]
    assert {(one.status_code, one.text) for one in answers} == {(401, answers[0].text)}
    with cockpit.db.read() as conn:
        assert find_engagement(conn, connected, "eng_1") is None
    assert send(site, b"{", Target(secret="x" * 20)).status_code == 401  # unproved bodies are not even read
    own_name = TestClient(site.app, base_url="http://north.localhost:8501", raise_server_exceptions=False)
    assert send(own_name, update).status_code == 200


def test_signed_webhooks_are_taken_once_by_their_id_and_end_the_plain_ones(
    client: Client, cockpit: Cockpit, connected: WorkspaceId
) -> None:
    now = datetime.now(UTC)
    with cockpit.db.write(connected) as conn:
        secret = renew_webhook_secret(conn, connected, cockpit.settings, now)
        assert len(find_webhooks(conn, connected, cockpit.settings).secrets) == 2
    site, update = client(), told(cockpit)
    assert send(site, told(cockpit, engagement_id="old")).status_code == 200  # the secret before still counts
    body = json.dumps(update).encode()
    headers = Target(secret=secret, signed=True).headers(body, now)
    answers = [site.post(PATH, content=body, headers=headers) for _ in range(3)]
    assert [(one.status_code, one.json()["data"]["status"]) for one in answers] == [
        (200, "accepted"),
        (200, "duplicate"),
        (200, "duplicate"),
    ]
    other = json.dumps(told(cockpit, outcome="answered")).encode()
    resigned = {
        **headers,
        signatures.SIGNATURE: signatures.sign(secret, headers[signatures.ID], int(now.timestamp()), other),
    }
    assert site.post(PATH, content=other, headers=resigned).status_code == 409
    with cockpit.db.write(connected) as conn:
        assert find_webhooks(conn, connected, cockpit.settings).mode == SIGNED
        forget_old_webhook_secret(conn, connected, now)
        assert find_webhooks(conn, connected, cockpit.settings).secrets == (secret,)
    assert send(site, told(cockpit, engagement_id="plain")).status_code == 401


def test_updates_in_any_order_make_the_same_signals(client: Client, cockpit: Cockpit, connected: WorkspaceId) -> None:
    site = client()
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    steps = [
        ("accepted", None, 1),
        ("in_progress", None, 2),
        ("completed", "sent", 3),
        ("completed", "replied", 4),
    ]
    found = set()
    for turn, order in enumerate(itertools.islice(itertools.permutations(steps), 0, 24, 5)):
        name, number = f"eng_{turn}", f"+1212555010{turn}"
        for status, outcome, minute in order:
            update = told(
                cockpit,
                engagement_id=name,
                channel="sms",
                status=status,
                outcome=outcome,
                contact_identifier=number,
                completed_at=None,
                sent_at=(now + timedelta(minutes=minute)).isoformat(),
            )
            assert send(site, update).status_code == 200
        with cockpit.db.read(connected) as conn:
            known = find_engagement(conn, connected, name)
        assert known is not None
        found.add((frozenset(known.signals), known.state, known.result, known.status))
    assert found == {(frozenset({"SMS_SENT", "SMS_REPLIED"}), "completed", "replied", "completed")}


def test_words_nobody_knows_are_kept_as_they_are(client: Client, cockpit: Cockpit, connected: WorkspaceId) -> None:
    site = client()
    update = told(
        cockpit, status="Levitating", outcome="gone fishing", event_type="engagement.reborn", strange={"a": 1}
    )
    assert [one["type"] for one in send(site, update).json()["data"]["signals"]] == ["HUB_GONE_FISHING"]
    with cockpit.db.read(connected) as conn:
        known = find_engagement(conn, connected, "eng_1")
    assert known is not None
    assert (known.status, known.state, known.outcome, known.result) == (
        "Levitating",
        "unknown",
        "gone fishing",
        "unknown",
    )
    assert known.body["strange"] == {"a": 1}
    wire(cockpit, connected, words=Words({"levitating": "completed"}, {"gone fishing": "no_answer"}))
    again = send(site, told(cockpit, engagement_id="eng_2", status="Levitating", outcome="gone fishing"))
    assert [one["type"] for one in again.json()["data"]["signals"]] == ["NO_ANSWER"]


def test_a_body_that_names_no_engagement_is_refused_and_may_come_again_mended(
    client: Client, cockpit: Cockpit, connected: WorkspaceId
) -> None:
    site = client()
    for wrong in (
        b"[]",
        b"{}",
        b"null",
        b'{"engagement_id": NaN}',
        b'{"engagement_id": "a", "engagement_id": "b"}',
        b"\xff",
    ):
        assert send(site, wrong).status_code == 400
    assert send(site, told(cockpit)).status_code == 200


def test_the_server_wide_secret_counts_where_a_workspace_has_none(
    client: Client, cockpit: Cockpit, workspace: WorkspaceId
) -> None:
    shared = "one-secret-for-the-server"
    opened = Cockpit(cockpit.db, Settings(**{**cockpit.settings.model_dump(), "hub_webhook_secret": shared}))
    app = FastAPI(openapi_url=None)
    add_routes(app, Sessions(settings()), lambda: opened, worker_runs=lambda: True)
    site = TestClient(app, base_url=HOST, client=("127.0.0.1", 50000))
    assert send(site, told(cockpit), Target(secret=shared)).status_code == 200
    wire(cockpit, workspace, webhook_secret=SECRET)
    assert send(site, told(cockpit, engagement_id="e2"), Target(secret=shared)).status_code == 401
    assert send(site, told(cockpit, engagement_id="e2")).status_code == 200
    app.state.signals.close()
