"""The commands, as a person types them: what they print, the status they leave with, and what stays after a failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.storage.database import open_database

AT = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
HEADER = "source_event_id,type,occurred_at,person_id\n"


def run(url: str, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "COCKPIT_DATABASE_URL": url, **(environment or {})}
    command = [sys.executable, "-m", "cockpit", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=variables, timeout=300)


def test_import_answers_for_every_row(database_url: str, tmp_path: Path) -> None:
    assert run(database_url, "workspace", "create", "--subdomain", "loans", "--name", "Loan desk").returncode == 0
    listed = json.loads(run(database_url, "workspace", "list", "--json").stdout)
    assert listed["workspaces"][0]["subdomain"] == "loans"
    file = tmp_path / "s.csv"
    file.write_text(HEADER + f"e1,MISSED_CALL,{AT},p1\ne2,MISSED_CALL,yesterday,p1\n")
    done = run(database_url, "signals", "import", str(file), "--workspace", "loans")
    assert done.returncode == 1
    assert done.stdout.strip() == "signals: 2 rows = 1 accepted + 0 duplicate + 1 rejected + 0 unmatched"
    assert done.stderr.strip() == f"1 row was rejected, the others stay; the reasons are in {file}.rejects.csv."
    file.write_text(HEADER + f"e1,MISSED_CALL,{AT},p1\n")
    again = run(database_url, "signals", "import", str(file), "-w", "loans", "--json")
    assert (again.returncode, json.loads(again.stdout)["signals"]["duplicate"]) == (0, 1)
    assert not Path(f"{file}.rejects.csv").exists()
    scored = run(database_url, "rescore", "-w", "loans", "--json")
    assert json.loads(scored.stdout) == {"workspace": "loans", "people": 1}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("signals", "import", "none.csv", "-w", "north"), "There is no workspace called north."),
        (("workspace", "create", "--subdomain", "No Way", "--name", "x"), "'No Way' is no subdomain"),
        (("workspace", "create", "--subdomain", "x", "--name", "x", "--time-zone", "Mars/X"), "no time zone `Mars/X`"),
    ],
)
def test_faults_are_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    done = run(f"duckdb:///{tmp_path / 'c.duckdb'}", *words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_locked_database_says_who_holds_it(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'c.duckdb'}"
    holder = open_database(url)
    try:
        done = run(url, "workspace", "list")
    finally:
        holder.close()
    assert done.returncode == 1
    assert f"is held by process {os.getpid()}" in done.stderr


def test_full_disk_keeps_what_was_stored(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk that is full."""
    url = f"duckdb:///{tmp_path / 'c.duckdb'}"
    run(url, "workspace", "create", "--subdomain", "loans", "--name", "x")
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text(HEADER + f"a1,MISSED_CALL,{AT},p1\n")
    assert run(url, "signals", "import", str(small), "-w", "loans").returncode == 0
    large.write_text(HEADER + "".join(f"e{n},MISSED_CALL,{AT},q{n}\n" for n in range(20_000)))
    limit = (tmp_path / "c.duckdb").stat().st_size // 1024 + 256
    command = f"ulimit -f {limit}; exec {sys.executable} -m cockpit signals import {large} -w loans"
    variables = {**os.environ, "COCKPIT_DATABASE_URL": url}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, env=variables)
    assert done.returncode == 1
    assert "disk is full" in done.stderr
    again = run(url, "signals", "import", str(large), "-w", "loans", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["signals"]["accepted"] == 20_000
    stored = json.loads(run(url, "signals", "import", str(small), "-w", "loans", "--json").stdout)["signals"]
    assert (stored["rows"], stored["duplicate"]) == (1, 1)
