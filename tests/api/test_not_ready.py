"""Nobody and nothing gets into a workspace that is not ready: programs, hosts and exports are told; then it opens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cockpit.access import api_keys, workspace_states
from cockpit.access.workspace_states import NewWorkspace
from cockpit.ingestion.start import RULES
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import whole_workspace
from tests.api.asking import Asking

ACME = NewWorkspace("acme", "Acme", "a@acme.com", "Ann")
SOMEBODY = "00000000-0000-0000-0000-000000000001"
PROGRAMS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", "/rest/sales-intelligence/signals", {"type": "MISSED_CALL"}),
    ("GET", "/rest/sales-intelligence/cockpit-summary", None),
    ("GET", f"/rest/sales-intelligence/person-intelligence/{SOMEBODY}", None),
    ("POST", "/rest/people", {"name": {"firstName": "Ann"}}),
]


@pytest.fixture
def acme(ask: Asking) -> WorkspaceId:
    """A workspace that was begun a moment ago, and whose maker is gone."""
    with ask.cockpit.db.write() as conn:
        return workspace_states.begin(conn, ACME, datetime.now(UTC))


@pytest.fixture
def key(ask: Asking, acme: WorkspaceId) -> dict[str, str]:
    """What a program sends with its requests."""
    with ask.cockpit.db.write() as conn:
        viewer = whole_workspace(acme)
        made = api_keys.create(conn, viewer, name="crm", scopes=tuple(api_keys.SCOPES), now=datetime.now(UTC))
    return {"authorization": f"Bearer {made.text}"}


@pytest.mark.parametrize(("status", "said"), [("pending", "is being set up"), ("failed", "could not be set up")])
def test_programs_are_told(ask: Asking, key: dict[str, str], status: str, said: str) -> None:
    ask.state("acme", status)
    for method, path, body in PROGRAMS:
        answer = ask.client.request(method, path, json=body, headers=key)
        assert (answer.status_code, set(answer.json())) == (503, {"statusCode", "error", "messages"}), path
        assert said in answer.json()["messages"][0]
        assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_hosts_are_told(ask: Asking, acme: WorkspaceId, status: str) -> None:
    ask.state("acme", status)
    who = {"workspaceId": str(acme), "email": "a@acme.com"}
    for route in ("login-token", "user", "person-ownership-context"):
        answer = ask(route, who)
        assert answer.status_code == 400, route
        assert "not active" in answer.json()["messages"][0]


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_nothing_is_exported(ask: Asking, acme: WorkspaceId, status: str) -> None:
    ask.state("acme", status)
    answer = ask.client.get("/exports/people.csv?workspace=acme")
    assert (answer.status_code, answer.json()["statusCode"]) == (503, 503)


def test_whoever_resolves_finishes_it(ask: Asking, acme: WorkspaceId) -> None:
    body = {"email": "a@acme.com", "tenantSubdomain": "acme"}
    answer = ask("resolve", body)
    assert (answer.status_code, answer.json()["wasCreated"]) == (200, {"workspace": False, "user": False})
    assert ask("login-token", {"workspaceId": str(acme), "email": "a@acme.com"}).status_code == 200


def test_a_colleague_who_is_added_finishes_it_and_comes_in(ask: Asking, acme: WorkspaceId) -> None:
    answer = ask("workspace", {"adminEmail": "b@acme.com", "subdomain": "acme"})
    assert (answer.status_code, answer.json()["activationStatus"]) == (200, "ACTIVE")
    assert {one.email: one.role for one in ask.members("acme").values()} == {
        "a@acme.com": "admin",
        "b@acme.com": "aventora_user",
    }


def test_a_host_that_asks_again_has_a_failed_one_tried_again(ask: Asking, acme: WorkspaceId) -> None:
    ask.state("acme", "failed")
    assert ask.get("workspace", subdomain="acme").json()["activationStatus"] == "INACTIVE"
    answer = ask("workspace", {"adminEmail": "a@acme.com", "subdomain": "acme"})
    assert (answer.status_code, answer.json()["activationStatus"]) == (200, "ACTIVE")
    assert workspace_states.finish(ask.cockpit.db, acme, rules=RULES, now=datetime.now(UTC)).status == "ready"
