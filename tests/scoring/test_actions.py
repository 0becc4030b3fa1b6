"""Each type of suggested action has a situation in which it is the one suggested, and says why."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from scoring.actions.action import TYPE_AT, Situation
from scoring.actions.registry import ACTIONS, SITUATIONS, TYPES_READ
from scoring.intake import INSTANT
from scoring.phrases import MAX_WORDS
from scoring.signals import BUILT_IN
from scoring.suggest import possible, reason, suggest, top
from tests.scoring.people import Told, seen

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = 24
TITLES = {name: kind.label for name, kind in BUILT_IN.items()}

WARM = ("SMS_REPLIED", "WHATSAPP_REPLIED", "BOOKING_LINK_CLICKED")

# action type -> the signals (type, hours ago, hours ahead of the planned step) after which it is the best thing to do
CASES: dict[str, Told] = {
    "CALL_LEAD": {"ana": [("MISSED_CALL", 2)]},
    "SAY_HELLO": {"ana": [("PERSON_CREATED", 5)]},
    "SEND_FOLLOW_UP": {"ana": [("FORM_SUBMITTED", 5 * DAY), ("EMAIL_SENT", 3 * DAY)]},
    "CHECK_INTEREST": {"ana": [("EMAIL_SENT", 2 * DAY), ("OBJECTION", DAY)]},
    "SEND_BOOKING_LINK": {"ana": [*((name, DAY) for name in WARM), ("CALL_COMPLETED", 10), ("PRICING_VIEWED", 2)]},
    "CONFIRM_APPOINTMENT": {"ana": [("APPOINTMENT_BOOKED", 3 * DAY, 6)]},
    "RESCHEDULE_APPOINTMENT": {"ana": [("CALL_COMPLETED", 9 * DAY), ("APPOINTMENT_NO_SHOW", 20)]},
    "RECONNECT": {"ana": [("SMS_SENT", 61 * DAY), ("SMS_REPLIED", 60 * DAY), ("CALL_COMPLETED", 59 * DAY)]},
    "RECOVER_CART": {"ana": [("EMAIL_SENT", 9 * DAY), ("CART_ABANDONED", 3)]},
    "REQUEST_REFERRAL": {"ana": [("EMAIL_SENT", 30 * DAY), ("OPPORTUNITY_WON", 10 * DAY)]},
    "ESCALATE_TO_SALES": {"ana": [("CALL_COMPLETED", 5 * DAY), ("NEGATIVE_SENTIMENT", 3)]},
}


def test_every_type_has_a_case() -> None:
    assert list(CASES) == list(ACTIONS)


@pytest.mark.parametrize("key", ACTIONS)
def test_it_is_suggested(key: str) -> None:
    best = top(suggest(seen(CASES[key], NOW), NOW))
    assert best["action_type"].to_list() == [key]


@pytest.mark.parametrize("key", ACTIONS)
def test_its_reason_is_a_short_sentence_over_a_signal_of_the_person(key: str) -> None:
    people = seen(CASES[key], NOW)
    card = top(suggest(people, NOW)).row(0, named=True)
    assert card["evidence_type"] in {signal[0] for signal in CASES[key]["ana"]}
    said = reason(key, card["situation"], {**people.row(0, named=True), **card, "titles": TITLES}, NOW)
    assert said.endswith(".")
    assert said[0].isupper()
    assert len(said.split()) <= MAX_WORDS


@pytest.mark.parametrize("key", ACTIONS)
def test_nobody_is_suggested_who_must_not_be_contacted(key: str) -> None:
    assert suggest(seen(CASES[key], NOW, do_not_contact=True), NOW).is_empty()


@pytest.mark.parametrize("key", ACTIONS)
def test_whoever_opted_out_is_left_alone(key: str) -> None:
    told = {"ana": [*CASES[key]["ana"], ("UNSUBSCRIBED", 0.5)]}
    assert suggest(seen(told, NOW), NOW).is_empty()


OWN_PLAN = ("CALL_LEAD", "CONFIRM_APPOINTMENT", "ESCALATE_TO_SALES")  # who calls, booked or is upset is not put off


@pytest.mark.parametrize("key", [key for key in ACTIONS if key not in OWN_PLAN])
def test_a_planned_step_comes_first(key: str) -> None:
    told = {"ana": [*CASES[key]["ana"], ("CALLBACK_REQUESTED", 0.2, 72), ("CALL_COMPLETED", 0.1)]}
    assert key not in suggest(seen(told, NOW), NOW)["action_type"].to_list()


def test_every_action_explains_itself() -> None:
    for action in ACTIONS.values():
        assert action.title
        assert action.description.endswith(".")
        assert action.effort > 0
        assert action.situations


def test_types_that_actions_ask_for_exist() -> None:
    assert set(TYPES_READ) <= set(BUILT_IN)


OF_TYPES = [
    situation
    for _, situation in SITUATIONS
    if all(name.startswith(TYPE_AT) for name in situation.evidence_at.meta.root_names())
]


@pytest.mark.parametrize("situation", OF_TYPES)
def test_without_a_signal_that_is_its_evidence_no_situation_applies(situation: Situation) -> None:
    evidence = situation.evidence_at.meta.root_names()
    signals = {f"{key} {copy}": CASES[key]["ana"] for key in CASES for copy in range(12)}
    people = seen(signals, NOW)
    instants = [pl.col(name).fill_null(NOW) for name, kind in people.schema.items() if kind == INSTANT]
    turns = pl.Series("turn", ["us", "them", None] * len(CASES) * 4)
    bands = pl.Series("band", ["hot", "warm", "cold", "hot"] * len(CASES) * 3)
    for frame in (people, people.with_columns(turns, bands), people.with_columns(turns, bands, *instants)):
        without = frame.with_columns(pl.lit(None, INSTANT).alias(name) for name in evidence)
        since = without.select(pl.when(situation.when).then(situation.since).alias("since"))["since"]
        assert since.null_count() == len(since)


def test_only_situations_with_evidence_are_looked_at() -> None:
    people = seen({"ana": [("CART_ABANDONED", 3)]}, NOW)
    looked_at = [SITUATIONS[number][0].key for number in possible(people)]
    assert "RECOVER_CART" in looked_at
    assert "REQUEST_REFERRAL" not in looked_at
