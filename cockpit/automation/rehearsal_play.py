"""Plays a rule through a stretch of the past: the same guards, the same order, a ledger in memory, nothing that sends.

play(script, told=None) -> tuple[Step, ...]      one per signal the rule would have answered

Guards are asked in whole numbers (scoring.guards.quick); why something is blocked is said by the guard itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple
from uuid import UUID

from cockpit.automation.holdout import is_held_out
from cockpit.automation.outreach import RULE_WAITS, RULE_WAITS_FOR_HOURS, longest_wait, no_mapping, window_length
from cockpit.automation.rehearsal_facts import People
from cockpit.automation.rehearsal_ledger import Books, Place
from cockpit.automation.wish import UNDO_FOR
from cockpit.storage.attempts import REFUSED
from scoring.guards.case import Case
from scoring.guards.facts import GuardRequest, Ledger, RuleFacts, Sent, Tally
from scoring.guards.judge import ask
from scoring.guards.policy import GuardPolicy
from scoring.guards.quick import NEVER, WEEK, Asked, Count, Gone, Quick, Refusal
from scoring.guards.registry import GUARDS
from scoring.instants import instant_of, length

AT_ONCE: Final = 500  # signals between two words of progress
TAKEN: Final = "The same outreach to this person was made, or waits to be made."
UNDO: Final = length(UNDO_FOR)
WAIT, HOURS_WAIT = length(RULE_WAITS), length(RULE_WAITS_FOR_HOURS)
CAPS: Final = frozenset({"member_cap", "workspace_cap"})  # what they say depends on the counts alone
# In a rehearsal the rule is on since before its first signal, nobody has stopped it, and its fuse is not known yet.
PASS_ALL: Final = frozenset({"paused", "enabled_since", "fuse"})

Became = Literal["sent", "blocked", "joined", "held out", "cancelled", "waiting"]
Told = Callable[[int, int], None]  # done, of how many


class Step(NamedTuple):
    """What would have come of one signal."""

    number: int  # of the attempt
    person_id: str
    happened: int  # the signal
    became: Became
    sent_at: datetime | None = None
    guard: str | None = None  # the first that said no
    reason: str | None = None

    @property
    def at(self) -> datetime:
        """When the signal was."""
        return instant_of(self.happened)

    @property
    def attempt_id(self) -> UUID:
        """The id that the attempt would have had."""
        return UUID(int=self.number)


class Cue(NamedTuple):
    """A signal that the rule would have answered; its person is a number, and so is its attempt."""

    at: int
    attempt: int
    who: int


class Other(NamedTuple):
    """Something that went out for another reason."""

    who: int | None  # None: somebody of whom nothing is asked
    gone: Gone
    owner_id: UUID | None


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that a play needs."""

    rule: RuleFacts
    channel: str | None  # None: no mapping says how the action is carried out
    action_type: str
    holdout_percent: float
    policy: GuardPolicy
    people: People
    cues: Sequence[Cue]
    others: Sequence[Other]
    until: int
    turned_to_us: bool = False  # each of its signals is a word of the person, and so counts as consent


@dataclass(slots=True)
class Waiting:
    """An attempt that has not left."""

    cue: Cue
    owner_id: UUID | None
    place: Place
    evidence_at: int
    due: int


def play(script: Script, told: Told | None = None) -> tuple[Step, ...]:
    """Play it from the first signal to the last outreach that is due."""
    stage = Stage(script)
    acts = (stage.note, stage.refuse, stage.fire)
    events = _events(script)
    for done, (at, kind, number) in enumerate(events):
        stage.claim_before(at)
        acts[kind](number)
        if told and done % AT_ONCE == 0:
            told(done, len(events))
    stage.claim_before(script.until)
    if told:
        told(len(events), len(events))
    return stage.ended()


def _events(script: Script) -> list[tuple[int, int, int]]:
    """What happens besides claims, in order; of one instant first what others did, then refusals, then signals."""
    found = [(other.gone.at, 0, number) for number, other in enumerate(script.others)]
    for who, person in enumerate(script.people.known):
        if person.opted_out_at != NEVER:
            found.append((person.opted_out_at, 1, who))
    found += [(cue.at, 2, number) for number, cue in enumerate(script.cues)]
    return sorted(found)


