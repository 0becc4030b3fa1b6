"""`cockpit hub`: connecting, testing and the fake one, as a terminal does it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cockpit.hub.client import start
from cockpit.hub.connection import HubConnection
from cockpit.hub.fake.server import PATHS
from cockpit.hub.outcomes import Sent
from tests.cli.command import cockpit_command
from tests.hub.asked import asked, fake_hub


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    given = {"COCKPIT_DATABASE_URL": f"duckdb:///{tmp_path / 'hub.duckdb'}", "COCKPIT_DEMO": "false"}
    assert (
        cockpit_command("workspace", "create", "--subdomain", "acme", "--name", "Acme", environment=given).status == 0
    )
    return given


def test_connect_test_secret_and_disconnect(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_hub(key="the-key") as server:
        monkeypatch.setattr(sys, "stdin", io.StringIO("the-key\n"))
        words = ["hub", "connect", "-w", "acme", "--url", server.url, "--domain", "acme"]
        paths = [f"--option={name}={path}" for name, path in PATHS.items()]
        outside = cockpit_command(*words, environment=environment)
        assert (outside.status, "could not be reached" in outside.out) == (1, True)
        monkeypatch.setattr(sys, "stdin", io.StringIO("the-key\n"))
        inside = cockpit_command(*words, "--inside", *paths, "--idempotency", "key", environment=environment)
        assert (inside.status, "knows the domain acme" in inside.out) == (0, True)
        tested = cockpit_command("hub", "test", "-w", "acme", "--json", environment=environment)
        assert (tested.status, tested.json()["works"]) == (0, True)
        server.hub.set({"key": "another"})
        assert cockpit_command("hub", "test", "-w", "acme", environment=environment).status == 1
    assert cockpit_command("hub", "secret", "-w", "acme", environment=environment).out.startswith("whsec_")
    assert cockpit_command("hub", "secret", "-w", "acme", "--forget-old", environment=environment).status == 0
    assert cockpit_command("hub", "disconnect", "-w", "acme", environment=environment).status == 0
    gone = cockpit_command("hub", "test", "-w", "acme", environment=environment)
    assert (gone.status, "No Hub is connected" in gone.err) == (1, True)


def test_the_fake_hub_runs_as_a_program_with_faults_over_http() -> None:
    command = [
        sys.executable,
        "-m",
        "cockpit",
        "hub",
        "fake",
        "--port",
        "0",
        "--idempotency",
        "none",
        "--webhook",
        "http://127.0.0.1:9/x",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "COCKPIT_DEMO": "false"}
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        connection = HubConnection(url, "any", "acme", inside=True, seconds=3)
        assert isinstance(start(connection, asked()), Sent)
        httpx.put(f"{url}/fake/faults", json={"next": ["too_many"]}).raise_for_status()
        assert not isinstance(start(connection, asked()), Sent)
        assert httpx.put(f"{url}/fake/faults", json={"shares": {"flood": 1}}).status_code == 422
        assert httpx.put(f"{url}/fake/settings", json={"color": "blue"}).status_code == 422
        seen = httpx.get(f"{url}/fake").json()
        assert (seen["requests"], seen["taken"]) == (2, 1)
        assert json.dumps(seen["engagements"][0]["request"]["phone_number"]) == '"+15551234567"'
        process.terminate()
