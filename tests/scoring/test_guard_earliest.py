"""When all guards will be open: the first minute at which they are, if every minute is tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from scoring.guards.facts import ActiveHours, GuardRequest, Ledger, PersonFacts, Place, RuleFacts, Sent
from scoring.guards.judge import allowed, earliest, judge
from scoring.guards.policy import GuardPolicy
from tests.scoring.test_guard_limits import tally_of

NOW = datetime(2026, 3, 27, 16, tzinfo=UTC)  # the clocks of Europe change two days later
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TRIED = 3 * DAY
POLICY = GuardPolicy(
    cooldowns={"phone": 3 * HOUR}, rule_cooldown=30 * HOUR, person_day=2, member_day=3, workspace_day=4, person_week=3
)
NIGHTS = ActiveHours(time(17, 30), time(10, 10), frozenset({0, 4, 5, 6}))
RULE = RuleFacts("a", enabled=True, enabled_at=NOW - 90 * DAY, rehearsed_rate=100.0)
MINUTES = st.integers(-8 * 288, 60).map(lambda fives: 5 * fives)


@dataclass(frozen=True)
class Gone:
    """What went out, or waits to go, of the whole workspace: to this person, and to others."""

    mine: tuple[int, ...]  # minutes from now
    others: tuple[int, ...]

    def ledger(self, at: datetime, pace: int) -> Ledger:
        """As it will be counted then, if nothing else happens."""
        mine = [NOW + one * MINUTE for one in self.mine]
        times = [*mine, *(NOW + one * MINUTE for one in self.others)]
        gone = [one for one in times if one <= NOW]
        return Ledger(
            sends=tuple(Sent(one, "phone", "rule", "b") for one in mine),
            member_day=tally_of(times, at, DAY, POLICY.member_day),
            workspace_day=tally_of(times, at, DAY, POLICY.workspace_day),
            workspace_minute=tally_of(gone, at, MINUTE, pace),
            rule_day=tally_of([], at, DAY, 0),
        )


def first_open_minute(request: GuardRequest, gone: Gone, person: PersonFacts, policy: GuardPolicy) -> datetime | None:
    """Every minute at which anything can change is tried with the counts of that minute: all fifth, and those after."""
    for number in range(TRIED // (5 * MINUTE) * 2):
        at = NOW + (number // 2 * 5 + number % 2) * MINUTE
        ledger = gone.ledger(at, policy.workspace_minute)
        if allowed(judge(request, ledger, person, policy, at)):
            return at
    return None


@settings(max_examples=12, deadline=None)
@example(mine=[], others=[-700 + one for one in range(9)], zone="Europe/Paris", hours=None, pace=20, replied=None)
@example(mine=[], others=[0] * 3, zone="Europe/Paris", hours=None, pace=2, replied=None)
@given(
    mine=st.lists(MINUTES, max_size=4),
    others=st.lists(MINUTES, max_size=7),
    zone=st.sampled_from(["Europe/Paris", "Asia/Kathmandu", "America/New_York"]),
    hours=st.sampled_from([None, NIGHTS]),
    pace=st.sampled_from([1, 2, 20]),
    replied=st.none() | st.integers(-16 * 288, -13 * 288).map(lambda fives: 5 * fives),
)
def test_it_is_the_first_minute_at_which_all_are_open(
    *, mine: list[int], others: list[int], zone: str, hours: ActiveHours | None, pace: int, replied: int | None
) -> None:
    policy = replace(POLICY, workspace_minute=pace)
    gone = Gone(tuple(mine), tuple(others))
    person = PersonFacts(
        do_not_contact=False,
        places=(Place(zone),),
        phone="+1",
        last_inbound_at=NOW - 20 * DAY,
        last_reply_at=None if replied is None else NOW + replied * MINUTE,
    )
    request = GuardRequest("phone", "rule", replace(RULE, active_hours=hours), NOW, "m")
    found = earliest(request, gone.ledger(NOW, pace), person, policy, NOW)
    expected = first_open_minute(request, gone, person, policy)
    assert found == expected or (expected is None and found is not None and found >= NOW + TRIED)
