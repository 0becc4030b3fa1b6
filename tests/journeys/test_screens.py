"""Both screens in a real browser: readable by everybody, on a phone, by deep link, and with one panel broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cockpit.panels.registry import PANELS
from tests.conftest import administer
from tests.journeys.conftest import PHONE, Desk, Screen

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]

AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
DEMO = "/cockpit?workspace=demo"
SMALL = """() => [...document.querySelectorAll(
    '.stMain [data-testid^="stBaseButton"], .stMain [data-variant], .stMain .exports a, .who')]
  .map(e => [e.innerText, e.getBoundingClientRect()])
  .filter(([text, box]) => box.width && box.height && (box.height < 43.5 || box.width < 43.5))
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
WIDTHS = """() => ['html', '[data-testid="stMain"]'].map(name => document.querySelector(name))
  .map(e => [e.scrollWidth, e.clientWidth])"""


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AA).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_either_screen(screen: Make, scheme: str) -> None:
    here = screen(scheme=scheme)
    here.open(DEMO)
    assert violations(here.page) == []
    here.press("w")
    expect(here.page.get_by_role("dialog")).to_contain_text("Points that add up to the score")
    assert violations(here.page) == []
    here.press("Escape")
    here.press("o")
    expect(here.page.get_by_role("tab", name="Timeline")).to_be_visible()
    here.settle()
    assert violations(here.page) == []
    here.page.get_by_role("tab", name="Score history").click()
    expect(here.page.locator(".js-plotly-plot")).to_be_visible()
    assert violations(here.page) == []


def test_ten_panels_are_drawn(screen: Make) -> None:
    here = screen()
    here.open(DEMO)
    titles = here.page.locator('[class*="st-key-panel_"] h2').all_inner_texts()
    assert len(titles) == 10
    for panel in PANELS.values():
        assert any(title.startswith(panel.title) for title in titles)
    expect(here.page.get_by_test_id("stDataFrame")).to_have_count(10)
    expect(here.page.get_by_text("No leads to show")).to_have_count(0)


def test_a_phone_scrolls_in_one_direction_only(screen: Make) -> None:
    here = screen(PHONE)
    here.open(DEMO)
    assert all(content <= window for content, window in here.page.evaluate(WIDTHS))
    assert here.page.evaluate(SMALL) == []
    expect(here.page.get_by_test_id("stDataFrame").first).to_be_hidden()
    expect(here.page.locator(".card").first).to_be_visible()
    act = here.page.locator(".st-key-do_execute button").bounding_box()
    assert act
    assert act["y"] + act["height"] <= PHONE[1], "the first action is above the fold"
    here.page.locator(".st-key-do_open button").click()
    expect(here.page.get_by_role("tab", name="Timeline")).to_be_visible()
    here.settle()
    assert all(content <= window for content, window in here.page.evaluate(WIDTHS))
    assert here.page.evaluate(SMALL) == []


def test_a_card_leads_to_the_person(screen: Make, desk: Desk) -> None:
    desk.missed("Ana <b>One</b> *x* [y](http://evil.example)")
    here = screen()
    here.open(f"/cockpit?workspace={desk.subdomain}&layout=Cards")
    expect(here.page.get_by_test_id("stDataFrame")).to_have_count(0)
    card = here.page.locator(".st-key-panel_priority_leads .card a").first
    expect(card).to_have_text("Ana <b>One</b> *x* [y](http://evil.example)")
    card.click()
    expect(here.page.locator("h1")).to_have_text("Ana <b>One</b> *x* [y](http://evil.example)")


def test_a_copied_address_shows_the_same(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One", "Ben Two")
    address = f"/cockpit?workspace={desk.subdomain}&owner=Me&q=nobody&layout=Cards"
    here = screen()
    here.open(address)
    expect(here.page.get_by_role("radio", name="Me", exact=True)).to_be_checked()
    expect(here.page.get_by_role("radio", name="Cards")).to_be_checked()
    expect(here.page.get_by_role("textbox", name="Search")).to_have_value("nobody")
    panel = here.page.locator(".st-key-panel_priority_leads")
    expect(panel).to_contain_text("No leads to show")
    expect(panel).to_contain_text("Nobody here matches the filter or the search.")


def test_the_root_leads_to_the_cockpit(screen: Make) -> None:
    here = screen()
    here.open("/")
    expect(here.page).to_have_url(re.compile(r"/cockpit(\?|$)"))


def test_a_host_link_opens_the_person(screen: Make, desk: Desk) -> None:
    (first,) = desk.missed("Ana One")
    here = screen()
    here.open(f"/object/person/{first}?workspace={desk.subdomain}")
    expect(here.page.locator("h1")).to_have_text("Ana One")
    score = here.page.locator(".receipt tfoot td").inner_text()
    points = here.page.locator(".receipt tbody .points").all_inner_texts()
    total = sum(int(text.replace("−", "-").replace(".", "").replace("+", "")) for text in points)
    assert total == int(score.replace(".", ""))


@pytest.mark.parametrize("identity", [str(UUID(int=5)), "nobody", "", "'; drop table person"])
def test_an_unknown_person_is_said_so(screen: Make, desk: Desk, identity: str) -> None:
    here = screen()
    here.open(f"/person?workspace={desk.subdomain}&id={identity}")
    expect(here.page.locator("h1")).to_have_text("No such person")
    here.page.get_by_role("button", name="Back to the cockpit").click()
    expect(here.page.locator("h1")).to_have_text("Sales Cockpit")


def test_an_unknown_workspace_is_said_so(screen: Make) -> None:
    here = screen()
    here.open("/cockpit?workspace=nowhere")
    expect(here.page.locator("h1")).to_have_text("No such workspace")


def test_one_failing_panel_leaves_nine(screen: Make, journeys_url: str, desk: Desk) -> None:
    desk.missed("Ana One")
    here = screen()
    administer(journeys_url, "ALTER TABLE member_day RENAME TO member_day_away")
    try:
        here.open(f"/cockpit?workspace={desk.subdomain}")
        broken = here.page.locator(".st-key-panel_team_activity")
        expect(broken).to_contain_text("Sales cockpit is not available yet.")
        expect(broken).to_contain_text("Code ")
        expect(here.page.get_by_text("Sales cockpit is not available yet.")).to_have_count(1)
        expect(here.page.locator(".st-key-panel_priority_leads")).to_contain_text("Ana One")
        assert "Traceback" not in here.page.content()
    finally:
        administer(journeys_url, "ALTER TABLE member_day_away RENAME TO member_day")
    broken.get_by_role("button", name="Try again").click()
    expect(here.page.get_by_text("Sales cockpit is not available yet.")).to_have_count(0)


def test_the_browser_loads_nothing_from_elsewhere(screen: Make) -> None:
    here = screen()
    asked: list[str] = []
    complaints: list[str] = []
    here.page.on("request", lambda request: asked.append(request.url))
    here.page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    here.open(DEMO)
    here.press("o")
    here.page.get_by_role("tab", name="Score history").click()
    expect(here.page.locator(".js-plotly-plot")).to_be_visible()
    own = (here.url, here.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert complaints == []
