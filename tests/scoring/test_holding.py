"""A stored row is good until it is due: keys within their margins, the same band, the same panels."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.catalogue import Attribute
from scoring.evidence import replay
from scoring.model import ScoreModel, preset_model
from scoring.receipt import receipt
from scoring.score import score
from scoring.signals import BUILT_IN, Catalogue
from scoring.standing import MARGIN
from scoring.terms import Term
from tests.scoring.stories import NOW, Row, frame, people, signal, stories

MODEL = preset_model(BUILT_IN, median_value=100.0)
FACTS = people("ann", "bob", "cyd")
FAR = timedelta(days=4000)


def check(story: list[Row], parts: list[float], model: ScoreModel = MODEL, catalogue: Catalogue = BUILT_IN) -> None:
    evidence = replay(frame(story), catalogue, NOW)
    stored = score(evidence, FACTS, model, NOW)
    due = [row or NOW + timedelta(days=3650) for row in stored["due_at"]]
    assert min(due) >= NOW
    for part in (*parts, 1.0):
        then = pl.Series([NOW + (end - NOW) * part for end in due], dtype=pl.Datetime("us", "UTC"))
        again = score(evidence, FACTS, model, then)
        for before, after in zip(stored.to_dicts(), again.to_dicts(), strict=True):
            still(before, after)


def still(stored: dict[str, Any], now: dict[str, Any]) -> None:
    assert now["band"] == stored["band"]
    for panel, margin in MARGIN.items():
        before, after = stored[f"{panel}_key"], now[f"{panel}_key"]
        assert (before is None) == (after is None), panel
        if before is not None:
            own = stored.get(f"{panel}_margin", margin)
            assert own <= margin, panel
            assert abs(before - after) <= own + 1e-9, panel


@given(stories, st.lists(st.floats(0, 1), max_size=3))
@settings(max_examples=60)
def test_a_row_holds_until_it_is_due(story: list[Row], parts: list[float]) -> None:
    check(story, parts)


@given(st.lists(st.tuples(st.sampled_from(sorted(BUILT_IN)), st.floats(0.001, 5)), max_size=12), st.floats(0, 1))
@settings(max_examples=40)
def test_warm_rows_hold_until_they_are_due(recent: list[tuple[str, float]], part: float) -> None:
    check([signal(kind, days) for kind, days in recent], [part])


def test_a_learned_model_of_steps_holds_too() -> None:
    cuts = {"cuts": [1.0, 5.0, 30.0], "weights": [2.0, 1.0, -1.0, 0.5]}
    step = Term("step", "Days since", "since:x", "binned", 1.0, cuts, ("priority",), ("MISSED_CALL",))
    model = MODEL.with_terms([step])
    for days in (0.2, 2, 4.99, 29, 31, 300):
        check([signal("MISSED_CALL", days), signal("EMAIL_OPENED", days, "bob")], [0.3, 0.9], model)


@given(stories)
@settings(max_examples=40)
def test_at_crosses_at_the_band_is_another(story: list[Row]) -> None:
    evidence = replay(frame(story), BUILT_IN, NOW)
    for person, paper in receipt(evidence, FACTS, MODEL, NOW).items():
        if paper.crosses_at is not None:
            facts = people(person)
            crossed = receipt(evidence, facts, MODEL, paper.crosses_at)[person]
            assert crossed.band == paper.crosses_to != paper.band
            before = receipt(evidence, facts, MODEL, paper.crosses_at - timedelta(seconds=1))[person]
            assert before.band == paper.band


def rows_at(then: datetime, *story: Row) -> dict[str, Any]:
    return score(replay(frame(list(story)), BUILT_IN), people("ann"), MODEL, then).row(0, named=True)


def test_a_hot_lead_cools_and_says_when() -> None:
    story = [signal(kind, 0.01) for kind in ("MISSED_CALL", "QUOTE_REQUESTED", "APPOINTMENT_BOOKED")]
    row = rows_at(NOW, *story)
    assert (row["band"], row["crosses_to"]) == ("hot", "warm")
    assert rows_at(row["crosses_at"], *story)["band"] == "warm"
    assert rows_at(row["crosses_at"], *story)["total"] < MODEL.hot - MODEL.hysteresis


def test_a_negative_that_fades_lets_a_lead_rise_again() -> None:
    story = [signal(kind, 1) for kind in ("OPPORTUNITY_LOST", "NEGATIVE_SENTIMENT", "OBJECTION")]
    rows = [rows_at(NOW + timedelta(days=days), *story)["total"] for days in (0, 100, 1000)]
    assert rows == sorted(rows)


def test_quiet_people_come_onto_the_reconnect_panels_and_leave_them() -> None:
    seen = {}
    for days in (29, 31, 90, 92, 365, 367):
        row = rows_at(NOW, signal("EMAIL_REPLIED", days))
        seen[days] = (row["reconnect_recent_key"] is not None, row["reconnect_oldies_key"] is not None)
    assert seen == {
        29: (False, False),
        31: (True, False),
        90: (True, False),
        92: (False, True),
        365: (False, True),
        367: (False, False),
    }


def test_a_planned_step_keeps_a_person_off_until_it_has_passed() -> None:
    plan = NOW + timedelta(days=2)
    story = (signal("APPOINTMENT_BOOKED", 60, scheduled_for=plan), signal("EMAIL_REPLIED", 200))
    before, after = rows_at(NOW, *story), rows_at(plan + timedelta(seconds=1), *story)
    assert before["stale_key"] is None
    assert before["reconnect_recent_key"] is None
    assert before["due_at"] <= plan
    assert after["reconnect_recent_key"] is not None
    assert rows_at(plan + timedelta(days=300), *story)["stale_key"] is not None


def test_profile_alone_never_expires() -> None:
    model = preset_model(BUILT_IN, [Attribute("visits", "number", 1.0, 4.0)])
    facts = people("ann").with_columns(attributes=pl.lit('{"visits": 4}'))
    row = score(replay(frame([]), BUILT_IN), facts, model, NOW).row(0, named=True)
    assert (row["due_at"], row["crosses_at"], row["engagement"]) == (None, None, None)
    assert row["fit"] == 57.21


def test_a_crowd_holds() -> None:
    chance = np.random.default_rng(5)
    kinds = sorted(kind for kind, what in BUILT_IN.items() if not what.opts_out)
    ages = 90 * chance.random(6000) * chance.random(6000) ** 2
    crowd = [signal(chance.choice(kinds), age + 1e-6, f"p{n % 500}") for n, age in enumerate(ages)]
    evidence = replay(frame(crowd), BUILT_IN, NOW)
    facts = evidence.people.select("person_id")
    stored = score(evidence, facts, MODEL, NOW)
    spans = [(due or NOW + timedelta(days=3650)) - NOW for due in stored["due_at"]]
    for _ in range(4):
        then = [NOW + span * float(part) for span, part in zip(spans, chance.random(len(spans)), strict=True)]
        now = score(evidence, facts, MODEL, pl.Series(then, dtype=pl.Datetime("us", "UTC")), ahead=False)
        for before, after in zip(stored.to_dicts(), now.to_dicts(), strict=True):
            still(before, after)
