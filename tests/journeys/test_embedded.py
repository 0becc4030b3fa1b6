"""The cockpit inside a page of another site, over https, in a real browser; links come from `/crm/sso` of the server.

The rows are those of the guide's *Verify embedded SSO*.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from sqlalchemy import update

from cockpit.access import sessions as stored
from cockpit.api.cookies import EMBED, FULL
from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.model.ids import MemberId
from cockpit.settings import Settings
from cockpit.storage.members import upsert_member
from cockpit.storage.schema import workspace
from tests.conftest import administer, database_at
from tests.journeys.chromium import FLAGS, chromium
from tests.journeys.conftest import Desk
from tests.journeys.secure import COCKPIT, HOST, RULES, STRANGER, Certificates, certificates, host_pages
from tests.journeys.served import Served, serving

pytestmark = pytest.mark.browser
KEY, SECRET = "journey-key-" * 4, "journey-secret-" * 3
NAV = '[data-testid="stSidebarNav"]'


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure_url(postgres_server: str, postgres_template: str, postgres_role: str) -> Iterator[str]:
    name = f"secure_{uuid4().hex}"
    administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} OWNER {postgres_role}")
    yield database_at(postgres_server, name, postgres_role)
    administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def secure(secure_url: str, files: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    tls = {"STREAMLIT_SERVER_SSL_CERT_FILE": str(files.chain), "STREAMLIT_SERVER_SSL_KEY_FILE": str(files.key)}
    own = {"COCKPIT_SECRET_KEY": KEY, "COCKPIT_BASE_DOMAIN": COCKPIT, "PROVISIONING_SECRET": SECRET}
    own |= {"COCKPIT_DEMO": "false"}
    with serving(secure_url, tmp_path_factory.mktemp("secure"), scheme="https", **own, **tls) as served:
        yield served


@pytest.fixture(scope="module")
def beside(secure: Served, secure_url: str) -> Iterator[Cockpit]:
    """The database of the server, from here."""
    with open_cockpit(Settings(database_url=secure_url)) as cockpit:
        yield cockpit


@pytest.fixture(scope="module")
def host_port(files: Certificates) -> Iterator[int]:
    with host_pages(files) as port:
        yield port


@pytest.fixture(scope="module")
def far_browser(browser: Browser) -> Iterator[Browser]:
    """A browser for which all names of this test are on this machine."""
    started = browser.browser_type.launch(executable_path=chromium(), args=[*FLAGS, RULES])
    yield started
    started.close()


@pytest.fixture
def context(far_browser: Browser) -> Iterator[BrowserContext]:
    made = far_browser.new_context(ignore_https_errors=True, viewport={"width": 1300, "height": 900})
    yield made
    made.close()


@dataclass(frozen=True, slots=True)
class Door:
    """A member of a workspace, and the ways in."""

    desk: Desk
    member_id: MemberId
    email: str
    cockpit_port: int
    host_port: int

    @property
    def host(self) -> str:
        return f"{self.desk.subdomain}.{COCKPIT}:{self.cockpit_port}"

    def asked(self, page: str | None) -> httpx.Response:
        """What the server of a host gets when its user wants to see a page."""
        query = {"tenant": self.desk.subdomain, "email": self.email, **({} if page is None else {"page": page})}
        headers = {"authorization": f"Bearer {SECRET}", "host": f"{COCKPIT}:{self.cockpit_port}"}
        # Certificates of a test are known to nobody else.
        url = f"https://127.0.0.1:{self.cockpit_port}/crm/sso"
        return httpx.get(url, params=query, headers=headers, verify=False, timeout=30)  # noqa: S501

    def link(self, page: str | None) -> str:
        """A sign-in link, as a host gets it."""
        answer = self.asked(page)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["url"])

    def framed(self, address: str, host: str = HOST) -> str:
        """The address of a page of `host` with ours in a frame."""
        return f"https://{host}:{self.host_port}/?frame={quote(address, safe='')}"

    def revoke(self) -> None:
        """End every session of the member."""
        with self.desk.cockpit.db.write() as conn:
            assert stored.end_of_member(conn, self.desk.workspace_id, self.member_id, datetime.now(UTC)) >= 1


@pytest.fixture
def door(desk: Desk, secure: Served, host_port: int) -> Door:
    """A workspace that lets one host frame it, with two people."""
    desk.missed("Ana One", "Ben Two")
    now, email = datetime.now(UTC), f"eva@{desk.subdomain}.example.com"  # a user belongs to one workspace
    with desk.cockpit.db.write() as conn:
        allowed = {"embed_origins": [f"https://{HOST}:{host_port}"]}
        conn.execute(update(workspace).where(workspace.c.subdomain == desk.subdomain).values(settings=allowed))
        member_id = upsert_member(conn, desk.workspace_id, email=email, name="Eva", role="member", now=now)
    return Door(desk, member_id, email, urlsplit(secure.url).port or 443, host_port)


def drawn(page: Page | FrameLocator) -> None:
    """Wait until the script of a screen has come to its end."""
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator('iframe[name="cockpit"]')


def inner_url(page: Page) -> str:
    found = page.frame(name="cockpit")
    assert found
    return found.url


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keep a picture where JOURNEY_SHOTS names a folder for them."""
    folder = os.environ.get("JOURNEY_SHOTS")

    def keep(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=f"{folder}/{name}.png")

    return keep


