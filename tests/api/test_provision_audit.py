"""What the audit of provisioning holds: a row for every call, who it was about, and never a secret."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.api.asking import OPS, SECRET, SSO, Asking, workspace_id

HUB_KEY = "hub-key-" * 5


def test_every_call_is_a_row(ask: Asking) -> None:
    home = ask.made("a@acme.com", "acme")
    here = {"workspaceId": home["workspaceId"]}
    ask("user", {**here, "email": "b@acme.com"}, secret=OPS)
    ask("login-token", {**here, "email": "b@acme.com"}, secret=SSO)
    ask("login-token", {**here, "email": "b@acme.com", "page": "/welcome"}, secret=SSO)
    ask("user", {**here, "email": "c@acme.com"}, secret=SSO)
    ask("workspace", {"adminEmail": "z@bolt.com", "subdomain": "bolt"})
    ask("resolve", {"email": "a@acme.com", "tenantSubdomain": "bolt"})
    ask("resolve", {"email": "a@acme.com"}, secret="x" * 40)
    ask.get("workspaces")
    assert [
        (one["route"].split("/")[-1], one["credential"], one["about_email"], one["status"]) for one in ask.audit()
    ] == [
        ("resolve", "default", "a@acme.com", 200),
        ("user", "ops", "b@acme.com", 200),
        ("login-token", "web", "b@acme.com", 200),
        ("login-token", "web", "b@acme.com", 400),
        ("user", "web", None, 403),
        ("workspace", "default", "z@bolt.com", 200),
        ("resolve", "default", "a@acme.com", 400),
        ("resolve", "(wrong)", None, 401),
        ("workspaces", "default", None, 200),
    ]
    rows = ask.audit()
    assert {one["about_workspace_id"] for one in rows[:4]} == {workspace_id(home)}
    assert rows[0]["route"] == "POST /auth/provision/resolve"
    assert [one["detail"] is None for one in rows] == [one["status"] == 200 for one in rows]
    assert "page" in rows[3]["detail"]


def test_a_move_is_about_where_it_leads(ask: Asking) -> None:
    for email, subdomain in (("a@acme.com", "acme"), ("b@acme.com", "acme"), ("z@bolt.com", "bolt")):
        ask.made(email, subdomain)
    ask("move-user", {"email": "b@acme.com", "fromWorkspaceSubdomain": "acme", "toWorkspaceSubdomain": "bolt"})
    row = ask.audit()[-1]
    assert row["about_workspace_id"] == workspace_id(ask.get("workspace", subdomain="bolt").json())
    assert row["about_email"] == "b@acme.com"


def test_the_rows_outlive_the_workspace(ask: Asking) -> None:
    home = workspace_id(ask.made("a@acme.com", "acme"))
    ask.delete("workspace", subdomain="acme")
    assert [one["about_workspace_id"] for one in ask.audit()] == [home, home]
    assert ask.audit()[-1]["credential"] == "ops"


def test_no_secret_is_in_it(ask: Asking) -> None:
    ask.made("a@acme.com", "acme")
    shown = [ask("link-workspace", {"subdomain": "acme", "hubApiKey": HUB_KEY}).json()["twentyApiKey"]]
    here = {"workspaceId": ask.get("workspace", subdomain="acme").json()["workspaceId"]}
    shown.append(ask("login-token", {**here, "email": "a@acme.com"}).json()["loginToken"])
    ask("resolve", {"email": SECRET, "tenantSubdomain": SECRET}, secret=f"{SECRET}x")
    kept = json.dumps(ask.audit(), default=str)
    assert [text for text in (*shown, HUB_KEY, SECRET, SSO, OPS) if text in kept] == []


def test_strangers_fill_it_up_to_the_limit_only(ask: Asking) -> None:
    statuses = [ask("resolve", {"email": "a@acme.com"}, secret="x" * 40).status_code for _ in range(30)]
    assert statuses == [401] * 20 + [429] * 10
    host = {"host": "acme.localhost:8501"}
    for _ in range(5):
        assert ask.client.post("/auth/provision/resolve", json={}, headers=host).status_code == 404
    assert len(ask.audit()) == 20


def test_the_limit_holds_up_nobody_with_a_secret(ask: Asking) -> None:
    for _ in range(25):
        ask("resolve", {}, secret="x" * 40)
    assert ask.made("a@acme.com", "acme")["wasCreated"]["workspace"]
    refused = ask("resolve", {}, secret="x" * 40)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60


@pytest.mark.parametrize("secrets", ["web:sso:" + "1" * 40 + ",web:sso:" + "2" * 40])
def test_two_secrets_of_a_name_count_while_one_is_rotated(asking: Callable[..., Asking], secrets: str) -> None:
    ask = asking(provisioning_secrets=secrets)
    ask.made("a@acme.com", "acme")
    for digit in "12":
        assert ask("resolve", {"email": "a@acme.com"}, secret=digit * 40).status_code == 200
    assert [one["credential"] for one in ask.audit()] == ["default", "web", "web"]
