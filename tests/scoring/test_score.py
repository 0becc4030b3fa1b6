from __future__ import annotations

import random
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.evidence import no_evidence, replay
from scoring.inputs import moments
from scoring.model import preset_model
from scoring.score import prepare, score
from scoring.signals import BUILT_IN, Catalogue
from scoring.terms import POINTS
from tests.scoring.stories import EPOCH, NOW, Row, frame, instants, people, signal, stories

MODEL = preset_model(BUILT_IN)
FACTS = people("ann", "bob", "cyd")
POSITIVE = sorted(kind.type for kind in BUILT_IN.values() if kind.direction == "inbound" and kind.weight > 0)
NEGATIVE = sorted(kind.type for kind in BUILT_IN.values() if kind.weight < 0)
WEAK = sorted(kind.type for kind in BUILT_IN.values() if 0 < kind.weight < 1)


def scored(story: list[Row], facts: pl.DataFrame = FACTS, **column: object) -> pl.DataFrame:
    return score(replay(frame(story), BUILT_IN, NOW), facts.with_columns(**column), MODEL, NOW)


def total(story: list[Row], person: str = "ann") -> float:
    found: float | None = scored(story).row(by_predicate=pl.col("person_id") == person, named=True)["total"]
    return found if found is not None else 0.0


@given(stories, st.randoms(use_true_random=False))
def test_the_order_of_signals_is_irrelevant(story: list[Row], chance: random.Random) -> None:
    shuffled = story.copy()
    chance.shuffle(shuffled)
    assert scored(story).equals(scored(shuffled))


@given(stories)
def test_the_names_of_people_are_irrelevant(story: list[Row]) -> None:
    other = {"ann": "z9", "bob": "a1", "cyd": "m5"}
    renamed = [(other[row[0]], *row[1:]) for row in story]
    one, two = scored(story), scored(renamed, people("z9", "a1", "m5"))
    assert one.drop("person_id").equals(two.drop("person_id"))


@given(stories, stories)
def test_later_rows_leave_a_score_as_it_was(story: list[Row], more: list[Row]) -> None:
    later = [(who, kind, at + timedelta(days=400), *rest) for who, kind, at, *rest in more]
    assert scored(story).equals(scored(story + later))


@given(stories, st.sampled_from(WEAK), instants)
def test_a_thousand_weak_signals_stay_below_their_cap(story: list[Row], kind: str, at: datetime) -> None:
    story = [*story, ("ann", "NO_ANSWER", EPOCH, None, None)]
    flood = [("ann", kind, NOW - timedelta(hours=n, seconds=1), None, None) for n in range(1000)]
    assert 0 <= total(story + flood) - total(story) <= BUILT_IN[kind].weight * POINTS + 0.02


@given(stories, st.sampled_from(POSITIVE), instants)
@settings(max_examples=80)
def test_a_positive_inbound_signal_never_lowers(story: list[Row], kind: str, at: datetime) -> None:
    story = [*story, ("ann", "NO_ANSWER", EPOCH, None, None)]
    assert total([*story, ("ann", kind, at, None, None)]) >= total(story)


@given(stories, st.sampled_from(NEGATIVE), instants)
@settings(max_examples=80)
def test_a_negative_signal_never_raises(story: list[Row], kind: str, at: datetime) -> None:
    story = [*story, ("ann", "NO_ANSWER", EPOCH, None, None)]
    assert total([*story, ("ann", kind, at, None, None)]) <= total(story)


@given(st.sampled_from(POSITIVE), st.floats(0.001, 3650), st.floats(0.001, 3650))
def test_older_never_scores_higher(kind: str, one: float, other: float) -> None:
    older, newer = sorted((one, other), reverse=True)
    assert total([signal(kind, older)]) <= total([signal(kind, newer)])


def test_no_data_is_none_and_never_zero() -> None:
    row = score(no_evidence(), people("ann"), MODEL, NOW).row(0, named=True)
    assert {row[name] for name in ("priority", "engagement", "intent", "fit", "total", "priority_key")} == {None}
    assert (row["band"], row["due_at"], row["crosses_at"]) == ("no data", None, None)


def test_unknown_types_score_nothing() -> None:
    row = scored([signal("SOMETHING_NEW", 1)]).row(0, named=True)
    assert (row["priority"], row["band"]) == (None, "no data")
    assert total([signal("SOMETHING_NEW", 1), signal("MISSED_CALL", 2)]) == total([signal("MISSED_CALL", 2)])


def test_nobody_to_score() -> None:
    assert score(no_evidence(), people(), MODEL, NOW).is_empty()


def test_our_attempts_count_against() -> None:
    assert total([signal("NO_ANSWER", day) for day in range(1, 9)]) < total([signal("NO_ANSWER", 1)])


