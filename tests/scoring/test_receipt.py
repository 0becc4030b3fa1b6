from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.catalogue import from_toml
from scoring.evidence import no_evidence, replay
from scoring.lines import BASE, CLIP
from scoring.model import SCORES, ScoreModel, preset_model
from scoring.receipt import Line, Receipt, SignalsOfLine, compare, counterfactuals, history, lines_frame, receipt
from scoring.score import score
from scoring.signals import BUILT_IN, Catalogue
from scoring.terms import Term
from tests.scoring.stories import NOW, Row, frame, people, signal, stories

MODEL = preset_model(BUILT_IN, median_value=50.0)
FACTS = people("ann", "bob", "cyd")
HOT = [signal(kind, 0.5) for kind in ("MISSED_CALL", "QUOTE_REQUESTED", "APPOINTMENT_BOOKED")]


def paper(*story: Row, which: str = "priority", model: ScoreModel = MODEL) -> Receipt:
    return receipt(replay(frame(list(story)), BUILT_IN), people("ann"), model, NOW, which)["ann"]


@given(stories, st.sampled_from(SCORES))
def test_lines_sum_exactly_to_the_score(story: list[Row], which: str) -> None:
    evidence = replay(frame(story), BUILT_IN, NOW)
    papers = receipt(evidence, FACTS, MODEL, NOW, which)
    shown = score(evidence, FACTS, MODEL, NOW)
    for person, row in zip(FACTS["person_id"], shown.to_dicts(), strict=True):
        found = papers[person]
        if found.score is None:
            assert found.lines == ()
        else:
            assert sum(line.points for line in found.lines) == found.score
        if which != "reconnect":
            assert (None if found.score is None else float(found.score)) == row[which]
        assert found.band == row["band"]
        assert found.crosses_at == row["crosses_at"]


@given(stories)
def test_the_frame_of_lines_says_the_same(story: list[Row]) -> None:
    evidence = replay(frame(story), BUILT_IN, NOW)
    lines = lines_frame(evidence, FACTS, MODEL, NOW)
    papers = receipt(evidence, FACTS, MODEL, NOW)
    for row, person in enumerate(FACTS["person_id"]):
        points = lines.filter(pl.col("row") == row)["points"].to_list()
        assert points == [int(line.points * 100) for line in papers[person].lines]


def test_a_receipt_names_the_signals_behind_a_line() -> None:
    lines = {line.label: line for line in paper(*HOT, signal("MISSED_CALL", 2)).lines}
    missed = lines["Missed call"].signals
    assert [(told.type, told.count) for told in missed] == [("MISSED_CALL", 2)]
    assert missed[0].last_at == NOW - timedelta(days=0.5)
    assert missed[0].age_days == 0.5
    assert lines[BASE].points == 30
    assert [told.type for told in lines["Stage reached"].signals] == ["APPOINTMENT_BOOKED"]
    assert [told.type for told in lines["Quiet"].signals] == ["APPOINTMENT_BOOKED"]
    assert "half of it gone after 3 days" in lines["Missed call"].rule


def test_clipping_is_a_line() -> None:
    story = [signal(kind, 0.01) for kind, what in BUILT_IN.items() if what.weight > 0]
    found = paper(*story)
    assert found.score == Decimal("100.00")
    assert found.lines[-1].label == CLIP
    assert found.lines[-1].points < 0
    sunk = paper(*(signal(kind, 0.01) for kind, what in BUILT_IN.items() if what.weight < 0))
    assert (sunk.score, sunk.lines[-1].label) == (Decimal(0), CLIP)


def test_nobody_has_no_receipt() -> None:
    assert receipt(no_evidence(), people(), MODEL, NOW) == {}
    assert paper().score is None
    assert paper().band == "no data"


