"""Automation in a real browser: a rule is rehearsed, edited, enabled and stopped; readable by everybody, on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cockpit.presets.applier import add_mappings
from cockpit.storage.rule_versions import get_stored_rule
from cockpit.storage.workspaces import replace_data_version
from tests.automation.ground import set_guards
from tests.journeys.conftest import PHONE, Desk, Screen
from tests.journeys.test_screens import SMALL, WIDTHS, violations

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]
RULE = "av_cockpit_missed_call"
CARD, BAR = f".st-key-rule_{RULE}", ".st-key-undo_bar"
TABS = ("Rules", "Editor", "Rehearsal", "Report", "Held tray", "Guard log")


def shot(here: Screen, name: str) -> None:
    """Keep a picture, where somebody wants to look."""
    if folder := os.environ.get("SHOTS"):
        here.page.screenshot(path=Path(folder) / f"automation-{name}.png")


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Twelve people who called in vain in the last hours, and may be called at any hour."""
    now = datetime.now(UTC)
    for number in range(12):
        desk.person(f"p{number}", f"Person {number:02d}")
        desk.signal(f"p{number}", "MISSED_CALL", minutes_ago=30 + 45 * number)
    with desk.cockpit.db.write(desk.workspace_id) as conn:
        add_mappings(conn, desk.workspace_id, now)
        set_guards(conn, desk.workspace_id, {"off": ["quiet_hours", "consent"]})
        replace_data_version(conn, desk.workspace_id)
    return desk


def to(here: Screen, tab: str) -> None:
    """Open a tab."""
    here.page.get_by_role("tab", name=tab).click()
    expect(here.page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    here.settle()


def test_a_rule_is_rehearsed_enabled_and_stopped(screen: Make, busy: Desk) -> None:
    here = screen()
    here.open(f"/cockpit?workspace={busy.subdomain}")
    here.page.get_by_role("button", name="Rules, rehearsals and reports").click()
    expect(here.page.locator("h1")).to_have_text("Automation")
    card = here.page.locator(CARD)
    expect(card).to_contain_text("DRAFT")
    card.get_by_role("button", name="Rehearse").click()
    expect(here.page.get_by_text("What would have happened")).to_be_visible()  # a worker of the server did it
    expect(here.page.locator(".st-key-rehearsal_numbers")).to_contain_text("People reached")
    here.settle()
    shot(here, "rehearsal")

    to(here, "Rules")
    card.get_by_text("Enabled", exact=True).click()
    expect(card).to_contain_text("ENABLED")
    here.settle()
    card.get_by_text("Auto-run", exact=True).click()
    dialog = here.page.get_by_role("dialog")
    expect(dialog).to_contain_text("In the busiest 24 hours")
    here.settle()
    shot(here, "dialog")
    assert violations(here.page) == []
    dialog.get_by_role("button", name="Let it act by itself").click()
    expect(card).to_contain_text("AUTO-RUN")
    expect(here.page.locator(BAR)).to_contain_text("acts by itself")
    here.settle()
    here.page.locator(BAR).get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("ENABLED")
    expect(here.page.locator(BAR)).to_be_hidden()
    here.page.get_by_role("button", name="Pause all auto-run").click()
    expect(here.page.get_by_text("All auto-run is paused since")).to_be_visible()
    with busy.cockpit.db.read(busy.workspace_id) as conn:
        stored = get_stored_rule(conn, busy.workspace_id, RULE)
    assert (stored.enabled, stored.auto_execute) == (True, False)
    assert stored.rehearsed_rate is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_tab(screen: Make, busy: Desk, scheme: str) -> None:
    here = screen(scheme=scheme)
    here.open(f"/automation?workspace={busy.subdomain}")
    for tab in TABS:
        to(here, tab)
        shot(here, f"{tab.lower().replace(' ', '-')}-{scheme}")
        assert violations(here.page) == [], tab


def test_a_phone_scrolls_in_one_direction_only(screen: Make, busy: Desk) -> None:
    here = screen(PHONE)
    for tab in ("Rules", "Editor", "Report"):
        here.open(f"/automation?workspace={busy.subdomain}&tab={tab}")
        shot(here, f"phone-{tab.lower()}")
        assert all(content <= window for content, window in here.page.evaluate(WIDTHS)), tab
        assert here.page.evaluate(SMALL) == [], tab


def test_embedded_it_has_no_navigation(screen: Make, busy: Desk) -> None:
    here = screen()
    here.open(f"/settings/automation?workspace={busy.subdomain}&embed=true")
    expect(here.page.locator("h1")).to_have_text("Automation")
    expect(here.page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(here.page.locator(CARD)).to_be_visible()
