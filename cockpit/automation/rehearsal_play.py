"""Plays a rule through a stretch of the past: the same guards, the same order, a ledger in memory, nothing that sends.

play(script, told=None) -> tuple[Step, ...]      one per signal the rule would have answered
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final, Literal
from uuid import UUID

from cockpit.automation.holdout import is_held_out
from cockpit.automation.outreach import holds, no_mapping, window_length
from cockpit.automation.rehearsal_facts import Reached
from cockpit.automation.rehearsal_ledger import Books, place_of
from cockpit.automation.wish import UNDO_FOR
from cockpit.storage.attempts import REFUSED
from scoring.guards.facts import GuardRequest, RuleFacts, Sent, Verdict
from scoring.guards.judge import allowed, earliest, judge, opens_at
from scoring.guards.policy import GuardPolicy

WEEK: Final = timedelta(days=7)
AT_ONCE: Final = 500  # signals between two words of progress
TAKEN: Final = "The same outreach to this person was made, or waits to be made."

Became = Literal["sent", "blocked", "joined", "held out", "cancelled", "waiting"]
Told = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True)
class Step:
    """What would have come of one signal."""

    attempt_id: UUID
    person_id: str
    at: datetime  # of the signal
    became: Became
    sent_at: datetime | None = None
    guard: str | None = None  # the first that said no
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """A signal that the rule would have answered."""

    at: datetime
    attempt_id: UUID
    person_id: str


@dataclass(frozen=True, slots=True)
class Other:
    """Something that went out for another reason."""

    person_id: str
    sent: Sent
    owner_id: UUID | None


Event = Other | Cue | str  # a name: this person wants no contact any more


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that a play needs."""

    rule: RuleFacts
    channel: str | None  # None: no mapping says how the action is carried out
    action_type: str
    holdout_percent: float
    policy: GuardPolicy
    people: Mapping[str, Reached]
    cues: Sequence[Cue]
    others: Sequence[Other]
    until: datetime


