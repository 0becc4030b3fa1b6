"""`cockpit explain`: lines that add up exactly, and the shape other programs rely on."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.cli.command import cockpit_command

AS_OF = "2026-02-01T08:00:00Z"


@pytest.mark.parametrize("when", [["--as-of", AS_OF], []])
@pytest.mark.parametrize("person", ["c0", "c1", "c2", "c3"])
def test_points_sum_to_the_priority_exactly(loans: str, person: str, when: list[str]) -> None:
    answer = cockpit_command("explain", person, "--workspace", loans, *when, "--json")
    told = json.loads(answer.out, parse_float=Decimal)
    assert sum(line["points"] for line in told["lines"]) == told["priority"]


def test_json_has_the_promised_shape(loans: str) -> None:
    told = cockpit_command("explain", "c0", "--workspace", loans, "--as-of", AS_OF, "--json").json()
    assert {"priority", "band", "lines", "counterfactuals", "crosses_at"} <= set(told)
    assert all({"label", "points", "signals"} <= set(line) for line in told["lines"])
    signals = [signal for line in told["lines"] for signal in line["signals"]]
    assert signals
    assert all({"type", "count", "last_at", "age_days"} == set(signal) for signal in signals)


def test_explanation_is_of_the_panel(loans: str) -> None:
    """The number explained is the number shown, and the place is the place."""
    panels = cockpit_command("panels", "--workspace", loans, "--as-of", AS_OF, "--json").json()["panels"]
    for place, row in enumerate(panels["priority_leads"][:3], start=1):
        told = cockpit_command("explain", row["person_id"], "--workspace", loans, "--as-of", AS_OF, "--json").json()
        assert (told["priority"], told["band"], told["place"]) == (row["score"], row["band"], place)


def test_person_without_signals_has_no_data(loans: str) -> None:
    told = cockpit_command("explain", "c29", "--workspace", loans, "--as-of", AS_OF, "--json").json()
    assert (told["priority"], told["band"], told["lines"]) == (None, "no data", [])
    assert "No data" in cockpit_command("explain", "c29", "--workspace", loans, "--as-of", AS_OF).out


def test_a_person_reads_a_sum(loans: str) -> None:
    answer = cockpit_command("explain", "c0", "--workspace", loans, "--as-of", AS_OF)
    assert answer.status == 0
    assert "Client 0" in answer.out
    assert "Where everybody starts" in answer.out
    assert "Priority" in answer.out


def test_unknown_person_is_one_sentence(loans: str) -> None:
    answer = cockpit_command("explain", "nobody", "--workspace", loans)
    assert (answer.status, answer.err) == (1, "There is no person nobody in this workspace.\n")
