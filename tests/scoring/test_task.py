"""The task of a catalogue, who would be ranked, and labels from outcomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from scoring.learning_labels import known_pairs, labels_of
from scoring.task import InvalidTask, Task, eligible_pairs, parse_task, training_grid

DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)


def at(day: float) -> datetime:
    return DAY_ONE + timedelta(days=day)


def events(*rows: tuple[str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        {"person_id": [person for person, _ in rows], "occurred_at": [at(day) for _, day in rows]},
        schema={"person_id": pl.String, "occurred_at": pl.Datetime("us", "UTC")},
    )


def instants(*days: float) -> pl.Series:
    return pl.Series("as_of", [at(day) for day in days], dtype=pl.Datetime("us", "UTC"))


def test_a_task_keeps_what_it_knows_and_leaves_the_rest() -> None:
    task = parse_task({"view": "reconnect", "horizon_days": 273, "train_horizon_days": 91, "colour": "red"})
    assert (task.view, task.learned_days, task.stretch) == ("reconnect", 91, 3)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"view": "lukewarm"}, "The view must be hot, priority or reconnect, not 'lukewarm'."),
        ({"horizon_days": 0}, "horizon_days must be a number of days above 0, not 0."),
        ({"train_horizon_days": float("nan")}, "train_horizon_days must be a number of days above 0, not nan."),
        ({"horizon_days": True}, "horizon_days must be a number of days above 0, not True."),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidTask, match=sentence.replace(".", r"\.")):
        parse_task(table)


def test_who_is_ranked_follows_from_what_was_known_before_the_instant() -> None:
    task = Task(all_have_signals=True, open_if_quiet_less_than_days=30)
    people = pl.DataFrame({"person_id": ["fresh", "silent", "done", "later", "never"]})
    signals = events(("fresh", 50), ("silent", 10), ("done", 55), ("later", 60))
    ranked = eligible_pairs(task, people, signals, events(("done", 58)), instants(60))
    assert ranked["person_id"].to_list() == ["fresh"]


def test_labels_count_outcomes_from_the_instant_to_the_end_of_the_horizon() -> None:
    pairs = pl.DataFrame({"as_of": [at(10)] * 5, "person_id": ["before", "start", "inside", "end", "none"]})
    outcomes = events(("before", 9.9), ("start", 10), ("inside", 12), ("inside", 13), ("end", 17))
    assert labels_of(pairs, outcomes, 7).tolist() == [0, 1, 1, 0, 0]


def test_labels_that_are_not_known_yet_are_left_out() -> None:
    pairs = pl.DataFrame({"as_of": [at(1), at(10), at(11)], "person_id": ["a", "b", "c"]})
    assert known_pairs(pairs, 20, at(30))["person_id"].to_list() == ["a", "b"]


def test_the_grid_to_learn_from_ends_where_the_last_horizon_is_over() -> None:
    grid = training_grid(at(100), 20, at(0)).to_list()
    assert len(grid) == 12
    assert grid[-1] == at(80)
    assert grid[0] == at(25)  # steps of whole days, so that the time of day stays
    assert training_grid(at(100), 20, at(77)).to_list() == [at(78), at(79), at(80)]
    assert training_grid(at(100), 20, None).to_list() == [at(80)]
