"""Each guard blocks what it is for, says why and until when, and what it cannot decide it blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.guards.case import wait
from scoring.guards.facts import (
    ActiveHours,
    Consent,
    GuardRequest,
    Ledger,
    PersonFacts,
    Place,
    RuleFacts,
    Sent,
    Tally,
    Verdict,
)
from scoring.guards.judge import allowed, earliest, judge, opens_at, reason
from scoring.guards.policy import GuardPolicy, QuietHours
from scoring.guards.policy_json import ALWAYS_ON, InvalidPolicy, read_policy, written
from scoring.guards.registry import GUARDS

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULE = RuleFacts("missed_call", enabled=True, enabled_at=NOW - 30 * DAY, rehearsed_rate=10.0)
CLICK = GuardRequest("phone", "manual", member_id="m")
FIRED = GuardRequest("phone", "rule", RULE, evidence_at=NOW - HOUR, member_id="m")
ANA = PersonFacts(
    do_not_contact=False,
    places=(Place("Europe/Berlin", "DE"),),
    phone="+4915112345678",
    email="ana@example.com",
    last_inbound_at=NOW - HOUR,
)
NONE = Tally(0)
EMPTY = Ledger((), NONE, NONE, NONE, NONE)


def sent(hours_ago: float, channel: str = "email", origin: Any = "manual", rule_key: str | None = None) -> Sent:
    return Sent(NOW - hours_ago * HOUR, channel, origin, rule_key)


def sends(*some: Sent) -> Ledger:
    return replace(EMPTY, sends=some)


def full(count: int, hours: float = 23) -> Tally:
    return Tally(count, NOW + hours * HOUR)


def ruled(**changes: Any) -> GuardRequest:
    return replace(FIRED, rule=replace(RULE, **changes))


def of(guard: str, verdicts: tuple[Verdict, ...]) -> Verdict:
    return next(one for one in verdicts if one.guard == guard)


AGO = NOW - 400 * DAY
RIYADH = (Place("Asia/Riyadh", "SA"),)
COLD = replace(ANA, last_inbound_at=None)
# guard, what is asked, what it says, when time opens it
Row = tuple[str, Mapping[str, Any], str, datetime | None]
BLOCKED: list[Row] = [
    ("do_not_contact", {"person": replace(ANA, do_not_contact=True)}, "Do not contact", None),
    ("do_not_contact", {"person": replace(ANA, do_not_contact=None)}, "Not known whether to contact", None),
    ("do_not_contact", {"person": replace(ANA, opted_out=frozenset("*"))}, "Opted out", None),
    ("do_not_contact", {"person": replace(ANA, opted_out=frozenset({"phone"}))}, "Opted out of calls", None),
    ("reachable", {"person": replace(ANA, phone=None)}, "No phone number", None),
    (
        "reachable",
        {"request": replace(CLICK, channel="email"), "person": replace(ANA, email="")},
        "No e-mail address",
        None,
    ),
    ("consent", {"request": FIRED, "person": COLD}, "No consent to calls on record", None),
    (
        "consent",
        {"request": FIRED, "person": replace(ANA, last_inbound_at=NOW - 181 * DAY)},
        "No consent to calls on record",
        None,
    ),
    ("consent", {"person": replace(ANA, places=RIYADH)}, "No consent to calls on record", None),
    (
        "consent",
        {"person": replace(ANA, consents=(Consent("*", "withdrawn", NOW - DAY),))},
        "Consent to calls withdrawn",
        None,
    ),
    (
        "consent",
        {"person": replace(ANA, consents=(Consent("phone", "purchase", AGO, NOW - DAY),))},
        "Consent to calls has expired",
        None,
    ),
    (
        "consent",
        {"request": FIRED, "person": replace(COLD, consents=(Consent("any", "express", AGO),))},
        "Consent is to be confirmed: not heard of for 365 days",
        None,
    ),
    ("paused", {"request": FIRED, "policy": GuardPolicy(paused="automatic")}, "Automation is paused", None),
    ("paused", {"policy": GuardPolicy(paused="all")}, "Everything is paused", None),
    (
        "paused",
        {"request": FIRED, "person": replace(ANA, rules_stopped_at=NOW)},
        "Automation is stopped for this person",
        None,
    ),
    ("paused", {"request": ruled(paused_at=NOW, paused_why="fuse")}, "The rule is paused: fuse", None),
    ("enabled_since", {"request": ruled(enabled=False)}, "The rule is switched off", None),
    ("enabled_since", {"request": ruled(enabled_at=None)}, "The rule is switched off", None),
    ("enabled_since", {"request": ruled(enabled_at=NOW)}, "The signal is older than the rule", None),
    ("enabled_since", {"request": replace(FIRED, evidence_at=None)}, "The signal it answers is not known", None),
    ("reply_since", {"request": FIRED, "person": replace(ANA, last_reply_at=NOW - HOUR / 2)}, "Replied since", None),
    ("reply_since", {"request": FIRED, "person": replace(ANA, last_inbound_at=NOW)}, "Got in touch since", None),
    ("reply_since", {"request": FIRED, "person": replace(ANA, booked_at=NOW)}, "Booked since", None),
    ("reply_since", {"request": FIRED, "person": replace(ANA, bounced_at=NOW)}, "Bounced since", None),
    (
        "reply_since",
        {
            "request": FIRED,
            "person": replace(ANA, last_reply_at=NOW - 2 * DAY),
            "ledger": sends(sent(50, origin="rule")),
        },
        "Answered an automatic message: left to people",
        NOW + 12 * DAY,
    ),
    ("person_cap", {"ledger": sends(sent(23), sent(20), sent(10))}, "Daily limit 3/3", NOW + HOUR),
    (
        "person_cap",
        {"ledger": sends(*(sent(hours) for hours in (160, 130, 100, 70, 40)))},
        "Weekly limit 5/5",
        NOW + 8 * HOUR,
    ),
    (
        "person_cap",
        {"request": FIRED, "ledger": sends(sent(20, origin="workflow"))},
        "Daily limit of automatic outreach 1/1",
        NOW + 4 * HOUR,
    ),
    ("person_cap", {"request": ruled(daily_max=0)}, "Daily limit of this rule 0/0", None),
    ("cooldown", {"ledger": sends(sent(3, "phone"))}, "Too soon after the last call: wait 1 h", NOW + HOUR),
    ("cooldown", {"ledger": sends(sent(1))}, "Too soon after the last outreach: wait 1 h", NOW + HOUR),
    (
        "cooldown",
        {"request": FIRED, "ledger": sends(sent(70, rule_key="missed_call"))},
        "Too soon after the last message of this rule: wait 2 h",
        NOW + 2 * HOUR,
    ),
    (
        "member_cap",
        {"ledger": replace(EMPTY, member_day=full(100))},
        "Daily limit of this member 100/100",
        NOW + 23 * HOUR,
    ),
    ("member_cap", {"ledger": replace(EMPTY, member_day=None)}, "Daily limit of this member: not counted", None),
    (
        "workspace_cap",
        {"request": FIRED, "ledger": replace(EMPTY, workspace_day=full(200))},
        "Daily limit of the workspace 200/200",
        NOW + 23 * HOUR,
    ),
    (
        "workspace_cap",
        {"request": FIRED, "ledger": replace(EMPTY, workspace_minute=full(20, 0.01))},
        "Limit of the workspace per minute 20/20",
        NOW + timedelta(seconds=36),
    ),
    (
        "fuse",
        {"request": FIRED, "ledger": replace(EMPTY, rule_day=full(30))},
        "Fuse: 30 people in 24 h, rehearsed 10",
        None,
    ),
    ("fuse", {"request": ruled(rehearsed_rate=None)}, "The rule has not been rehearsed", None),
    ("quiet_hours", {"person": replace(ANA, places=())}, "Time zone unknown", None),
    (
        "quiet_hours",
        {"person": replace(ANA, places=(Place("Asia/Tokyo"),))},
        "Quiet hours until 09:00",
        NOW + 12 * HOUR,
    ),
    (
        "active_hours",
        {"request": ruled(active_hours=ActiveHours(time(14), time(15)))},
        "Not active until 14:00",
        NOW + HOUR,
    ),
]


def ask(
    request: GuardRequest = CLICK,
    ledger: Ledger = EMPTY,
    person: PersonFacts = ANA,
    policy: GuardPolicy | None = None,
    now: datetime = NOW,
) -> tuple[Verdict, ...]:
    return judge(request, ledger, person, policy or GuardPolicy(), now)


class TestEachGuard:
    @pytest.mark.parametrize(
        ("guard", "asked", "told", "until"), BLOCKED, ids=[f"{row[0]}-{row[2]}" for row in BLOCKED]
    )
    def test_it_blocks_and_says_why_and_until_when(
        self, guard: str, asked: Mapping[str, Any], told: str, until: datetime | None
    ) -> None:
        verdict = of(guard, ask(**asked))
        assert (verdict.allowed, verdict.reason, verdict.opens_at) == (False, told, until)

    def test_every_guard_is_in_the_table(self) -> None:
        assert {row[0] for row in BLOCKED} == set(GUARDS)

    def test_guards_explain_themselves(self) -> None:
        assert all(guard.key == key and guard.title and guard.description for key, guard in GUARDS.items())

    @pytest.mark.parametrize("request_", [CLICK, FIRED])
    def test_nothing_stands_in_the_way_of_an_ordinary_outreach(self, request_: GuardRequest) -> None:
        verdicts = ask(request_)
        assert [one.guard for one in verdicts] == list(GUARDS)
        assert allowed(verdicts)
        assert reason(verdicts) is None

    def test_a_click_is_not_held_by_what_is_for_rules(self) -> None:
        person = replace(ANA, booked_at=NOW, rules_stopped_at=NOW, last_inbound_at=None)
        crowded = replace(EMPTY, workspace_day=full(999), workspace_minute=None, rule_day=None)
        assert allowed(ask(CLICK, crowded, person, GuardPolicy(paused="automatic")))

    def test_consent_given_again_after_it_was_withdrawn_counts(self) -> None:
        given = (Consent("any", "withdrawn", NOW - 2 * DAY), Consent("phone", "express", NOW - DAY))
        assert allowed(ask(FIRED, person=replace(COLD, consents=given)))

    def test_guards_can_be_switched_off_but_not_the_persons_own_wish(self) -> None:
        off = GuardPolicy(off=frozenset(GUARDS))
        verdicts = ask(FIRED, Ledger(None), replace(ANA, places=(), do_not_contact=True), off)
        assert {one.guard for one in verdicts if not one.allowed} == {"do_not_contact"}
        assert {one.guard for one in verdicts if not one.inputs.get("switched_off")} == ALWAYS_ON


class TestUndecided:
    def test_what_is_not_known_blocks(self) -> None:
        blocked = {one.guard: one.reason for one in ask(FIRED, Ledger(None)) if not one.allowed}
        assert blocked == {
            "person_cap": "What was sent before is not known",
            "cooldown": "What was sent before is not known",
            "member_cap": "Daily limit of this member: not counted",
            "workspace_cap": "Daily limit of the workspace: not counted",
            "fuse": "What the rule has done is not counted",
        }

    def test_rule_that_nobody_knows_sends_nothing(self) -> None:
        verdicts = ask(replace(FIRED, rule=None))
        assert reason(verdicts) == "The rule that asks is not known"
        assert opens_at(verdicts) is None

    def test_facts_of_the_wrong_kind_block(self) -> None:
        naive = datetime(2026, 3, 3, 11)  # noqa: DTZ001 - an instant without a zone is the fault
        verdict = of("reply_since", ask(FIRED, person=replace(ANA, booked_at=naive)))
        assert (verdict.allowed, verdict.reason) == (False, "Stop on reply cannot decide")
        assert "TypeError" in str(verdict.inputs["fault"])

    def test_no_verdict_is_no_leave(self) -> None:
        assert not allowed(())


class TestEarliest:
    def test_cooldown_that_ends_at_night_goes_in_the_morning(self) -> None:
        ledger = sends(Sent(NOW + 6 * HOUR, "phone", "manual"))  # waits to go at 19:00 there; four hours on it is 23:00
        assert opens_at(ask(ledger=ledger)) == NOW + 10 * HOUR
        assert earliest(CLICK, ledger, ANA, GuardPolicy(), NOW) == datetime(2026, 3, 4, 8, tzinfo=UTC)

    def test_what_time_does_not_open_never_goes(self) -> None:
        assert earliest(CLICK, EMPTY, replace(ANA, do_not_contact=True), GuardPolicy(), NOW) is None

    @given(
        hours=st.lists(st.floats(0.1, 200), max_size=6),
        channels=st.lists(st.sampled_from(["phone", "sms", "email"]), min_size=6, max_size=6),
        zone=st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/London", "Pacific/Auckland"]),
    )
    def test_it_is_open_then_and_not_an_instant_before(
        self, hours: list[float], channels: list[str], zone: str
    ) -> None:
        ledger = sends(*(sent(ago, channel) for ago, channel in zip(hours, channels, strict=False)))
        person = replace(ANA, places=(Place(zone),))
        at = earliest(CLICK, ledger, person, GuardPolicy(), NOW)
        assert at is not None
        assert allowed(ask(ledger=ledger, person=person, now=at))
        if at > NOW:
            assert not allowed(ask(ledger=ledger, person=person, now=at - timedelta(microseconds=1)))


class TestSettings:
    def test_nothing_said_is_the_defaults_with_all_guards_on(self) -> None:
        assert read_policy({}) == GuardPolicy()
        assert written(GuardPolicy()) == {}
        assert GuardPolicy().off == frozenset()

    def test_what_is_written_is_read_back(self) -> None:
        policy = GuardPolicy(
            quiet_hours=QuietHours(time(8, 30), time(0), frozenset({0, 1}), local_law=False, holidays="closed"),
            cooldowns={"phone": 2.5 * HOUR},
            person_day=2,
            fuse_factor=1.5,
            paused="all",
            paused_at=NOW,
            off=frozenset({"fuse", "consent"}),
        )
        assert read_policy(written(policy)) == policy

    @pytest.mark.parametrize(
        ("given_", "told"),
        [
            ([], "Guard settings must be an object."),
            ({"person_days": 1}, "Guard settings have no person_days."),
            ({"person_day": -1}, "person_day must be a whole number from 0 to 1e+06."),
            ({"person_day": True}, "person_day must be a whole number from 0 to 1e+06."),
            ({"fuse_factor": float("nan")}, "fuse_factor must be a number from 1 to 100."),
            ({"cooldowns": {"sms": "24"}}, "cooldowns.sms must be a number from 0 to 8760."),
            ({"quiet_hours": {"opens": "9"}}, "opens must be a time such as 09:00."),
            ({"quiet_hours": {"weekdays": []}}, "weekdays must name at least one day, from 0 (Monday) to 6."),
            ({"off": ["do_not_contact"]}, "The guard do_not_contact cannot be switched off."),
            ({"paused": "yes"}, "paused must be one of none, automatic, all."),
            ({"paused_at": "2026-01-01T00:00:00"}, "paused_at must be an instant with its zone."),
        ],
    )
    def test_what_is_no_setting_is_refused_by_name(self, given_: Any, told: str) -> None:
        with pytest.raises(InvalidPolicy) as caught:
            read_policy(given_)
        assert str(caught.value) == told

    def test_settings_that_cannot_be_read_stop_everything(self) -> None:
        verdict = of("paused", ask(policy=GuardPolicy.from_json({"person_day": "many"})))
        assert not verdict.allowed
        assert "settings that cannot be read" in (verdict.reason or "")


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(seconds=1), "1 min"),
        (HOUR, "1 h"),
        (3.5 * HOUR, "3 h 30 min"),
        (72 * HOUR, "3 d"),
        (47 * HOUR, "47 h"),
    ],
)
def test_waits_are_told_rounded_up(length: timedelta, told: str) -> None:
    assert wait(length) == told
