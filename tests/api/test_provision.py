"""Provisioning over HTTP, on both engines: secrets, sign-ins, owners, workspaces."""

from __future__ import annotations

import pytest

from tests.api.asking import OPS, SECRET, SSO, Asking


class TestSecrets:
    @pytest.mark.parametrize("secret", ["", "x" * 40, "é"])
    def test_a_wrong_secret(self, ask: Asking, secret: str) -> None:
        headers = {"authorization": f"Bearer {secret}".encode()}
        assert ask.client.post("/auth/provision/resolve", json={}, headers=headers).status_code == 401

    def test_scopes(self, ask: Asking) -> None:
        assert ask("user", {}, secret=SSO).status_code == 403
        assert ask("resolve", {"email": "a@acme.com"}, secret=SSO).status_code == 403
        ask.made("a@acme.com", "acme")
        gone = "/auth/provision/workspace?subdomain=acme"
        assert ask.client.delete(gone, headers={"authorization": f"Bearer {SECRET}"}).status_code == 403
        assert ask.client.delete(gone, headers={"authorization": f"Bearer {OPS}"}).status_code == 200
        assert ask.made("a@acme.com", "acme")["wasCreated"]["workspace"]

    def test_not_on_a_workspace_host(self, ask: Asking) -> None:
        headers = {"authorization": f"Bearer {SECRET}", "host": "acme.localhost:8501"}
        assert ask.client.post("/auth/provision/resolve", json={}, headers=headers).status_code == 404


def test_login_token(ask: Asking) -> None:
    workspace_id = ask.made("a@acme.com", "acme")["workspaceId"]
    body = {"workspaceId": workspace_id, "email": "n@else.com", "page": "/objects/people"}
    answer = ask("login-token", body)
    assert answer.status_code == 200
    assert answer.json()["workspaceUrl"].endswith("returnToPath=%2Fobjects%2Fpeople&aventoraEmbedded=1")
    assert ask("login-token", {**body, "page": "/welcome"}).status_code == 400
    assert ask("login-token", {**body, "workspaceId": "0" * 32}).status_code == 404


def test_workspace_is_idempotent(ask: Asking) -> None:
    body = {"adminEmail": "a@acme.com", "subdomain": "acme", "industryPreset": "insurance"}
    first, second = ask("workspace", body).json(), ask("workspace", body).json()
    assert (first["wasCreated"], second["wasCreated"]) == (True, False)
    assert first["workspaceId"] == second["workspaceId"]