def test_a_profile_has_lines_too() -> None:
    file = from_toml(
        {
            "attribute": {
                "visits": {"kind": "number", "weight": 0.5, "half_point": 4},
                "bounce": {"kind": "share", "weight": -1.0, "full": 0.1},
                "no_mail": {"kind": "flag", "weight": -1.0},
                "origin": {"kind": "category", "weight_of_value": {"Form": 2.0}},
            }
        }
    )
    model = preset_model(file.catalogue, file.attributes)
    profile = '{"visits": "4", "bounce": 0.05, "no_mail": "1", "origin": "Form", "other": null}'
    facts = people("ann", "bob").with_columns(attributes=pl.Series([profile, '{"visits": "many"}']))
    ann, bob = receipt(no_evidence(), facts, model, NOW, "fit").values()
    assert {line.label: line.points for line in ann.lines} == {
        BASE: Decimal(50),
        "Visits": Decimal("3.61"),
        "Bounce": Decimal("-7.21"),
        "No mail": Decimal("-14.43"),
        "Origin": Decimal("28.85"),
    }
    assert ann.score == Decimal("60.82")
    assert bob.score is None


def test_attributes_may_be_a_struct() -> None:
    file = from_toml(
        {"attribute": {"visits": {"kind": "number", "weight": 0.5}, "gone": {"kind": "flag", "weight": 1}}}
    )
    model = preset_model(file.catalogue, file.attributes)
    facts = people("ann").with_columns(attributes=pl.struct(visits=pl.lit(1.0)))
    assert score(no_evidence(), facts, model, NOW)["fit"].to_list() == [53.61]
    assert score(no_evidence(), facts.drop("attributes"), model, NOW)["fit"].to_list() == [None]


def test_the_neighbour_is_compared_by_the_line_that_matters() -> None:
    one, other = paper(*HOT), paper(*HOT[1:])
    above = compare(one, other)
    assert above.points == (one.score or 0) - (other.score or 0)
    assert (above.label, above.signal and above.signal.type) == ("Missed call", "MISSED_CALL")
    assert above.sentence == f"{above.points} above the next lead: missed call today ({above.line_points:+})"
    below = compare(other, one)
    assert (below.label, below.line_points) == ("Missed call", -above.line_points)
    assert below.sentence.startswith(f"{above.points} below the next lead: missed call (-")
    assert compare(one, one).sentence == "Level with the next lead"
    assert compare(one, one).label is None


@pytest.mark.parametrize(("days", "words"), [(0.5, "today"), (1.5, "yesterday"), (4.2, "4 days ago")])
def test_the_age_of_what_matters_is_said(days: float, words: str) -> None:
    assert words in compare(paper(signal("MISSED_CALL", days)), paper(signal("EMAIL_OPENED", 1))).sentence


def test_lines_without_signals_compare_too() -> None:
    def of(points: str) -> Receipt:
        return Receipt("ann", Decimal(points), "fit", "cold", (Line("City", Decimal(points), "rule"),), None, None)

    assert compare(of("4.10"), of("0.00")).sentence == "4.10 above the next lead: city (+4.10)"
    assert SignalsOfLine("A", 1, NOW, 0.0).type == "A"


def whatifs(story: list[Row], others: list[float] | None = None, catalogue: Catalogue = BUILT_IN) -> dict[str, str]:
    evidence = replay(frame(story), catalogue)
    found = counterfactuals(evidence, people("ann"), preset_model(catalogue), NOW, others)
    return {what.change: what.sentence for what in found}