@dataclass(slots=True)
class Stage:
    """Where things stand at an instant of a play."""

    script: Script
    steps: dict[int, Step] = field(default_factory=dict)
    words: dict[tuple[str, Count, Count, Count], str | None] = field(default_factory=dict)
    waiting: dict[int, Waiting] = field(default_factory=dict)  # by person: one at most
    windows: dict[int, int] = field(default_factory=dict)  # until when no other outreach of the rule
    due: list[tuple[int, int, int]] = field(default_factory=list)
    full: dict[int, str | None] = field(default_factory=dict)  # what the cap of the day says of so many
    held_out: dict[int, bool] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
    quick: Quick = field(init=False)
    books: Books = field(init=False)
    window: int = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an empty ledger."""
        rule, policy, channel = self.script.rule, self.script.policy, self.script.channel or ""
        self.quick = Quick(rule, channel, policy, PASS_ALL)
        self.books = Books(max(WEEK, length(rule.cooldown or policy.rule_cooldown)), policy)
        self.window = length(window_length(policy, rule, channel))

    def note(self, number: int) -> None:
        """Something went out for another reason."""
        other = self.script.others[number]
        self.books.send(other.who, other.gone, other.owner_id)

    def refuse(self, who: int) -> None:
        """Somebody wants no contact: what waits for them is cancelled."""
        waiting = self.waiting.pop(who, None)
        if waiting is not None:
            self.books.end(waiting.place, waiting.owner_id)
            self._step(waiting.cue, "cancelled", reason=REFUSED)

    def fire(self, number: int) -> None:
        """A signal that the rule answers."""
        cue = self.script.cues[number]
        earlier = self.waiting.get(cue.who)
        if earlier is not None:
            earlier.evidence_at = max(earlier.evidence_at, cue.at)
            self._step(cue, "joined")
            return
        if self.script.channel is None:
            self._step(cue, "blocked", guard="mapping", reason=no_mapping(self.script.action_type))
            return
        full = self._full_for_too_long(cue)
        if full in self.full:
            self._step(cue, "blocked", guard="workspace_cap", reason=self.full[full])
            return
        refusals = self._weigh(cue.who, cue.at, cue.at, None)
        opens = self._opens(refusals, cue.at, since=cue.at)
        if full:
            self.full[full] = ask(GUARDS["workspace_cap"], self.case(cue.at)).reason
        if refusals and opens is None:
            self._block(cue, refusals, cue.at)
        elif self._is_held_out(cue.who):
            self._step(cue, "held out")
        else:
            self._reserve(cue, refusals, opens)

    def claim_before(self, now: int) -> None:
        """Send what falls due before an instant, if its guards still let it pass."""
        while self.due and self.due[0][0] < now:
            due, _, who = heappop(self.due)
            waiting = self.waiting.get(who)
            if waiting is not None and waiting.due == due:
                self._claim(waiting, due)

    def ended(self) -> tuple[Step, ...]:
        """All steps, by signal; what waits now is said to."""
        for waiting in self.waiting.values():
            self._step(waiting.cue, "waiting")
        return tuple(self.steps[cue.attempt] for cue in self.script.cues)

    def case(self, now: int) -> Case:
        """The question of last as the guards themselves take it."""
        asked, rule, who = self.asked, self.script.rule, self.script.people.known[self.asked.who]
        request = GuardRequest(
            channel=self.script.channel or "",
            origin="rule",
            rule=rule,
            evidence_at=instant_of(asked.evidence_at),
            member_id=None if who.owner_id is None else str(who.owner_id),
        )
        counts = (asked.member_day, asked.workspace_day, asked.workspace_minute, asked.rule_day)
        ledger = Ledger(tuple(_sent(one, rule.rule_key) for one in asked.sends), *map(_tally, counts))
        return Case(request, ledger, self.script.people.facts(asked), self.script.policy, instant_of(now))

    def _claim(self, waiting: Waiting, now: int) -> None:
        cue = waiting.cue
        refusals = self._weigh(cue.who, waiting.evidence_at, now, waiting.place)
        opens = self._opens(refusals, now, since=cue.at)
        if not refusals:
            self._send(waiting, now)
        elif opens is not None:
            self._wait(waiting, opens)
        else:
            self._end(waiting)
            self.windows.pop(cue.who, None)
            self._block(cue, refusals, now)

    def _send(self, waiting: Waiting, now: int) -> None:
        cue = waiting.cue
        self._end(waiting)
        self.windows[cue.who] = now + self.window
        self.books.send(cue.who, Gone(now, self.script.channel or "", True, True), waiting.owner_id)
        self._step(cue, "sent", sent_at=instant_of(now))

    def _reserve(self, cue: Cue, refusals: list[Refusal], opens: int | None) -> None:
        begins = cue.at if opens is None else opens
        if self.windows.get(cue.who, begins) > begins:
            if refusals:
                self._block(cue, refusals, cue.at)
            else:
                self._step(cue, "blocked", guard="window", reason=TAKEN)
            return
        self.windows[cue.who] = begins + self.window
        owner = self.script.people.known[cue.who].owner_id
        waiting = Waiting(cue, owner, (cue.at, cue.attempt), cue.at, cue.at)
        self.waiting[cue.who] = waiting
        self._wait(waiting, cue.at + UNDO if opens is None else opens)

    def _wait(self, waiting: Waiting, at: int) -> None:
        waiting.due = at
        self.books.wait(waiting.place, waiting.owner_id, at)
        heappush(self.due, (at, waiting.place[1], waiting.cue.who))

    def _end(self, waiting: Waiting) -> None:
        del self.waiting[waiting.cue.who]
        self.books.end(waiting.place, waiting.owner_id)

    def _weigh(self, who: int, evidence_at: int, now: int, place: Place | None) -> list[Refusal]:
        """The guards that say no; `place`: of the attempt, where it is one of those that are counted."""
        asked, people = self.asked, self.script.people
        asked.who, asked.evidence_at = who, evidence_at
        people.tell(asked, who, now)
        self.books.tell(asked, who, people.known[who].owner_id, now, place)
        return self.quick.refusals(asked, now)

    def _opens(self, refusals: list[Refusal], now: int, *, since: int) -> int | None:
        """When time alone will have opened all guards, if it is waited for that long."""
        if not refusals or refusals[-1][1] is None:
            return None
        soonest = max(opens for _, opens in refusals if opens is not None) - since
        if soonest > HOURS_WAIT:
            return None
        last = since + length(longest_wait(guard for guard, _ in refusals))
        if soonest > last - since:
            return None
        opens = self.quick.earliest(self.asked, now, refusals)
        return opens if opens is not None and opens <= last else None

    def _full_for_too_long(self, cue: Cue) -> int:
        """How many there are where the workspace's day is full for longer than is waited, and no guard says no before.

        In a busy workspace that is most signals, so that it is worth seeing without asking all guards.
        """
        script, books, now = self.script, self.books, cue.at
        person, policy = script.people.known[cue.who], script.policy
        if not (script.turned_to_us and person.usual and self.quick.all_on) or books.has_recent(cue.who, now):
            return 0
        day = books.automatic.tally(now, None, policy.workspace_day)
        if day.frees_at is None or day.frees_at <= now + WAIT or NEVER < person.opted_out_at <= now:
            return 0
        return 0 if books.member_is_full(person.owner_id, now) else day.so_far

    def _is_held_out(self, who: int) -> bool:
        found = self.held_out.get(who)
        if found is None:
            person = self.script.people.known[who].person_id
            found = is_held_out(self.script.rule.rule_key, person, self.script.holdout_percent)
            self.held_out[who] = found
        return found

    def _block(self, cue: Cue, refusals: list[Refusal], now: int) -> None:
        guard, asked = refusals[0][0], self.asked
        if guard not in CAPS:
            self._step(cue, "blocked", guard=guard, reason=ask(GUARDS[guard], self.case(now)).reason)
            return
        said = (guard, asked.member_day, asked.workspace_day, asked.workspace_minute)
        if said not in self.words:
            self.words[said] = ask(GUARDS[guard], self.case(now)).reason
        self._step(cue, "blocked", guard=guard, reason=self.words[said])

    def _step(
        self,
        cue: Cue,
        became: Became,
        *,
        sent_at: datetime | None = None,
        guard: str | None = None,
        reason: str | None = None,
    ) -> None:
        person_id = self.script.people.ids[cue.who]
        self.steps[cue.attempt] = Step(cue.attempt, person_id, cue.at, became, sent_at, guard, reason)


def _sent(gone: Gone, rule_key: str) -> Sent:
    """An outreach as guards take it; of the others it does not matter which rule they were of."""
    origin: Literal["rule", "manual"] = "rule" if gone.automatic else "manual"
    return Sent(instant_of(gone.at), gone.channel, origin, rule_key if gone.of_rule else None)


def _tally(count: Count) -> Tally:
    return Tally(count.so_far, None if count.frees_at is None else instant_of(count.frees_at))