def test_hot_people_are_on_the_hot_panel_in_order_of_heat() -> None:
    hot = [signal(kind, 0.01, "ann") for kind in ("MISSED_CALL", "QUOTE_REQUESTED", "APPOINTMENT_BOOKED")]
    hotter = [(("bob"), *row[1:]) for row in hot] + [signal("PRICING_VIEWED", 0.02, "bob")]
    rows = scored(hot + hotter + [signal("EMAIL_OPENED", 1, "cyd")])
    assert rows["band"].to_list() == ["hot", "hot", "cold"]
    assert rows["hot_key"][1] > rows["hot_key"][0]
    assert rows["hot_key"][2] is None


def test_do_not_contact_is_a_filter_and_no_points() -> None:
    story = [signal("MISSED_CALL", 1)]
    free, barred = scored(story), scored(story, do_not_contact=pl.lit(value=True))
    assert free["priority"].to_list() == barred["priority"].to_list()
    keys = [name for name in free.columns if name.endswith("_key")]
    assert barred.select(keys).null_count().row(0) == (3,) * len(keys)


def test_a_request_not_to_be_contacted_bars_from_every_panel() -> None:
    rows = scored([signal("MISSED_CALL", 1), signal("DO_NOT_CONTACT_REQUESTED", 0.5)])
    assert rows.select(pl.col("^.*_key$").null_count()).row(0) == (3,) * 7


@pytest.mark.parametrize(("lifecycle", "listed"), [("lead", True), ("customer", False), ("lost", False), (None, True)])
def test_only_open_leads_have_priority(lifecycle: str | None, listed: bool) -> None:
    row = scored([signal("MISSED_CALL", 1)], lifecycle=pl.lit(lifecycle, pl.String)).row(0, named=True)
    assert (row["priority_key"] is not None) == listed
    assert row["follow_up_key"] == -(NOW - timedelta(days=1) + timedelta(minutes=5)).timestamp()


def test_what_signals_say_of_a_lifecycle_wins() -> None:
    row = scored([signal("MISSED_CALL", 1), signal("OPPORTUNITY_WON", 0.5)], lifecycle=pl.lit("lead")).row(
        0, named=True
    )
    assert row["priority_key"] is None


def test_a_row_per_instant() -> None:
    when = pl.DataFrame({"as_of": [NOW, NOW - timedelta(days=3)]}, schema={"as_of": pl.Datetime("us", "UTC")})
    by = ("as_of", "person_id")
    facts = people("ann").join(when, how="cross")
    signals = frame([signal("MISSED_CALL", 5)]).join(when, how="cross")
    rows = score(replay(signals, BUILT_IN, by=by), facts, MODEL, facts["as_of"], on=by)
    assert rows["priority"][0] < rows["priority"][1]
    assert rows["computed_at"].to_list() == when["as_of"].to_list()


def test_an_hour_of_half_life_and_ten_years_of_age() -> None:
    blink = Catalogue().with_overrides({"BLINK": {"half_life_days": 1 / 24, "weight": 3.0, "direction": "inbound"}})
    evidence = replay(frame([("ann", "BLINK", NOW - timedelta(days=3652), None, None)]), blink)
    row = score(evidence, people("ann"), preset_model(blink), NOW).row(0, named=True)
    assert row["total"] == pytest.approx(30 - POINTS, abs=0.01)
    assert row["engagement"] == 0.0


def test_who_does_not_look_ahead_gets_the_same_but_no_end() -> None:
    evidence = replay(frame([signal("MISSED_CALL", 0.1)]), BUILT_IN)
    whole, now = (score(evidence, FACTS, MODEL, NOW, ahead=ahead) for ahead in (True, False))
    later = ("due_at", "crosses_at", "crosses_to")
    assert now.drop(later).equals(whole.drop(later))
    assert now.schema == whole.schema
    assert now.select(later).null_count().row(0) == (3, 3, 3)


@given(stories, st.sampled_from(POSITIVE), st.floats(0.0, 1.0))
def test_a_fresh_signal_makes_coming_back_no_less_likely(story: list[Row], kind: str, part: float) -> None:
    story = [*story, ("ann", "NO_ANSWER", EPOCH, None, None)]
    newest = max(at for who, _, at, *_ in story if who == "ann")
    fresh: Row = ("ann", kind, newest + (NOW - timedelta(microseconds=1) - newest) * (0.9 + part / 10), None, None)
    before, after = (
        prepare(replay(frame(rows), BUILT_IN, NOW), people("ann"), MODEL).total(moments(NOW, 1), "reconnect")[0]
        for rows in (story, [*story, fresh])
    )
    assert after >= before


@given(stories, st.sampled_from(NEGATIVE), instants)
def test_a_negative_signal_makes_coming_back_no_likelier(story: list[Row], kind: str, at: datetime) -> None:
    story = [*story, ("ann", "NO_ANSWER", EPOCH, None, None)]
    before, after = (
        prepare(replay(frame(rows), BUILT_IN, NOW), people("ann"), MODEL).total(moments(NOW, 1), "reconnect")[0]
        for rows in (story, [*story, ("ann", kind, at, None, None)])
    )
    assert after <= before
