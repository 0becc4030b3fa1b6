"""A real server: `cockpit serve` in a process of its own, on a free port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    url: str
    process: subprocess.Popen[str]
    output: Path


def environment(database_url: str, **settings: str) -> dict[str, str]:
    """The environment of a command, without any setting of the caller."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COCKPIT_", "STREAMLIT_"))}
    return {**kept, "COCKPIT_DATABASE_URL": database_url, **settings}


def cockpit(*words: str, database_url: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "cockpit", *words],
        cwd=ROOT,
        env=environment(database_url, **settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def serving(database_url: str, folder: Path, *, scheme: str = "http", **settings: str) -> Iterator[Served]:
    """Start a server, wait for its first healthy answer, stop it at the end."""
    port, output = free_port(), folder / "server.log"
    env = environment(database_url, COCKPIT_PORT=str(port), **settings)
    with output.open("w") as log:
        command = [sys.executable, "-m", "cockpit", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, text=True)
    try:
        served = Served(f"{scheme}://127.0.0.1:{port}", process, output)
        wait_for(served)
        yield served
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def wait_for(served: Served) -> None:
    """Wait for the first healthy answer."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and served.process.poll() is None:
        try:
            # Certificates of a test are known to nobody else.
            if httpx.get(f"{served.url}/healthz", timeout=5, verify=False).status_code == 200:  # noqa: S501
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer: {served.output.read_text()}")
