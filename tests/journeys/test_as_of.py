"""Looking back in a real browser: the instant is in the address, survives opening a person, and is left again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from cockpit.ingestion.receive import receive
from cockpit.ingestion.record import SignalIn
from tests.journeys.conftest import Desk, Screen
from tests.journeys.test_screens import violations

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]

THEN = "2011-12-12T08:00:00Z"
IN_ADDRESS = re.compile(r"[?&]as_of=2011-12-12T08(:|%3A)00(:|%3A)00Z(&|$)")


@pytest.fixture
def loans(desk: Desk) -> Desk:
    """An old log of calls: Olga missed us before the instant, Lars after it."""
    calls = {"Olga Old": datetime(2011, 12, 12, 7, 50, tzinfo=UTC), "Lars Late": datetime(2011, 12, 20, 9, tzinfo=UTC)}
    for name, at in calls.items():
        desk.person(name[:4].lower(), name)
        one = SignalIn("MISSED_CALL", at, external_id=name[:4].lower())
        receive(desk.cockpit, desk.workspace_id, [one], datetime.now(UTC))
    return desk


def test_the_past_survives_opening_a_person(screen: Make, loans: Desk) -> None:
    here = screen()
    here.open(f"/cockpit?workspace={loans.subdomain}&as_of={THEN}")
    banner = here.page.locator(".st-key-as_of_banner")
    expect(banner).to_contain_text("As of 12 Dec 2011, 08:00 UTC: as it was then; nothing can be changed here")
    cards = here.page.locator(".st-key-phone_priority_leads .who")
    assert cards.all_text_contents() == ["Olga Old"]
    expect(here.page.get_by_text("Fresh · 10 min ago").first).to_be_visible()
    assert violations(here.page) == []
    for key in ("do_execute", "do_snooze", "do_dismiss"):
        expect(here.page.locator(f".st-key-{key} button").first).to_be_disabled()
        expect(here.page.locator(f".st-key-{key} button:enabled")).to_have_count(0)
    for key in ("s", "Enter"):
        here.press(key)
    expect(here.page.locator(".st-key-undo_bar")).to_have_count(0)
    here.press("o")
    expect(here.page.locator("h1")).to_have_text("Olga Old")
    expect(here.page).to_have_url(IN_ADDRESS)
    expect(banner).to_be_visible()
    here.settle()
    here.page.get_by_role("button", name="Cockpit").click()
    expect(here.page.locator("h1")).to_have_text("Sales Cockpit")
    expect(here.page).to_have_url(IN_ADDRESS)
    here.settle()
    banner.get_by_role("button", name="Back to now").click()
    expect(banner).to_have_count(0)
    expect(here.page).not_to_have_url(re.compile("as_of"))
    expect(cards).to_have_count(2)


def test_an_instant_is_picked_in_the_toolbar(screen: Make, loans: Desk) -> None:
    here = screen()
    here.open(f"/cockpit?workspace={loans.subdomain}&as_of=2011-12-25T08:00:00Z")
    here.page.get_by_role("button", name="As of: 25 Dec 2011, 08:00 UTC").click()
    here.page.get_by_role("spinbutton", name="day").click()
    here.page.get_by_role("button", name="Monday, December 12, 2011").click()
    here.page.get_by_role("button", name="Show", exact=True).click()
    expect(here.page).to_have_url(IN_ADDRESS)
    expect(here.page.locator(".st-key-as_of_banner")).to_contain_text("12 Dec 2011")
    expect(here.page.get_by_role("button", name="Show", exact=True)).to_be_hidden()
