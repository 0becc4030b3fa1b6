"""One server for all journeys, on PostgreSQL, so that a test can act beside it; and one browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.settings import Settings
from cockpit.storage.people import upsert_people
from tests.conftest import administer, database_at
from tests.journeys.chromium import FLAGS, chromium
from tests.journeys.served import Served, serving

expect.set_options(timeout=40_000)  # machines of continuous integration are slow and shared
WIDE, PHONE = (1440, 900), (390, 844)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("the browser journeys need Chromium: install it, or name it in CHROMIUM_PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def journeys_url(postgres_server: str, postgres_template: str, postgres_role: str) -> Iterator[str]:
    name = f"journeys_{uuid4().hex}"
    administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} OWNER {postgres_role}")
    yield database_at(postgres_server, name, postgres_role)
    administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def server(browser: Browser, journeys_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(journeys_url, tmp_path_factory.mktemp("server")) as served:
        yield served


@pytest.fixture(scope="session")
def beside(server: Served, journeys_url: str) -> Iterator[Cockpit]:
    """The database of the server, from here."""
    with open_cockpit(Settings(database_url=journeys_url)) as cockpit:
        yield cockpit


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace of one test, with people who have just missed us."""

    cockpit: Cockpit
    subdomain: str
    workspace_id: WorkspaceId
    zone: str  # where it is noon, so that nobody is in quiet hours

    def person(self, external_id: str, name: str, **facts: object) -> str:
        """Add somebody; gives the id."""
        now = datetime.now(UTC)
        row = {
            "person_id": str(person_id_of(self.workspace_id, external_id)),
            "external_id": external_id,
            "name": name,
            "email": f"{external_id}@example.com",
            "phone": "+883510001234567",  # given out nowhere in particular: it says nothing of the time there
            "lifecycle": "lead",
            "do_not_contact": False,
            "time_zone": self.zone,
            "attributes": "{}",
            "is_demo": False,
            "created_at": now,
            "updated_at": now,
            **facts,
        }
        with self.cockpit.db.write() as conn:
            upsert_people(conn, self.workspace_id, pl.DataFrame([row]))
        return str(row["person_id"])

    def signal(self, external_id: str, kind: str, minutes_ago: float) -> None:
        """Something they did."""
        now = datetime.now(UTC)
        one = SignalIn(kind, now - timedelta(minutes=minutes_ago), external_id=external_id)
        receipt = receive(self.cockpit, self.workspace_id, [one], now)
        assert [item.status for item in receipt.items] == ["accepted"]

    def missed(self, *names: str) -> list[str]:
        """People who called in vain, the first one longest ago, hence first in the queue."""
        ids = []
        for at, name in enumerate(names):
            ids.append(self.person(f"p{at}", name))
            self.signal(f"p{at}", "MISSED_CALL", minutes_ago=5 + at)
        return ids


def started_desk(cockpit: Cockpit, name: str) -> Desk:
    """A new workspace, made where it is noon."""
    now = datetime.now(UTC)
    subdomain = f"desk-{uuid4().hex[:8]}"
    away = now.hour - 12
    # all workspaces: this one is not there yet
    with cockpit.db.write() as conn:
        made = start_workspace(conn, subdomain=subdomain, name=name, time_zone="UTC", now=now)
    return Desk(cockpit, subdomain, made, f"Etc/GMT{away:+d}" if away else "UTC")


@pytest.fixture
def desk(beside: Cockpit, request: pytest.FixtureRequest) -> Desk:
    return started_desk(beside, request.node.name[:40])


@dataclass(frozen=True, slots=True)
class Screen:
    """A page in the browser."""

    page: Page
    url: str

    def open(self, path: str) -> None:
        """Go there and wait until it is drawn."""
        self.page.goto(f"{self.url}{path}")
        self.page.locator("h1").first.wait_for(timeout=60_000)
        self.settle()

    def settle(self) -> None:
        """Wait until the script of the page has come to its end and everything it asked for is drawn."""
        self.page.locator('.stApp[data-test-script-state="notRunning"]').wait_for(timeout=60_000)
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)

    def press(self, key: str) -> None:
        """Press a key; what it does takes a moment, so whoever asks for the result waits for it."""
        self.page.keyboard.press(key)

    def at(self, place: str) -> str:
        """The lead in the Next-up bar, once the queue stands at this place, like `2 / 5`."""
        expect(self.page.locator(".st-key-do_steps")).to_contain_text(place)
        return self.current()

    def current(self) -> str:
        """The lead in the Next-up bar."""
        return self.page.locator(".st-key-next_up h2").inner_text()


@pytest.fixture(scope="session")
def left() -> list[Page]:
    """Pages that tests have left: a new one would have to read all scripts of Streamlit anew, for seconds."""
    return []


@pytest.fixture
def screen(browser: Browser, server: Served, left: list[Page]) -> Iterator[Callable[..., Screen]]:
    """Make a page of some size and colour scheme."""
    pages: list[Page] = []

    def make(size: tuple[int, int] = WIDE, scheme: str = "light") -> Screen:
        page = left.pop() if left else browser.new_page()
        pages.append(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        return Screen(page, server.url)

    yield make
    for page in pages:
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
        page.context.clear_cookies()
        page.goto(f"{server.url}/healthz")
    left += pages


@pytest.fixture
def postgres_copy(postgres_server: str, postgres_template: str, postgres_role: str) -> Iterator[Callable[[], str]]:
    """Make migrated databases that live as long as the test."""
    made: list[str] = []

    def make() -> str:
        made.append(f"journey_{uuid4().hex}")
        administer(postgres_server, f"CREATE DATABASE {made[-1]} TEMPLATE {postgres_template} OWNER {postgres_role}")
        return database_at(postgres_server, made[-1], postgres_role)

    yield make
    for name in made:
        administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")
