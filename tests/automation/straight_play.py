"""A rehearsal in the plainest way: every question to the guards themselves, every count anew, nothing foreseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from cockpit.automation.holdout import is_held_out
from cockpit.automation.outreach import holds, no_mapping, window_length
from cockpit.automation.rehearsal_play import TAKEN
from cockpit.automation.wish import UNDO_FOR
from cockpit.storage.attempts import REFUSED
from scoring.guards.facts import (
    EVERY_CHANNEL,
    Consent,
    GuardRequest,
    Ledger,
    PersonFacts,
    Place,
    RuleFacts,
    Sent,
    Tally,
)
from scoring.guards.judge import allowed, earliest, judge
from scoring.guards.policy import GuardPolicy

DAY, WEEK, MINUTE = timedelta(days=1), timedelta(days=7), timedelta(minutes=1)
KINDS = {  # the kinds of what people do: of which of them guards look at which
    "missed": {"inbound"},
    "silent": set(),
    "page": {"inbound"},
    "reply": {"inbound", "reply"},
    "booking": {"inbound", "booking"},
    "bounce": {"bounce"},
    "stop": {"inbound", "opts_out"},
}
Told = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Somebody:
    """What is on file."""

    person_id: UUID
    places: tuple[Place, ...]
    owner: UUID | None = None
    refused: bool = False
    phone: str | None = "+33600000000"
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A signal."""

    who: int
    at: datetime
    kind: str
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that went out for another reason, perhaps to somebody of whom nothing is asked."""

    who: int | None
    at: datetime
    channel: str
    origin: Literal["rule", "manual"] = "rule"  # of another rule
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class World:
    """A rule and a past."""

    rule: RuleFacts
    channel: str | None
    policy: GuardPolicy
    people: Sequence[Somebody]
    moments: Sequence[Moment]
    sent: Sequence[Letter]
    cues: frozenset[str]
    until: datetime
    holdout_percent: float = 0.0


@dataclass(slots=True)
class Wait:
    """An attempt that waits."""

    cue: Moment
    evidence_at: datetime
    due: datetime


@dataclass(slots=True)
class Straight:
    """Where things stand."""

    world: World
    told: dict[int, Told] = field(default_factory=dict)
    waits: dict[int, Wait] = field(default_factory=dict)
    gone: list[tuple[int | None, UUID | None, Sent]] = field(default_factory=list)  # to whom, by whom
    windows: dict[int, datetime] = field(default_factory=dict)
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)  # what happened, and which guards were of it

    def play(self) -> list[Told]:
        """From the first to the last."""
        cues = [one for one in self.world.moments if one.kind in self.world.cues]
        stops: dict[int, Moment] = {}
        for one in sorted(self.world.moments, key=lambda one: one.at):
            if "opts_out" in KINDS[one.kind]:
                stops.setdefault(one.who, one)
        events: list[tuple[datetime, int, int, Any]]
        events = [(one.at, 0, number, one) for number, one in enumerate(self.world.sent)]
        events += [(one.at, 1, number, one) for number, one in enumerate(stops.values())]
        events += [(one.at, 2, number, one) for number, one in enumerate(cues)]
        for at, kind, _, one in sorted(events, key=lambda event: event[:3]):
            self.claim_before(at)
            (self.note, self.stop, self.fire)[kind](one)
        self.claim_before(self.world.until)
        for wait in self.waits.values():
            self.tell(wait.cue, "waiting")
        return [self.told[one.attempt] for one in cues]

    def note(self, one: Letter) -> None:
        rule_key = "another" if one.origin == "rule" else None
        self.gone.append((one.who, one.by, Sent(one.at, one.channel, one.origin, rule_key)))
        self.seen["sent for another reason", "while one waits" if one.who in self.waits else "else"] += 1

    def stop(self, one: Moment) -> None:
        if one.who in self.waits:
            self.tell(self.waits.pop(one.who).cue, "cancelled", reason=REFUSED)

    def fire(self, one: Moment) -> None:
        if one.who in self.waits:
            self.waits[one.who].evidence_at = one.at
            self.tell(one, "joined")
            return
        if self.world.channel is None:
            self.tell(one, "blocked", guard="mapping", reason=no_mapping("CALL"))
            return
        refusals, opens = self.weigh(one.who, one.at, one.at, one, stored=False)
        person = self.world.people[one.who].person_id
        if refusals and opens is None:
            self.tell(one, "blocked", guard=refusals[0].guard, reason=refusals[0].reason)
        elif is_held_out(self.world.rule.rule_key, person, self.world.holdout_percent):
            self.tell(one, "held out")
        elif one.who in self.windows and self.windows[one.who] > (opens or one.at):
            guard, reason = (refusals[0].guard, refusals[0].reason) if refusals else TAKEN
            self.tell(one, "blocked", guard=guard, reason=reason)
        else:
            self.seen[("begins", *named(refusals))] += 1
            self.windows[one.who] = (opens or one.at) + self.window
            self.waits[one.who] = Wait(one, one.at, opens or one.at + UNDO_FOR)

    def claim_before(self, now: datetime) -> None:
        while due := [one for one in self.waits.values() if one.due < now]:
            first = min(due, key=lambda one: (one.due, one.cue.attempt))
            self.claim(first, first.due)

    def claim(self, wait: Wait, now: datetime) -> None:
        cue = wait.cue
        refusals, opens = self.weigh(cue.who, wait.evidence_at, now, cue, stored=True)
        self.see_claim(wait, refusals, opens)
        if refusals and opens is not None:
            wait.due = opens
            return
        del self.waits[cue.who]
        if refusals:
            del self.windows[cue.who]
            self.tell(cue, "blocked", guard=refusals[0].guard, reason=refusals[0].reason)
        else:
            self.windows[cue.who] = now + self.window
            sent = Sent(now, self.world.channel or "", "rule", self.world.rule.rule_key)
            self.gone.append((cue.who, self.world.people[cue.who].owner, sent))
            self.tell(cue, "sent", sent_at=now)

    def see_claim(self, wait: Wait, refusals: list[Any], opens: datetime | None) -> None:
        """Note what guards make of one that is due."""
        guards = named(refusals)
        together = sum(one.due == wait.due for one in self.waits.values()) > 1
        if not refusals:
            became = "leaves"
        elif opens is None:
            became = "does not leave"
        else:
            became = "waits on" if opens <= wait.due + MINUTE else "waits longer"
        self.seen[(became, "of several" if together else "alone", *guards)] += 1

    @property
    def window(self) -> timedelta:
        return window_length(self.world.policy, self.world.rule, self.world.channel or "")

    def weigh(
        self, who: int, evidence_at: datetime, now: datetime, cue: Moment, *, stored: bool
    ) -> tuple[list[Any], datetime | None]:
        """Who says no, and until when it is waited for them."""
        world = self.world
        owner = world.people[who].owner
        member = None if owner is None else str(owner)
        asked = GuardRequest(world.channel or "", "rule", world.rule, evidence_at, member)
        question = (asked, self.ledger(who, now, (cue.at, cue.attempt) if stored else None), self.facts(who, now))
        verdicts = judge(*question, world.policy, now)
        opens = None if allowed(verdicts) else earliest(*question, world.policy, now)
        waits = holds("rule", opens, verdicts, since=cue.at)
        return [one for one in verdicts if not one.allowed], opens if waits else None

    def facts(self, who: int, now: datetime) -> PersonFacts:
        person = self.world.people[who]
        known = [one for one in self.world.moments if one.who == who and one.at <= now]

        def last(kind: str) -> datetime | None:
            return max((one.at for one in known if kind in KINDS[one.kind]), default=None)

        return PersonFacts(
            do_not_contact=person.refused,
            places=person.places,
            opted_out=frozenset({EVERY_CHANNEL}) if last("opts_out") else frozenset(),
            consents=person.consents,
            phone=person.phone,
            last_inbound_at=last("inbound"),
            last_reply_at=last("reply"),
            booked_at=last("booking"),
            bounced_at=last("bounce"),
        )

    def ledger(self, who: int, now: datetime, place: tuple[datetime, int] | None) -> Ledger:
        rule, policy, people = self.world.rule, self.world.policy, self.world.people
        longest = max(WEEK, rule.cooldown or policy.rule_cooldown)
        owner = people[who].owner
        before = [one for one in self.waits.values() if place is None or (one.cue.at, one.cue.attempt) < place]
        mine = [one for one in before if people[one.cue.who].owner == owner]
        own = [sent for _, by, sent in self.gone if by == owner]
        every = [sent for _, _, sent in self.gone if sent.origin == "rule"]
        return Ledger(
            tuple(sent for whom, _, sent in self.gone if whom == who and sent.at > now - longest),
            None if owner is None else tally(own, mine, now, policy.member_day),
            tally(every, before, now, policy.workspace_day),
            tally(every, [], now, policy.workspace_minute, MINUTE),
            Tally(0),
        )

    def tell(self, cue: Moment, became: str, **more: Any) -> None:
        self.seen["becomes", became, more.get("guard") or ""] += 1
        self.told[cue.attempt] = (became, more.get("sent_at"), more.get("guard"), more.get("reason"))


def named(refusals: list[Any]) -> tuple[str, ...]:
    """The guards that say no."""
    return tuple(one.guard for one in refusals)


def tally(sent: Sequence[Sent], waits: Sequence[Wait], now: datetime, most: int, window: timedelta = DAY) -> Tally:
    times = sorted([*(one.at for one in sent if one.at > now - window), *(one.due for one in waits)])
    full = most and len(times) >= most
    return Tally(len(times), times[len(times) - most] + window if full else None)
