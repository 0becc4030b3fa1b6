"""Lists and settings in a real browser: readable by everybody, by keyboard, on a phone, in a host, and when broken."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.conftest import administer
from tests.journeys.conftest import PHONE, WIDE, Desk, Screen
from tests.journeys.test_screens import SMALL, WIDTHS, violations

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]

SCREENS = [
    "/objects?",
    "/objects?q=zzz&",
    "/objects?type=companies&",
    "/objects?type=opportunities&",
    "/objects?type=tasks&",
    *(
        f"/settings?tab={tab}&"
        for tab in ("workspace", "members", "roles", "embedding", "api-keys", "hub", "guards", "profile", "billing")
    ),
    "/not_ours?path=/settings/billing&",
]
IN_THE_LIST = "() => !!document.activeElement.closest('.listing tbody')"
PAPER = "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
SEEN = "() => getComputedStyle(document.activeElement).outlineStyle"


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_axe_finds_nothing_on_any_new_screen(screen: Make, size: tuple[int, int]) -> None:
    here = screen(size)
    faults = {}
    for path in SCREENS:
        here.open(f"{path}workspace=demo")
        faults[path] = violations(here.page)
        if size == WIDE:
            faults[f"{path} dark"] = in_the_dark(here)
        assert all(content <= window for content, window in here.page.evaluate(WIDTHS)), path
        if size == PHONE:
            assert here.page.evaluate(SMALL) == [], path
    assert {path: found for path, found in faults.items() if found} == {}


def in_the_dark(here: Screen) -> list[str]:
    """What is wrong with the page once the device has changed to dark colours; then back to light ones."""
    light = here.page.evaluate(PAPER)
    here.page.emulate_media(color_scheme="dark")
    here.page.wait_for_function(f"light => ({PAPER})() !== light", arg=light)
    found = violations(here.page)
    here.page.emulate_media(color_scheme="light")
    here.page.wait_for_function(f"light => ({PAPER})() === light", arg=light)
    return found


def test_a_person_is_found_and_opened_by_keyboard(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One", "Ben Two", "Zoë <b>Three</b>")
    here = screen()
    here.open(f"/objects?workspace={desk.subdomain}")
    expect(here.page.locator(".listing tbody tr")).to_have_count(3)
    here.page.get_by_role("textbox", name="Search").focus()
    here.page.keyboard.type("zoë")
    here.press("Enter")
    expect(here.page.locator(".listing tbody tr")).to_have_count(1)
    expect(here.page).to_have_url(re.compile(r"q=zo"))
    here.settle()
    for _ in range(40):
        here.press("Tab")
        if here.page.evaluate(IN_THE_LIST):
            break
    assert here.page.evaluate(SEEN) != "none", "the focus can be seen"
    here.press("Enter")
    expect(here.page.locator("h1")).to_have_text("Zoë <b>Three</b>")


def test_the_way_through_the_pages(screen: Make, desk: Desk) -> None:
    for number in range(60):
        desk.person(f"p{number}", f"Person {number:02d}")
    here = screen()
    here.open(f"/objects?workspace={desk.subdomain}&sort=Name")
    rows = here.page.locator(".listing tbody tr")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("Person 00")
    here.page.get_by_role("button", name="Next page").click()
    expect(rows).to_have_count(10)
    expect(rows.first).to_contain_text("Person 50")
    second = here.page.url
    here.page.get_by_role("button", name="Previous page").click()
    expect(rows.first).to_contain_text("Person 00")
    copied = screen()
    copied.page.goto(second)
    expect(copied.page.locator(".listing tbody tr").first).to_contain_text("Person 50")
    expect(copied.page.get_by_role("button", name="Next page")).to_be_disabled()


def test_filters_are_chips_and_part_of_the_address(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One", "Ben Two")
    here = screen()
    here.open(f"/objects?workspace={desk.subdomain}&q=nobody&owner=Me&sort=Name")
    expect(here.page.get_by_text("No leads to show")).to_be_visible()
    expect(here.page.get_by_role("radio", name="Me", exact=True)).to_be_checked()
    expect(here.page.get_by_role("radio", name="Name", exact=True)).to_be_checked()
    here.page.get_by_role("button", name="Whose: Me").click()
    expect(here.page.get_by_role("radio", name="All", exact=True)).to_be_checked()
    here.page.get_by_role("button", name="Clear filters").first.click()
    expect(here.page.locator(".listing tbody tr")).to_have_count(2)
    expect(here.page).not_to_have_url(re.compile(r"[?&](q|owner)="))


def test_a_list_that_cannot_be_read_says_so_and_comes_back(screen: Make, journeys_url: str, desk: Desk) -> None:
    desk.missed("Ana One")
    here = screen()
    administer(journeys_url, "ALTER TABLE conversation RENAME TO conversation_away")
    try:
        here.open(f"/objects?workspace={desk.subdomain}")
        expect(here.page.get_by_text("Sales cockpit is not available yet.")).to_be_visible()
        expect(here.page.get_by_text(re.compile("^Code "))).to_be_visible()
        assert "Traceback" not in here.page.content()
        assert violations(here.page) == []
    finally:
        administer(journeys_url, "ALTER TABLE conversation_away RENAME TO conversation")
    here.page.get_by_role("button", name="Try again").click()
    expect(here.page.locator(".listing tbody tr")).to_have_count(1)


def test_inside_a_host_there_is_no_navigation(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One")
    here = screen()
    for path in ("/objects?", "/settings?tab=members&"):
        here.open(f"{path}workspace={desk.subdomain}&embed=true")
        expect(here.page.get_by_test_id("stSidebar")).to_have_count(0)
        expect(here.page.get_by_role("radio", name="Companies")).to_have_count(0)
        expect(here.page.get_by_role("radio", name="Embedding")).to_have_count(0)
        assert violations(here.page) == []
    here.open(f"/objects?workspace={desk.subdomain}&embed=true")
    here.page.locator(".listing tbody a").first.click()
    expect(here.page.locator("h1")).to_have_text("Ana One")
    expect(here.page).to_have_url(re.compile(r"embed=true"))
    expect(here.page.get_by_test_id("stSidebar")).to_have_count(0)


def test_an_admin_allows_a_site_to_embed(screen: Make, desk: Desk) -> None:
    here = screen()
    here.open(f"/settings?tab=embedding&workspace={desk.subdomain}")
    box = here.page.get_by_role("textbox", name="Origins, one a line")
    box.fill("https://crm.example.com/some/path")
    here.page.get_by_role("button", name="Save", exact=True).click()
    expect(here.page.get_by_role("alert")).to_contain_text("is no origin like https://crm.example.com")
    assert violations(here.page) == []
    box.fill("https://crm.example.com")
    here.page.get_by_role("button", name="Save", exact=True).click()
    expect(here.page.get_by_role("listitem").filter(has_text="https://crm.example.com")).to_be_visible()
