"""The host of the documents as it stands there: a program of its own that mints over HTTP, its page in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, expect

from cockpit.access import administration
from cockpit.api.cookies import EMBED
from cockpit.bootstrap import open_cockpit
from cockpit.model.viewer import whole_workspace
from cockpit.settings import Settings
from cockpit.storage.members import list_members
from tests.conftest import administer, database_at
from tests.journeys.conftest import Desk, started_desk
from tests.journeys.served import PATIENCE, ROOT, Served, serving
from tests.ports import free_port

pytestmark = pytest.mark.browser
SECRET = "example-secret-" * 3
HOST = ROOT / "docs" / "embedding" / "host.py"


@pytest.fixture
def served(
    postgres_server: str, postgres_template: str, postgres_role: str, tmp_path: Path
) -> Iterator[tuple[Served, Desk]]:
    """A server for members only, and a workspace of it with a person."""
    name = f"example_{uuid4().hex}"
    administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} OWNER {postgres_role}")
    url = database_at(postgres_server, name, postgres_role)
    own = {"COCKPIT_SECRET_KEY": "journey-key-" * 4, "PROVISIONING_SECRET": SECRET, "COCKPIT_DEMO": "false"}
    with serving(url, tmp_path, **own) as server, open_cockpit(Settings(database_url=url)) as cockpit:
        desk = started_desk(cockpit, "Example")
        desk.missed("Ana One")
        yield server, desk
    administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def host_program(**settings: str) -> Iterator[str]:
    """Run the program of the documents; gives the address of its page."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(HOST)], env={**os.environ, **settings, "HOST_PORT": str(port)})
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            try:
                httpx.get(f"http://localhost:{port}/", timeout=10)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def test_the_example_shows_the_cockpit_in_its_page(browser: Browser, served: tuple[Served, Desk]) -> None:
    server, desk = served
    apex = server.url.replace("127.0.0.1", "localhost")
    asked = {"COCKPIT_API": apex, "PROVISIONING_SECRET": SECRET, "WORKSPACE_ID": str(desk.workspace_id)}
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    with host_program(**asked) as host:
        page = context.new_page()
        page.goto(host)  # not allowed yet
        page.wait_for_timeout(1000)
        assert [cookie for cookie in context.cookies() if cookie["name"] == EMBED] == []
        administration.set_embed_origins(desk.cockpit.db, whole_workspace(desk.workspace_id), [host])
        time.sleep(2.5)  # the server keeps the list of sites for two seconds
        page.goto(host)
        inside = page.frame_locator("iframe")
        expect(inside.locator("h1")).to_have_text("Sales Cockpit")
        expect(inside.get_by_text("Ana One").first).to_be_visible()
        expect(inside.get_by_test_id("stSidebar")).to_have_count(0)
        assert [cookie["domain"] for cookie in context.cookies() if cookie["name"] == EMBED]
        page.get_by_role("link", name="People").click()
        expect(inside.locator("h1")).to_have_text("People")
        expect(inside.get_by_role("link", name="Ana One").first).to_be_visible()
        if os.environ.get("JOURNEY_SHOTS"):
            page.screenshot(path=f"{os.environ['JOURNEY_SHOTS']}/host_example.png")
        page.get_by_role("link", name="My profile").click()
        expect(inside.locator("h1")).to_have_text("Settings")
    context.close()
    with desk.cockpit.db.read(desk.workspace_id) as conn:
        assert "agent@example.com" in {one.email for one in list_members(conn, desk.workspace_id)}
