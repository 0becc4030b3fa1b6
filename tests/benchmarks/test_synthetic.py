"""Made-up data: the same for the same seed, and shaped like real data."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from cockpit.bench.synthetic import TYPES, Population, people_frames, signal_frames
from scoring.signals import BUILT_IN

POPULATION = Population(500, 5_000, until=datetime(2026, 3, 2, 9, tzinfo=UTC))


def test_same_seed_same_signals() -> None:
    assert pl.concat(signal_frames(POPULATION)).equals(pl.concat(signal_frames(POPULATION, batch=777)))


def test_signals_come_in_the_order_of_time_and_none_is_from_the_future() -> None:
    instants = pl.concat(signal_frames(POPULATION))["occurred_at"]
    assert instants.is_sorted()
    assert instants.max() < POPULATION.until


def test_few_people_get_most_of_the_signals() -> None:
    counts = pl.concat(signal_frames(POPULATION))["external_id"].value_counts()["count"].sort(descending=True)
    assert counts[:50].sum() > 0.25 * counts.sum()


def test_everybody_is_there_once_and_signals_are_of_known_people() -> None:
    people = pl.concat(people_frames(POPULATION, batch=99))["external_id"]
    assert people.n_unique() == people.len() == POPULATION.people
    assert set(pl.concat(signal_frames(POPULATION))["external_id"]) <= set(people)


def test_types_are_in_the_catalogue() -> None:
    assert [name for name in TYPES if name not in BUILT_IN] == []
