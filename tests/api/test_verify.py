"""`/verify` over HTTP: opening it burns nothing, its form works once, and what comes after is clean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import update

from cockpit.access import login_tokens
from cockpit.access import sessions as stored
from cockpit.api.application import add_routes
from cockpit.api.cookies import EMBED, FULL
from cockpit.api.policy import declared_policy
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.members import upsert_member
from cockpit.storage.schema import workspace as table
from cockpit.storage.workspaces import get_workspace
from tests.api.mirror import KEY, TestClient, settings

HOST = "https://north.cockpit.test"
OWN = {"origin": HOST}
Client = Callable[..., TestClient]


@pytest.fixture
def sessions(cockpit: Cockpit) -> Sessions:
    return Sessions(settings(secret_key=KEY, base_domain="cockpit.test"), cockpit=lambda: cockpit)


@pytest.fixture
def client(cockpit: Cockpit, sessions: Sessions) -> Client:
    app = FastAPI(openapi_url=None)
    add_routes(app, sessions, lambda: cockpit, worker_runs=lambda: True)

    def make(base: str = HOST) -> TestClient:
        return TestClient(app, base_url=base, follow_redirects=False)

    return make


@pytest.fixture
def members(cockpit: Cockpit) -> dict[str, MemberId]:
    """Eva of north and Sam of south; crm.example may frame north."""
    now, made = datetime.now(UTC), {}
    with cockpit.db.write() as conn:
        for name, place in (("eva", "north"), ("sam", "south")):
            there = start_workspace(conn, subdomain=place, name=place, time_zone="UTC", now=now)
            made[name] = upsert_member(conn, there, email=f"{name}@example.com", name=name, now=now)
        allowed = {"embed_origins": ["https://crm.example", "https://a b", "https://*.example", "https://x;y"]}
        conn.execute(update(table).where(table.c.subdomain == "north").values(settings=allowed))
    return made


def token(cockpit: Cockpit, member_id: MemberId, page: str | None = None, place: str = "north") -> str:
    with cockpit.db.write() as conn:
        here = get_workspace(conn, place)
        host, now = f"{place}.cockpit.test", datetime.now(UTC)
        return login_tokens.mint(conn, here, member_id, host=host, page=page, now=now).text


def test_opening_burns_nothing_and_the_form_works_once(
    client: Client, cockpit: Cockpit, members: dict[str, MemberId]
) -> None:
    browser, text = client(), token(cockpit, members["eva"], "/objects/people")
    for _ in range(100):
        assert "data-auto" in browser.get("/verify", params={"loginToken": text, "aventoraSso": "1"}).text
    answer = browser.post("/verify", data={"loginToken": text}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/objects?type=people&embed=true")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{EMBED}=cs_")
    for flag in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"):
        assert flag in cookie
    assert browser.post("/verify", data={"loginToken": text}, headers=OWN).status_code == 401


def test_without_a_page_the_full_cookie(client: Client, cockpit: Cockpit, members: dict[str, MemberId]) -> None:
    answer = client().post("/verify", data={"loginToken": token(cockpit, members["eva"])}, headers=OWN)
    assert answer.headers["location"] == "/cockpit"
    assert answer.headers["set-cookie"].startswith(f"{FULL}=cs_")
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


def test_a_token_and_a_session_are_of_one_host(client: Client, cockpit: Cockpit, members: dict[str, MemberId]) -> None:
    text = token(cockpit, members["eva"])
    south, north = client("https://south.cockpit.test"), client()
    assert (
        south.post("/verify", data={"loginToken": text}, headers={"origin": "https://south.cockpit.test"}).status_code
        == 401
    )
    assert north.post("/verify", data={"loginToken": text}, headers=OWN).status_code == 303
    cookie = {"cookie": f"{FULL}={north.cookies[FULL]}"}
    assert north.get("/session", headers=cookie).status_code == 204
    assert client("https://south.cockpit.test").get("/session", headers=cookie).status_code == 401


def test_a_foreign_form_is_refused(client: Client, cockpit: Cockpit, members: dict[str, MemberId]) -> None:
    text = token(cockpit, members["eva"])
    for origin in ("https://evil.example", "null"):
        assert client().post("/verify", data={"loginToken": text}, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("page", ["/welcome", "//evil", "/verify", "cockpit", "/"])
def test_a_blocked_path_is_refused_here_too(client: Client, members: dict[str, MemberId], page: str) -> None:
    answer = client().get("/verify", params={"loginToken": "x", "returnToPath": page})
    assert (answer.status_code, answer.json()["statusCode"]) == (400, 400)


def test_an_unknown_site_must_be_confirmed(client: Client, cockpit: Cockpit, members: dict[str, MemberId]) -> None:
    text = token(cockpit, members["eva"])
    for referer, auto in (("https://crm.example/menu", True), ("https://evil.example/", False), ("", True)):
        page = client().get("/verify", params={"loginToken": text}, headers={"referer": referer}).text
        assert ("data-auto" in page) is auto


def test_guessing_is_slowed_down_and_a_good_link_is_not(
    client: Client, cockpit: Cockpit, members: dict[str, MemberId]
) -> None:
    browser, credential = client(), token(cockpit, members["eva"])
    wrong = [credential[:-4] + "AAAA", "nonsense", ""]
    statuses = [
        browser.post("/verify", data={"loginToken": wrong[at % 3]}, headers=OWN).status_code for at in range(22)
    ]
    assert statuses == [401] * 20 + [429] * 2
    slower = browser.post("/verify", data={"loginToken": "nonsense"}, headers=OWN)
    assert 0 < int(slower.headers["retry-after"]) <= 60
    assert browser.post("/verify", data={"loginToken": credential}, headers=OWN).status_code == 303
    assert browser.post("/verify", data={"loginToken": credential}, headers=OWN).status_code == 429  # used by now


def test_after_a_minute_it_is_told_plainly_again(
    cockpit: Cockpit, sessions: Sessions, members: dict[str, MemberId]
) -> None:
    with time_machine.travel(sessions.clock(), tick=False) as clock:
        app = FastAPI(openapi_url=None)
        add_routes(app, sessions, lambda: cockpit, worker_runs=lambda: True)
        browser = TestClient(app, base_url=HOST, follow_redirects=False)
        guesses = (browser.post("/verify", data={"loginToken": "x"}, headers=OWN).status_code for _ in range(22))
        assert [next(guesses) for _ in range(21)] == [401] * 20 + [429]
        clock.shift(61)
        assert next(guesses) == 401


def test_a_revoked_session_is_nobody(
    client: Client, cockpit: Cockpit, sessions: Sessions, members: dict[str, MemberId]
) -> None:
    browser = client()
    browser.post("/verify", data={"loginToken": token(cockpit, members["eva"])}, headers=OWN)
    assert browser.get("/session").status_code == 204
    with cockpit.db.write() as conn:
        stored.end_of_member(
            conn, WorkspaceId(get_workspace(conn, "north").workspace_id), members["eva"], datetime.now(UTC)
        )
    sessions.members.forget(browser.cookies[FULL])  # what two seconds do by themselves
    assert browser.get("/session").status_code == 401


def test_only_listed_sites_may_frame(client: Client, members: dict[str, MemberId]) -> None:
    policy = client().get("/sign-in").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://crm.example")
    south = client("https://south.cockpit.test").get("/sign-in").headers["content-security-policy"]
    assert south.endswith("frame-ancestors 'self'")


def test_the_screens_talk_to_listed_pages_only(client: Client, cockpit: Cockpit, members: dict[str, MemberId]) -> None:
    browser = client()
    browser.post("/verify", data={"loginToken": token(cockpit, members["eva"])}, headers=OWN)
    assert browser.get("/_stcore/host-config").json()["allowedOrigins"] == [HOST, "https://crm.example"]


def test_a_page_of_the_guide_keeps_the_mode(client: Client, cockpit: Cockpit, members: dict[str, MemberId]) -> None:
    browser = client()
    browser.post("/verify", data={"loginToken": token(cockpit, members["eva"])}, headers=OWN)
    answer = browser.get("/objects/deals?embed=true")
    assert (answer.status_code, answer.headers["location"]) == (307, "/not_ours?path=%2Fobjects%2Fdeals&embed=true")


def test_every_route_declares_its_policy(client: Client) -> None:
    app = client().app
    paths = [str(one.path) for one in iter_route_contexts(app.routes) if getattr(one, "path", None)]  # type: ignore[attr-defined]
    assert "/verify" in paths
    assert [path for path in paths if declared_policy(path.replace("{what}.{kind}", "a.csv")) is None] == []
