from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.evidence import Evidence, advance, late, no_evidence, replay
from scoring.intake import InvalidSignals
from scoring.signals import BUILT_IN, Catalogue
from tests.scoring.stories import NOW, Row, frame, plain_amounts, plain_conversation, signal, stories

EMPTY = frame([])


def same(one: Evidence, other: Evidence, tolerance: float = 0.0) -> None:
    """Equal up to a relative tolerance of the sums."""
    keys = [name for name in ("as_of", "person_id") if name in one.people.columns]
    assert one.people.sort(keys).equals(other.people.sort(keys), null_equal=True)
    left, right = (e.accumulators.sort(*keys, "type") for e in (one, other))
    assert left.drop("amount").equals(right.drop("amount"), null_equal=True)
    for a, b in zip(left["amount"], right["amount"], strict=True):
        assert a == pytest.approx(b, rel=tolerance, abs=tolerance) if tolerance else a == b


@given(stories)
def test_sums_are_those_of_the_definition(story: list[Row]) -> None:
    found = replay(frame(story), BUILT_IN).accumulators.filter(~pl.col("type").str.starts_with("@"))
    assert {(r["person_id"], r["type"]): r["total"] for r in found.to_dicts()} == {
        key: total for key, (_, total) in plain_amounts(story).items()
    }
    for row in found.to_dicts():
        assert row["amount"] == pytest.approx(plain_amounts(story)[row["person_id"], row["type"]][0], rel=1e-12)


@given(stories)
def test_conversations_are_those_of_the_definition(story: list[Row]) -> None:
    found = {row.pop("person_id"): row for row in replay(frame(story), BUILT_IN).people.to_dicts()}
    assert found == plain_conversation(story)


@given(stories, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_bit(story: list[Row], chance: random.Random) -> None:
    shuffled = story.copy()
    chance.shuffle(shuffled)
    same(replay(frame(story), BUILT_IN), replay(frame(shuffled), BUILT_IN))


@given(stories, st.lists(st.integers(0, 400), max_size=3))
def test_advancing_step_by_step_is_a_replay(story: list[Row], cuts: list[int]) -> None:
    known, rest = no_evidence(), frame(story)
    for day in sorted(cuts):
        at = NOW - timedelta(days=400 - day, hours=3)
        part, rest = rest.filter(pl.col("occurred_at") < at), rest.filter(pl.col("occurred_at") >= at)
        known = advance(known, part, BUILT_IN)
    same(advance(known, rest, BUILT_IN), replay(frame(story), BUILT_IN), 1e-9)


@given(stories)
@settings(max_examples=10)
def test_one_by_one_is_a_replay(story: list[Row]) -> None:
    known = no_evidence()
    ordered = sorted(story, key=lambda row: row[2])
    unique = [row for n, row in enumerate(ordered) if (row[0], row[2]) not in {(r[0], r[2]) for r in ordered[:n]}]
    for row in unique:
        known = advance(known, frame([row]), BUILT_IN)
    same(known, replay(frame(unique), BUILT_IN), 1e-9)


@given(stories, st.integers(0, 400))
def test_later_rows_leave_an_as_of_result_alone(story: list[Row], day: int) -> None:
    at = NOW - timedelta(days=400 - day)
    before = frame(story).filter(pl.col("occurred_at") < at)
    same(replay(frame(story), BUILT_IN, at), replay(before, BUILT_IN))


@given(stories, st.lists(st.integers(0, 400), min_size=1, max_size=3, unique=True))
@settings(max_examples=30)
def test_many_instants_in_one_replay(story: list[Row], days: list[int]) -> None:
    instants = [NOW - timedelta(days=day) for day in days]
    when = pl.DataFrame({"as_of": instants}, schema={"as_of": pl.Datetime("us", "UTC")})
    together = replay(frame(story).join(when, how="cross"), BUILT_IN, by=("as_of", "person_id"))
    for at in instants:
        alone = replay(frame(story), BUILT_IN, at)
        part = (frame.filter(pl.col("as_of") == at).drop("as_of") for frame in (together.people, together.accumulators))
        same(Evidence(*part), alone)


def test_late_people_must_be_replayed() -> None:
    known = replay(frame([signal("MISSED_CALL", 3), signal("MISSED_CALL", 3, "bob")]), BUILT_IN)
    new = frame([signal("SMS_REPLIED", 3), signal("SMS_REPLIED", 2, "bob"), signal("SMS_REPLIED", 9, "cyd")])
    assert late(known, new).to_list() == ["ann"]
    with pytest.raises(ValueError, match="1 people have signals that are not later"):
        advance(known, new, BUILT_IN)


def test_nothing_new_changes_nothing() -> None:
    known = replay(frame([signal("MISSED_CALL", 3)]), BUILT_IN)
    assert advance(known, EMPTY, BUILT_IN) is known


def test_a_day_counts_three_of_a_kind() -> None:
    found = replay(frame([signal("PAGE_VISITED", 10)] * 1000), BUILT_IN).accumulators
    assert found.filter(pl.col("type") == "PAGE_VISITED").select("amount", "total", "day_count").row(0) == (3, 3, 1000)


def test_no_signals_no_evidence() -> None:
    none = replay(EMPTY, BUILT_IN)
    assert none.people.is_empty()
    assert none.people.schema == no_evidence().people.schema
    assert none.accumulators.schema == replay(frame([signal("MISSED_CALL", 1)]), BUILT_IN).accumulators.schema


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_that_are_no_numbers_are_refused(value: float) -> None:
    with pytest.raises(InvalidSignals, match="not a finite number"):
        replay(frame([signal("ORDER_PLACED", 1, value=value)]), BUILT_IN)


def test_a_signal_needs_person_type_and_time() -> None:
    with pytest.raises(InvalidSignals, match="lacks"):
        replay(frame([("ann", "MISSED_CALL", None, None, None)]), BUILT_IN)  # type: ignore[list-item]


def test_optional_columns_may_be_absent() -> None:
    row = frame([signal("MISSED_CALL", 1)])
    same(replay(row, BUILT_IN), replay(row.drop("value", "scheduled_for"), BUILT_IN))


@pytest.mark.parametrize("hours", [1.0, 24.0])
def test_ten_years_and_an_hour_of_half_life(hours: float) -> None:
    quick = Catalogue().with_overrides({"BLINK": {"half_life_days": hours / 24, "weight": 1, "direction": "inbound"}})
    rows = [("ann", "BLINK", NOW - timedelta(days=day), None, None) for day in (3652, 1000, 0)]
    found = replay(frame(rows), quick).accumulators.filter(pl.col("type") == "BLINK")
    assert found["amount"].to_list() == [1.0]


def test_forty_thousand_signals_of_one_person() -> None:
    start = datetime(2023, 1, 1, tzinfo=UTC)
    story: list[Row] = [("ann", "PAGE_VISITED", start + timedelta(minutes=10 * n), None, None) for n in range(40_211)]
    found = replay(frame(story), BUILT_IN)
    amount, total = plain_amounts(story)["ann", "PAGE_VISITED"]
    row = found.accumulators.filter(pl.col("type") == "PAGE_VISITED").row(0, named=True)
    assert row["total"] == total
    assert row["amount"] == pytest.approx(amount, rel=1e-12)
    assert found.people["signals"].to_list() == [40_211]
