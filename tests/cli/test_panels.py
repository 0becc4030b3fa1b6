"""`cockpit panels`: the shape other programs rely on, and what a person reads."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import cockpit_command
from tests.cli.conftest import fill

SLUGS = [
    "priority_leads",
    "suggested_actions",
    "hot_leads",
    "follow_up_required",
    "stale_leads",
    "reconnect_recent",
    "reconnect_oldies",
    "recently_engaged",
    "team_activity",
    "automation_suggestions",
]
AS_OF = "2026-02-01T08:00:00Z"


def test_json_has_all_ten_panels_in_their_order(loans: str) -> None:
    told = cockpit_command("panels", "--workspace", loans, "--as-of", AS_OF, "--json").json()
    assert list(told) == ["workspace", "as_of", "panels"]
    assert (told["workspace"], told["as_of"]) == ("loans", AS_OF)
    assert list(told["panels"]) == SLUGS


def test_rows_carry_what_other_programs_read(loans: str) -> None:
    told = cockpit_command("panels", "--workspace", loans, "--as-of", AS_OF, "--limit", "5", "--json").json()
    rows = told["panels"]["priority_leads"]
    assert len(rows) == 5
    for row in rows:
        assert {"person_id", "external_id", "name", "rank_value", "why", "suggested_action"} <= set(row)
        assert row["external_id"].startswith("c")
        assert row["why"]
    assert [row["rank_value"] for row in rows] == sorted((row["rank_value"] for row in rows), reverse=True)


def test_a_past_instant_knows_nothing_of_what_came_later(loans: str) -> None:
    told = cockpit_command("panels", "--workspace", loans, "--as-of", "2026-01-05T07:00:00Z", "--json").json()
    assert told["panels"]["recently_engaged"] == []


def test_one_panel_and_a_person_reading_it(loans: str) -> None:
    answer = cockpit_command("panels", "--workspace", loans, "--panel", "recently_engaged", "--as-of", AS_OF)
    assert answer.status == 0
    assert "Recently Engaged" in answer.out
    assert "Client " in answer.out
    assert "Priority Leads" not in answer.out


def test_empty_panel_says_so(loans: str) -> None:
    answer = cockpit_command("panels", "--workspace", loans, "--panel", "hot_leads", "--as-of", "2026-01-05T07:00:00Z")
    assert "No leads to show" in answer.out


def test_unknown_panel_is_one_sentence(loans: str) -> None:
    answer = cockpit_command("panels", "--workspace", loans, "--panel", "lukewarm")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("There is no panel lukewarm: choose one of priority_leads,")


def test_unknown_workspace_is_one_sentence(loans: str) -> None:
    answer = cockpit_command("panels", "--workspace", "nowhere")
    assert (answer.status, answer.err) == (1, "There is no workspace called nowhere.\n")


def test_instant_without_zone_is_refused(loans: str) -> None:
    answer = cockpit_command("panels", "--workspace", loans, "--as-of", "2026-02-01T08:00:00")
    assert answer.status == 1
    assert "has no time zone" in answer.err


def test_both_engines_tell_the_same(database_url: str, loan_files: tuple[Path, Path], loans_file: str) -> None:
    """The commands from an empty database to the panels, against the panels of the DuckDB file."""
    fill(database_url, *loan_files)
    words = ["panels", "--workspace", "loans", "--as-of", AS_OF, "--json"]
    mine, first = (
        cockpit_command(*words, environment={"COCKPIT_DATABASE_URL": url}) for url in (database_url, loans_file)
    )
    assert mine.json() == first.json()
