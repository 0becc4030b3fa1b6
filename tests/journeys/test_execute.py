"""One click in a real browser, against a fake Hub that calls nobody: undone, done, called, answered, scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import expect

from cockpit.hub import signatures
from cockpit.hub.fake.server import PATHS, Server, serving
from cockpit.hub.fake.state import Manner
from cockpit.hub.fake.webhooks import Target
from cockpit.hub.webhook_secrets import SIGNED
from cockpit.hub.wiring import Wiring, connect, disconnect
from cockpit.model.ids import WorkspaceId
from cockpit.presets.applier import add_mappings
from cockpit.storage.action_mappings import delete_action_mappings
from cockpit.storage.attempts import list_attempts
from cockpit.storage.database import Connection
from cockpit.storage.suggestions import list_suggestions
from cockpit.storage.workspaces import replace_data_version
from tests.automation.ground import refuse, set_guards
from tests.journeys.conftest import Desk, Screen
from tests.journeys.served import Served

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]
BAR, EXECUTE, OUTREACH = ".st-key-undo_bar", ".st-key-do_execute button", ".st-key-executions"


@dataclass(frozen=True, slots=True)
class Line:
    """A desk whose clicks reach a fake Hub, which tells of them by webhooks."""

    desk: Desk
    hub: Server

    def states(self) -> list[str]:
        """Of the executions, oldest first."""
        with self.desk.cockpit.db.read(self.desk.workspace_id) as conn:
            return [one.state for one in reversed(list_attempts(conn, self.desk.workspace_id))]

    def card(self, person_id: str) -> str:
        """The state of the card that calls them."""
        with self.desk.cockpit.db.read(self.desk.workspace_id) as conn:
            cards = list_suggestions(conn, self.desk.workspace_id, [person_id])
        return next(row["state"] for row in cards.iter_rows(named=True) if row["action_type"] == "CALL_LEAD")


@pytest.fixture
def line(desk: Desk, server: Served) -> Iterator[Line]:
    """Every call ends with an appointment, two seconds after it was taken."""
    now, secret = datetime.now(UTC), signatures.new_secret()
    target = Target(f"{server.url}/rest/aventora/webhook?workspace={desk.subdomain}", secret, signed=True)
    manner = Manner(target=target, outcome_after=2.0, outcomes={"phone": "booked"})
    with serving(lambda: datetime.now(UTC), manner) as hub:
        wiring = Wiring(
            hub.url,
            "key",
            desk.subdomain,
            idempotency="key",
            paths=PATHS,
            inside=True,
            webhook_secret=secret,
            webhook_mode=SIGNED,
        )
        with desk.cockpit.db.write(desk.workspace_id) as conn:
            connect(conn, desk.workspace_id, desk.cockpit.settings, wiring, now)
            add_mappings(conn, desk.workspace_id, now)
            set_guards(conn, desk.workspace_id, {"off": ["quiet_hours"]})  # the suite runs at any hour
            replace_data_version(conn, desk.workspace_id)
        yield Line(desk, hub)


Change = Callable[[Connection, WorkspaceId, UUID], object]
OBSTACLES: dict[str, Change] = {
    "paused": lambda conn, here, _: set_guards(conn, here, {"off": ["quiet_hours"], "paused": "all"}),
    "Quiet hours until 01:00": lambda conn, here, _: set_guards(
        conn, here, {"quiet_hours": {"opens": "01:00", "closes": "02:00"}}
    ),
    "Do not contact": refuse,
    "No mapping says how the Hub carries out CALL_LEAD": lambda conn, here, _: delete_action_mappings(
        conn, here, ["CALL_LEAD"], source="preset"
    ),
    "No Hub connected": lambda conn, here, _: disconnect(conn, here),
}


def score(here: Screen) -> float:
    """The last line of the receipt."""
    return float(here.page.locator(".st-key-why tfoot .points").inner_text())


def test_a_click_is_undone_then_done_and_its_outcome_moves_the_score(screen: Make, line: Line) -> None:
    (ana,) = line.desk.missed("Ana One")
    here = screen()
    here.open(f"/person?workspace={line.desk.subdomain}&id={ana}")
    before = score(here)
    expect(here.page.locator(EXECUTE)).to_contain_text("Call lead")

    here.press("Enter")
    expect(here.page.locator(BAR)).to_contain_text("Call lead for Ana One goes out in")
    assert (line.states(), line.card(ana)) == (["RESERVED"], "EXECUTED")
    here.press("u")
    expect(here.page.locator(BAR)).to_be_hidden()
    expect(here.page.locator(OUTREACH)).to_contain_text("Taken back")
    assert (line.states(), line.card(ana)) == (["CANCELLED"], "OPEN")

    here.page.locator(EXECUTE).click()
    expect(here.page.locator(BAR)).to_contain_text("goes out in")
    assert line.hub.hub.requests == 0  # neither the one taken back nor the one that waits
    expect(here.page.locator(BAR)).to_be_hidden()
    expect(here.page.get_by_test_id("stToast").first).to_contain_text("Call lead for Ana One")

    expect(here.page.locator(OUTREACH)).to_contain_text("Completed")
    expect(here.page.locator(OUTREACH)).to_contain_text("booked")
    assert (line.states(), line.hub.hub.requests) == (["CANCELLED", "COMPLETED"], 1)
    expect(here.page.locator(".st-key-story")).to_contain_text("Appointment booked")
    expect(here.page.locator(".st-key-why")).to_contain_text("Appointment booked")
    here.settle()
    assert score(here) > before


def test_the_queue_moves_on_and_undo_comes_back(screen: Make, line: Line) -> None:
    """By keyboard alone: nothing of what is taken back reaches the Hub."""
    line.desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/cockpit?workspace={line.desk.subdomain}")
    assert here.at("1 / 2") == "Ana One"
    here.press("Enter")
    expect(here.page.locator(".st-key-next_up h2")).to_have_text("Ben Two")
    expect(here.page.locator(BAR)).to_contain_text("goes out in")  # drawn last: the key does nothing before
    here.press("u")
    expect(here.page.locator(".st-key-next_up h2")).to_have_text("Ana One")
    assert (line.states(), line.hub.hub.requests) == (["CANCELLED"], 0)


def test_a_blocked_button_says_why(screen: Make, line: Line) -> None:
    """One obstacle after the other, each before the last one in the order in which they are asked."""
    (ana,), here = line.desk.missed("Ana One"), screen()
    here.open(f"/person?workspace={line.desk.subdomain}&id={ana}")
    for words, change in OBSTACLES.items():
        with line.desk.cockpit.db.write(line.desk.workspace_id) as conn:
            change(conn, line.desk.workspace_id, UUID(ana))
            replace_data_version(conn, line.desk.workspace_id)
        here.page.reload()
        expect(here.page.locator(EXECUTE)).to_contain_text(words)
        expect(here.page.locator(EXECUTE)).to_be_disabled()
        here.press("Enter")
    here.settle()
    assert (line.states(), line.hub.hub.requests) == ([], 0)


def test_without_a_hub_an_admin_is_led_to_the_settings(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    expect(here.page.locator(EXECUTE)).to_be_disabled()
    expect(here.page.locator(EXECUTE)).to_contain_text("No Hub connected")
    here.page.locator(".st-key-do_connect button").click()
    expect(here.page.locator("h1")).to_have_text("Settings")
    expect(here.page.locator("h2").first).to_have_text("Hub")
