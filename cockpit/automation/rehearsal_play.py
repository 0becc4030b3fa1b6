"""Plays a rule through a stretch of the past: the same guards, the same order, a ledger in memory, nothing that sends.

play(script, told=None) -> Outcomes      one per signal the rule would have answered

What guards say of a signal if nothing was sent before is worked out for all signals at once (scoring.guards.foresight).
Where only that and the counts of the day matter, no guard is asked; else they are, in whole numbers
(scoring.guards.quick). A test plays the same with the guards themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from cockpit.automation.holdout import is_held_out
from cockpit.automation.outreach import RULE_WAITS, RULE_WAITS_FOR_HOURS, longest_wait, no_mapping, window_length
from cockpit.automation.rehearsal_ledger import Books
from cockpit.automation.rehearsal_line import Line, Waiting
from cockpit.automation.rehearsal_script import PASS_ALL, Script
from cockpit.automation.rehearsal_steps import Outcomes, Refused, Said, Why
from cockpit.automation.wish import UNDO_FOR
from cockpit.storage.attempts import REFUSED
from scoring.guards.foresight import ASK, SAYS_NO, foresee
from scoring.guards.quick import NEVER, NONE, WEEK, Asked, Count, Gone, Quick, Refusal, ends, latest, tallied
from scoring.instants import length
from scoring.timetable import FAR

AT_ONCE: Final = 500  # signals between two words of progress
TAKEN: Final = Said("window", "The same outreach to this person was made, or waits to be made.")
NOT_WANTED: Final = Said(None, REFUSED)
UNDO: Final = length(UNDO_FOR)
WAIT, HOURS_WAIT = length(RULE_WAITS), length(RULE_WAITS_FOR_HOURS)

Told = Callable[[int, int], None]  # done, of how many


def play(script: Script, told: Told | None = None) -> Outcomes:
    """Play it from the first signal to the last outreach that is due."""
    cues = script.cues
    if script.channel is None:
        return _unmapped(script)
    stage, total = Stage(script), len(cues.at)
    for begin in range(0, total, AT_ONCE):
        if told:
            told(begin, total)
        for cue in range(begin, min(begin + AT_ONCE, total)):
            at = cues.at[cue]
            if stage.next_at <= at:
                stage.go_to(at)
            stage.fire(cue, at)
    stage.go_to(script.until)
    if told:
        told(total, total)
    return stage.outcomes


def _unmapped(script: Script) -> Outcomes:
    outcomes = Outcomes(script.cues, script.people.ids, script.reason_of)
    outcomes.became = ["blocked"] * len(script.cues.at)
    why = Said("mapping", no_mapping(script.action_type))
    outcomes.why = dict.fromkeys(range(len(script.cues.at)), why)
    return outcomes


def _happenings(script: Script) -> list[tuple[int, int, int]]:
    """What happens besides signals, the last first; of one instant first what others did, then who wants no contact."""
    found = [(other.gone.at, 0, number) for number, other in enumerate(script.others)]
    opted = enumerate(script.people.moments.opted_out_at)
    return sorted([*found, *((at, 1, who) for who, at in opted if at != NEVER)], reverse=True)


class Stage:
    """Where things stand at an instant of a play."""

    def __init__(self, script: Script) -> None:
        """Begin with an empty ledger."""
        rule, policy, channel, people = script.rule, script.policy, script.channel or "", script.people
        self.script, self.cues, self.people, self.channel = script, script.cues, people, channel
        self.quick, self.asked = Quick(rule, channel, policy, PASS_ALL), Asked()
        self.longest = max(WEEK, length(rule.cooldown or policy.rule_cooldown))
        self.books, self.line = Books(self.longest, policy), Line(script.cues.attempt)
        self.window = length(window_length(policy, rule, channel))
        self.windows: dict[int, int] = {}  # after what was sent: until when no other outreach of the rule
        self.held_out: dict[int, bool] = {}
        self.most = policy.workspace_day, policy.workspace_minute
        self.full: dict[tuple[int, int], Why] = {}  # what the cap of the workspace says of so many
        self.outcomes = Outcomes(script.cues, people.ids, script.reason_of)
        self.places = script.cues.places()
        self.happenings = _happenings(script)
        who, at = (np.array(one, dtype=np.int64) for one in (script.cues.who, script.cues.at))
        self.foreseen = foresee(self.quick, people.questions(who, at), HOURS_WAIT)
        self.next_at = NEVER  # nothing happens before

    def go_to(self, at: int) -> None:
        """Let happen what happens before something of an instant."""
        while self.happenings and self.happenings[-1][0] <= at:
            then, kind, number = self.happenings.pop()
            self._claim_before(then)
            (self._note, self._refuse)[kind](number)
        self._claim_before(at)
        self._look_ahead()

    def fire(self, cue: int, at: int) -> None:
        """A signal that the rule answers."""
        who = self.cues.who[cue]
        earlier = self.line.of.get(who)
        if earlier is not None:
            earlier.evidence, earlier.heard = cue, self._heard(cue, who, at)
            self.outcomes.became[cue] = "joined"
            return
        opens = self.foreseen.opens[cue]
        if opens in SAYS_NO:
            self._block(cue, Refused(SAYS_NO[opens], at, at))
        elif opens == ASK or self.books.last(who) > at - self.longest:
            self._fire_asking(cue, who, at)
        else:
            self._fire_counting(cue, who, at, opens)

    def _note(self, number: int) -> None:
        other = self.script.others[number]
        self.books.send(other.who, other.gone, other.owner_id)
        waiting = None if other.who is None else self.line.of.get(other.who)
        if waiting is not None:
            waiting.heard = NEVER

    def _refuse(self, who: int) -> None:
        """Somebody wants no contact: what waits for them is cancelled."""
        waiting = self.line.of.pop(who, None)
        if waiting is not None:
            self.books.end(waiting.place, waiting.owner)
            self.outcomes.became[waiting.cue] = "cancelled"
            self.outcomes.why[waiting.cue] = NOT_WANTED

    def _look_ahead(self) -> None:
        happening = self.happenings[-1][0] if self.happenings else FAR
        self.next_at = min(happening, self.line.next_at + 1)  # an attempt leaves after what is of the same instant

    def _fire_counting(self, cue: int, who: int, at: int, opens: int) -> None:
        """Only counts may stand in the way before it `opens`."""
        books, owner = self.books, self.people.owners[who]
        if not books.member_has_room(owner, at):
            self._fire_asking(cue, who, at)
            return
        full = None if books.has_room(at) else books.counts(at)
        if full is not None:
            frees = self._frees(full, at)
            opens = self.people.opens_at(who, frees) if frees <= at + WAIT else FAR
            if opens > at + WAIT or opens >= self.foreseen.agreed[cue]:
                self._block(cue, self._full(full, at))
                return
        if self._is_held_out(who):
            self.outcomes.became[cue] = "held out"
        else:
            shuts = self.foreseen.shuts[cue] if full is None else NEVER
            self._begin(cue, who, at, None if opens == at else opens, shuts)

    def _frees(self, full: tuple[Count, Count], at: int) -> int:
        """When neither the workspace's day nor its minute is full any more, if nothing else happens."""
        frees = latest(tallied(count, most, at) for count, most in zip(full, self.most, strict=True))
        return FAR if frees is None else frees

    def _full(self, full: tuple[Count, Count], at: int) -> Why:
        """What the cap says: of the same counts it is the same."""
        counts = full[0].so_far, full[1].so_far
        if counts not in self.full:
            self.full[counts] = Refused("workspace_cap", at, at, (), NONE, *full)
        return self.full[counts]

    def _fire_asking(self, cue: int, who: int, at: int) -> None:
        refusals = self._weigh(who, at, at, at + WAIT, None)
        opens = self._opens(refusals, at, at)
        if refusals and opens is None:
            self._block(cue, self._refused(refusals, at))
        elif self._is_held_out(who):
            self.outcomes.became[cue] = "held out"
        elif self.windows.get(who, NEVER) > (at if opens is None else opens):
            self._block(cue, self._refused(refusals, at) if refusals else TAKEN)
        else:
            self._begin(cue, who, at, opens, NEVER)

    def _begin(self, cue: int, who: int, at: int, opens: int | None, shuts: int) -> None:
        """It waits until its guards open, or for as long as a click could be undone."""
        one = Waiting(cue, who, self.people.owners[who], self.places[cue], cue, self._heard(cue, who, at), shuts)
        self.line.of[who] = one
        self._wait(one, at + UNDO if opens is None else opens)

    def _heard(self, cue: int, who: int, at: int) -> int:
        """Until when guards say the same but for hours and counts; NEVER where they look at what was sent."""
        return self.foreseen.heard[cue] if self.books.last(who) <= at - self.longest else NEVER

    def _wait(self, one: Waiting, due: int) -> None:
        self.books.wait(one.place, one.owner, due)
        self.line.wait((one,), due)
        self.next_at = min(self.next_at, due + 1)

    def _claim_before(self, now: int) -> None:
        """Send what falls due before an instant, if its guards still let it pass."""
        for at, some in self.line.before(now):
            for number, one in enumerate(some):
                if self.line.has(one):
                    self._claim(one, at)
                    if len(some) > number + 1 and not self.books.minute_has_room(at):
                        self._hold(some[number + 1 :], at)
                        break

    def _hold(self, some: list[Waiting], now: int) -> None:
        """The minute is full: most of those that are due now can but wait for the next one."""
        next_at = self._frees(self.books.counts(now), now) if self.books.day_has_room(now) else FAR
        waiting = [one for one in some if self.line.has(one)]
        later = [one for one in waiting if self._can_but_wait(one, now, next_at)]
        self.books.postpone([(one.place, one.owner) for one in later], next_at)
        self.line.wait(later, next_at)
        held = {one.who for one in later}
        for one in waiting:
            if one.who not in held:
                self._claim(one, now)

    def _can_but_wait(self, one: Waiting, now: int, next_at: int) -> bool:
        """Whether guards say nothing new of it before an instant, and it is waited for that."""
        calm = next_at < one.heard and next_at < one.shuts and next_at <= self.cues.at[one.cue] + WAIT
        return calm and self.books.member_has_room(one.owner, now)

    def _claim(self, one: Waiting, now: int) -> None:
        if self._is_calm(one, now):
            self._send(one, now)
            return
        at, evidence_at = self.cues.at[one.cue], self.cues.at[one.evidence]
        refusals = self._weigh(one.who, evidence_at, now, at + WAIT, one.place)
        opens = self._opens(refusals, now, at)
        if not refusals:
            self._send(one, now)
        elif opens is None:
            self._end(one)
            self._block(one.cue, self._refused(refusals, now))
        else:
            self._wait(one, opens)
            if [guard for guard, _ in refusals] == ["workspace_cap"]:
                self._calm_down(one, now)

    def _calm_down(self, one: Waiting, now: int) -> None:
        """What the person's own guards let pass they let pass until they hear of something: their waits are over."""
        one.heard = self.foreseen.heard[one.evidence]
        if one.heard != ASK and now >= one.shuts:
            one.shuts = self.people.there[one.who].hours.open_until(now)

    def _is_calm(self, one: Waiting, now: int) -> bool:
        """Whether no guard says no."""
        if now >= one.heard or not self.books.has_room(now, one.place):
            return False
        is_open = now < one.shuts or self.people.opens_at(one.who, now) == now
        return is_open and self.books.member_has_room(one.owner, now, one.place)

    def _send(self, one: Waiting, now: int) -> None:
        self._end(one)
        self.windows[one.who] = now + self.window
        self.books.send(one.who, Gone(now, self.channel, automatic=True, of_rule=True), one.owner)
        self.outcomes.became[one.cue] = "sent"
        self.outcomes.sent_at[one.cue] = now

    def _end(self, one: Waiting) -> None:
        del self.line.of[one.who]
        self.books.end(one.place, one.owner)

    def _weigh(self, who: int, evidence_at: int, now: int, latest: int, place: int | None) -> list[Refusal]:
        """The guards that say no, up to one that opens after `latest`; `place`: of what is counted itself."""
        asked, owner = self.asked, self.people.owners[who]
        asked.evidence_at, asked.sends = evidence_at, self.books.sends(who, now)
        self.people.tell(asked, who, now)
        found = self.quick.of_person(asked, now, latest)
        if ends(found, latest):
            return found
        self.books.tell(asked, owner, now, place)
        return self.quick.of_all(asked, now, found)

    def _opens(self, refusals: list[Refusal], now: int, since: int) -> int | None:
        """When time alone will have opened all guards, if it is waited for that long."""
        if not refusals:
            return None
        last = since + length(longest_wait(guard for guard, _ in refusals))
        if ends(refusals, last):
            return None
        opens = self.quick.earliest(self.asked, now, refusals)
        return opens if opens is not None and opens <= last else None

    def _is_held_out(self, who: int) -> bool:
        found = self.held_out.get(who)
        if found is None:
            script = self.script
            found = is_held_out(script.rule.rule_key, self.people.ids[who], script.holdout_percent)
            self.held_out[who] = found
        return found

    def _refused(self, refusals: list[Refusal], now: int) -> Refused:
        """The first that said no to the last question."""
        one = self.asked
        counts = (one.member_day, one.workspace_day, one.workspace_minute)
        return Refused(refusals[0][0], now, one.evidence_at, one.sends, *counts)

    def _block(self, cue: int, why: Why) -> None:
        self.outcomes.became[cue] = "blocked"
        self.outcomes.why[cue] = why
