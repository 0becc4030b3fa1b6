"""Few signals are added in plain Python, many by frames: both must give the same bits."""

from __future__ import annotations

import random
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.evidence import Evidence, add, add_many, no_evidence, replay
from scoring.few import MOST
from scoring.intake import InvalidSignals
from scoring.signals import BUILT_IN, Catalogue
from tests.scoring.stories import NOW, Row, frame, signal, stories

OWN = Catalogue(BUILT_IN).with_overrides(
    {"SOMETHING_NEW": {"direction": "outbound", "weight": -0.7, "closes_turn": "both"}}
)


def ordered(evidence: Evidence) -> Evidence:
    return Evidence(evidence.people.sort("person_id"), evidence.accumulators.sort("person_id", "type"))


def same(one: Evidence, other: Evidence) -> None:
    left, right = ordered(one), ordered(other)
    assert left.people.equals(right.people, null_equal=True)
    assert left.people.schema == right.people.schema
    assert left.accumulators.equals(right.accumulators, null_equal=True)
    assert left.accumulators.schema == right.accumulators.schema


@given(stories, st.lists(st.integers(0, 400), max_size=6), st.sampled_from([BUILT_IN, OWN]))
@settings(max_examples=150)
def test_few_by_few_as_many_at_once(story: list[Row], cuts: list[int], catalogue: Catalogue) -> None:
    known, rest = no_evidence(), frame(story)
    for day in (*sorted(cuts), 401):
        at = NOW - timedelta(days=400 - day, hours=3)
        part, rest = rest.filter(pl.col("occurred_at") < at), rest.filter(pl.col("occurred_at") >= at)
        grown = add(known, part, catalogue)
        same(grown, add_many(known, part, catalogue))
        known = grown


@given(stories, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_signals_of_the_same_day_one_after_the_other(story: list[Row], chance: random.Random) -> None:
    known, seen = no_evidence(), set[tuple[str, object]]()
    rows = [(who, kind, NOW + timedelta(minutes=chance.randrange(3_000)), *rest) for who, kind, _, *rest in story]
    for row in sorted(rows, key=lambda one: one[2]):
        if (row[0], row[2]) in seen:
            continue
        seen.add((row[0], row[2]))
        grown = add(known, frame([row]), BUILT_IN)
        same(grown, add_many(known, frame([row]), BUILT_IN))
        known = grown


def test_values_are_added_in_whole_ten_thousandths() -> None:
    halves = [
        signal("PURCHASE", 3 - place / 100, value=value) for place, value in enumerate((0.00005, 0.00015, 1.1, -2.5))
    ]
    same(add(no_evidence(), frame(halves), BUILT_IN), add_many(no_evidence(), frame(halves), BUILT_IN))


def test_who_has_nothing_new_stays() -> None:
    known = replay(frame([signal("MISSED_CALL", 3), signal("PAGE_VISITED", 2, "bob")]), BUILT_IN)
    new = frame([signal("SMS_REPLIED", 1)])
    same(add(known, new, BUILT_IN), add_many(known, new, BUILT_IN))


def test_what_cannot_be_read_is_refused_alike() -> None:
    nobody = frame([signal("MISSED_CALL", 3)]).with_columns(person_id=pl.lit(None, pl.String))
    for way in (add, add_many):
        with pytest.raises(InvalidSignals, match="lacks its person"):
            way(no_evidence(), nobody, BUILT_IN)


def test_more_than_few_go_by_frames_and_nothing_changes_at_the_border() -> None:
    rows = [signal("PAGE_VISITED", 30 - place / 20, f"p{place % 7}") for place in range(MOST + 1)]
    for size in (MOST, MOST + 1):
        same(add(no_evidence(), frame(rows[:size]), BUILT_IN), add_many(no_evidence(), frame(rows[:size]), BUILT_IN))
