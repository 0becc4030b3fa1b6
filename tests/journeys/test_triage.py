"""Working the queue in a real browser: with the keyboard alone, with the mouse, and against the database."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cockpit.storage.suggestions import list_suggestions
from tests.journeys.conftest import Desk, Screen

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]


def states(desk: Desk, person_id: str) -> list[str]:
    with desk.cockpit.db.read() as conn:
        return list_suggestions(conn, desk.workspace_id, [person_id])["state"].to_list()


def test_a_signal_that_comes_in_makes_a_row(screen: Make, desk: Desk) -> None:
    here = screen()
    desk.person("jane", "Jane Journey")
    here.open(f"/cockpit?workspace={desk.subdomain}")
    expect(here.page.locator(".st-key-next_up")).to_contain_text("All caught up")
    desk.signal("jane", "MISSED_CALL", minutes_ago=3)
    here.press("g")
    expect(here.page.locator(".st-key-next_up h2")).to_have_text("Jane Journey")
    expect(here.page.locator(".st-key-panel_follow_up_required")).to_contain_text("Jane Journey")


def test_what_is_new_is_offered_without_a_reload(screen: Make, desk: Desk) -> None:
    """A page that lies open notices by itself; it moves when the visitor says so, not under the hand."""
    desk.missed("Ana One")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    news = here.page.locator(".st-key-show_news button")
    expect(news).to_have_count(0)
    desk.person("jane", "Jane Journey")
    desk.signal("jane", "MISSED_CALL", minutes_ago=3)
    expect(news).to_have_text(re.compile("Show what is new"))
    assert here.at("1 / 1") == "Ana One", "nothing has moved"
    news.click()
    expect(here.page.locator(".st-key-do_steps")).to_contain_text("/ 2")
    expect(news).to_have_count(0)


def test_the_queue_is_worked_by_keyboard_alone(screen: Make, desk: Desk) -> None:
    """Next, back, snooze, undo, why, dismiss, open: no pointer is used."""
    ids = desk.missed("Ana One", "Ben Two", "Cara Three", "Dan Four", "Eve Five")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    seen = [here.at("1 / 5")]
    for place in range(2, 6):
        here.press("j")
        seen.append(here.at(f"{place} / 5"))
    assert sorted(seen) == ["Ana One", "Ben Two", "Cara Three", "Dan Four", "Eve Five"]
    for place in range(4, 0, -1):
        here.press("k")
        assert here.at(f"{place} / 5") == seen[place - 1]
    here.press("s")
    expect(here.page.locator(".st-key-next_up h2")).to_have_text(seen[1])
    expect(here.page.locator(".st-key-undo_bar")).to_contain_text(f"Snoozed {seen[0]} until")
    here.press("u")
    expect(here.page.locator(".st-key-next_up h2")).to_have_text(seen[0])
    here.press("w")
    expect(here.page.get_by_role("dialog")).to_contain_text("Points that add up to the score")
    here.press("Escape")
    expect(here.page.get_by_role("dialog")).to_be_hidden()
    here.press("o")
    expect(here.page.locator("h1")).to_have_text(seen[0])
    assert here.page.url.split("?")[0].endswith("/person")
    assert all(states(desk, one) == ["OPEN"] for one in ids)


def test_a_snooze_is_stored_and_undone(screen: Make, desk: Desk) -> None:
    first, _ = desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    here.page.get_by_role("button", name="Snooze S").click()
    expect(here.page.locator(".st-key-undo_bar")).to_be_visible()
    assert states(desk, first) == ["SNOOZED"]
    here.page.get_by_role("button", name="Undo").click()
    expect(here.page.locator(".st-key-undo_bar")).to_be_hidden()
    assert states(desk, first) == ["OPEN"]


def test_undo_is_offered_for_ten_seconds(screen: Make, desk: Desk) -> None:
    first, _ = desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    here.press("s")
    expect(here.page.locator(".st-key-undo_bar")).to_be_visible()
    expect(here.page.locator(".st-key-undo_bar")).to_be_hidden()
    assert states(desk, first) == ["SNOOZED"]


def test_a_dismissal_needs_a_reason(screen: Make, desk: Desk) -> None:
    first, _ = desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    here.press("d")
    dialog = here.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Call lead")
    dialog.get_by_role("button", name="Not now").click()
    expect(here.page.locator(".st-key-undo_bar")).to_contain_text("Dismissed for Ana One: not now")
    expect(here.page.locator(".st-key-next_up h2")).to_have_text("Ben Two")
    with desk.cockpit.db.read() as conn:
        card = list_suggestions(conn, desk.workspace_id, [first]).row(0, named=True)
    assert (card["state"], card["dismiss_reason"]) == ("DISMISSED", "NOT_NOW")


def test_enter_sends_nothing_without_a_hub(screen: Make, desk: Desk) -> None:
    (ana,) = desk.missed("Ana One")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    expect(here.page.locator(".st-key-do_execute button")).to_be_disabled()
    here.press("Enter")
    here.settle()
    expect(here.page.locator(".st-key-undo_bar")).to_have_count(0)
    assert states(desk, ana) == ["OPEN"]


def test_enter_on_another_button_is_that_button(screen: Make, desk: Desk) -> None:
    """Who tabs to Why and presses Enter must get the why, not a call."""
    desk.missed("Ana One")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    here.page.get_by_role("button", name="Why Shortcut W").focus()
    here.press("Enter")
    expect(here.page.get_by_role("dialog")).to_contain_text("Points that add up to the score")
    expect(here.page.get_by_test_id("stToast")).to_have_count(0)


def test_single_keys_can_be_turned_off(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    here.page.get_by_text("Single-key shortcuts").click()
    expect(here.page.get_by_role("button", name="Next Shortcut J")).to_have_count(0)
    for key in ("j", "s", "Enter"):
        here.press(key)
        here.page.wait_for_timeout(400)
    here.settle()
    assert here.at("1 / 2") == "Ana One"
    expect(here.page.locator(".st-key-undo_bar")).to_have_count(0)
    expect(here.page.get_by_test_id("stToast")).to_have_count(0)


def test_typing_in_the_search_is_no_shortcut(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    here.page.get_by_role("textbox", name="Search").fill("two")
    here.page.get_by_role("textbox", name="Search").press("Enter")
    expect(here.page.locator(".st-key-next_up h2")).to_have_text("Ben Two")
    expect(here.page).to_have_url(re.compile(r"[?&]q=two(&|$)"))
    expect(here.page.get_by_test_id("stToast")).to_have_count(0)


def test_a_row_picked_in_a_panel_becomes_the_current_lead(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}")
    grid = here.page.locator(".st-key-table_priority_leads .dvn-scroller")
    grid.click(position={"x": 17, "y": 88})
    expect(here.page.locator(".st-key-next_up")).to_contain_text("Next up in Priority Leads")
