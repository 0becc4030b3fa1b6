"""Workflows in a real browser, against a fake Hub: activated, started, filled in, carried out; readable by all."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import expect

from cockpit.automation.workflows.start import start_one
from cockpit.model.ids import PersonId
from cockpit.presets.applier import apply
from cockpit.storage.workspaces import replace_data_version
from tests.automation.flows import ASK, ASKED, HELLO, WAIT, make_flow, owner
from tests.automation.ground import set_guards
from tests.journeys.conftest import PHONE, WIDE, Screen
from tests.journeys.test_execute import Line, line
from tests.journeys.test_screens import SMALL, WIDTHS, violations

__all__ = ["line"]  # the fixture: a desk with a fake Hub
pytestmark = pytest.mark.browser
Make = Callable[..., Screen]
KEY = "av_wf_manual_engage_person"
CARD = f".st-key-flow_{KEY}"


def shot(here: Screen, name: str) -> None:
    """Keep a picture, where somebody wants to look."""
    folder = os.environ.get("SHOTS")
    if folder:
        here.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def flows(line: Line) -> Line:
    """The six templates, as drafts."""
    with line.desk.cockpit.db.write(line.desk.workspace_id) as conn:
        apply(conn, line.desk.workspace_id, "generic", None, datetime.now(UTC))
        set_guards(conn, line.desk.workspace_id, {"off": ["quiet_hours", "consent"]})
        replace_data_version(conn, line.desk.workspace_id)
    return line


def test_a_workflow_is_activated_started_filled_in_and_carried_out(screen: Make, flows: Line) -> None:
    flows.desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/objects?type=workflows&workspace={flows.desk.subdomain}")
    card = here.page.locator(CARD)
    expect(card).to_contain_text("DRAFT")
    expect(card.get_by_role("button", name="Start for a person…")).to_be_disabled()
    card.get_by_text("Active", exact=True).click()
    expect(card).to_contain_text("ACTIVE")
    card.get_by_role("button", name="Start for a person…").click()
    dialog = here.page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Person").click()
    here.page.keyboard.type("Ana")
    here.page.keyboard.press("Enter")
    shot(here, "start")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(here.page.get_by_text("Waiting for you")).to_be_visible()
    here.page.get_by_role("combobox", name="Channel").click()
    here.page.keyboard.type("sms")
    here.page.keyboard.press("Enter")
    here.page.get_by_label("Instruction").fill("Ask Ana what she needs.")
    here.settle()
    shot(here, "form")
    here.page.get_by_role("button", name="Go on").click()
    expect(here.page.get_by_text("Waiting for you")).to_have_count(0)
    card.get_by_text("Last runs").click()
    expect(card).to_contain_text("Form: Channel, Instruction")
    expect(card).to_contain_text("Say hello: on the channel of the form")
    while flows.states() != ["COMPLETED"]:
        here.page.wait_for_timeout(500)
    here.page.get_by_role("button", name="Refresh").click()
    expect(card).to_contain_text("Completed")
    here.settle()
    shot(here, "runs")
    assert flows.hub.hub.requests == 1


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")])
def test_everybody_can_read_it(screen: Make, flows: Line, size: tuple[int, int], scheme: str) -> None:
    """A form that waits, a run with its steps, six templates: nothing for axe, nothing too small, nothing cut off."""
    db, workspace, now = flows.desk.cockpit.db, flows.desk.workspace_id, datetime.now(UTC)
    ana, ben = (PersonId(UUID(one)) for one in flows.desk.missed("Ana One", "Ben Two"))
    make_flow(db, workspace, now, ASK, ASKED, key="asking")
    make_flow(db, workspace, now, HELLO, WAIT)
    start_one(db, owner(workspace), "asking", ana, now)
    start_one(db, owner(workspace), "welcome", ben, now)
    here = screen(size, scheme)
    here.open(f"/workflows?workspace={flows.desk.subdomain}")
    here.page.locator(".st-key-flow_welcome").get_by_text("Last runs").click()
    expect(here.page.locator(".st-key-flow_welcome")).to_contain_text("Waits until")
    here.page.locator(".st-key-flow_welcome").get_by_text("Versions").click()
    expect(here.page.locator(".st-key-flow_welcome")).to_contain_text("The newest first")
    here.settle()
    shot(here, f"all_{size[0]}_{scheme}")
    assert violations(here.page) == []
    if size == PHONE:
        assert all(content <= window for content, window in here.page.evaluate(WIDTHS))
        assert here.page.evaluate(SMALL) == []
