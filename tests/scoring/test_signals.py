from __future__ import annotations

import re
from typing import Any

import pytest

from scoring.signals import BUILT_IN, HALF_LIFE_DAYS, Catalogue, InvalidSignalType, SignalType


def test_every_built_in_type_has_words_and_a_direction() -> None:
    assert len(BUILT_IN) == 44
    for name, kind in BUILT_IN.items():
        assert (kind.type, bool(kind.title)) == (name, True)
        assert re.fullmatch(r"[A-Z_]+", name)


def test_our_own_attempts_never_count_as_heat() -> None:
    ours = [kind for kind in BUILT_IN.values() if kind.attempts_weight]
    assert {kind.type for kind in ours} == {"VOICEMAIL_LEFT", "NO_ANSWER", "SMS_SENT", "WHATSAPP_SENT", "EMAIL_SENT"}
    assert all(kind.weight == 0 and kind.direction == "outbound" and not kind.engaging for kind in ours)


def test_refusals_fade_slowly_and_opt_outs_are_marked() -> None:
    assert {kind.type for kind in BUILT_IN.values() if kind.opts_out} == {"UNSUBSCRIBED", "DO_NOT_CONTACT_REQUESTED"}
    assert BUILT_IN["NEGATIVE_SENTIMENT"].half_life == 180


@pytest.mark.parametrize(
    ("name", "days"),
    [("MISSED_CALL", 3), ("NO_REPLY", 7), ("EMAIL_CLICKED", 7), ("SMS_REPLIED", 14), ("APPOINTMENT_BOOKED", 30)],
)
def test_half_lives_are_the_proposed_defaults(name: str, days: float) -> None:
    assert BUILT_IN[name].half_life == days


def test_a_workspace_overrides_and_adds() -> None:
    mine = BUILT_IN.with_overrides({"MISSED_CALL": {"weight": 0.5}, "TASTING": {"weight": 2, "direction": "inbound"}})
    assert (mine["MISSED_CALL"].weight, mine["MISSED_CALL"].title) == (0.5, "Missed call")
    assert (mine["TASTING"].label, mine["TASTING"].group_key, mine["TASTING"].half_life) == ("Tasting", "TASTING", 14)
    assert BUILT_IN["MISSED_CALL"].weight == 2.0
    assert "TASTING" not in BUILT_IN
    assert BUILT_IN.get("TASTING") is None


def test_a_spec_round_trips() -> None:
    kind = BUILT_IN["QUOTE_REQUESTED"]
    assert Catalogue().with_overrides({kind.type: kind.spec()})[kind.type] == kind
    assert "half_life_days" not in kind.spec()


def test_the_slow_window_is_that_of_the_slowest_engaging_type() -> None:
    assert BUILT_IN.long_half_life_days == 91
    assert Catalogue().long_half_life_days == HALF_LIFE_DAYS["long"]
    assert Catalogue({"A": SignalType("A", direction="inbound", weight=1, half_life_days=8)}).long_half_life_days == 8


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"weight": float("nan")}, "weight must be a finite number"),
        ({"weight": "heavy"}, "weight must be a finite number"),
        ({"weight": True}, "weight must be a finite number"),
        ({"stage": float("inf")}, "stage must be a finite number"),
        ({"direction": "sideways"}, "direction cannot be 'sideways'"),
        ({"opens_turn": "everybody"}, "opens_turn cannot be"),
        ({"half_life_class": "eternal"}, "half_life_class cannot be"),
        ({"lifecycle": "gone"}, "lifecycle cannot be"),
        ({"half_life_days": 0}, "must be above 0"),
        ({"saturation": -1}, "must be above 0"),
        ({"attempts_weight": 0.1}, "at most 0"),
        ({"colour": "red"}, "unknown field colour"),
        ({"weight": [1]}, "X: "),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(spec: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidSignalType, match=re.escape(sentence)):
        Catalogue().with_overrides({"X": spec})


@pytest.mark.parametrize("name", ["", "@heat"])
def test_names_of_sums_are_taken(name: str) -> None:
    with pytest.raises(InvalidSignalType, match="cannot be the name"):
        SignalType(name)
