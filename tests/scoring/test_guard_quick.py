"""The guards in whole numbers say what the guards say: each of them, on any facts, and when all will be open."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.automation.rehearsal_play import PASS_ALL
from scoring.guards.facts import (
    NEEDS_PHONE,
    ActiveHours,
    Consent,
    GuardRequest,
    Ledger,
    PersonFacts,
    Place,
    RuleFacts,
    Sent,
    Tally,
)
from scoring.guards.judge import earliest, judge
from scoring.guards.policy import GuardPolicy, QuietHours
from scoring.guards.quick import NEVER, OPEN, Asked, Count, Gone, Quick, opt_in_only
from scoring.guards.registry import GUARDS
from scoring.instants import instant_of, micros
from scoring.quiet_hours import active
from scoring.timetable import Timetable

NOW = datetime(2026, 3, 27, 16, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS = st.integers(-4000, 40).map(lambda quarters: NOW + quarters * HOUR / 4)
LONG_AGO = st.integers(-500, 2).map(lambda days: NOW + days * DAY)
INSTANTS = st.none() | HOURS | LONG_AGO
CHANNELS = st.sampled_from(["phone", "sms", "email"])
PLACES = [
    (Place("Europe/Paris", "FR", None, frozenset()),),
    (Place("Asia/Riyadh", "SA"),),
    (Place("America/New_York", "US", "FL"), Place("America/Chicago", "US", "FL")),
    (Place("No/Where"),),
    (),
]
TALLIES = st.builds(Tally, st.integers(0, 4), st.none() | st.integers(1, 2000).map(lambda one: NOW + one * HOUR / 20))
SENDS = st.lists(
    st.builds(
        Sent, HOURS, CHANNELS, st.sampled_from(["manual", "rule", "workflow"]), st.sampled_from([None, "a", "b"])
    ),
    max_size=5,
)
CONSENTS = st.lists(
    st.builds(
        Consent, st.sampled_from(["*", "phone", "sms"]), st.sampled_from(["express", "withdrawn"]), HOURS, INSTANTS
    ),
    max_size=2,
)
PEOPLE = st.builds(
    PersonFacts,
    do_not_contact=st.sampled_from([False, False, False, True]),
    places=st.sampled_from(PLACES),
    opted_out=st.sampled_from([frozenset(), frozenset(), frozenset({"*"}), frozenset({"sms"})]),
    consents=CONSENTS.map(tuple),
    phone=st.sampled_from(["+1", None]),
    email=st.sampled_from(["@", None]),
    last_inbound_at=INSTANTS,
    last_reply_at=INSTANTS,
    booked_at=INSTANTS,
    bounced_at=INSTANTS,
    rules_stopped_at=st.sampled_from([None, None, NOW]),
)
RULES = st.builds(
    RuleFacts,
    st.just("a"),
    enabled=st.sampled_from([True, True, True, False]),
    enabled_at=LONG_AGO,
    cooldown=st.sampled_from([None, 0 * HOUR, 5 * HOUR]),
    daily_max=st.sampled_from([None, 0, 1, 2]),
    active_hours=st.sampled_from([None, ActiveHours(time(17, 30), time(10, 10), frozenset({0, 4, 5}))]),
    rehearsed_rate=st.sampled_from([None, 0.1, 9.0]),
    paused_at=st.sampled_from([None, None, NOW]),
)
POLICIES = st.builds(
    GuardPolicy,
    quiet_hours=st.builds(QuietHours, weekdays=st.sampled_from([frozenset(range(7)), frozenset({0})])),
    cooldowns=st.sampled_from([{"phone": 4 * HOUR}, {"sms": HOUR}, {}]),
    any_channel_cooldown=st.sampled_from([0 * HOUR, 2 * HOUR]),
    person_day=st.integers(0, 3),
    person_week=st.integers(1, 4),
    person_day_automatic=st.integers(1, 2),
    member_day=st.integers(0, 4),
    workspace_day=st.integers(0, 4),
    workspace_minute=st.integers(0, 4),
    fuse_floor=st.integers(0, 3),
    consent_needed=st.sampled_from(["automatic", "always", "never"]),
    inquiry_days=st.sampled_from([0, 180]),
    paused=st.sampled_from(["none", "none", "none", "automatic", "all"]),
    off=st.just(frozenset()) | st.sets(st.sampled_from(sorted(GUARDS)), max_size=3).map(frozenset),
)


def asked_of(request: GuardRequest, ledger: Ledger, person: PersonFacts, policy: GuardPolicy) -> Asked:
    """The same question in whole numbers."""
    hours = request.rule and request.rule.active_hours
    return Asked(
        evidence_at=number_of(request.evidence_at),
        refused=bool(person.do_not_contact or person.opted_out & {"*", request.channel}),
        reachable=bool(person.phone if request.channel in NEEDS_PHONE else person.email),
        stopped=person.rules_stopped_at is not None,
        places=person.places,
        consents=person.consents,
        opt_in_only=opt_in_only(person.places),
        hours=Timetable(person.places, policy.quiet_hours, request.channel),
        active=Timetable(person.places, active(hours), request.channel) if hours else None,
        inbound=number_of(person.last_inbound_at),
        replied=number_of(person.last_reply_at),
        booked=number_of(person.booked_at),
        bounced=number_of(person.bounced_at),
        has_member=request.member_id is not None,
        sends=[
            Gone(micros(one.at), one.channel, one.origin != "manual", one.rule_key == "a") for one in ledger.sends or ()
        ],
        member_day=count_of(ledger.member_day),
        workspace_day=count_of(ledger.workspace_day),
        workspace_minute=count_of(ledger.workspace_minute),
        rule_day=count_of(ledger.rule_day),
    )


def number_of(at: datetime | None) -> int:
    return NEVER if at is None else micros(at)


def count_of(tally: Tally | None) -> Count:
    assert tally is not None
    return Count(tally.count, None if tally.frees_at is None else micros(tally.frees_at))


@settings(max_examples=120, deadline=None)
@given(
    rule=RULES,
    channel=CHANNELS,
    evidence_at=HOURS,
    member=st.sampled_from([None, "m"]),
    ledger=st.builds(Ledger, SENDS.map(tuple), TALLIES, TALLIES, TALLIES, TALLIES),
    person=PEOPLE,
    policy=POLICIES,
)
def test_each_guard_says_the_same_in_whole_numbers(
    *,
    rule: RuleFacts,
    channel: str,
    evidence_at: datetime,
    member: str | None,
    ledger: Ledger,
    person: PersonFacts,
    policy: GuardPolicy,
) -> None:
    request = GuardRequest(channel, "rule", rule, evidence_at, member)
    quick, asked, at = Quick(rule, channel, policy), asked_of(request, ledger, person, policy), micros(NOW)
    verdicts = judge(request, ledger, person, policy, NOW)
    by_name = dict(quick.guards)
    for verdict in verdicts:
        opens = by_name[verdict.guard](asked, at) if verdict.guard in by_name else OPEN
        assert (opens == OPEN) == verdict.allowed, verdict.guard
        if not verdict.allowed:
            assert (opens and instant_of(opens)) == verdict.opens_at, verdict.guard
    refusals = quick.refusals(asked, at)
    blocking = [one.guard for one in verdicts if not one.allowed]
    assert [guard for guard, _ in refusals] == blocking[: len(refusals)]
    found = quick.earliest(asked, at, refusals)
    assert (found and instant_of(found)) == earliest(request, ledger, person, policy, NOW)
    usual = Quick(rule, channel, policy, PASS_ALL)
    left = [(one.guard, one.opens_at) for one in verdicts if not one.allowed and one.guard not in PASS_ALL]
    quickly = [(guard, opens and instant_of(opens)) for guard, opens in usual.refusals(asked, at)]
    assert quickly == left[: len(quickly)]
    assert len(quickly) == len(left) or quickly[-1][1] is None
