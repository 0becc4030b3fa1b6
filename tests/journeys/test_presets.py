"""An industry preset in a real browser: seen before it is applied, then its words and views on the lists."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Desk, Screen
from tests.journeys.test_screens import SMALL, WIDTHS, violations

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]


def test_a_preset_is_applied_and_its_words_and_views_are_there(screen: Make, desk: Desk) -> None:
    desk.missed("Ana One")
    here = screen()
    here.open(f"/settings?workspace={desk.subdomain}&tab=preset")
    expect(here.page.get_by_text("No preset is applied")).to_be_visible()
    here.page.get_by_role("combobox", name="Industry").click()
    here.page.get_by_role("option", name="Mortgage").click()
    expect(here.page.get_by_text("From the first rate look-up")).to_be_visible()
    here.page.get_by_text("One by one").click()
    expect(here.page.locator(".st-key-wide_preset_changes")).to_contain_text("Borrower / Borrowers")
    here.settle()
    assert violations(here.page) == []
    here.page.locator(".st-key-preset_apply button").click()
    expect(here.page.get_by_text(re.compile("Mortgage · Mortgage agent is applied: .* added"))).to_be_visible()
    expect(here.page.get_by_text("there is nothing to add or change")).to_be_visible()

    here.open(f"/objects?workspace={desk.subdomain}&type=people")
    expect(here.page.locator("h1")).to_have_text("Borrowers")
    here.page.get_by_role("button", name="Warm people").or_(here.page.get_by_role("radio", name="Warm people")).click()
    expect(here.page).to_have_url(re.compile("band=Warm"))
    expect(here.page.locator(".st-key-chips")).to_contain_text("Band: Warm")
    here.settle()
    assert violations(here.page) == []


def test_the_preset_screen_on_a_phone_in_the_dark(screen: Make, desk: Desk) -> None:
    here = screen(PHONE, "dark")
    here.open(f"/settings?workspace={desk.subdomain}&tab=preset")
    expect(here.page.get_by_text("What it would do:")).to_be_visible()
    assert violations(here.page) == []
    assert all(content <= window for content, window in here.page.evaluate(WIDTHS))
    assert here.page.evaluate(SMALL) == []
