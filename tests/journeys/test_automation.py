"""Automation in a real browser: a rule is edited, rehearsed, enabled and stopped; readable by everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cockpit.presets.applier import add_mappings
from cockpit.storage.workspaces import replace_data_version
from tests.automation.ground import set_guards
from tests.journeys.conftest import Desk, Screen

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]
RULE = "av_cockpit_missed_call"
CARD = f".st-key-rule_{RULE}"


def shot(here: Screen, name: str) -> None:
    """Keep a picture, where somebody wants to look."""
    folder = os.environ.get("SHOTS")
    if folder:
        here.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Forty people who called in vain within the last day, and agreed to be called back."""
    now = datetime.now(UTC)
    for number in range(12):
        desk.person(f"p{number}", f"Person {number:02d}")
        desk.signal(f"p{number}", "MISSED_CALL", minutes_ago=30 + 60 * number)
    with desk.cockpit.db.write(desk.workspace_id) as conn:
        add_mappings(conn, desk.workspace_id, now)
        set_guards(conn, desk.workspace_id, {"off": ["quiet_hours", "consent"]})
        replace_data_version(conn, desk.workspace_id)
    return desk


def test_a_rule_is_edited_rehearsed_enabled_and_stopped(screen: Make, busy: Desk) -> None:
    here = screen()
    here.open(f"/automation?workspace={busy.subdomain}")
    card = here.page.locator(CARD)
    expect(card).to_contain_text("DRAFT")
    shot(here, "rules")
    card.get_by_role("button", name="Rehearse").click()
    expect(here.page.get_by_text("What would have happened")).to_be_visible()
    here.settle()
    shot(here, "rehearsal")
    here.page.get_by_role("tab", name="Report").click()
    here.settle()
    shot(here, "report")
    here.page.get_by_role("tab", name="Editor").click()
    here.settle()
    shot(here, "editor")
    here.page.get_by_role("tab", name="Held tray").click()
    here.settle()
    shot(here, "held")
    here.page.get_by_role("tab", name="Guard log").click()
    here.settle()
    shot(here, "log")
    here.page.get_by_role("tab", name="Rules").click()
    here.settle()
    card.get_by_text("Enabled", exact=True).click()
    expect(card).to_contain_text("ENABLED")
    here.settle()
    card.get_by_text("Auto-run", exact=True).click()
    expect(here.page.get_by_role("dialog")).to_be_visible()
    here.settle()
    shot(here, "dialog")
