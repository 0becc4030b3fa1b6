"""Sign-in at a real OpenID provider over HTTP, on both engines: to the end, and every way in which it must not end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from cockpit.api import oidc_attempts
from cockpit.api.application import add_routes
from cockpit.api.cookies import EMBED, FULL
from cockpit.api.sessions import Sessions, sign_in_code
from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.errors import Misconfigured
from cockpit.ingestion.start import start_workspace
from cockpit.settings import Settings
from cockpit.storage.members import list_members, upsert_member
from cockpit.storage.workspace_changes import replace_workspace_settings
from cockpit.storage.workspaces import get_workspace
from tests.access.provider import CLIENT, SECRET, Provider, providing
from tests.access.signing import signed
from tests.api.mirror import KEY, TestClient, settings

NORTH = "http://north.localhost:8501"
CALLBACK = "/sign-in/oidc/callback"
BROWSER = {"accept": "text/html"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as made:
        yield made


@dataclass
class Site:
    """The HTTP side of a cockpit, and its provider."""

    cockpit: Cockpit
    provider: Provider
    app: FastAPI
    sessions: Sessions

    def browser(self, base: str = NORTH) -> TestClient:
        return TestClient(self.app, base_url=base, follow_redirects=False, headers=BROWSER)

    def to_provider(self, browser: TestClient, then: str = "/person?id=1") -> str:
        """Leave, sign in there; the address at which the provider sends the browser back."""
        left = browser.get("/sign-in/oidc", params={"next": then})
        assert left.status_code == 303
        back = httpx.get(left.headers["location"], trust_env=False)
        assert back.status_code == 302
        return back.headers["location"]

    def signed_in(self, browser: TestClient, then: str = "/person?id=1") -> httpx.Response:
        answer: httpx.Response = browser.get(self.to_provider(browser, then))
        return answer


def start(cockpit: Cockpit) -> None:
    """Two workspaces, and Eva in one of them."""
    now = datetime.now(UTC)
    with cockpit.db.write() as conn:
        for place in ("north", "south"):
            start_workspace(conn, subdomain=place, name=place, time_zone="UTC", now=now)
        north = get_workspace(conn, "north").workspace_id
        upsert_member(conn, north, email="eva@example.com", name="Eva", role="member", now=now)


def made(cockpit: Cockpit, provider: Provider, **changes: Any) -> Site:
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    sessions = Sessions(settings(secret_key=KEY, **{**given, **changes}), cockpit=lambda: cockpit)
    app = FastAPI(openapi_url=None)
    add_routes(app, sessions, lambda: cockpit, worker_runs=lambda: True)
    return Site(cockpit, provider, app, sessions)


@pytest.fixture
def site(cockpit: Cockpit, provider: Provider) -> Callable[..., Site]:
    """The site on both engines."""
    start(cockpit)
    return partial(made, cockpit, provider)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, duckdb_template: Path) -> Iterator[Cockpit]:
    """One database for all that is refused before anything is stored."""
    path = shutil.copy(duckdb_template, tmp_path_factory.mktemp("oidc") / "cockpit.duckdb")
    with open_cockpit(Settings(database_url=f"duckdb:///{path}")) as cockpit:
        start(cockpit)
        yield cockpit


@pytest.fixture
def here(calm: Cockpit, provider: Provider) -> Site:
    """The site on that database."""
    return made(calm, provider)


Make = Callable[..., Site]


def emails(cockpit: Cockpit, place: str = "north") -> dict[str, str]:
    with cockpit.db.read() as conn:
        found = list_members(conn, get_workspace(conn, place).workspace_id)
    return {one.email: one.role for one in found if one.email}


class TestTheWayIn:
    def test_it_leads_where_the_user_wanted_to_go(self, site: Make) -> None:
        browser = site().browser()
        answer = site().signed_in(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/person?id=1")
        assert browser.cookies[FULL].startswith("cs_")
        cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(FULL))
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert "cockpit_oidc" not in browser.cookies
        assert browser.get("/session").status_code == 204

    def test_the_session_is_one_of_the_provider(self, site: Make, cockpit: Cockpit) -> None:
        here = site()
        browser = here.browser()
        here.signed_in(browser)
        found = here.sessions.members.get(browser.cookies[FULL])
        assert found
        assert (found.origin, found.mode, found.role) == ("oidc", "full", "member")
        identity = here.sessions.identify({"cookie": f"{FULL}={browser.cookies[FULL]}"}, None)
        assert identity
        assert identity.mode == "login"  # may log out

    def test_the_sign_in_page_offers_it(self, here: Site) -> None:
        page = (
            made(here.cockpit, here.provider, oidc_name="Acme <id>")
            .browser()
            .get("/sign-in?next=/objects?type=people")
            .text
        )
        assert "Continue with Acme &lt;id&gt;" in page
        assert 'href="/sign-in/oidc?next=%2Fobjects' in page
        assert "Clerk" not in page
        assert 'name="code"' in page

    def test_what_is_sent_to_the_provider(self, here: Site, provider: Provider) -> None:
        location = here.browser().get("/sign-in/oidc").headers["location"]
        sent = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{provider.issuer}/authorize?")
        assert sent["redirect_uri"] == f"{NORTH}{CALLBACK}"
        assert (sent["code_challenge_method"], len(sent["code_challenge"]), len(sent["nonce"])) == ("S256", 43, 43)
        assert SECRET not in location

    def test_over_https_no_neighbour_can_set_the_cookie(self, here: Site) -> None:
        secure = made(here.cockpit, here.provider, base_domain="crm.example.com")
        answer = secure.browser("https://north.crm.example.com").get("/sign-in/oidc")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-cockpit_oidc=")
        for flag in ("Secure", "HttpOnly", "Path=/", "Max-Age=600"):
            assert flag in cookie
        assert "redirect_uri=https%3A%2F%2Fnorth.crm.example.com%2F" in answer.headers["location"]

    def test_what_the_browser_held_before_ends(self, site: Make, provider: Provider, cockpit: Cockpit) -> None:
        here = site()
        browser = here.browser()
        here.signed_in(browser)
        before = browser.cookies[FULL]
        with cockpit.db.write() as conn:
            place = get_workspace(conn, "north").workspace_id
            upsert_member(conn, place, email="sam@example.com", name="Sam", now=datetime.now(UTC))
        provider.user["email"] = "sam@example.com"
        here.signed_in(browser)
        assert browser.cookies[FULL] != before
        programs = {"cookie": f"{FULL}={before}", "accept": "*/*"}
        assert here.browser().get("/session", headers=programs).status_code == 401

    @pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", ""])
    def test_it_never_leads_to_another_site(self, here: Site, then: str) -> None:
        assert here.signed_in(here.browser(), then).headers["location"] == "/cockpit"


class TestWhoIsLetIn:
    """The policy of the workspace decides, and nobody ever becomes an admin by coming in."""

    @pytest.mark.parametrize(
        ("policy", "status"),
        [
            ({"join_policy": "invite"}, 403),
            ({"join_policy": "domain", "join_domains": ["other.example"]}, 403),
            ({"join_policy": "domain", "join_domains": ["example.com"]}, 303),
            ({"join_policy": "open"}, 303),
        ],
    )
    def test_a_stranger(
        self, site: Make, provider: Provider, cockpit: Cockpit, policy: dict[str, Any], status: int
    ) -> None:
        here = site()
        self._set(cockpit, policy)
        provider.user = {**provider.user, "email": "new@example.com", "role": "admin", "groups": ["admin"]}
        answer = here.signed_in(here.browser())
        assert answer.status_code == status
        assert emails(cockpit).get("new@example.com") == ("aventora_user" if status == 303 else None)

    def test_a_member_of_another_workspace_is_not_let_in(self, site: Make, cockpit: Cockpit) -> None:
        here = site()
        self._set(cockpit, {"join_policy": "open"}, "south")
        browser = here.browser("http://south.localhost:8501")
        assert here.signed_in(browser).status_code == 400
        assert FULL not in browser.cookies

    def test_at_the_apex_the_membership_says_where(self, site: Make) -> None:
        here = site()
        browser = here.browser("http://localhost:8501")
        assert here.signed_in(browser).status_code == 303
        found = here.sessions.members.get(browser.cookies[FULL])
        assert found
        assert found.subdomain == "north"

    def test_a_stranger_at_the_apex_of_several_is_nowhere(self, site: Make, provider: Provider) -> None:
        provider.user["email"] = "new@example.com"
        here = site()
        answer = here.signed_in(here.browser("http://localhost:8501"))
        assert answer.status_code == 403
        assert "Nothing says which workspace is yours" in answer.text

    def test_a_workspace_that_is_not_there(self, site: Make) -> None:
        here = site()
        assert here.signed_in(here.browser("http://west.localhost:8501")).status_code == 404

    def _set(self, cockpit: Cockpit, policy: dict[str, Any], place: str = "north") -> None:
        with cockpit.db.write() as conn:
            replace_workspace_settings(conn, get_workspace(conn, place).workspace_id, policy)


class TestRefusals:
    """One page for all of them, no session, and the reason in the log without the token."""

    def test_a_bad_answer_of_the_provider(
        self, here: Site, provider: Provider, caplog: pytest.LogCaptureFixture
    ) -> None:
        """tests/access/test_oidc.py has fifty of them."""
        pages = set()
        for sign in (lambda _: "", lambda claims: signed({**claims, "nonce": "x"}), lambda _: provider.user["email"]):
            provider.sign = sign
            browser = here.browser()
            answer = here.signed_in(browser)
            pages.add((answer.status_code, answer.text))
            assert not {FULL, EMBED, "cockpit_oidc"} & set(browser.cookies)
        assert len(pages) == 1
        assert next(iter(pages))[0] == 401
        logged = [one.getMessage() for one in caplog.records if one.name == "cockpit.api.arrivals"]
        assert len(logged) == 3
        assert not [part for part in ("eva@example.com", "eyJ", *provider.seen) if part in "".join(logged)]

    def test_a_code_works_once(self, here: Site, provider: Provider) -> None:
        browser = here.browser()
        left = browser.get("/sign-in/oidc")
        cookie = browser.cookies["cockpit_oidc"]
        back = httpx.get(left.headers["location"], trust_env=False).headers["location"]
        assert browser.get(back).status_code == 303
        assert here.browser().get(back, headers={"cookie": f"cockpit_oidc={cookie}"}).status_code == 401

    def test_another_browser_cannot_use_the_answer(self, here: Site, provider: Provider) -> None:
        """Login CSRF: the link that an attacker's own sign-in ends with."""
        back = here.to_provider(here.browser())
        victim = here.browser()
        victim.get("/sign-in/oidc")
        assert victim.get(back).status_code == 400
        assert here.browser().get(back).status_code == 400
        assert provider.seen == []

    def test_a_state_leads_nowhere_else(self, here: Site, provider: Provider) -> None:
        browser = here.browser()
        back = here.to_provider(browser, "/cockpit")
        state = parse_qs(urlsplit(back).query)["state"][0]
        made, _, _ = state.partition(".")
        for forged in (made, f"{made}.", f"{made}.Ly9ldmls", f"{made}.%%%", f"x.{state}", "é.x", "x" * 5000, ""):
            cookie = {"cookie": f"cockpit_oidc={browser.cookies['cockpit_oidc']}"}
            answer = here.browser().get(CALLBACK, params={"code": "x", "state": forged}, headers=cookie)
            assert answer.status_code == 400
        assert provider.seen == []

    @pytest.mark.parametrize(
        "changes", [{"code": ""}, {"code": "x\n"}, {"code": "x" * 3000}, {"error": "access_denied"}]
    )
    def test_no_code(self, here: Site, provider: Provider, changes: dict[str, str]) -> None:
        browser = here.browser()
        query = {name: values[0] for name, values in parse_qs(urlsplit(here.to_provider(browser)).query).items()}
        answer = browser.get(CALLBACK, params={**query, **changes})
        assert answer.status_code == 401
        assert "access_denied" not in answer.text
        assert provider.seen == []

    def test_a_try_lasts_ten_minutes(self, here: Site) -> None:
        browser = here.browser()
        back = here.to_provider(browser)
        began = here.sessions.clock()
        here.sessions.clock = lambda: began + oidc_attempts.SECONDS + 1
        assert browser.get(back).status_code == 400

    @pytest.mark.parametrize("cookie", ["", "x", "a.b", "é"])
    def test_a_forged_cookie(self, here: Site, cookie: str) -> None:
        back = here.to_provider(here.browser())
        header = f"cockpit_oidc={cookie}".encode()
        assert here.browser().get(back, headers={"cookie": header}).status_code == 400

    def test_a_cookie_of_another_kind(self, here: Site) -> None:
        """A session, sealed with the same key, is no try to sign in."""
        session = here.sessions.redeem(sign_in_code(here.sessions.settings, now=here.sessions.clock() + 1))
        assert session
        assert oidc_attempts.resume(session, KEY, now=here.sessions.clock()) is None

    def test_too_many_failures_are_slowed_down(self, here: Site, provider: Provider) -> None:
        provider.sign = lambda _: ""
        statuses = [here.signed_in(here.browser()).status_code for _ in range(22)]
        assert statuses == [401] * 20 + [429] * 2
        provider.sign = signed
        assert here.signed_in(here.browser()).status_code == 303  # the good ones are never held up

    def test_a_program_is_answered_in_json(self, here: Site) -> None:
        answer = here.browser().get(CALLBACK, headers={"accept": "*/*"})
        assert (answer.status_code, answer.json()["statusCode"]) == (400, 400)


class TestSettings:
    def test_none_of_it(self, here: Site) -> None:
        here = made(here.cockpit, here.provider, oidc_issuer="", oidc_client_id="", oidc_client_secret="")
        assert here.browser().get("/sign-in/oidc").status_code == 404
        assert "Continue with" not in here.browser().get("/sign-in").text

    def test_it_needs_a_key(self, served: Cockpit) -> None:
        app = FastAPI(openapi_url=None)
        with pytest.raises(Misconfigured, match="COCKPIT_SECRET_KEY"):
            add_routes(
                app,
                Sessions(settings(oidc_issuer="https://id.example.com", oidc_client_id="cockpit")),
                lambda: served,
                worker_runs=lambda: True,
            )
