"""A workspace whose maker died opens by itself, as the server's own worker finishes it; members have their pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from cockpit.access.avatars import drawn_anew, keep
from cockpit.storage.members import upsert_member
from cockpit.storage.memberships import find_login
from cockpit.storage.workspace_states import replace_attempt
from tests.access.pictures import photo
from tests.journeys.conftest import PHONE, Desk, Screen
from tests.journeys.test_screens import violations

pytestmark = pytest.mark.browser
Make = Callable[..., Screen]


def test_a_workspace_whose_maker_died_opens_by_itself(screen: Make, desk: Desk) -> None:
    now, here = datetime.now(UTC), screen(PHONE, "dark")
    desk.missed("Ana One")
    put_off(desk, until=now + timedelta(hours=1))
    here.open(f"/cockpit?workspace={desk.subdomain}")
    expect(here.page.locator("h1")).to_have_text("Setting up your workspace")
    expect(here.page.get_by_text("Ana One")).to_have_count(0)
    assert violations(here.page) == []
    put_off(desk, until=now)  # its turn has come: the worker of the server does the rest
    expect(here.page.locator("h1")).to_have_text("Sales Cockpit")


def put_off(desk: Desk, until: datetime) -> None:
    """Say that the making of a workspace was begun, and when it is to be gone on with."""
    with desk.cockpit.db.write(desk.workspace_id) as conn:
        replace_attempt(conn, desk.workspace_id, attempts=1, retry_at=until)


def test_members_have_their_pictures(screen: Make, desk: Desk) -> None:
    now, image = datetime.now(UTC), drawn_anew(photo())
    assert image
    email = f"ann@{desk.subdomain}.com"
    # all workspaces: a login is not a workspace's
    with desk.cockpit.db.write() as conn:
        upsert_member(conn, desk.workspace_id, email=email, name="Ann", now=now)
        login = find_login(conn, email)
        assert login
        keep(conn, login.user_id, image, now)
    here = screen()
    here.open(f"/settings?tab=members&workspace={desk.subdomain}")
    face = here.page.locator("img.face").first
    expect(face).to_be_visible()
    assert face.evaluate("image => [image.complete, image.naturalWidth]") == [True, 256]
    assert violations(here.page) == []
