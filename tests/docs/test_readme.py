"""The README keeps its promise: the first block runs the product, the second one runs the tests."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.docs.markdown import ROOT, blocks
from tests.ports import free_port

RUN, TEST = blocks(ROOT / "README.md")[:2]


def test_both_blocks_start_from_a_bare_python() -> None:
    for block in (RUN, TEST):
        assert block.splitlines()[:2] == ["python3 -m venv .venv", ".venv/bin/pip install -q uv"]


def test_running_installs_only_what_running_needs() -> None:
    assert "--no-dev" in RUN
    assert "--frozen" in RUN


def test_second_block_checks_and_tests() -> None:
    assert [line.split("/")[-1].split()[0] for line in TEST.splitlines()[3:]] == [
        "ruff",
        "ruff",
        "mypy",
        "lint-imports",
        "pytest",
    ]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The server that the first block's last line starts, on a free port and an empty home."""
    programs = Path(sys.executable).parent
    words = shlex.split(RUN.splitlines()[-1].replace(".venv/bin/", f"{programs}/"))
    port, home = free_port(), str(tmp_path)
    environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "COCKPIT_PORT": str(port)}
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()


def test_run_command_answers(served: str, tmp_path: Path) -> None:
    deadline = time.monotonic() + 300  # it takes seconds; a busy machine is no failure
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{served}/healthz").json()["status"] == "ok":
                assert httpx.get(f"{served}/").status_code == 200
                return
        except httpx.TransportError:
            time.sleep(0.3)
    pytest.fail((tmp_path / "log").read_text())
