"""Provisioning over HTTP, on both engines: the guide's decision tree and its table of moves, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from cockpit.api.application import add_routes
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from tests.api.mirror import HOST, TestClient, settings

SECRET, SSO, OPS = "s" * 40, "t" * 40, "u" * 40
Ask = Callable[..., Any]


@pytest.fixture
def client(cockpit: Cockpit) -> TestClient:
    chosen = settings(provisioning_secret=SECRET, provisioning_secrets=f"web:sso:{SSO},ops:destroy+provision:{OPS}")
    app = FastAPI(openapi_url=None)
    add_routes(app, Sessions(chosen), lambda: cockpit, worker_runs=lambda: True)
    return TestClient(app, base_url=HOST, client=("127.0.0.1", 5000), follow_redirects=False)


@pytest.fixture
def ask(client: TestClient) -> Ask:
    def post(route: str, body: dict[str, Any], *, secret: str = SECRET) -> Any:
        return client.post(f"/auth/provision/{route}", json=body, headers={"authorization": f"Bearer {secret}"})

    return post


def made(ask: Ask, email: str, subdomain: str | None = None) -> dict[str, Any]:
    answer = ask("resolve", {"email": email, **({"tenantSubdomain": subdomain} if subdomain else {})})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class TestResolve:
    def test_missing_subdomain_makes_a_shared_workspace(self, ask: Ask) -> None:
        assert made(ask, "a@acme.com", "acme")["wasCreated"] == {"workspace": True, "user": True}

    def test_existing_subdomain_is_joined(self, ask: Ask) -> None:
        first = made(ask, "a@acme.com", "acme")
        second = made(ask, "b@acme.com", "acme")
        assert second["workspaceId"] == first["workspaceId"]
        assert second["wasCreated"] == {"workspace": False, "user": True}

    def test_a_stranger_to_the_domain_is_refused(self, ask: Ask) -> None:
        made(ask, "a@acme.com", "acme")
        assert ask("resolve", {"email": "m@evil.com", "tenantSubdomain": "acme"}).status_code == 403

    def test_a_membership_is_returned(self, ask: Ask) -> None:
        first = made(ask, "a@acme.com", "acme")
        assert made(ask, "A@acme.com") == {**first, "wasCreated": {"workspace": False, "user": False}}

    def test_another_subdomain_than_the_membership_is_refused(self, ask: Ask) -> None:
        made(ask, "a@acme.com", "acme")
        assert ask("resolve", {"email": "a@acme.com", "tenantSubdomain": "bolt"}).status_code == 400

    def test_without_a_subdomain_a_personal_workspace(self, ask: Ask) -> None:
        first = made(ask, "a@acme.com")
        assert first["wasCreated"] == {"workspace": True, "user": True}
        assert made(ask, "a@acme.com")["workspaceId"] == first["workspaceId"]

    @pytest.mark.parametrize("name", ["ab", "a" * 31, "-ab", "Acme", "www", "a.b", "xn--abc", "api-x"])
    def test_a_subdomain_that_is_none_is_refused(self, ask: Ask, name: str) -> None:
        assert ask("resolve", {"email": "a@acme.com", "tenantSubdomain": name}).status_code == 400

    def test_an_industry_preset_is_not_accepted(self, ask: Ask) -> None:
        assert ask("resolve", {"email": "a@acme.com", "industryPreset": "generic"}).status_code == 400


class TestMove:
    def move(self, ask: Ask, email: str, source: str = "acme", target: str = "bolt") -> Any:
        return ask("move-user", {"email": email, "fromWorkspaceSubdomain": source, "toWorkspaceSubdomain": target})

    @pytest.fixture(autouse=True)
    def both(self, ask: Ask) -> None:
        for email, subdomain in (("a@acme.com", "acme"), ("b@acme.com", "acme"), ("z@bolt.com", "bolt")):
            made(ask, email, subdomain)

    def test_a_member_moves(self, ask: Ask) -> None:
        answer = self.move(ask, "b@acme.com")
        assert (answer.status_code, answer.json()["userRestored"]) == (200, False)
        assert made(ask, "b@acme.com")["subdomain"] == "bolt"

    def test_unknown_user(self, ask: Ask) -> None:
        assert self.move(ask, "nobody@acme.com").status_code == 404

    def test_user_elsewhere(self, ask: Ask) -> None:
        made(ask, "c@core.com", "core")
        assert self.move(ask, "c@core.com").status_code == 400

    def test_user_already_there(self, ask: Ask) -> None:
        assert self.move(ask, "z@bolt.com").status_code == 400

    def test_only_member(self, ask: Ask) -> None:
        assert "only member" in self.move(ask, "z@bolt.com", "bolt", "acme").text

    def test_only_admin(self, ask: Ask) -> None:
        assert "only admin" in self.move(ask, "a@acme.com").text

    def test_from_and_to_are_the_same(self, ask: Ask) -> None:
        assert self.move(ask, "b@acme.com", "acme", "acme").status_code == 400


class TestSecrets:
    @pytest.mark.parametrize("secret", ["", "x" * 40, "é"])
    def test_a_wrong_secret(self, client: TestClient, secret: str) -> None:
        headers = {"authorization": f"Bearer {secret}".encode()}
        assert client.post("/auth/provision/resolve", json={}, headers=headers).status_code == 401

    def test_too_many_wrong_ones(self, ask: Ask) -> None:
        statuses = [ask("resolve", {}, secret="x" * 40).status_code for _ in range(25)]
        assert (statuses[0], statuses[-1]) == (401, 429)

    def test_scopes(self, client: TestClient, ask: Ask) -> None:
        assert ask("user", {}, secret=SSO).status_code == 403
        assert ask("resolve", {"email": "a@acme.com"}, secret=SSO).status_code == 403
        made(ask, "a@acme.com", "acme")
        gone = "/auth/provision/workspace?subdomain=acme"
        assert client.delete(gone, headers={"authorization": f"Bearer {SECRET}"}).status_code == 403
        assert client.delete(gone, headers={"authorization": f"Bearer {OPS}"}).status_code == 200
        assert made(ask, "a@acme.com", "acme")["wasCreated"]["workspace"]

    def test_not_on_a_workspace_host(self, client: TestClient) -> None:
        headers = {"authorization": f"Bearer {SECRET}", "host": "acme.localhost:8501"}
        assert client.post("/auth/provision/resolve", json={}, headers=headers).status_code == 404


def test_login_token(ask: Ask) -> None:
    workspace_id = made(ask, "a@acme.com", "acme")["workspaceId"]
    body = {"workspaceId": workspace_id, "email": "n@else.com", "page": "/objects/people"}
    answer = ask("login-token", body)
    assert answer.status_code == 200
    assert answer.json()["workspaceUrl"].endswith("returnToPath=%2Fobjects%2Fpeople&aventoraEmbedded=1")
    assert ask("login-token", {**body, "page": "/welcome"}).status_code == 400
    assert ask("login-token", {**body, "workspaceId": "0" * 32}).status_code == 404


def test_owner_by_phone_and_by_email(ask: Ask) -> None:
    workspace_id = made(ask, "a@acme.com", "acme")["workspaceId"]
    user = {"workspaceId": workspace_id, "email": "b@acme.com", "engagementInitiatorPhone": "(555) 123-4567"}
    member = ask("user", user).json()["workspaceMemberId"]
    by_phone = {"workspaceId": workspace_id, "engagementInitiatorPhone": "+15551234567"}
    assert ask("person-ownership-context", by_phone).json()["workspaceMemberId"] == member
    assert ask("person-ownership-context", {"workspaceId": workspace_id}).status_code == 400


def test_workspace_is_idempotent(ask: Ask) -> None:
    body = {"adminEmail": "a@acme.com", "subdomain": "acme", "industryPreset": "insurance"}
    first, second = ask("workspace", body).json(), ask("workspace", body).json()
    assert (first["wasCreated"], second["wasCreated"]) == (True, False)
    assert first["workspaceId"] == second["workspaceId"]
