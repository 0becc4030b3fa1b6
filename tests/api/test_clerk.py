"""Sign-in with a Clerk session over HTTP: whose workspace it is, how one gets in, and that every bad token is alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cockpit.access.outsiders import link_organization
from cockpit.api.application import add_routes
from cockpit.api.cookies import FULL
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.errors import Conflict, InvalidInput, Misconfigured
from cockpit.ingestion.start import start_workspace
from cockpit.settings import Settings
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.workspace_changes import replace_workspace_settings
from cockpit.storage.workspaces import get_workspace
from tests.access.bad_tokens import APP, BAD, ISSUER, NOW, SECRET_MARK, fresh, v1
from tests.access.signing import rsa_key, signed
from tests.api.mirror import KEY, TestClient, settings

NORTH = "http://north.localhost:8501"
GIVEN = {"clerk_issuer": ISSUER, "clerk_authorized_parties": APP, "secret_key": KEY}


@dataclass
class Site:
    """The HTTP side with Clerk."""

    cockpit: Cockpit
    app: FastAPI
    sessions: Sessions

    def post(self, base: str = NORTH, **headers: str) -> httpx.Response:
        client = TestClient(self.app, base_url=base, follow_redirects=False)
        answer: httpx.Response = client.post("/sign-in/clerk?next=/person", headers={"origin": base, **headers})
        return answer

    def bearer(self, token: str, base: str = NORTH) -> httpx.Response:
        return self.post(base, authorization=f"Bearer {token}")

    def page(self, **headers: str) -> str:
        client = TestClient(self.app, base_url=NORTH)
        return str(client.get("/sign-in?next=/person", headers=headers).text)


def start(cockpit: Cockpit) -> None:
    """North, linked with org_123, and south, which is linked with nothing; Cana is a member of north."""
    now = datetime.now(UTC)
    with cockpit.db.write() as conn:
        for place in ("north", "south"):
            start_workspace(conn, subdomain=place, name=place, time_zone="UTC", now=now)
        north = get_workspace(conn, "north")
        link_organization(conn, north, "org_123")
        upsert_member(conn, north.workspace_id, email=SECRET_MARK, name="Cana", role="member", now=now)


def made(cockpit: Cockpit, **changes: Any) -> Site:
    pem = rsa_key().as_pem(private=False).decode()
    sessions = Sessions(settings(**{**GIVEN, "clerk_jwt_key": pem, **changes}), cockpit=lambda: cockpit)
    app = FastAPI(openapi_url=None)
    add_routes(app, sessions, lambda: cockpit, worker_runs=lambda: True)
    return Site(cockpit, app, sessions)


@pytest.fixture
def site(cockpit: Cockpit) -> Site:
    """The site on both engines."""
    start(cockpit)
    return made(cockpit)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, duckdb_template: Path) -> Iterator[Cockpit]:
    """One database for all that is refused before anything is stored."""
    path = tmp_path_factory.mktemp("clerk") / "cockpit.duckdb"
    path.write_bytes(duckdb_template.read_bytes())
    with open_cockpit(Settings(database_url=f"duckdb:///{path}")) as cockpit:
        start(cockpit)
        yield cockpit


def members(cockpit: Cockpit, place: str = "north") -> dict[str, str]:
    with cockpit.db.read() as conn:
        found = list_members(conn, get_workspace(conn, place).workspace_id)
    return {one.email: one.role for one in found if one.email}


class TestTheWayIn:
    @pytest.mark.parametrize("version", [1, 2])
    def test_a_session_of_clerk_becomes_one_of_ours(self, site: Site, version: int) -> None:
        now = int(datetime.now(UTC).timestamp())
        old = signed(v1(iat=now, nbf=now - 10, exp=now + 60))
        answer = site.bearer(old if version == 1 else fresh())
        assert (answer.status_code, answer.headers["location"]) == (303, "/person")
        found = site.sessions.members.get(answer.cookies[FULL])
        assert found
        assert (found.subdomain, found.origin, found.mode, found.role) == ("north", "clerk", "full", "member")

    def test_the_organization_lets_its_people_in_and_never_as_admins(self, site: Site) -> None:
        admin = {"id": "org_123", "slg": "north", "rol": "admin", "per": "manage"}
        assert site.bearer(fresh(email="new@example.com", o=admin)).status_code == 303
        assert members(site.cockpit)["new@example.com"] == "aventora_user"

    def test_by_its_slug_alone_it_opens_no_door(self, site: Site) -> None:
        """Whoever makes an organisation chooses its slug: the policy of the workspace decides."""
        by_slug = {"id": "org_9", "slg": "south"}
        south = "http://south.localhost:8501"
        assert site.bearer(fresh(email="new@example.com", o=by_slug), south).status_code == 403
        with site.cockpit.db.write() as conn:
            place = get_workspace(conn, "south").workspace_id
            replace_workspace_settings(conn, place, {"join_policy": "open"})
        assert site.bearer(fresh(email="new@example.com", o=by_slug), south).status_code == 303

    def test_which_workspace(self, site: Site) -> None:
        cases = [
            ({"id": "org_9", "slg": "north"}, "north", 403),  # a slug like ours, and another organisation
            ({"id": "org_9", "slg": "nowhere"}, "north", 403),
            ({"id": "org_123", "slg": "north"}, "south", 403),  # ours, at the door of others
            (None, "north", 403),  # a member who has left the organisation, or has not chosen it
            ({"id": "org_123"}, "north", 303),
            ({"id": "org_123", "slg": "renamed"}, "north", 303),
            ({"id": "org_123", "slg": "south"}, "north", 303),
        ]
        for organization, place, status in cases:
            answer = site.bearer(fresh(o=organization), f"http://{place}.localhost:8501")
            assert (answer.status_code, FULL in answer.cookies) == (status, status == 303), organization

    def test_at_the_apex_the_organization_says_where(self, site: Site) -> None:
        answer = site.bearer(fresh(), "http://localhost:8501")
        found = site.sessions.members.get(answer.cookies[FULL])
        assert found
        assert found.subdomain == "north"

    def test_a_member_of_another_workspace(self, site: Site) -> None:
        with site.cockpit.db.write() as conn:
            place = get_workspace(conn, "south").workspace_id
            upsert_member(conn, place, email="sam@example.com", name="Sam", now=datetime.now(UTC))
        assert site.bearer(fresh(email="sam@example.com")).status_code == 400

    def test_an_organization_is_of_one_workspace(self, site: Site) -> None:
        with site.cockpit.db.write() as conn:
            south = get_workspace(conn, "south")
            with pytest.raises(Conflict):
                link_organization(conn, south, "org_123")
            for wrong in ("acme", "org_", "org_1 ", "user_1"):
                with pytest.raises(InvalidInput):
                    link_organization(conn, south, wrong)
            link_organization(conn, get_workspace(conn, "north"), None)
            link_organization(conn, south, "org_123")
        assert site.bearer(fresh(), "http://localhost:8501").status_code == 400  # Cana belongs to north


class TestWhereTheTokenIs:
    @pytest.mark.parametrize("name", ["__session", "__session_Abc123_-", "a=b; __session"])
    def test_a_cookie_of_clerk(self, calm: Cockpit, name: str) -> None:
        assert made(calm).post(cookie=f"{name}={fresh()}").status_code == 303

    def test_cookies_of_several_instances(self, calm: Cockpit) -> None:
        several = f"__session={fresh(iss='https://other.example')}; __session_abc={fresh()}"
        assert made(calm).post(cookie=several).status_code == 303

    @pytest.mark.parametrize(
        "cookie", ["session={}", "__sessions={}", "__session_={}", "__Session={}", f"{FULL}={{}}", "__session"]
    )
    def test_no_cookie_of_clerk(self, calm: Cockpit, cookie: str) -> None:
        assert made(calm).post(cookie=cookie.format(fresh())).status_code == 401

    def test_a_token_in_the_address_counts_for_nothing(self, calm: Cockpit) -> None:
        site = made(calm)
        client = TestClient(site.app, base_url=NORTH)
        answer = client.post(f"/sign-in/clerk?token={fresh()}", headers={"origin": NORTH})
        assert answer.status_code == 401

    def test_a_form_of_another_site_is_refused(self, calm: Cockpit) -> None:
        for origin in ("https://app.example.com", "null", "http://south.localhost:8501"):
            assert made(calm).post(cookie=f"__session={fresh()}", origin=origin).status_code == 403

    def test_a_token_opens_nothing_but_the_door(self, calm: Cockpit) -> None:
        """It is no session: neither as a cookie nor as a bearer."""
        site = made(calm)
        client = TestClient(site.app, base_url=NORTH, follow_redirects=False)
        for headers in ({"authorization": f"Bearer {fresh()}"}, {"cookie": f"{FULL}={fresh()}; __session={fresh()}"}):
            assert client.get("/session", headers=headers).status_code == 401
            assert client.get("/rest/sales-intelligence/cockpit-summary", headers=headers).status_code in (401, 403)


def test_every_bad_token_is_answered_alike(calm: Cockpit, caplog: pytest.LogCaptureFixture) -> None:
    """A hundred and more: one status, one body, no cookie, and nothing of them in the log."""
    site = made(calm)
    site.sessions.clock = lambda: NOW
    seen = set()
    # Spaces are no part of the value of a header, and the one key of the settings has no use.
    left_out = ("spaces around", "a key of the wrong use")
    for number, make in enumerate(make for what, make in BAD.items() if what not in left_out):
        client = TestClient(site.app, base_url=NORTH, client=(f"192.0.2.{number}", 1), follow_redirects=False)
        headers = {"origin": NORTH, "authorization": b"Bearer " + make().encode()}
        answer = client.post("/sign-in/clerk", headers=headers)
        seen.add((answer.status_code, answer.text, tuple(sorted(set(answer.headers) - {"content-length"}))))
    assert len(seen) == 1
    status, body, headers_of = next(iter(seen))
    assert (status, "set-cookie" in headers_of) == (401, False)
    assert "This sign-in is not valid." in body
    told = "".join(one.getMessage() for one in caplog.records if one.name.startswith("cockpit"))
    assert not [mark for mark in (SECRET_MARK, "eyJ", "sess_123", "user_123") if mark in told]


def test_guessing_is_slowed_down_and_good_ones_are_not(calm: Cockpit) -> None:
    site = made(calm)
    assert [site.bearer("x").status_code for _ in range(22)] == [401] * 20 + [429] * 2
    assert site.bearer(fresh()).status_code == 303


class TestThePage:
    def test_only_what_is_offered(self, calm: Cockpit) -> None:
        plain = made(calm).page()
        assert "Continue" not in plain
        assert "your app" not in plain

    def test_whoever_has_a_session_goes_on_with_it(self, calm: Cockpit) -> None:
        page = made(calm).page(cookie="__session=x")
        assert 'action="/sign-in/clerk?next=%2Fperson"' in page

    def test_whoever_has_none_is_led_to_the_app(self, calm: Cockpit) -> None:
        page = made(calm, clerk_sign_in_url='https://app.example.com/sign-in?a="b"').page()
        assert 'href="https://app.example.com/sign-in?a=&quot;b&quot;"' in page

    def test_without_clerk_there_is_no_such_door(self, calm: Cockpit) -> None:
        site = made(calm, clerk_issuer="", clerk_authorized_parties="", clerk_jwt_key="")
        assert site.bearer(fresh()).status_code in (404, 405)
        assert "clerk" not in site.page(cookie="__session=x")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"secret_key": ""}, "COCKPIT_SECRET_KEY"),
            ({"clerk_authorized_parties": ""}, "COCKPIT_CLERK_AUTHORIZED_PARTIES"),
            ({"clerk_sign_in_url": "javascript:alert(1)"}, "COCKPIT_CLERK_SIGN_IN_URL"),
        ],
    )
    def test_half_settings_do_not_start(self, calm: Cockpit, changes: dict[str, str], told: str) -> None:
        with pytest.raises(Misconfigured, match=told):
            made(calm, **changes)
