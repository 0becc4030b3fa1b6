from __future__ import annotations

import tomllib
from typing import Any

import pytest

from scoring.catalogue import from_toml
from scoring.fit import InvalidAttribute
from scoring.signals import BUILT_IN, InvalidSignalType

FILE = """
[task]
view = "hot"
horizon_days = 14

[signal.OFFER_CALL]
title = "Call about the offer"
direction = "outbound"
weight = 2.0
half_life_days = 14
attempts_weight = -0.5
stage = 3
closes_turn = "us"

[attribute.visits]
kind = "number"
weight = 0.5
half_point = 4

[attribute.source]
kind = "category"
weight_of_value = { "Referral" = 2.0 }

[attribute.number]
kind = "order"
"""


def test_a_file_says_types_attributes_and_the_task() -> None:
    file = from_toml(tomllib.loads(FILE))
    assert list(file.catalogue) == ["OFFER_CALL"]
    assert (file.catalogue["OFFER_CALL"].stage, file.catalogue["OFFER_CALL"].engaging) == (3, True)
    assert [(attribute.name, attribute.speaks) for attribute in file.attributes] == [
        ("visits", True),
        ("source", True),
        ("number", False),
    ]
    assert file.task["horizon_days"] == 14
    assert file.attributes[0].label == "Visits"


def test_a_file_lies_over_the_built_in_types() -> None:
    file = from_toml({"signal": {"MISSED_CALL": {"weight": 1.0, "half_life": 5}}})
    whole = file.over()
    assert len(whole) == len(BUILT_IN)
    assert (whole["MISSED_CALL"].half_life, whole["MISSED_CALL"].direction) == (5, "inbound")


def test_an_empty_file_is_the_built_in_catalogue() -> None:
    assert dict(from_toml({}).over()) == dict(BUILT_IN)


@pytest.mark.parametrize(
    ("document", "error", "sentence"),
    [
        ({"signals": {}}, InvalidSignalType, "no section called signals"),
        ({"signal": 3}, InvalidSignalType, r"\[signal\] must hold tables"),
        ({"signal": {"A": 3}}, InvalidSignalType, r"\[signal\] must hold tables"),
        ({"task": 3}, InvalidSignalType, r"\[task\] must be a table"),
        ({"signal": {"A": {"wait": 1}}}, InvalidSignalType, r"\[signal.A\] has an unknown field: wait"),
        ({"signal": {"A": {"weight": "x"}}}, InvalidSignalType, "A: weight"),
        ({"attribute": {"a": {"kind": "number", "wait": 1}}}, InvalidAttribute, "unknown or missing field: wait"),
        ({"attribute": {"a": {"weight": 1}}}, InvalidAttribute, "unknown or missing field: kind"),
        ({"attribute": {"a": {"kind": "shape"}}}, InvalidAttribute, "kind cannot be 'shape'"),
        ({"attribute": {"a": {"kind": "number", "weight": float("nan")}}}, InvalidAttribute, "not a finite number"),
        ({"attribute": {"a": {"kind": "number", "half_point": 0}}}, InvalidAttribute, "must be above 0"),
    ],
)
def test_a_file_that_makes_no_sense(document: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        from_toml(document)