@dataclass(slots=True)
class Waiting:
    """An attempt that has not left."""

    cue: Cue
    owner_id: UUID | None
    evidence_at: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What the guards say, and when time alone will have opened them."""

    verdicts: tuple[Verdict, ...]
    opens_at: datetime | None

    @property
    def allowed(self) -> bool:
        """Whether it may leave now."""
        return allowed(self.verdicts)

    @property
    def refusal(self) -> Verdict | None:
        """The first no."""
        return next((one for one in self.verdicts if not one.allowed), None)


def play(script: Script, told: Told | None = None) -> tuple[Step, ...]:
    """Play it from the first signal to the last outreach that is due."""
    stage = Stage(script)
    events = _events(script)
    for number, (at, _, event) in enumerate(events):
        stage.claim_before(at)
        stage.meet(event)
        if told and number % AT_ONCE == 0:
            told(number, len(events))
    stage.claim_before(script.until)
    if told:
        told(len(events), len(events))
    return stage.ended()


def _events(script: Script) -> list[tuple[datetime, int, Event]]:
    """What happens besides claims, in order; of one instant first what others did, then refusals, then signals."""
    found: list[tuple[datetime, int, Event]] = [(other.sent.at, 0, other) for other in script.others]
    for who, person in script.people.items():
        if person.opted_out_at is not None:
            found.append((person.opted_out_at, 1, who))
    found += [(cue.at, 2, cue) for cue in script.cues]
    return sorted(found, key=lambda event: event[:2])


@dataclass(slots=True)
class Stage:
    """Where things stand at an instant of a play."""

    script: Script
    steps: dict[UUID, Step] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)  # by person: one at most
    windows: dict[str, datetime] = field(default_factory=dict)  # until when no other outreach of the rule
    due: list[tuple[datetime, int, str]] = field(default_factory=list)
    books: Books = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an empty ledger."""
        own = self.script.rule.cooldown
        self.books = Books(max(WEEK, own or self.script.policy.rule_cooldown), self.script.policy)

    def meet(self, event: Event) -> None:
        """Let something happen."""
        match event:
            case Other():
                self.note(event)
            case Cue():
                self.fire(event)
            case _:
                self.refuse(event)

    def note(self, other: Other) -> None:
        """Something went out for another reason."""
        self.books.send(other.person_id, other.sent, other.owner_id, of_rule=False)

    def refuse(self, who: str) -> None:
        """Somebody wants no contact: what waits for them is cancelled."""
        waiting = self.waiting.pop(who, None)
        if waiting is not None:
            self._end(waiting)
            self._step(waiting.cue, "cancelled", reason=REFUSED)

    def fire(self, cue: Cue) -> None:
        """A signal that the rule answers."""
        earlier, now = self.waiting.get(cue.person_id), cue.at
        if earlier is not None:
            earlier.evidence_at = max(earlier.evidence_at, now)
            self._step(cue, "joined")
            return
        if self.script.channel is None:
            self._step(cue, "blocked", guard="mapping", reason=no_mapping(self.script.action_type))
            return
        person = self.script.people[cue.person_id]
        judged = self._judge(person, cue.at, now, None)
        if not judged.allowed and not holds("rule", judged.opens_at, judged.verdicts, since=now):
            self._block(cue, judged)
        elif is_held_out(self.script.rule.rule_key, person.row.person_id, self.script.holdout_percent):
            self._step(cue, "held out")
        else:
            self._reserve(cue, person.row.owner_id, judged, now)

    def claim_before(self, now: datetime) -> None:
        """Send what falls due before an instant, if its guards still let it pass."""
        while self.due and self.due[0][0] < now:
            due, _, who = heappop(self.due)
            waiting = self.waiting.get(who)
            if waiting is not None and waiting.due == due:
                self._claim(who, waiting, due)

    def ended(self) -> tuple[Step, ...]:
        """All steps, by signal; what waits now is said to."""
        for waiting in self.waiting.values():
            self._step(waiting.cue, "waiting")
        return tuple(self.steps[cue.attempt_id] for cue in self.script.cues)

    def _claim(self, who: str, waiting: Waiting, now: datetime) -> None:
        cue = waiting.cue
        judged = self._judge(self.script.people[who], waiting.evidence_at, now, waiting)
        if judged.allowed:
            self._send(who, waiting, now)
        elif holds("rule", judged.opens_at, judged.verdicts, since=cue.at) and judged.opens_at is not None:
            self._wait(waiting, judged.opens_at)
        else:
            del self.waiting[who]
            self._end(waiting)
            self.windows.pop(who, None)
            self._block(cue, judged)

    def _send(self, who: str, waiting: Waiting, now: datetime) -> None:
        del self.waiting[who]
        self._end(waiting)
        rule, channel = self.script.rule, self.script.channel or ""
        self.windows[who] = now + window_length(self.script.policy, rule, channel)
        self.books.send(who, Sent(now, channel, "rule", rule.rule_key), waiting.owner_id, of_rule=True)
        self._step(waiting.cue, "sent", sent_at=now)

    def _reserve(self, cue: Cue, owner_id: UUID | None, judged: Judged, now: datetime) -> None:
        begins = judged.opens_at or now
        if self.windows.get(cue.person_id, begins) > begins:
            refusal = judged.refusal
            reason = refusal.reason if refusal else TAKEN
            self._step(cue, "blocked", guard=refusal.guard if refusal else "window", reason=reason)
            return
        self.windows[cue.person_id] = begins + window_length(
            self.script.policy, self.script.rule, self.script.channel or ""
        )
        waiting = Waiting(cue, owner_id, cue.at, now)
        self.waiting[cue.person_id] = waiting
        self._wait(waiting, judged.opens_at or now + UNDO_FOR)

    def _wait(self, waiting: Waiting, at: datetime) -> None:
        cue = waiting.cue
        waiting.due = at
        self.books.wait(place_of(cue.at, cue.attempt_id), waiting.owner_id, at)
        heappush(self.due, (at, cue.attempt_id.int, cue.person_id))

    def _end(self, waiting: Waiting) -> None:
        self.books.end(place_of(waiting.cue.at, waiting.cue.attempt_id), waiting.owner_id)

    def _judge(self, person: Reached, evidence_at: datetime, now: datetime, stored: Waiting | None) -> Judged:
        script, row = self.script, person.row
        owner = row.owner_id
        request = GuardRequest(
            channel=script.channel or "",
            origin="rule",
            rule=script.rule,
            evidence_at=evidence_at,
            member_id=None if owner is None else str(owner),
        )
        before = None if stored is None else place_of(stored.cue.at, stored.cue.attempt_id)
        ledger = self.books.of(str(row.person_id), owner, now, before)
        facts = person.at(now)
        verdicts = judge(request, ledger, facts, script.policy, now)
        if allowed(verdicts) or opens_at(verdicts) is None:
            return Judged(verdicts, None)
        return Judged(verdicts, earliest(request, ledger, facts, script.policy, now))

    def _block(self, cue: Cue, judged: Judged) -> None:
        refusal = judged.refusal
        self._step(cue, "blocked", guard=refusal and refusal.guard, reason=refusal and refusal.reason)

    def _step(self, cue: Cue, became: Became, **more: object) -> None:
        self.steps[cue.attempt_id] = replace(Step(cue.attempt_id, cue.person_id, cue.at, became), **more)  # type: ignore[arg-type]