def test_a_reply_moves_up_and_silence_moves_down() -> None:
    story = [*HOT[:2], signal("NO_ANSWER", 3)]
    shown = paper(*story)
    assert shown.crosses_at is not None
    assert shown.score is not None
    found = whatifs(story, [float(shown.score) + 1, 10.0])
    days = -((NOW - shown.crosses_at) // timedelta(days=1))
    assert found["reply"] == "One reply makes them #1 instead of #2."
    assert found["silence"] == f"Silent for {days} more days and they leave Hot for Warm."
    assert found["attempt"].startswith("One more unanswered attempt costs ")


def test_a_reply_that_passes_nobody_says_points_and_band() -> None:
    story = [signal("FORM_SUBMITTED", 20)]
    before = paper(*story)
    assert before.band == "cold"
    found = whatifs(story, [])
    assert found["reply"] == f"One reply lifts them from {before.score} to {paper(*story, replied()).score} and warm."
    assert "attempt" not in found
    again = whatifs([*story, signal("SMS_REPLIED", 30)])
    assert "lifts them from" in again["reply"]


def replied() -> Row:
    return ("ann", "SMS_REPLIED", NOW, None, None)


def test_one_more_day_is_one_day() -> None:
    crosses = paper(*HOT).crosses_at
    assert crosses is not None
    shift = crosses - NOW - timedelta(hours=5)
    found = whatifs([(who, kind, at - shift, *rest) for who, kind, at, *rest in HOT])  # type: ignore[misc]
    assert found["silence"].startswith("Silent for 1 more day and they leave Hot")


def test_a_catalogue_without_replies_uses_its_strongest_signal() -> None:
    tasting = Catalogue().with_overrides({"TASTING": {"weight": 2.0, "direction": "inbound"}})
    assert whatifs([signal("TASTING", 9)], None, tasting)["reply"].startswith("One tasting lifts them from ")
    sour = Catalogue().with_overrides({"SOUR": {"weight": -2.0, "direction": "inbound"}})
    assert whatifs([signal("SOUR", 9)], None, sour) == {}
    assert whatifs([]) == {}


def test_history_is_the_score_as_of_each_instant() -> None:
    story = [signal("MISSED_CALL", 10), signal("PRICING_VIEWED", 4), signal("SMS_REPLIED", 4, "bob")]
    days = [NOW - timedelta(days=days) for days in (12, 8, 3, 0)]
    found = history(frame(story), people("ann", "bob"), MODEL, BUILT_IN, days)
    assert found.height == 8
    for row in found.to_dicts():
        at = row["as_of"]
        alone = score(replay(frame(story), BUILT_IN, at), people(row["person_id"]), MODEL, at)
        assert alone["priority"].to_list() == [row["priority"]]
    assert found.filter(pl.col("as_of") == days[0])["priority"].to_list() == [None, None]


def test_a_model_is_data() -> None:
    file = from_toml({"attribute": {"origin": {"kind": "category", "weight_of_value": {"Form": 2.0}}}})
    model = preset_model(BUILT_IN, file.attributes, version=7)
    assert ScoreModel.from_dict(json.loads(json.dumps(model.to_dict()))) == model
    with pytest.raises(ValueError, match="no shape called 'wavy'"):
        Term("a", "A", "quiet", "wavy", 1.0)


def test_a_learned_model_replaces_the_lines_of_one_score() -> None:
    cuts = {"cuts": [0.5], "weights": [0.0, 1.0], "missing": -0.2}
    seen = Term(
        "seen", "Missed calls", "decayed:x", "binned", 1.0, cuts | {"half_life_days": 3.0}, types=("MISSED_CALL",)
    )
    visits = Term("visits", "Visits", "number:visits", "binned", 1.0, cuts)
    model = MODEL.with_terms([seen, visits])
    assert {term.key for term in model.of("priority")} == {"seen", "visits"}
    assert model.of("reconnect") == MODEL.of("reconnect")
    facts = people("ann", "bob").with_columns(attributes=pl.Series(['{"visits": 3}', "{}"]))
    papers = receipt(replay(frame([signal("MISSED_CALL", 0.1)]), BUILT_IN), facts, model, NOW)
    assert [str(line.points) for line in papers["ann"].lines] == ["30.00", "14.43", "14.42"]
    assert papers["bob"].score is None
    assert np.isclose(float(papers["ann"].score or 0), 58.85)