def test_without_a_page_the_whole_cockpit_opens(context: BrowserContext, door: Door, shot: Callable[..., None]) -> None:
    """Row 1: GET /crm/sso, the full CRM with navigation."""
    page = context.new_page()
    page.goto(door.link(None))
    expect(page.locator("h1")).to_have_text("Sales Cockpit")
    drawn(page)
    expect(page.locator(NAV)).to_be_visible()
    expect(page.get_by_text("Log out")).to_have_count(0)
    assert "loginToken" not in page.url
    assert [cookie["name"] for cookie in context.cookies() if cookie["name"] in (FULL, EMBED)] == [FULL]
    shot(page, "sso_full")


def test_a_page_opens_alone_in_a_frame_of_another_site(
    context: BrowserContext, door: Door, shot: Callable[..., None]
) -> None:
    """Row 2: GET /crm/sso?page=/cockpit, the cockpit only, no navigation; in-page links keep it so."""
    page = context.new_page()
    page.goto(door.framed(door.link("/cockpit")))
    inside = frame_of(page)
    expect(inside.locator("h1")).to_have_text("Sales Cockpit")
    drawn(inside)
    expect(inside.locator(NAV)).to_have_count(0)
    expect(inside.get_by_test_id("stSidebar")).to_have_count(0)
    expect(inside.get_by_text("Log out")).to_have_count(0)
    assert "loginToken" not in inner_url(page)
    (cookie,) = [one for one in context.cookies() if one["name"] == EMBED]
    assert cookie["httpOnly"]
    assert cookie["secure"]
    assert cookie["sameSite"] == "None"
    assert str(cookie.get("partitionKey", "")).startswith(f"https://{HOST}")
    shot(page, "embedded_cockpit")
    inside.locator(".st-key-do_open button").click()
    expect(inside.get_by_role("tab", name="Timeline")).to_be_visible()
    drawn(inside)
    expect(inside.locator(NAV)).to_have_count(0)
    assert "embed=true" in inner_url(page)
    shot(page, "embedded_person")
    inside.locator(".st-key-back button").click()
    expect(inside.locator("h1")).to_have_text("Sales Cockpit")
    assert "embed=true" in inner_url(page)
    expect(inside.locator(NAV)).to_have_count(0)


@pytest.mark.parametrize("page", ["/welcome", "/", "//evil.example", "cockpit", "/verify", "/create/profile"])
def test_an_invalid_path_is_refused(door: Door, page: str) -> None:
    """Row 4: GET /crm/sso?page=/welcome, 400; and the other blocked paths."""
    answer = door.asked(page)
    assert (answer.status_code, answer.json()["statusCode"]) == (400, 400)


def test_a_host_that_is_not_listed_is_blocked(context: BrowserContext, door: Door, shot: Callable[..., None]) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    link = door.link("/cockpit")
    page.goto(door.framed(link, STRANGER))
    page.wait_for_timeout(1500)
    assert any("frame-ancestors" in text for text in said)
    assert [cookie for cookie in context.cookies() if cookie["name"] == EMBED] == []
    shot(page, "blocked")
    page.goto(door.framed(link))  # the token is not burnt by what was blocked
    expect(frame_of(page).locator("h1")).to_have_text("Sales Cockpit")


def test_each_menu_entry_is_a_sign_in_of_its_own(
    context: BrowserContext, door: Door, shot: Callable[..., None]
) -> None:
    """Rows 3 and 5: GET /crm/sso?page=/objects/people, then another page by another call."""
    page = context.new_page()
    page.goto(door.framed(door.link("/objects/people")))
    expect(frame_of(page).locator("h1")).to_have_text(re.compile("People"))
    drawn(frame_of(page))
    expect(frame_of(page).locator(NAV)).to_have_count(0)
    shot(page, "embedded_people")
    frame_of(page).get_by_role("link", name="Ana One").first.click()
    expect(frame_of(page).locator("h1")).to_have_text("Ana One")
    drawn(frame_of(page))
    assert "embed=true" in inner_url(page)
    expect(frame_of(page).locator(NAV)).to_have_count(0)
    page.goto(door.framed(door.link("/cockpit")))
    expect(frame_of(page).locator("h1")).to_have_text("Sales Cockpit")
    page.goto(door.framed(door.link("/objects/deals")))
    expect(frame_of(page).locator("h1")).to_have_text("Not one of our screens")
    shot(page, "embedded_not_ours")


def test_a_revoked_session_is_gone_within_five_seconds(
    context: BrowserContext, door: Door, shot: Callable[..., None]
) -> None:
    page = context.new_page()
    page.goto(door.framed(door.link("/cockpit")))
    inside = frame_of(page)
    expect(inside.locator("h1")).to_have_text("Sales Cockpit")
    drawn(inside)
    door.revoke()
    expect(inside.locator("h1")).to_have_text("Sign in", timeout=5_000)
    expect(inside.get_by_text("Ana One")).to_have_count(0)
    shot(page, "revoked")
    page.goto(f"https://{door.host}/cockpit")
    expect(page.locator("h1")).to_have_text("Sign in")


def test_the_self_test_names_what_is_wrong(context: BrowserContext, door: Door, shot: Callable[..., None]) -> None:
    page = context.new_page()
    page.goto(door.framed(f"https://{door.host}/self-test"))
    inside = frame_of(page)
    expect(inside.locator("tr")).to_have_count(5)
    expect(inside.locator("tr", has=inside.locator(".wrong"))).to_contain_text([EMBED])  # nobody has signed in yet
    shot(page, "self_test_before")
    page.goto(door.framed(door.link("/cockpit")))
    expect(inside.locator("h1")).to_have_text("Sales Cockpit")
    page.goto(door.framed(f"https://{door.host}/self-test"))
    expect(inside.locator(".right")).to_have_count(5)
    page.goto(f"https://{door.host}/self-test")
    expect(page.locator("#where")).to_contain_text("Not in a frame")
