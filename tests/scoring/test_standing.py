"""Panel keys: whose turn, how overdue, how stale, how likely to come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from scoring.evidence import replay
from scoring.model import ScoreModel, preset_model
from scoring.reconnect import calibrate
from scoring.score import score
from scoring.signals import BUILT_IN, Catalogue
from tests.scoring.stories import NOW, Row, frame, people, signal

MODEL = preset_model(BUILT_IN)


def row(*story: Row, model: ScoreModel = MODEL, catalogue: Catalogue = BUILT_IN, **facts: Any) -> dict[str, Any]:
    known = people("ann").with_columns(**facts)
    return score(replay(frame(list(story)), catalogue, NOW), known, model, NOW).row(0, named=True)


def test_the_longest_overdue_is_first() -> None:
    late = row(signal("MISSED_CALL", 0.5))["follow_up_key"]
    later = row(signal("MISSED_CALL", 0.25))["follow_up_key"]
    assert late > later
    assert late == -(NOW - timedelta(days=0.5) + timedelta(minutes=5)).timestamp()


def test_each_type_has_its_target_and_others_the_usual_one() -> None:
    quote = row(signal("QUOTE_REQUESTED", 1))["follow_up_key"]
    objection = row(signal("OBJECTION", 1))["follow_up_key"]
    assert objection - quote == (15 - MODEL.response_minutes) * 60


def test_an_answer_ends_our_turn_and_the_first_question_counts() -> None:
    assert row(signal("MISSED_CALL", 2), signal("CALL_COMPLETED", 1))["follow_up_key"] is None
    assert row(signal("MISSED_CALL", 2), signal("CALL_COMPLETED", 2))["follow_up_key"] is None
    twice = row(signal("MISSED_CALL", 3), signal("SMS_SENT", 2), signal("SMS_REPLIED", 1), signal("MISSED_CALL", 0.5))
    assert twice["follow_up_key"] == -(NOW - timedelta(days=1) + timedelta(minutes=5)).timestamp()


def test_recently_engaged_by_the_last_inbound_signal() -> None:
    assert row(signal("EMAIL_OPENED", 2), signal("EMAIL_SENT", 1))["recent_key"] == (NOW - timedelta(2)).timestamp()
    assert row(signal("EMAIL_SENT", 1))["recent_key"] is None


def test_stale_is_quiet_beyond_the_own_rhythm() -> None:
    weekly = [signal("EMAIL_REPLIED", day) for day in range(30, 101, 7)]
    assert row(*weekly)["stale_key"] is not None
    assert row(signal("EMAIL_REPLIED", 30))["stale_key"] is None
    assert row(*[signal("EMAIL_REPLIED", day) for day in range(13, 101, 7)])["stale_key"] is None
    colder = [signal("EMAIL_OPENED", day) for day in range(30, 101, 7)]
    assert row(*weekly)["stale_key"] > row(*colder)["stale_key"]


def test_people_nobody_ever_met_grow_stale_too() -> None:
    assert row(signal("PERSON_CREATED", 70))["stale_key"] is not None
    assert row(signal("PERSON_CREATED", 7))["stale_key"] is None


def test_customers_may_come_back_without_ever_having_been_engaged() -> None:
    story = [signal("ORDER_COMPLETED", 200, value=100.0)]
    assert row(*story)["reconnect_oldies_key"] is not None
    assert row(signal("RENEWAL_DUE", 200))["reconnect_oldies_key"] is None
    by_fact = row(signal("RENEWAL_DUE", 200), lifecycle=pl.lit("customer"))
    assert by_fact["reconnect_oldies_key"] is not None


@pytest.mark.parametrize("value", [None, float("nan")])
def test_value_on_file_beats_what_was_bought(value: float | None) -> None:
    story = [signal("ORDER_PLACED", 200, value=100.0)]
    bought = row(*story)["reconnect_oldies_key"]
    assert row(*story, value=pl.lit(5000.0))["reconnect_oldies_key"] > bought
    assert row(*story, value=pl.lit(value, pl.Float64))["reconnect_oldies_key"] == bought


def test_those_who_came_often_are_likelier_to_come_back() -> None:
    once = row(signal("ORDER_PLACED", 40))
    often = row(*[signal("ORDER_PLACED", day) for day in (40, 70, 100, 130)])
    assert often["reconnect_recent_key"] > once["reconnect_recent_key"]


def test_a_population_sets_the_usual_gap_and_value() -> None:
    story = [signal("ORDER_PLACED", 100, "ann", 10.0), signal("ORDER_PLACED", 50, "bob", 30.0)]
    model = preset_model(BUILT_IN, median_value=1.0)
    found = calibrate(model, replay(frame(story), BUILT_IN), NOW)
    assert (found.gap_days, found.median_value) == (75.0, 20.0)
    params = {term.key: dict(term.params) for term in found.of("reconnect")}
    assert params["reconnect:value"]["median"] == 20.0
    assert params["reconnect:rhythm"]["gap_days"] == 75.0
    assert params["reconnect:silence"]["half_life_days"] == 75.0
    unchanged = calibrate(model, replay(frame([]), BUILT_IN), NOW)
    assert (unchanged.gap_days, unchanged.median_value) == (30.0, 1.0)
    assert found.of("priority") == model.of("priority")


def test_value_speaks_once_the_median_is_known() -> None:
    story = [signal("ORDER_PLACED", 40, value=10.0)]
    known = calibrate(MODEL, replay(frame(story), BUILT_IN), NOW - timedelta(days=10))
    assert (known.gap_days, known.median_value) == (30.0, 10.0)
    assert row(*story, model=known)["reconnect_recent_key"] == pytest.approx(
        row(*story)["reconnect_recent_key"] + 0.5 / 3, abs=1e-5
    )


def test_hot_without_any_heat_is_last() -> None:
    grand = Catalogue().with_overrides({"GRANT": {"direction": "system", "weight": 8.0}})
    found = row(signal("GRANT", 0.01), model=preset_model(grand), catalogue=grand)
    assert (found["band"], found["hot_key"]) == ("hot", -1e6)
