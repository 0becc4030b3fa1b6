"""Signing in at a provider in a real browser, and what happens to open screens when the session is taken away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cockpit.access import sessions as stored
from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import MemberId
from cockpit.settings import Settings
from cockpit.storage.members import upsert_member
from cockpit.storage.suggestions import list_suggestions
from tests.access.provider import CLIENT, SECRET, Provider, providing
from tests.journeys.conftest import WIDE, Desk, Screen
from tests.journeys.served import Served, serving

pytestmark = pytest.mark.browser
# At once, whether the screen has already noticed or not.
PRESS = """[...document.querySelectorAll("button")]
    .filter((one) => /Undo|Snooze/.test(one.innerText)).forEach((one) => one.click())"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as made:
        yield made


@pytest.fixture
def url(postgres_copy: Callable[[], str]) -> str:
    return postgres_copy()


@pytest.fixture
def served(url: str, provider: Provider, tmp_path: Path) -> Iterator[Served]:
    ours = {"COCKPIT_SECRET_KEY": "journey-key-" * 4, "COCKPIT_DEMO": "false", "COCKPIT_OIDC_NAME": "Acme ID"}
    theirs = {"COCKPIT_OIDC_ISSUER": provider.issuer, "COCKPIT_OIDC_CLIENT_ID": CLIENT}
    with serving(url, tmp_path, **ours, **theirs, COCKPIT_OIDC_CLIENT_SECRET=SECRET) as running:
        yield running


@pytest.fixture
def eva(url: str, served: Served) -> Iterator[tuple[Desk, MemberId]]:
    """The desk of Eva, who is a member by her e-mail address."""
    now = datetime.now(UTC)
    away = now.hour - 12
    with open_cockpit(Settings(database_url=url)) as cockpit:
        with cockpit.db.write() as conn:
            north = start_workspace(conn, subdomain="north", name="North", time_zone="UTC", now=now)
            who = upsert_member(conn, north, email="eva@example.com", name="Eva", role="member", now=now)
        yield Desk(cockpit, "north", north, f"Etc/GMT{away:+d}" if away else "UTC"), who


def test_in_by_the_provider_and_out_by_a_revocation(
    browser: Browser, served: Served, eva: tuple[Desk, MemberId], tmp_path: Path
) -> None:
    """The screens that were open act no more from that moment: neither a page nor a part that draws itself anew."""
    desk, who = eva
    first, second = desk.missed("Ana One", "Ben Two")
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    page = context.new_page()
    here = Screen(page, served.url)
    page.goto(f"{served.url}/cockpit")
    expect(page.locator("h1")).to_have_text("Sign in")
    page.screenshot(path=str(tmp_path / "sign_in.png"))
    page.get_by_role("link", name="Continue with Acme ID").click()
    expect(page.locator("h1")).to_have_text("Sales Cockpit")
    here.settle()
    assert page.url.startswith(f"{served.url}/cockpit")
    expect(page.get_by_role("link", name="Log out")).to_be_visible()
    other = context.new_page()
    Screen(other, served.url).open("/cockpit")

    page.evaluate(PRESS)
    expect(page.locator(".st-key-undo_bar")).to_be_visible()
    assert states(desk, first) == ["SNOOZED"]
    with desk.cockpit.db.write() as conn:
        assert stored.end_of_member(conn, desk.workspace_id, who, datetime.now(UTC)) == 1
    began = time.monotonic()
    for one in (page, other):  # Undo is in a part of the page that is drawn anew each second
        one.evaluate(PRESS)
    for one in (page, other):
        expect(one.locator("h1")).to_have_text("Sign in", timeout=10_000)
        expect(one.get_by_text("Ana One")).to_have_count(0)
    took = time.monotonic() - began
    assert (states(desk, first), states(desk, second)) == (["SNOOZED"], ["OPEN"])
    assert took < 8, took  # five seconds, and what two clicks and a busy machine need
    context.close()


def states(desk: Desk, person_id: str) -> list[str]:
    with desk.cockpit.db.read(desk.workspace_id) as conn:
        return list_suggestions(conn, desk.workspace_id, [person_id])["state"].to_list()
