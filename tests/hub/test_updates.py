"""What the Hub's webhooks mean, by the table of channel, direction, status and outcome."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.errors import BadRequest
from cockpit.hub.updates import read_update, signals_of
from cockpit.hub.vocabulary import RESULT_WORDS, STATE_WORDS, folded, result_of, state_of

NOW = datetime(2026, 6, 14, 10, 5, tzinfo=UTC)
WEBHOOKS = Path("tests/hub/aventora_hub_webhook.constructed.json")


def body(**changes: Any) -> dict[str, Any]:
    return {
        "event_type": "engagement.updated",
        "engagement_id": "eng_1",
        "status": "completed",
        "outcome": "no_answer",
        "channel": "phone",
        "direction": "outbound",
        "started_at": "2026-06-14T10:00:00Z",
        "completed_at": "2026-06-14T10:00:40Z",
        "sent_at": "2026-06-14T10:00:41Z",
        **changes,
    }


def means(**changes: Any) -> list[str]:
    update = read_update(body(**changes), NOW)
    return [one.type for one in signals_of(update, state_of(update.status), result_of(update.outcome))]


def test_the_webhooks_of_the_contract() -> None:
    created, updated = [read_update(one, NOW) for one in json.loads(WEBHOOKS.read_text())]
    assert (created.engagement_id, created.event_type, created.outcome) == (
        "CA_or_engagement_id",
        "engagement.created",
        None,
    )
    assert str(created.person_id) == "20202020-b305-41e7-8c72-ba44072a4c58"
    assert signals_of(created, state_of(created.status), result_of(created.outcome)) == ()
    follows = signals_of(updated, state_of(updated.status), result_of(updated.outcome))
    assert [(one.type, one.occurred_at.isoformat()) for one in follows] == [("NO_ANSWER", "2026-06-14T10:00:40+00:00")]


@pytest.mark.parametrize(
    ("said", "types"),
    [
        ({"outcome": "answered"}, ["CALL_COMPLETED"]),
        ({"outcome": "Appointment Booked"}, ["CALL_COMPLETED", "APPOINTMENT_BOOKED"]),
        ({"outcome": "voicemail"}, ["VOICEMAIL_LEFT"]),
        ({"outcome": "callbackRequested"}, ["CALL_COMPLETED", "CALLBACK_REQUESTED"]),
        ({"outcome": "do_not_call"}, ["CALL_COMPLETED", "DO_NOT_CONTACT_REQUESTED"]),
        ({"outcome": None, "status": "busy"}, ["NO_ANSWER"]),
        ({"outcome": None}, []),
        ({"outcome": None, "status": "in_progress"}, []),
        ({"outcome": "cancelled", "status": "cancelled"}, []),
        ({"outcome": "failed", "status": "failed"}, []),
        ({"outcome": "sent", "channel": "sms"}, ["SMS_SENT"]),
        ({"outcome": None, "channel": "sms"}, ["SMS_SENT"]),
        ({"outcome": None, "channel": "sms", "status": "failed"}, []),
        ({"outcome": "replied", "channel": "sms"}, ["SMS_SENT", "SMS_REPLIED"]),
        ({"outcome": "STOP", "channel": "sms"}, ["SMS_SENT", "SMS_REPLIED", "UNSUBSCRIBED"]),
        ({"outcome": "interested", "channel": "whatsapp"}, ["WHATSAPP_SENT", "WHATSAPP_REPLIED", "POSITIVE_SENTIMENT"]),
        ({"outcome": "clicked", "channel": "email"}, ["EMAIL_SENT", "EMAIL_CLICKED"]),
        ({"outcome": "bounced", "channel": "email", "status": "failed"}, ["EMAIL_SENT", "EMAIL_BOUNCED"]),
        ({"outcome": "gone fishing"}, ["HUB_GONE_FISHING"]),
        ({"outcome": "لا رد"}, ["HUB_OUTCOME"]),
        ({"outcome": "no_answer", "direction": "inbound"}, ["MISSED_CALL"]),
        ({"outcome": "answered", "direction": "inbound"}, ["INBOUND_CALL"]),
        ({"outcome": None, "direction": "inbound"}, ["INBOUND_CALL"]),
        ({"outcome": "booked", "direction": "inbound"}, ["INBOUND_CALL", "APPOINTMENT_BOOKED"]),
        ({"outcome": None, "direction": "inbound", "channel": "sms"}, ["SMS_REPLIED"]),
        ({"channel": "carrier pigeon", "outcome": "arrived"}, ["HUB_ARRIVED"]),
    ],
)
def test_what_an_update_means(said: dict[str, Any], types: list[str]) -> None:
    assert means(**said) == types


def test_words_of_the_hub_are_read_however_they_are_spelled_and_kept_when_unknown() -> None:
    assert {result_of(word) for word in ("No Answer", "NO-ANSWER", "noAnswer", "no_answer")} == {"no_answer"}
    assert (state_of("levitating"), result_of("levitating"), result_of("  "), state_of(None)) == (
        "unknown",
        "unknown",
        None,
        "unknown",
    )
    assert state_of("levitating", {"Levitating": "running"}) == "running"
    assert result_of("completed", {"completed": "booked"}) == "booked"
    for word in (*STATE_WORDS, *RESULT_WORDS):
        assert folded(word) == word


def test_a_body_without_an_engagement_is_refused_and_a_call_stands_in_for_one() -> None:
    for wrong in (None, [], "x", {}, body(engagement_id=None), body(engagement_id={}), body(engagement_id="  ")):
        with pytest.raises(BadRequest):
            read_update(wrong, NOW)
    assert read_update(body(engagement_id=None, call_sid="CA1"), NOW).engagement_id == "CA1"


def test_times_that_lie_ahead_or_are_none_are_when_it_came() -> None:
    ahead = (NOW + timedelta(days=3)).isoformat()
    update = read_update(body(sent_at=ahead, completed_at="yesterday", started_at="2026-06-14T10:00:00"), NOW)
    assert (update.sent_at, update.completed_at) == (NOW, None)
    assert update.started_at == datetime(2026, 6, 14, 10, 0, tzinfo=UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*body(), "call_sid", "person_id", "summary", "contact_identifier"]), JSON))
def test_any_values_are_read_or_refused_in_words(given_body: dict[str, Any]) -> None:
    try:
        update = read_update(given_body, NOW)
    except BadRequest:
        return
    for one in signals_of(update, state_of(update.status), result_of(update.outcome)):
        assert one.occurred_at <= NOW + timedelta(minutes=4)
        assert len(one.type) <= 100
