"""Whatever is asked in whatever order: no window ever holds more than its limit, no two are too close together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from scoring.guards.facts import GuardRequest, Ledger, PersonFacts, Place, RuleFacts, Sent, Tally
from scoring.guards.judge import allowed, earliest, judge
from scoring.guards.policy import GuardPolicy

START = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
POLICY = GuardPolicy(  # cooldowns so short that the caps have something to do
    cooldowns={"phone": HOUR, "sms": HOUR, "email": HOUR},
    any_channel_cooldown=MINUTE * 30,
    rule_cooldown=HOUR,
    person_day_automatic=2,
    workspace_day=6,
    workspace_minute=2,
    member_day=7,
    fuse_floor=2,
)
PEOPLE = tuple("ab")
CHANNELS = ("phone", "sms", "email")
PLACES = (Place("Europe/Berlin", "DE"), Place("America/New_York", "US", "NY"))


class Outreach(RuleBasedStateMachine):
    """People who are asked for by clicks and by two rules while time passes."""

    @initialize()
    def start(self) -> None:
        self.now = START
        self.sent: list[tuple[str, Sent]] = []

    def ledger(self, person: str, rule_key: str | None) -> Ledger:
        """What a storage would count."""
        automatic = [one for _, one in self.sent if one.origin != "manual"]
        return Ledger(
            sends=tuple(one for who, one in self.sent if who == person),
            member_day=self.tally([one for _, one in self.sent], DAY, POLICY.member_day),
            workspace_day=self.tally(automatic, DAY, POLICY.workspace_day),
            workspace_minute=self.tally(automatic, MINUTE, POLICY.workspace_minute),
            rule_day=self.tally([one for one in automatic if one.rule_key == rule_key], DAY, 0),
        )

    def tally(self, some: list[Sent], window: timedelta, limit: int) -> Tally:
        return tally_of([one.at for one in some], self.now, window, limit)

    @rule(
        person=st.sampled_from(PEOPLE),
        channel=st.sampled_from(CHANNELS),
        rule_key=st.sampled_from([None, "a", "b"]),
        wait_for_it=st.booleans(),
    )
    def ask(self, person: str, channel: str, rule_key: str | None, wait_for_it: bool) -> None:
        """Send when it may, or wait for the instant at which it may."""
        ruled = rule_key and RuleFacts(rule_key, enabled=True, enabled_at=START - DAY, rehearsed_rate=0.5)
        request = GuardRequest(channel, "rule" if ruled else "manual", ruled or None, START, "m")
        facts = PersonFacts(do_not_contact=False, places=PLACES, phone="+1", email="@", last_inbound_at=START - HOUR)
        ledger = self.ledger(person, rule_key)
        if wait_for_it:
            at = earliest(request, ledger, facts, POLICY, self.now)
            if at is not None:
                self.now = at
                ledger = self.ledger(person, rule_key)
                assert allowed(judge(request, ledger, facts, POLICY, at))
        if allowed(judge(request, ledger, facts, POLICY, self.now)):
            self.sent.append((person, Sent(self.now, channel, request.origin, rule_key)))

    @rule(minutes=st.sampled_from([0, 1, 30, 60, 60 * 2, 60 * 23, 60 * 24, 60 * 72]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += minutes * MINUTE

    @invariant()
    def nothing_is_above_its_limit(self) -> None:
        everything = [one for _, one in getattr(self, "sent", [])]
        automatic = [one for one in everything if one.origin != "manual"]
        assert most(everything, DAY) <= POLICY.member_day
        assert most(automatic, DAY) <= POLICY.workspace_day
        assert most(automatic, MINUTE) <= POLICY.workspace_minute
        for key in ("a", "b"):
            assert most([one for one in automatic if one.rule_key == key], DAY) <= POLICY.fuse_floor

    @invariant()
    def nobody_is_asked_too_often(self) -> None:
        for person in PEOPLE:
            mine = [one for who, one in getattr(self, "sent", []) if who == person]
            assert most(mine, DAY) <= POLICY.person_day
            assert most(mine, 7 * DAY) <= POLICY.person_week
            assert most([one for one in mine if one.origin != "manual"], DAY) <= POLICY.person_day_automatic
            assert least_gap(mine) >= POLICY.any_channel_cooldown
            for channel, length in POLICY.cooldowns.items():
                assert least_gap([one for one in mine if one.channel == channel]) >= length
            for key in ("a", "b"):
                assert least_gap([one for one in mine if one.rule_key == key]) >= POLICY.rule_cooldown

    @invariant()
    def nobody_is_asked_at_night(self) -> None:
        for _, one in getattr(self, "sent", []):
            assert 14 <= one.at.hour < 19 or one.at.hour in (12, 13)  # 09:00 in New York is 13:00 or 14:00 in UTC


def tally_of(times: list[datetime], now: datetime, window: timedelta, limit: int) -> Tally:
    """The tally of these times, as a storage makes it."""
    counted = sorted(one for one in times if one > now - window)
    full = 0 < limit <= len(counted)
    return Tally(len(counted), counted[len(counted) - limit] + window if full else None)


def most(some: list[Sent], window: timedelta) -> int:
    """The most that any window of this length holds."""
    return max((sum(one.at <= other.at < one.at + window for other in some) for one in some), default=0)


def least_gap(some: list[Sent]) -> timedelta:
    """The shortest time between two."""
    times = sorted(one.at for one in some)
    return min((later - sooner for sooner, later in pairwise(times)), default=timedelta.max)


TestOutreach = Outreach.TestCase
TestOutreach.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
