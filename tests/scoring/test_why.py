"""The sentence beside a row is plain and has twelve words at most, whatever a workspace calls its signals."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from scoring.phrases import MAX_WORDS, ago, inside, name_of, span, until, within
from scoring.signals import BUILT_IN
from scoring.suggest import reason, suggest, top
from scoring.why import why
from tests.scoring.people import seen

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PANELS = (
    *("priority_leads", "suggested_actions", "hot_leads", "follow_up_required", "stale_leads"),
    *("reconnect_recent", "reconnect_oldies", "recently_engaged"),
)
LONG = dict.fromkeys(BUILT_IN, "A call about the offer that we sent to them on the day before")


def people(seed: int) -> list[dict[str, object]]:
    chance = random.Random(seed)
    told = {
        f"p{number}": [
            (chance.choice(list(BUILT_IN)), chance.uniform(0.001, 24 * 300), chance.uniform(-9, 200))
            for _ in range(chance.choice([0, 1, 3, 8]))
        ]
        for number in range(40)
    }
    frame = seen(told, NOW)
    cards = {row["person_id"]: row for row in top(suggest(frame, NOW)).iter_rows(named=True)}
    rows = []
    for row in frame.iter_rows(named=True):
        row |= {"titles": {name: kind.label for name, kind in BUILT_IN.items()}, "overdue_minutes": -3.0}
        card = cards.get(row["person_id"])
        row["card_reason"] = (
            None if card is None else reason(card["action_type"], card["situation"], {**row, **card}, NOW)
        )
        rows.append(row)
    return rows


@pytest.mark.parametrize("slug", PANELS)
def test_at_most_twelve_words(slug: str) -> None:
    for row in people(7):
        if row["last_at"] is None and slug not in ("priority_leads", "stale_leads", "reconnect_oldies"):
            continue
        for titles in (row["titles"], LONG, {}):
            said = why(slug, {**row, "titles": titles}, NOW)
            assert 0 < len(said.split()) <= MAX_WORDS, said
            assert said[-1] in ".…"
            assert "None" not in said


def test_it_says_what_happened_and_that_it_is_our_turn() -> None:
    row = seen({"ana": [("MISSED_CALL", 2)]}, NOW).row(0, named=True) | {"titles": {"MISSED_CALL": "Missed call"}}
    assert why("priority_leads", row, NOW) == "Missed call 2 hours ago, our turn."


def test_it_says_by_how_much_an_answer_is_late() -> None:
    row = seen({"ana": [("MISSED_CALL", 2)]}, NOW).row(0, named=True)
    row |= {"titles": {}, "overdue_minutes": 115.0}
    assert why("follow_up_required", row, NOW) == "Missed call waits for our answer, 1 hour overdue."


def test_a_lead_known_by_profile_alone_is_called_so() -> None:
    row = seen({"ana": []}, NOW).row(0, named=True) | {"titles": {}}
    assert why("priority_leads", row, NOW) == "No signals yet: ranked by profile alone."


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=5), "a moment"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=1, hours=3), "1 day"),
        (timedelta(days=400), "400 days"),
        (timedelta(days=800), "2 years"),
    ],
)
def test_spans(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_words_of_time() -> None:
    assert ago(NOW - timedelta(hours=3), NOW) == "3 hours ago"
    assert ago(NOW, NOW) == "just now"
    assert until(NOW + timedelta(days=2), NOW) == "in 2 days"


def test_names_within_a_sentence() -> None:
    assert inside("Missed call") == "missed call"
    assert inside("SMS reply") == "SMS reply"
    assert inside("WhatsApp reply") == "WhatsApp reply"
    assert name_of("NEVER_HEARD_OF") == "never heard of"


def test_a_long_sentence_is_cut() -> None:
    assert within("one two three, four", 3) == "one two three…"
