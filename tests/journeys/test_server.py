"""The server as a process: how it starts, stops and says what is wrong. On the default engine, DuckDB."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.served import cockpit, serving

KEY = "journey-key-" * 4


def test_a_first_start_seeds_a_demo_and_stops_when_told(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'first.duckdb'}"
    with serving(url, tmp_path) as served:
        assert httpx.get(f"{served.url}/healthz").json()["status"] == "ok"
        assert httpx.get(f"{served.url}/readyz").json()["checks"] == {"database": "ok", "worker": "ok"}
        assert httpx.get(f"{served.url}/").status_code == 200
        people = httpx.get(f"{served.url}/exports/people.csv", params={"workspace": "demo"})
        assert people.status_code == 200
        assert len(people.text.splitlines()) > 100
        assert httpx.get(f"{served.url}/_stcore/metrics").status_code == 404
        assert httpx.get(f"{served.url}/exports/nothing.csv", params={"workspace": "demo"}).status_code == 404
        locked = cockpit("serve", database_url=url, COCKPIT_PORT="0")
        assert locked.returncode == 1
        assert "Traceback" not in locked.stderr
        assert len(locked.stderr.strip().splitlines()) == 1
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) in (0, -signal.SIGTERM)
        assert "Traceback" not in served.output.read_text()
    again = cockpit("workspace", "list", "--json", database_url=url)
    assert '"demo"' in again.stdout


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = cockpit("serve", database_url=f"duckdb:///{tmp_path / 'x.duckdb'}", COCKPIT_PORT=port)
    assert answer.returncode == 1
    assert f"Port {port}" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_an_open_address_without_a_key_is_refused(tmp_path: Path) -> None:
    answer = cockpit("serve", "--host", "0.0.0.0", database_url=f"duckdb:///{tmp_path / 'x.duckdb'}")  # noqa: S104
    assert answer.returncode == 1
    assert "COCKPIT_SECRET_KEY" in answer.stderr
    assert not (tmp_path / "x.duckdb").exists()


@pytest.mark.browser
def test_with_a_key_a_stranger_sees_only_the_sign_in(
    tmp_path: Path, browser: Browser, postgres_copy: Callable[[], str]
) -> None:
    with serving(postgres_copy(), tmp_path, COCKPIT_SECRET_KEY=KEY) as served:
        page = browser.new_page()
        page.goto(f"{served.url}/cockpit")
        expect(page.locator("h1")).to_have_text("Sign in")
        assert httpx.get(f"{served.url}/exports/people.csv?workspace=demo").status_code == 401
        code = served.output.read_text().split("with this code: ")[1].split()[0]
        page.get_by_label("Sign-in code").fill(code)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_have_text("Sales Cockpit", timeout=30_000)
        assert page.context.cookies()[0]["httpOnly"]
        page.close()
