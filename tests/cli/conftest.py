"""A workspace made by the commands themselves: thirty people of a loan desk and what happened to them."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.command import cockpit_command

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
TYPES = ("EMAIL_SENT", "EMAIL_OPENED", "MISSED_CALL", "CALL_COMPLETED", "SMS_REPLIED", "PRICING_VIEWED", "NO_ANSWER")


def write_people(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["external_id", "name", "email", "phone", "company"])
        rows.writerows(
            [f"c{number}", f"Client {number}", f"c{number}@example.com", f"+141555501{number:02}", "Acme"]
            for number in range(30)
        )


def write_signals(path: Path) -> None:
    chance = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["source_event_id", "external_id", "type", "occurred_at"])
        rows.writerows(
            [
                f"e{number}",
                f"c{chance.randrange(28)}",
                chance.choice(TYPES),
                (START + timedelta(minutes=chance.randrange(40_000))).isoformat(),
            ]
            for number in range(300)
        )


@pytest.fixture(scope="session")
def loan_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files an analyst would bring."""
    folder = tmp_path_factory.mktemp("loans")
    people, signals = folder / "people.csv", folder / "signals.csv"
    write_people(people)
    write_signals(signals)
    return people, signals


@pytest.fixture(scope="session")
def loans_file(loan_files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database that only these tests read, filled once."""
    url = f"duckdb:///{tmp_path_factory.mktemp('database') / 'loans.duckdb'}"
    fill(url, *loan_files)
    return url


@pytest.fixture
def loans(loans_file: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The filled database as the one of the environment; answers the workspace's subdomain."""
    monkeypatch.setenv("COCKPIT_DATABASE_URL", loans_file)
    return "loans"


def fill(url: str, people: Path, signals: Path) -> None:
    """Make the workspace and import its files."""
    environment = {"COCKPIT_DATABASE_URL": url}
    for words in (
        ["workspace", "create", "--subdomain", "loans", "--name", "Loan desk"],
        ["signals", "import", str(signals), "--workspace", "loans", "--people", str(people)],
    ):
        answer = cockpit_command(*words, environment=environment)
        assert answer.status == 0, answer.err
