"""`GET /crm/sso` on both engines: the seven fields, every refusal, and what no browser may do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from cockpit.access.outsiders import link_organization
from cockpit.api.cookies import EMBED, FULL
from cockpit.storage.access_tables import provision_audit
from cockpit.storage.workspaces import get_workspace
from tests.access.bad_tokens import APP, BAD, ISSUER, fresh
from tests.access.signing import rsa_key
from tests.api.asking import OPS, SECRET, SSO, Asking
from tests.api.mirror import TestClient

FIELDS = ["url", "loginToken", "expiresAt", "workspaceId", "subdomain", "userId"]


def sso(ask: Asking, secret: str = SSO, **query: str) -> httpx.Response:
    answer: httpx.Response = ask.client.get("/crm/sso", params=query, headers={"authorization": f"Bearer {secret}"})
    return answer


@pytest.fixture
def acme(ask: Asking) -> dict[str, Any]:
    """Acme with Ann, its admin, and Bob, who was added."""
    made: dict[str, Any] = ask.made("ann@acme.com", "acme")
    assert ask("user", {"workspaceId": made["workspaceId"], "email": "bob@acme.com"}).status_code == 200
    return made


class TestFields:
    def test_the_whole_cockpit(self, ask: Asking, acme: dict[str, Any]) -> None:
        answer = sso(ask, email="bob@acme.com", tenant="acme")
        assert answer.status_code == 200
        body = answer.json()
        assert list(body) == FIELDS
        assert (body["workspaceId"], body["subdomain"]) == (acme["workspaceId"], "acme")
        assert body["url"].endswith(f"/verify?loginToken={body['loginToken']}&aventoraSso=1")
        left = datetime.fromisoformat(body["expiresAt"]) - datetime.now(UTC)
        assert timedelta(seconds=50) < left <= timedelta(seconds=60)

    def test_one_page(self, ask: Asking, acme: dict[str, Any]) -> None:
        for page in ("/cockpit", "/objects/people", "/settings/profile"):
            body = sso(ask, email="bob@acme.com", tenant="acme", page=page).json()
            assert list(body) == [*FIELDS, "page"]
            assert body["page"] == page
            assert body["url"].endswith("&aventoraEmbedded=1")

    def test_without_a_tenant_it_is_where_the_user_belongs(self, ask: Asking, acme: dict[str, Any]) -> None:
        assert sso(ask, email="bob@acme.com").json()["subdomain"] == "acme"
        assert sso(ask, email="bob@acme.com", tenant="", page="").json()["subdomain"] == "acme"

    def test_a_new_user_without_a_tenant_has_a_place_of_their_own(self, ask: Asking, acme: dict[str, Any]) -> None:
        assert sso(ask, email="new@example.com").status_code == 403  # this secret may make none
        body = sso(ask, SECRET, email="new@example.com", firstName="Nea").json()
        assert body["subdomain"] != "acme"
        assert sso(ask, email="new@example.com").json()["workspaceId"] == body["workspaceId"]

    def test_the_link_signs_in_once(self, ask: Asking, acme: dict[str, Any]) -> None:
        made = sso(ask, email="bob@acme.com", tenant="acme", page="/objects/people").json()
        address = httpx.URL(made["url"])
        here = f"{address.scheme}://{address.netloc.decode()}"
        browser = TestClient(ask.client.app, base_url=here, follow_redirects=False)
        own = {"origin": here}
        answer = browser.post("/verify", data={"loginToken": made["loginToken"]}, headers=own)
        assert (answer.status_code, answer.headers["location"]) == (303, "/objects?type=people&embed=true")
        assert answer.headers["set-cookie"].startswith(EMBED)
        assert browser.post("/verify", data={"loginToken": made["loginToken"]}, headers=own).status_code == 401


class TestRefusals:
    def test_a_page_that_is_none(self, ask: Asking, acme: dict[str, Any]) -> None:
        for page in ("/welcome", "//evil", "/", "cockpit", "/verify", "https://evil", "/create/x"):
            answer = sso(ask, email="bob@acme.com", tenant="acme", page=page)
            assert (answer.status_code, answer.json()["statusCode"]) == (400, 400)
            assert answer.json()["messages"]

    def test_a_bad_page_makes_nothing(self, ask: Asking) -> None:
        assert sso(ask, SECRET, email="new@example.com", page="/welcome").status_code == 400
        assert ask("resolve", {"email": "new@example.com"}).json()["wasCreated"]["user"]

    def test_wrong_and_missing_secrets(self, ask: Asking, acme: dict[str, Any]) -> None:
        answers = [sso(ask, secret, email="bob@acme.com") for secret in ("x" * 40, "", "ck_" + "0" * 32, SSO + "x")]
        answers.append(ask.client.get("/crm/sso", params={"email": "bob@acme.com"}))
        assert {(one.status_code, one.text) for one in answers} == {(401, answers[0].text)}
        assert set(answers[0].json()) == {"statusCode", "error", "messages"}

    def test_a_secret_without_the_scope(self, ask: Asking, acme: dict[str, Any]) -> None:
        assert sso(ask, OPS, email="bob@acme.com").status_code == 403

    def test_a_tenant_that_is_not_there_is_not_made(self, ask: Asking) -> None:
        assert sso(ask, SECRET, email="new@example.com", tenant="nowhere").status_code == 404
        assert (
            ask.client.get(
                "/auth/provision/workspace?subdomain=nowhere", headers={"authorization": f"Bearer {SECRET}"}
            ).status_code
            == 404
        )

    def test_a_tenant_of_others(self, ask: Asking, acme: dict[str, Any]) -> None:
        """Nobody joins by naming a workspace, and nobody is in two."""
        ask.made("sam@south.com", "south")
        assert sso(ask, email="new@example.com", tenant="acme").status_code == 403
        assert sso(ask, email="sam@south.com", tenant="acme").status_code == 400

    def test_a_query_that_cannot_be_used(self, ask: Asking, acme: dict[str, Any]) -> None:
        bob = {"email": "bob@acme.com"}
        queries = [{}, {"email": ""}, {"email": "bob"}, {**bob, "role": "admin"}, {"email": "b\0@acme.com"}]
        queries += [{**bob, "tenant": "a\0"}, {**bob, "avatar": "file:///etc/passwd"}]
        queries += [{**bob, "avatar": "http://user:password@cdn.example/a.png"}]
        assert [sso(ask, **query).status_code for query in queries] == [400] * 8

    def test_not_on_the_host_of_a_workspace(self, ask: Asking, acme: dict[str, Any]) -> None:
        headers = {"authorization": f"Bearer {SSO}", "host": "acme.localhost:8501"}
        assert ask.client.get("/crm/sso?email=bob@acme.com", headers=headers).status_code == 404

    def test_a_cookie_counts_for_nothing(self, ask: Asking, acme: dict[str, Any]) -> None:
        made = sso(ask, email="bob@acme.com", tenant="acme").json()
        address = httpx.URL(made["url"])
        here = f"{address.scheme}://{address.netloc.decode()}"
        browser = TestClient(ask.client.app, base_url=here, follow_redirects=False)
        browser.post("/verify", data={"loginToken": made["loginToken"]}, headers={"origin": here})
        cookie = {"cookie": f"{FULL}={browser.cookies[FULL]}"}
        assert ask.client.get("/crm/sso?email=bob@acme.com", headers=cookie).status_code == 401

    def test_every_call_is_written_down_without_secrets(self, ask: Asking, acme: dict[str, Any]) -> None:
        sso(ask, "x" * 40, email="bob@acme.com")
        token = sso(ask, email="bob@acme.com", tenant="acme").json()["loginToken"]
        rows = _audit(ask)
        assert [(row.credential, row.status) for row in rows] == [("(wrong)", 401), (rows[1].credential, 200)]
        assert not [part for part in (token, SSO, "x" * 40) if part in repr(rows)]


class TestClerk:
    """The user's own Clerk session instead of a secret."""

    @pytest.fixture
    def clerk(self, asking: Callable[..., Asking]) -> Asking:
        pem = rsa_key().as_pem(private=False).decode()
        given = {"clerk_issuer": ISSUER, "clerk_authorized_parties": APP, "clerk_jwt_key": pem, "secret_key": "k" * 40}
        made = asking(join_policy="domain", **given)
        here = made.made("ann@acme.com", "acme")
        made("user", {"workspaceId": here["workspaceId"], "email": "canary@example.com"})
        with made.cockpit.db.write() as conn:
            link_organization(conn, get_workspace(conn, "acme"), "org_123")
        return made

    def test_the_same_fields(self, clerk: Asking) -> None:
        body = sso(clerk, fresh(), page="/cockpit").json()
        assert list(body) == [*FIELDS, "page"]
        assert body["subdomain"] == "acme"
        assert sso(clerk, fresh(), tenant="acme").status_code == 200

    def test_what_it_does_not_allow(self, clerk: Asking) -> None:
        clerk.made("sam@south.com", "south")
        refused = [({"page": "/welcome"}, 400), ({"email": "ann@acme.com"}, 400), ({"tenant": "nowhere"}, 404)]
        refused += [({"avatar": "file:///x"}, 400), ({"tenant": "south"}, 403)]
        assert [sso(clerk, fresh(), **query).status_code for query, _ in refused] == [status for _, status in refused]

    def test_bad_tokens_and_wrong_secrets_are_answered_alike(self, clerk: Asking) -> None:
        """The first of each kind; tests/access/test_clerk.py has them all."""
        wrong = sso(clerk, "x" * 40, email="ann@acme.com")
        bad = [BAD[name]() for name in ("alg none with a signature", "another key under the right id", "another app")]
        answers = [sso(clerk, token) for token in [*bad, fresh(exp=1), fresh(email_verified=False)]]
        assert {(one.status_code, one.text) for one in answers} == {(401, wrong.text)}
        rows = [row for row in _audit(clerk) if row.credential == "(clerk)"]
        assert [row.status for row in rows] == [401] * 5
        assert not [token for token in bad if token in repr(rows)]


def _audit(ask: Asking) -> list[Any]:
    with ask.cockpit.db.read() as conn:
        order = select(provision_audit).order_by(provision_audit.c.called_at)
        return list(conn.execute(order.where(provision_audit.c.route == "GET /crm/sso")))
