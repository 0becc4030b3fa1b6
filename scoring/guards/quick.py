"""The guards once more, in whole numbers and without words: for a rehearsal, which asks them a hundred thousand times.

Quick(rule, channel, policy).refusals(asked, at) -> list[(guard, opens)]     those of `judge`, up to the first for good
Quick(rule, channel, policy).earliest(asked, at, refusals) -> int | None     as `earliest`

What a guard says is said in its own file; a test holds the two against each other, guard by guard, on any facts.
Instants and durations are microseconds. Whatever `judge` would say `undecided` of is not for here, but for the hours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final, NamedTuple

from scoring.guards.case import Case
from scoring.guards.facts import Consent, GuardRequest, Ledger, PersonFacts, Place, RuleFacts
from scoring.guards.judge import MOST_STEPS
from scoring.guards.person import OPT_IN_ONLY
from scoring.guards.person import consent as consent_of
from scoring.guards.policy import GuardPolicy
from scoring.guards.policy_json import ALWAYS_ON
from scoring.guards.registry import GUARDS
from scoring.instants import instant_of, length
from scoring.quiet_hours import CannotDecide
from scoring.timetable import FAR, Timetable

OPEN: Final = -1  # nothing stands in the way
NEVER: Final = -(10**18)  # an instant that there was not
DAY, WEEK = length(timedelta(days=1)), length(timedelta(days=7))
Opens = int | None  # OPEN, the instant at which time opens it, or None: time alone does not
Refusal = tuple[str, int | None]


class Gone(NamedTuple):
    """An outreach to the person."""

    at: int
    channel: str
    automatic: bool
    of_rule: bool


class Count(NamedTuple):
    """A tally."""

    so_far: int = 0
    frees_at: int | None = None


NONE: Final = Count()


@dataclass(slots=True)
class Asked:
    """One question; filled anew for the next."""

    who: int = 0  # for the asker: what the question is about
    evidence_at: int = 0
    refused: bool = False  # do not contact, or opted out of the channel
    reachable: bool = True
    stopped: bool = False  # every rule is, for this person
    places: tuple[Place, ...] = ()
    consents: tuple[Consent, ...] = ()
    opt_in_only: bool = False
    hours: Timetable | None = None
    active: Timetable | None = None
    inbound: int = NEVER
    replied: int = NEVER
    booked: int = NEVER
    bounced: int = NEVER
    has_member: bool = False
    sends: Sequence[Gone] = ()
    member_day: Count = NONE
    workspace_day: Count = NONE
    workspace_minute: Count = NONE
    rule_day: Count = NONE


Check = Callable[[Asked, int], Opens]
Checks = tuple[tuple[str, Check], ...]


class Quick:
    """The guards of one rule on one channel."""

    def __init__(
        self, rule: RuleFacts, channel: str, policy: GuardPolicy, pass_all: Collection[str] = frozenset()
    ) -> None:
        """Read the numbers of the policy once; `pass_all`: guards that are known to stand in nobody's way here."""
        self.rule, self.channel, self.policy = rule, channel, policy
        self.inquiry = length(timedelta(days=policy.inquiry_days))
        self.reply_pause = length(timedelta(days=policy.reply_pause_days))
        self.any_cooldown = length(policy.any_channel_cooldown)
        self.channel_cooldown = max(length(policy.cooldowns.get(channel, timedelta())), self.any_cooldown)
        own = length(policy.rule_cooldown if rule.cooldown is None else rule.cooldown)
        self.own_cooldown = own
        self.most_of_rule = None if rule.rehearsed_rate is None else ceil(policy.fuse_factor * rule.rehearsed_rate)
        most = (policy.person_day, policy.person_week, policy.person_day_automatic)
        self.takes_some = all(most) and rule.daily_max != 0
        self.may_act = policy.paused == "none" and rule.paused_at is None
        self.enabled_at = rule.enabled_at if rule.enabled else None
        self.since = None if self.enabled_at is None else length(self.enabled_at - instant_of(0))
        on = [key for key in GUARDS if (key in ALWAYS_ON or key not in policy.off) and key not in pass_all]
        self.guards: Checks = tuple((key, getattr(self, key)) for key in on)
        said_to_pass = {"paused", "enabled_since", "fuse"} <= set(pass_all)
        self.all_on = said_to_pass and not policy.off
        self.needs_consent = policy.consent_needed != "never"
        self.per_day, self.per_minute = policy.workspace_day, policy.workspace_minute

    def refusals(self, asked: Asked, at: int) -> list[Refusal]:
        """The guards that say no and when they open; those behind one that time alone does not open are not asked."""
        found = self.of_person(asked, at, FAR)
        return found if ends(found, FAR) else self.of_all(asked, at, found)

    def of_person(self, asked: Asked, at: int, latest: int) -> list[Refusal]:
        """Those of them that do not count what others were sent, up to the first that opens after `latest`."""
        if not self._is_usual(asked):
            return []
        # The same as one by one, for those of whom nothing unusual is known: calls cost more than what they do here.
        if asked.opt_in_only or (self.needs_consent and asked.inbound <= at - self.inquiry):
            return [("consent", None)]
        found: list[Refusal] = []
        replied = asked.replied
        if replied != NEVER or asked.inbound > asked.evidence_at or asked.booked != NEVER or asked.bounced != NEVER:
            self._add(found, "reply_since", self.reply_since(asked, at))
        if asked.sends or not self.takes_some:
            for guard, check in (("person_cap", self.person_cap), ("cooldown", self.cooldown)):
                if not ends(found, latest):
                    self._add(found, guard, check(asked, at))
        return found

    def of_all(self, asked: Asked, at: int, found: list[Refusal]) -> list[Refusal]:
        """All of them, where `of_person` gave `found`."""
        if not self._is_usual(asked):
            return self._one_by_one(asked, at)
        if asked.has_member:
            self._add(found, "member_cap", tallied(asked.member_day, self.policy.member_day, at))
        if asked.workspace_day.so_far >= self.per_day or asked.workspace_minute.so_far >= self.per_minute:
            self._add(found, "workspace_cap", self.workspace_cap(asked, at))
        self._add(found, "quiet_hours", self.quiet_hours(asked, at))
        if self.rule.active_hours is not None:
            self._add(found, "active_hours", self.active_hours(asked, at))
        for place, (_, opens) in enumerate(found):
            if opens is None:
                return found[: place + 1]
        return found

    def _is_usual(self, asked: Asked) -> bool:
        return self.all_on and asked.reachable and not (asked.refused or asked.stopped or asked.consents)

    @staticmethod
    def _add(found: list[Refusal], guard: str, opens: Opens) -> None:
        if opens != OPEN:
            found.append((guard, opens))

    def _one_by_one(self, asked: Asked, at: int) -> list[Refusal]:
        found: list[Refusal] = []
        for key, check in self.guards:
            opens = check(asked, at)
            if opens != OPEN:
                found.append((key, opens))
                if opens is None:
                    break
        return found

    def earliest(self, asked: Asked, now: int, refusals: list[Refusal]) -> int | None:
        """When all will be open, if nothing else happens; `refusals` are those of now."""
        at, found = now, refusals
        for _ in range(MOST_STEPS):
            if not found:
                return at
            opens = latest(opens for _, opens in found)
            if opens is None or opens <= at:
                return None
            at = opens
            found = self.refusals(asked, at)
        return None

    def do_not_contact(self, asked: Asked, at: int) -> Opens:
        """See there."""
        del at
        return None if asked.refused else OPEN

    def reachable(self, asked: Asked, at: int) -> Opens:
        """See there."""
        del at
        return OPEN if asked.reachable else None

    def consent(self, asked: Asked, at: int) -> Opens:
        """See there; of whom there is anything on record, the guard itself is asked."""
        if asked.consents:
            heard = None if asked.inbound == NEVER else instant_of(asked.inbound)
            person = PersonFacts(
                do_not_contact=False, places=asked.places, consents=asked.consents, last_inbound_at=heard
            )
            request = GuardRequest(self.channel, "rule", self.rule)
            case = Case(request, Ledger(()), person, self.policy, instant_of(at))
            return OPEN if consent_of(case).allowed else None
        if asked.opt_in_only:
            return None
        needed = self.policy.consent_needed != "never"
        return None if needed and asked.inbound <= at - self.inquiry else OPEN

    def paused(self, asked: Asked, at: int) -> Opens:
        """See there."""
        del at
        return OPEN if self.may_act and not asked.stopped else None

    def enabled_since(self, asked: Asked, at: int) -> Opens:
        """See there."""
        del at
        return None if self.since is None or asked.evidence_at < self.since else OPEN

    def reply_since(self, asked: Asked, at: int) -> Opens:
        """See there."""
        replied = asked.replied
        if max(replied, asked.inbound, asked.booked, asked.bounced) > asked.evidence_at:
            return None
        until = replied + self.reply_pause
        if until <= at or replied == NEVER:
            return OPEN
        before = replied - self.reply_pause
        return until if any(one.automatic and before < one.at < replied for one in asked.sends) else OPEN

    def person_cap(self, asked: Asked, at: int) -> Opens:
        """See there."""
        policy, sends = self.policy, asked.sends
        if not sends and self.takes_some:
            return OPEN
        week = sorted(one.at for one in sends if one.at > at - WEEK)
        day = [one for one in week if one > at - DAY]
        by_itself = [one for one in sends if one.automatic and one.at > at - DAY]
        limits = [(day, DAY, policy.person_day), (week, WEEK, policy.person_week)]
        limits.append((sorted(one.at for one in by_itself), DAY, policy.person_day_automatic))
        if self.rule.daily_max is not None:
            limits.append((sorted(one.at for one in by_itself if one.of_rule), DAY, self.rule.daily_max))
        full = [(times, window, most) for times, window, most in limits if len(times) >= most]
        return latest(times[len(times) - most] + window if most else None for times, window, most in full)

    def cooldown(self, asked: Asked, at: int) -> Opens:
        """See there."""
        until = at
        for gone in asked.sends:
            wait = self.channel_cooldown if gone.channel == self.channel else self.any_cooldown
            wait = max(wait, self.own_cooldown) if gone.of_rule else wait
            if wait and gone.at + wait > until:
                until = gone.at + wait
        return until if until > at else OPEN

    def member_cap(self, asked: Asked, at: int) -> Opens:
        """See there."""
        return tallied(asked.member_day, self.policy.member_day, at) if asked.has_member else OPEN

    def workspace_cap(self, asked: Asked, at: int) -> Opens:
        """See there."""
        today = tallied(asked.workspace_day, self.policy.workspace_day, at)
        return tallied(asked.workspace_minute, self.policy.workspace_minute, at) if today == OPEN else today

    def fuse(self, asked: Asked, at: int) -> Opens:
        """See there."""
        del at
        if self.most_of_rule is None or asked.rule_day.so_far >= max(self.most_of_rule, self.policy.fuse_floor):
            return None
        return OPEN

    def quiet_hours(self, asked: Asked, at: int) -> Opens:
        """See there."""
        return None if asked.hours is None else within(asked.hours, at)

    def active_hours(self, asked: Asked, at: int) -> Opens:
        """See there."""
        if self.rule.active_hours is None:
            return OPEN
        return None if asked.active is None else within(asked.active, at)


def tallied(tally: Count, most: int, at: int) -> Opens:
    """Whether there is a place left, or when there will be one."""
    opens = tally.frees_at if most else None
    return OPEN if tally.so_far < most or (opens is not None and opens <= at) else opens


def within(hours: Timetable, at: int) -> Opens:
    """Whether it is open, or when; where that cannot be said, it is not."""
    try:
        opens = hours.opens_at(at)
    except CannotDecide:
        return None
    return OPEN if opens == at else opens


def ends(found: Sequence[Refusal], latest: int) -> bool:
    """Whether one of these opens after an instant, or never."""
    for _, opens in found:  # noqa: SIM110 - a generator costs more than it looks at
        if opens is None or opens > latest:
            return True
    return False


def latest(times: Iterable[int | None]) -> Opens:
    """The last of these instants; OPEN of none, None when one of them does not come."""
    found = OPEN
    for one in times:
        if one is None:
            return None
        found = max(found, one)
    return found


def opt_in_only(places: Iterable[Place]) -> bool:
    """Whether the law of one of these places asks for consent before anything."""
    return any(place.country in OPT_IN_ONLY for place in places if place.country)
